"""Today: the cases that need the user, over all open pushes, the most urgent first (S1).

Cases of the organisation are displayed by the rights of the user; leaders, coaches and users also
see the cases from My conversations (C1). A case reveals nothing the user may not see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from types import MappingProxyType

from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people.access import Actor, may
from studio_tui.domain.pushes.push import AssignmentFilter
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.today.leads_to import FLAGS
from studio_tui.domain.today.today import (
    CASES,
    STEPS,
    Badge,
    Case,
    CaseKind,
    FirstStep,
    Section,
    Snooze,
    StudioPart,
    badge_of,
    in_order,
)
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import definitions
from studio_tui.services.today.cases import SOURCES, CaseContext, Source, review_badge_cases
from studio_tui.services.today.own import own_cases
from studio_tui.storage.pushes import pushes
from studio_tui.storage.templates import templates
from studio_tui.storage.today import today as stored

_FILTERS: Mapping[CaseKind, AssignmentFilter | None] = DefaultTable(
    {
        **{kind: AssignmentFilter(flag=flag) for kind, flag in FLAGS.items()},
        CaseKind.STARTS: AssignmentFilter(),
        CaseKind.ENDS: AssignmentFilter(),
    },
    otherwise=None,
)
"""The filter on the people of a push that finds those of a case, however many they are; None if
there is none."""


@dataclass(frozen=True, slots=True)
class Today:
    """The content of Today at one moment."""

    cases: tuple[Case, ...]
    """The cases that are not snoozed, the most urgent first."""
    snoozed: tuple[Case, ...]
    """The cases that the user snoozed, in the same order."""
    steps: tuple[FirstStep, ...]
    """The first steps of a new Studio that are not done and that the user may do."""


def show(studio: Studio, actor: Actor) -> Today:
    """Return what needs ``actor`` at this moment."""
    own = own_cases(studio, actor)
    with studio.store.reading():
        found = in_order([*_cases(studio, actor, CaseKind), *own])
        put_off = stored.snoozes(actor.user_id)
        steps = _steps(studio, actor)
    today = studio.today()
    cases = [_with_snooze(case, put_off.get(case.key), today) for case in found]
    return Today(
        tuple(case for case in cases if not case.snoozed),
        tuple(case for case in cases if case.snoozed),
        steps,
    )


def badges(studio: Studio, actor: Actor) -> dict[StudioPart, Badge]:
    """Return the badges of the tabs that can be counted at little cost.

    The outbox counts failed mail and obstacles to sending, the users count waiting changes.
    """
    with studio.store.reading():
        counted = [
            kind
            for kind, facts in CASES.items()
            if facts.place in _BADGE_PARTS and facts.section is Section.NEEDS_YOU
        ]
        put_off = stored.snoozes(actor.user_id)
        in_short = {CaseKind.REVIEW: partial(review_badge_cases, put_off=put_off)}
        found = _cases(studio, actor, counted, in_short)
    today = studio.today()
    cases = [_with_snooze(case, put_off.get(case.key), today) for case in found]
    return {place: badge_of(cases, place) for place in _BADGE_PARTS}


_BADGE_PARTS = (StudioPart.OUTBOX, StudioPart.USERS)


def people_of(case: Case) -> Selection[AssignmentFilter]:
    """Return a selection of the people of a case, for acts on them.

    Raises `Refused` for mail, and for too many people if no filter describes them.
    """
    if case.push_id is None or case.place is not StudioPart.PUSHES:
        raise Refused("This case is about no people of a push.")
    if case.ids:
        return Selection.of(case.ids)
    filter_ = _FILTERS[case.kind]
    if filter_ is None:
        raise Refused("They are too many to be taken at once: choose some of them in the push.")
    return Selection.matching(filter_)


def mails_of(case: Case) -> Selection[NotificationFilter]:
    """Return a selection of the failed or bounced mails of a case.

    Raises `Refused` for a case of another kind, and for too much mail if no filter describes it.
    """
    if case.place is not StudioPart.OUTBOX:
        raise Refused("This case is about no mail.")
    if case.ids:
        return Selection.of(case.ids)
    if case.push_id is None:
        raise Refused("It is too much mail to be taken at once: choose some of it in the outbox.")
    if case.kind is CaseKind.MAIL_BOUNCED:
        return Selection.matching(NotificationFilter(bounced=True, push_id=case.push_id))
    state = NotificationState.FAILED
    return Selection.matching(NotificationFilter(state=state, push_id=case.push_id))


def snooze(studio: Studio, actor: Actor, cases: Sequence[Case], until: date | None = None) -> int:
    """Snooze cases for ``actor`` alone, and return how many.

    They reappear on the day ``until`` or, without one, when they change. Raises `Refused` for a day
    that is not in the future.
    """
    if until is not None and until <= studio.today():
        raise Refused(f"{until} does not lie ahead: put it off until tomorrow or later.")
    if not cases:
        raise NothingToDo("Nothing to put off: there is no such line.")
    with studio.store.writing():
        stored.put_off(actor.user_id, [Snooze(case.key, until, case.mark) for case in cases])
    return len(cases)


def wake(studio: Studio, actor: Actor, cases: Sequence[Case]) -> int:
    """Bring snoozed cases back, and return how many."""
    with studio.store.writing():
        found = stored.take_back(actor.user_id, [case.key for case in cases])
    if not found:
        raise NothingToDo("Nothing to bring back: none of these lines was put off.")
    return found


def _cases(
    studio: Studio,
    actor: Actor,
    kinds: Sequence[CaseKind] | type[CaseKind],
    in_short: Mapping[CaseKind, Source] = MappingProxyType({}),
) -> list[Case]:
    allowed = [kind for kind in kinds if may(actor, CASES[kind].needs)]
    context = CaseContext(studio, actor, studio.now(), studio.today())
    return [case for kind in allowed for case in in_short.get(kind, SOURCES[kind])(context)]


def _with_snooze(case: Case, snooze: Snooze | None, today: date) -> Case:
    if snooze is None or not snooze.holds(case, today):
        return case
    return replace(case, snoozed=True, snoozed_until=snooze.until)


def _steps(studio: Studio, actor: Actor) -> tuple[FirstStep, ...]:
    return tuple(
        step for step, (needs, _) in STEPS.items() if may(actor, needs) and _is_open(studio, step)
    )


def _is_open(studio: Studio, step: FirstStep) -> bool:
    """Return whether a first step is still to be done."""
    match step:
        case FirstStep.IMPORT_USERS:
            return not stored.is_any_other_user()
        case FirstStep.ALLOW_PUSH:
            return not _may_be_pushed()
        case FirstStep.SET_UP_PUSH:
            return stored.is_any_other_user() and _may_be_pushed() and not pushes.pushes()
        case FirstStep.ASSIGN_USERS:
            there = pushes.pushes()
            return bool(there) and stored.is_any_other_user() and not stored.is_any_assigned()
        case FirstStep.SET_UP_MAIL:
            return not studio.settings.smtp.host


def _may_be_pushed() -> bool:
    """Return whether any template that is not archived may be pushed (T3)."""
    return any(
        definitions.load(each.definition).permissions.through_push
        for each in templates.templates()
        if not each.archived
    )
