"""The table of verbs in ``docs/activity.md`` (A3).

``python -m tests.documents`` writes it there.
"""

from studio_tui.domain.activity.verbs import UNDOABLE, VERBS


def in_markdown() -> str:
    """Return a row for each verb: whether it can be undone, and the fields of its lines."""
    return "".join(
        f"| {' | '.join(cells)} |\n"
        for cells in (
            ("what was done", "can be undone", "before and after"),
            ("---", ":-:", "---"),
            *(
                (verb, "yes" if verb in UNDOABLE else "–", ", ".join(facts.fields))
                for verb, facts in VERBS.items()
            ),
        )
    ).replace("|  |", "| |")
