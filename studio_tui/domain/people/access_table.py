"""The table of permissions in ``docs/access.md`` (A2).

``python -m tests.documents`` writes it there.
"""

from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.people.roles import Role


def in_markdown() -> str:
    """Return a row for each action, with a column for each role."""
    return "".join(
        f"| {' | '.join(cells)} |\n"
        for cells in (
            ("may", *Role),
            ("---", *(":-:" for _ in Role)),
            *((action.value, *(_sign(role, action) for role in Role)) for action in Action),
        )
    )


def _sign(role: Role, action: Action) -> str:
    return "yes" if may(Actor(0, "", "", role), action) else "–"
