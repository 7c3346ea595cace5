"""A dialog for the grouping of people: by manager, team, department or language (S2)."""

from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.tui.modals.choose import Choice, Choose


def choose_by(current: GroupBy | None = None) -> Choose[GroupBy]:
    """Return a dialog that asks how to group people; ``current`` is the current grouping."""
    others = [Choice(by, f"By {by}", "now" if by is current else "") for by in GroupBy]
    return Choose("Group the people", others)
