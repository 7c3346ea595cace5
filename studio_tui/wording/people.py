"""What is said of users and teams, on the screen and by commands (U8)."""

from studio_tui.domain.people.facts import fact_called
from studio_tui.domain.people.person_acts import Erased, Merged
from studio_tui.domain.people.scope import Scope
from studio_tui.wording.counting import counted

Value = str | bool | None | tuple[str, ...]
"""What a fact holds, as a plan or a change tells it."""


def value_in_words(value: Value) -> str:
    """What a fact holds; “nothing” where that is nothing."""
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value) or "nothing"
        case _:
            return value or "nothing"


def change_in_words(name: str, before: Value, after: Value) -> str:
    """From what to what the fact of this name changed: ``BE-7 becomes BE-8``, with what it is where
    the two do not tell."""
    becomes = f"{value_in_words(before)} becomes {value_in_words(after)}"
    plain = isinstance(before, str) and isinstance(after, str) and before and after
    return becomes if plain else f"{fact_called(name).in_words} {becomes}"


def overwritten_in_words(person: str, facts: list[str]) -> str:
    """What an import does to a change by hand of somebody whom imports tell of."""
    *first, last = (fact_called(name).in_words for name in facts)
    changed = f"{', '.join(first)} or {last}" if first else last
    return f"{person} came from an import: the next one that tells the {changed} overwrites this."


def noticed_in_words(number: int, *, would: bool = False) -> str:
    """How many changes of people in open pushes wait for a decision (U7)."""
    changes = counted(number, "change of people in open pushes", "changes of people in open pushes")
    wait = "would wait" if would else "waits" if number == 1 else "wait"
    return f"{changes} {wait} for a decision"


def erased_in_words(of: Erased) -> list[str]:
    """What erasing somebody takes out, a sentence each (U13)."""
    texts, mails = counted(of.texts, "text"), counted(of.mails, "mail")
    lines = counted(of.lines, "line")
    written = f"{texts} of theirs in conversations, {mails} to them ({of.dropped:,} waiting)"
    said = [f"{written}, {lines} of activity."]
    if of.cancelled:
        talks = counted(of.cancelled, "conversation")
        said.append(f"{talks} ahead cancelled: the other side is told.")
    if of.under_way:
        talks = counted(of.under_way, "conversation")
        said.append(f"{talks} in progress: open on, without them.")
    if of.import_discarded:
        said.append("The import that waits is thrown away: it may name them.")
    return said


def merged_in_words(of: Merged) -> list[str]:
    """What merging a record into another moves, a sentence each (U11)."""
    moved = of.moved
    parts = [
        counted(moved.pushes, "push", "pushes"),
        counted(moved.conversations, "conversation"),
        counted(moved.mails, "mail"),
        counted(moved.keys, "SSH key"),
        counted(moved.teams, "team"),
        counted(moved.people, "coaching"),
    ]
    said = [f"Moved: {', '.join(parts)}."]
    if of.taken:
        facts = ", ".join(fact_called(name).in_words for name in of.taken)
        said.append(f"Taken over: {facts}.")
    said += of.notes
    if of.dropped:
        said.append(f"{counted(of.dropped, 'mail')} that would have said the same twice dropped.")
    return said


def sight_in_words(scope: Scope) -> str:
    """Whom somebody sees (U12): ``department "Sales": 1,204 of 9,880 people``."""
    if not scope.is_limited:
        return "the whole organisation"
    return f"{scope.audience}: {scope.seen:,} of {scope.of:,} people"
