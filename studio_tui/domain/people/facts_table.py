"""The tables of facts in ``docs/facts.md`` (U1, U6).

``python -m tests.documents`` writes them there.
"""

from collections.abc import Iterable, Iterator

from studio_tui.domain.people.facts import CLUES, FACTS, OF_ORGANISATION, Fact


def in_markdown() -> str:
    """Return a row for each fact, and one for each clue."""
    return "".join(
        (
            *_rows(
                ("fact", "what it is", "where nothing is told", "shown and changed", "headings"),
                ((*_about(fact), _default(fact), _uses(fact), _headings(fact)) for fact in FACTS),
            ),
            "\n",
            *_rows(
                ("clue", "what it is", "headings"),
                ((*_about(fact), _headings(fact)) for fact in CLUES),
            ),
        )
    )


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(cells)} |\n"


def _about(fact: Fact) -> tuple[str, str]:
    return f"`{fact.name}`", fact.title


def _default(fact: Fact) -> str:
    return fact.default if fact.default is OF_ORGANISATION else fact.as_words(fact.default) or "–"


def _uses(fact: Fact) -> str:
    uses = {
        "in the list": fact.listed,
        "sorts it": fact.sorted,
        f"`users edit {fact.option}`": fact.changed_by,
    }
    return ", ".join(use for use, is_so in uses.items() if is_so) or "–"


def _headings(fact: Fact) -> str:
    return " · ".join(heading for tier in fact.headings for heading in tier)
