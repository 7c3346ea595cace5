"""The detail pane of Today: the people or mails that the current line is about (S1, S6)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.review import ReviewFilter
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.destinations import Outbox
from studio_tui.domain.shared.enum_tables import CompleteTable
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.today.leads_to import destination_of
from studio_tui.domain.today.today import Case, CaseKind, StudioPart
from studio_tui.services.conversations.overview import my_conversations
from studio_tui.services.outbox import outbox
from studio_tui.services.people import retention, reviews
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.today.today import people_of
from studio_tui.tui.moments import moment
from studio_tui.tui.screens.today.lines import Line, facts_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.mail_rows import state_in_colour
from studio_tui.tui.widgets.summary_lines import assignment_progress, named
from studio_tui.wording.mail import why_in_words
from studio_tui.wording.pushes import STATUS_LABELS
from studio_tui.wording.review import change_in_words

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_MOST = 60
"""Maximum number of people or mails to read: more than a terminal has lines."""


def read_case_details(studio: "Studio", actor: Actor, at: Line) -> Drawing:
    """Read the full text of a line, and the people or mails it is about."""
    facts = facts_of(at, studio.today(), studio.zone)
    case = at.case
    subjects = () if case is None else _READ[case.place](studio, actor, case)
    return partial(_draw, facts, subjects)


NamedDetails = Sequence[tuple[str, Content]]
"""Names, each with its details."""


def _people(studio: "Studio", actor: Actor, case: Case) -> NamedDetails:
    if case.push_id is None:
        return ()
    try:
        chosen = people_of(case)
    except Refused:
        # There are too many people, and no filter selects them.
        return ()
    push = pushes.show(studio, actor, case.push_id, {})
    found = assign.chosen(studio, actor, push, chosen, _MOST)
    return [(row.name, assignment_progress(row, studio.zone)) for row in found]


def _mails(studio: "Studio", actor: Actor, case: Case) -> NamedDetails:
    leads_to = destination_of(case)
    if not isinstance(leads_to, Outbox) or leads_to.filter is None:
        return ()
    filter_ = replace(leads_to.filter, push_id=case.push_id)
    found = outbox.source(studio, actor, filter_, Sort("due_at")).rows(0, _MOST)
    return [
        (
            mail.name,
            Content.assemble(state_in_colour(mail), "  ", line(why_in_words(mail) or mail.to)),
        )
        for mail in found
    ]


def _users(studio: "Studio", actor: Actor, case: Case) -> NamedDetails:
    if case.kind is not CaseKind.ERASED:
        return _changed(studio, actor, case)
    found = retention.show(studio, actor)
    due = [each for each in (*found.over, *found.soon) if each.erase_on.isoformat() == case.about]
    return [(each.name, line(f"left {each.left_on}")) for each in due[:_MOST]]


def _changed(studio: "Studio", actor: Actor, case: Case) -> NamedDetails:
    filter_ = ReviewFilter(push_id=case.push_id)
    found = reviews.source(studio, actor, filter_, Sort("urgency")).rows(0, _MOST)
    return [
        (each.name, line(f"{each.kind.label}  {change_in_words(each)}".rstrip())) for each in found
    ]


def _own_conversations(studio: "Studio", actor: Actor, case: Case) -> NamedDetails:
    asked = set(case.ids)
    found = [each for each in my_conversations(studio, actor) if each.id in asked]
    return [(each.name, line(_status(each.status, moment(each.at, studio.zone)))) for each in found]


def _status(status: Status | None, at: str) -> str:
    return f"{STATUS_LABELS[status]} {at}".rstrip() if status else at


_READ = CompleteTable(
    {
        StudioPart.PUSHES: _people,
        StudioPart.OUTBOX: _mails,
        StudioPart.USERS: _users,
        StudioPart.CONVERSATIONS: _own_conversations,
    }
)


def _draw(facts: Sequence[str], subjects: NamedDetails, width: int, _: int) -> Iterator[Content]:
    for number, part in enumerate(facts):
        yield line(part, "" if number else "bold")
    yield Content("")
    yield from named(subjects, width)
