"""Who may do what, as the table of ``docs/access.md`` (A2).

``python -m studio_tui.domain.people.access_table`` prints it anew; a test compares the two.
"""

import sys

from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.people.roles import Role


def in_markdown() -> str:
    """A row for each action, a column for each role."""
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


if __name__ == "__main__":
    sys.stdout.write(in_markdown())
