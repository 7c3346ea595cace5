"""A line of Today beside the list: the people or the mails that it is about (S1, S6)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.content import Content

from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.destinations import Outbox
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.today.leads_to import where_to
from studio_tui.domain.today.today import Case, StudioPart
from studio_tui.services.outbox import outbox
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.today.today import people_of
from studio_tui.tui.screens.today.lines import Line, parts_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.in_short import hanging, people
from studio_tui.tui.widgets.mail_rows import state_in_colour

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_MOST = 60
"""So many people or mails are read: more than there are lines."""


def read_line(studio: "Studio", actor: Actor, at: Line) -> Drawing:
    """All that a line says, and whom or what it is about."""
    said = parts_of(at, studio.today(), studio.zone)
    found: Sequence[Assignment] = ()
    mails: Sequence[Notification] = ()
    if at.case is not None and at.case.place is StudioPart.PUSHES:
        found = _people(studio, actor, at.case)
    elif at.case is not None and at.case.place is StudioPart.OUTBOX:
        mails = _mails(studio, actor, at.case)
    return partial(_drawn, said, found, mails, studio.zone)


def _people(studio: "Studio", actor: Actor, case: Case) -> Sequence[Assignment]:
    if case.push_id is None:
        return ()
    try:
        chosen = people_of(case)
    except Refused:
        # They are too many to say who they are.
        return ()
    push = pushes.show(studio, actor, case.push_id, {})
    return assign.chosen(studio, actor, push, chosen, _MOST)


def _mails(studio: "Studio", actor: Actor, case: Case) -> Sequence[Notification]:
    leads_to = where_to(case)
    if not isinstance(leads_to, Outbox) or leads_to.filter is None:
        return ()
    filter_ = replace(leads_to.filter, push_id=case.push_id)
    return outbox.source(studio, actor, filter_, Sort("due_at")).rows(0, _MOST)


def _drawn(
    said: Sequence[str],
    found: Sequence[Assignment],
    mails: Sequence[Notification],
    zone: ZoneInfo,
    width: int,
    _: int,
) -> Iterator[Content]:
    for number, part in enumerate(said):
        yield line(part, "" if number else "bold")
    yield Content("")
    yield from people(found, zone, width)
    for mail in mails:
        yield Content.assemble(line(mail.name), "  ", state_in_colour(mail))
        yield from hanging(line(mail.error or mail.to, "$muted"), width)
