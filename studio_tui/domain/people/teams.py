"""Teams as lists show them, and the validation of their names (U2, U8)."""

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import MAX_NAME, clean_line

SEPARATOR = " > "
"""Separator of the names in the path of a team."""


@dataclass(frozen=True, slots=True)
class Leader:
    """A leader of a team."""

    user_id: int
    login: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class Team:
    """A team, below another or at the top."""

    id: int
    name: str
    path: str
    """Names of all its ancestors and its own: ``Sales > Belgium``."""
    parent_id: int | None
    leaders: tuple[Leader, ...] = ()
    members: int = 0
    """Number of active members."""
    people: int = 0
    """Number of active members of the team and all teams below it, without duplicates."""
    below: int = 0
    """Number of teams directly below it."""

    @property
    def parent(self) -> str:
        """Path of its parent; empty at the top."""
        return self.path.rpartition(SEPARATOR)[0]

    @property
    def depth(self) -> int:
        """Number of its ancestors."""
        return self.path.count(SEPARATOR)

    @property
    def led_by(self) -> str:
        """Names of its leaders; empty if there are none."""
        return ", ".join(f"{each.name}{'' if each.active else ' (left)'}" for each in self.leaders)


def why_no_team_name(text: str) -> str:
    """Return why a team cannot have this name; empty if it can."""
    name = clean_line(text)
    if not any(map(str.isalnum, name)):
        return "a team needs a name"
    if len(name) > MAX_NAME:
        return f"this name has {len(name)} characters: at most {MAX_NAME}"
    if odd := next((sign for sign in ">|" if sign in name), None):
        return f"a name of a team may not have “{odd}” in it"
    return "a name of a team may not begin with “/”" if name.startswith("/") else ""
