"""The detail pane of a person next to a list: facts, pushes, mail and changes (S3, S6)."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.content import Content

from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.services.activity import activity
from studio_tui.services.activity.activity import ActivityFilter, ActivityLine
from studio_tui.services.people import users
from studio_tui.services.people.users import Involvement
from studio_tui.tui.moments import moment
from studio_tui.tui.text import line
from studio_tui.tui.widgets.activity_rows import changes
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.facts import Facts
from studio_tui.tui.widgets.mail_rows import about, state_in_colour, when_cell
from studio_tui.tui.widgets.summary_lines import assignment_progress, group, hanging
from studio_tui.tui.widgets.user_facts import facts_about, title_of
from studio_tui.wording.mail import kind_in_words, why_in_words

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_RECENT = 20
"""Maximum number of mails and of changes that are read."""
_FACTS = frozenset({"Login", "E-mail", "Managers", "Teams", "Leads", "Coaches", "Department"})
"""Labels of the facts that are shown; the page of the person shows the others."""
_LINES_EACH = 8
"""Lines of the pane per row that each group may have."""


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """The data that the detail pane of a person shows."""

    found: Involvement
    changes: Sequence[ActivityLine]
    zone: ZoneInfo


def read_person(studio: "Studio", actor: Actor, user_id: int) -> Drawing:
    """Return the drawing of a person. Raises `NotFound`."""
    return partial(draw_person, person_summary(studio, actor, user_id))


def person_summary(studio: "Studio", actor: Actor, user_id: int) -> PersonSummary:
    """Read the data of a person, the newest first. Raises `NotFound`."""
    found = users.show(studio, actor, user_id, _RECENT)
    done: Sequence[ActivityLine] = ()
    if may(actor, Action.READ_ACTIVITY):
        about_them = ActivityFilter(user_id=user_id)
        done = activity.of_everything(studio, actor, about_them, _RECENT)
    return PersonSummary(found, done, studio.zone)


def draw_person(
    of: PersonSummary, width: int, height: int, first: Iterable[Content] = ()
) -> Iterator[Content]:
    """Yield the name, some facts, ``first``, and the newest pushes, mails and changes."""
    user, most = of.found.user, max(height // _LINES_EACH, 2)
    failed = sum(each.state is NotificationState.FAILED for each in of.found.notifications)
    yield title_of(user)
    facts = [fact for fact in facts_about(user, failed) if fact[0] in _FACTS]
    yield Facts.drawn(facts, width)
    yield from first
    pushes = [
        part
        for push, assignment in of.found.pushes[:most]
        for part in _push(push, assignment, of.zone, width)
    ]
    yield from group("Pushes", pushes, "In no push yet.")
    mails = [part for mail in of.found.notifications[:most] for part in _mail(mail, of.zone, width)]
    yield from group("Mail", mails, "No mail to them yet.")
    done = [part for each in of.changes[:most] for part in _change(each, of.zone, width)]
    yield from group("Changes", done)


def _push(name: str, assignment: Assignment, zone: ZoneInfo, width: int) -> Iterator[Content]:
    yield line(name)
    yield from hanging(assignment_progress(assignment, zone), width)


def _mail(mail: Notification, zone: ZoneInfo, width: int) -> Iterator[Content]:
    kind = kind_in_words(mail.kind, mail.capacity)
    yield Content.assemble((when_cell(mail, zone), "$muted"), f"  {kind}")
    yield from hanging(Content.assemble(state_in_colour(mail), "  ", line(about(mail))), width)
    if why := why_in_words(mail):
        yield from hanging(line(why, "$muted"), width)


def _change(done: ActivityLine, zone: ZoneInfo, width: int) -> Iterator[Content]:
    yield Content.assemble(
        (moment(done.at, zone), "$muted"), "  ", line(f"{done.by} {done.action}")
    )
    if told := ", ".join(changes(done, zone)):
        yield from hanging(line(told, "$muted"), width)
