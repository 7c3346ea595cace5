"""Teams as they are kept by hand: what one can see of them, and what a name may be (U2, U8)."""

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import MAX_NAME, clean_line

SEPARATOR = " > "
"""What stands between a team and the one above it, in a path."""


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody who leads a team."""

    user_id: int
    login: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class Team:
    """A team, under another or at the top."""

    id: int
    name: str
    path: str
    """With all above it: ``Sales > Belgium``."""
    parent_id: int | None
    leaders: tuple[Leader, ...] = ()
    members: int = 0
    """Who is in it and has not left."""
    people: int = 0
    """The same of it and all teams below it, each person once."""
    below: int = 0
    """How many teams are right below it."""

    @property
    def parent(self) -> str:
        """The path of the team above it; empty at the top."""
        return self.path.rpartition(SEPARATOR)[0]

    @property
    def depth(self) -> int:
        """How many teams are above it."""
        return self.path.count(SEPARATOR)

    @property
    def led_by(self) -> str:
        """Its leaders in words; empty where there is none."""
        return ", ".join(f"{each.name}{'' if each.active else ' (left)'}" for each in self.leaders)


def why_no_team_name(text: str) -> str:
    """Why a team cannot have this name; empty where it can."""
    name = clean_line(text)
    if not any(map(str.isalnum, name)):
        return "a team needs a name"
    if len(name) > MAX_NAME:
        return f"this name has {len(name)} characters: at most {MAX_NAME}"
    if odd := next((sign for sign in ">|" if sign in name), None):
        return f"a name of a team may not have “{odd}” in it"
    return "a name of a team may not begin with “/”" if name.startswith("/") else ""
