"""The people of pushes, grouped by manager, team, department or language (S2)."""

from collections.abc import Collection
from datetime import date

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.groups import GroupBy, GroupFilter, PeopleGroup, late_first, ordered
from studio_tui.domain.pushes.push import AssignmentFilter, PushFacts
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.text import has_words
from studio_tui.services.system.context import Studio
from studio_tui.services.system.listing import InMemorySource
from studio_tui.storage.pushes import groups as push_groups
from studio_tui.storage.pushes import pushes
from studio_tui.wording.pushes import group_in_words


def every(studio: Studio, actor: Actor, push: PushFacts | None, by: GroupBy) -> list[PeopleGroup]:
    """Return the groups of a push, or of all open ones if it is None; late groups come first."""
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        today = studio.today()
        return late_first(push_groups.grouped(_pushes(push, today), by, today))


def source(
    studio: Studio, actor: Actor, push: PushFacts | None, by: GroupBy, filter_: GroupFilter
) -> "GroupSource":
    """Return the groups as the source of a list."""
    return GroupSource(tuple(every(studio, actor, push, by)), filter_)


def people_of(groups: Collection[PeopleGroup]) -> Selection[AssignmentFilter]:
    """Return a selection of everyone in these groups, for acts on the people of a push."""
    selection: Selection[AssignmentFilter] = Selection()
    for group in groups:
        selection = selection.mark_matching(AssignmentFilter(group=group.key))
    return selection


class GroupSource(InMemorySource[PeopleGroup, GroupFilter]):
    """A snapshot of groups, counted once."""

    def __init__(self, every: tuple[PeopleGroup, ...], filter_: GroupFilter) -> None:
        super().__init__(every, _matches, filter_)

    def filtered(self, filter_: GroupFilter) -> "GroupSource":
        """Return the same groups with another filter, without counting again."""
        return GroupSource(self.every, filter_)

    def sorted(self, sort: Sort) -> "GroupSource":
        """Return the same groups in another order, without counting again."""
        return GroupSource(
            tuple(ordered(self.every, sort.column, descending=sort.descending)), self.filter
        )


def _pushes(push: PushFacts | None, today: date) -> list[int]:
    return [push.id] if push else [each.id for each in pushes.open_pushes(today)]


def _matches(filter_: GroupFilter, group: PeopleGroup) -> bool:
    words = [group_in_words(group.key.by, group), group.login or ""]
    words += ["late"] if group.overdue else []
    words += [] if group.still else ["all held"]
    return has_words(" ".join(words), filter_.text)
