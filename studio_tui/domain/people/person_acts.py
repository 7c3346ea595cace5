"""The results of actions on the whole record of a user: erasing (U13) and merging (U11)."""

from studio_tui.domain.people.users import User
from studio_tui.domain.shared.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class EraseResult:
    """What was erased, or would be in a dry run."""

    user: User
    """The user before erasing."""
    placeholder: str
    """Name of the erased user in lists."""
    placeholder_login: str
    texts: int
    """Number of texts by the user in conversations."""
    cancelled: int
    """Number of future conversations, which are cancelled; the other participants are notified."""
    under_way: int
    """Number of conversations in progress, which stay open."""
    mails: int
    """Number of mails to the user. Only the fact that they were sent is retained."""
    dropped: int
    """How many of those mails were waiting."""
    lines: int
    """Number of lines of activity that were emptied."""
    import_discarded: bool
    """Whether the waiting import was discarded because it may name the user."""


@dataclass(frozen=True, slots=True)
class OwnedCounts:
    """The numbers of objects that belong to a user."""

    pushes: int
    conversations: int
    mails: int
    keys: int
    teams: int
    people: int
    """Number of coachings in which the user is the coach or the coachee."""


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The result of merging two records."""

    kept: User
    """The record that remains; in a dry run, as before the merge."""
    other: User
    moved: OwnedCounts
    taken: tuple[str, ...]
    """Names of the facts that are copied from the other record."""
    notes: tuple[str, ...]
    """Messages about pushes that both were in."""
    dropped: int = 0
    """Number of waiting mails that were dropped as duplicates."""
