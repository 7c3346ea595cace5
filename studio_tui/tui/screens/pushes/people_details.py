"""The detail panes for a user in a push and for a group of its people (S2, S6)."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.content import Content

from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.pushes.groups import GroupBy, GroupKey, PeopleGroup
from studio_tui.domain.pushes.push import Assignment, AssignmentFilter, Flag, PushFacts, Status
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.services.people import users
from studio_tui.services.pushes import assign
from studio_tui.tui.screens.pushes.status_drawing import bar_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.person_details import PersonSummary, draw_person, person_summary
from studio_tui.tui.widgets.summary_lines import assignment_progress, people
from studio_tui.tui.widgets.summary_lines import group as grouped
from studio_tui.wording.counting import counted
from studio_tui.wording.pushes import group_in_words, group_still_in_words

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_MOST = 60
"""Maximum number of people read of a group: more than a terminal has lines."""
_SETTLED = (Status.DONE, Status.EXCUSED)
_FEW = 5
"""Maximum number of a manager's people listed in the detail pane."""


def read_assignment_details(
    studio: "Studio", actor: Actor, push: PushFacts, assignment: Assignment
) -> Drawing:
    """Read the details of a user in a push: their progress, their people and the user's own data.

    The user's own data is omitted if the actor may not read users.
    """
    their_people = _people_of(studio, actor, push, GroupKey(GroupBy.MANAGER, assignment.user_id))
    person = None
    if may(actor, Action.READ_USERS):
        person = person_summary(studio, actor, assignment.user_id)
    return partial(_draw_assignment, assignment, their_people, person, studio.zone)


def read_group_details(
    studio: "Studio", actor: Actor, push: PushFacts | None, group: PeopleGroup
) -> Drawing:
    """Read the people of a group of a push, or of all open pushes, overdue first.

    For a manager, the result includes the teams they lead.
    """
    found = _people_of(studio, actor, push, group.key, many=group.assigned > _MOST)
    still = group_still_in_words(group, studio.today())
    leads: Sequence[str] = ()
    key = group.key
    if key.by is GroupBy.MANAGER and isinstance(key.value, int) and may(actor, Action.READ_USERS):
        leads = users.show(studio, actor, key.value, 0).user.leads
    return partial(_draw_group, group, leads, still, found, studio.zone)


def _people_of(
    studio: "Studio", actor: Actor, push: PushFacts | None, key: GroupKey, *, many: bool = False
) -> list[Assignment]:
    """Return up to `_MOST` people of a group: overdue first, settled last, otherwise by name.

    With ``many``, overdue people are read separately, because the first page by name may not
    contain them.
    """
    flags = (Flag.OVERDUE, None) if many else (None,)
    found = [
        row
        for filter_ in (AssignmentFilter(group=key, flag=flag) for flag in flags)
        for row in _source(studio, actor, push, filter_).rows(0, _MOST)
    ]
    once = {row.id: row for row in found}.values()
    return sorted(once, key=lambda row: (Flag.OVERDUE not in row.flags, row.status in _SETTLED))


def _source(
    studio: "Studio", actor: Actor, push: PushFacts | None, filter_: AssignmentFilter
) -> Source[Assignment, AssignmentFilter]:
    by_name = Sort("name")
    if push is None:
        return assign.source_everywhere(studio, actor, filter_, by_name)
    return assign.source(studio, actor, push, filter_, by_name)


def _draw_assignment(
    assignment: Assignment,
    their_people: Sequence[Assignment],
    person: PersonSummary | None,
    zone: ZoneInfo,
    width: int,
    height: int,
) -> Iterator[Content]:
    lines = list(people(their_people[:_FEW], zone, width))
    if len(their_people) > _FEW:
        lines.append(Content.styled("and more", "$muted"))
    first = list(grouped("Their people", lines))
    if person is None:
        yield line(assignment.name, "bold")
        yield assignment_progress(assignment, zone)
        yield from first
    else:
        yield from draw_person(person, width, height, first)


def _draw_group(
    group: PeopleGroup,
    leads: Sequence[str],
    still: str,
    found: Sequence[Assignment],
    zone: ZoneInfo,
    width: int,
    _: int,
) -> Iterator[Content]:
    login = Content.styled(f"  {group.login}" if group.login else "", "$muted")
    yield line(group_in_words(group.key.by, group), "bold") + login
    if leads:
        yield line(f"leads {', '.join(leads)}", "$muted")
    held = f"{counted(group.assigned, 'person', 'people')}, {group.done:,} held"
    yield Content(held)
    if still and group.still:
        yield Content(f"still to hold: {still}")
    yield bar_of(group, width)
    yield Content("")
    yield from people(found, zone, width)
    if group.assigned > len(found):
        yield Content.styled(f"and {group.assigned - len(found):,} more", "$muted")
