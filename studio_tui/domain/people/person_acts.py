"""What is done to a whole record of somebody: it is erased (U13), or merged into another (U11)."""

from studio_tui.domain.people.users import User
from studio_tui.domain.shared.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, or would be."""

    user: User
    """As they were."""
    placeholder: str
    """By what lists name them from then on."""
    placeholder_login: str
    texts: int
    """What they wrote in conversations."""
    cancelled: int
    """Conversations that lay ahead: the other side is told."""
    under_way: int
    """Conversations that have begun and are not finished: they stay as they are."""
    mails: int
    """Mails to them, of which nothing is kept but that they went."""
    dropped: int
    """Of those, how many waited."""
    lines: int
    """Lines of activity that were emptied."""
    import_discarded: bool
    """Whether the import that waited was thrown away: it may name them."""


@dataclass(frozen=True, slots=True)
class Owned:
    """How much is somebody's."""

    pushes: int
    conversations: int
    mails: int
    keys: int
    teams: int
    people: int
    """Whom they coach, or is their coach."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging two records does."""

    kept: User
    """As they are before it, where it is only tried."""
    other: User
    moved: Owned
    taken: tuple[str, ...]
    """The facts that are taken over from the other, by name."""
    notes: tuple[str, ...]
    """What becomes of pushes that both are in."""
    dropped: int = 0
    """How many mails that wait would have said the same twice."""
