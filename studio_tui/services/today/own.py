"""The cases of Today for a leader, coach or user, from My conversations (S1, C1)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from studio_tui.domain.conversations.conversation import MyConversation
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.clock import end_of_day, local_day, start_of_day
from studio_tui.domain.today.today import AHEAD_DAYS, Case, CaseKind
from studio_tui.services.conversations.overview import my_conversations
from studio_tui.services.system.context import Studio
from studio_tui.wording.days import days_left_in_words, weekday_in_words
from studio_tui.wording.today import days_of_names, names_in_words

_AGREED = frozenset({Status.PLANNED, Status.PREPARED})
_PREPARE = "prepare"


def own_cases(studio: Studio, actor: Actor) -> list[Case]:
    """Return the cases for ``actor``, one for each push and kind."""
    today = studio.today()
    found: dict[tuple[CaseKind, int | None, str], list[MyConversation]] = defaultdict(list)
    for item in my_conversations(studio, actor):
        if item.asked and (kind := _kind_of(studio, item, today)):
            about = _PREPARE if item.mine else ""
            if item.push_id is None:
                # A conversation outside of any push is a case of its own, told apart by its id.
                about = f"{about} {item.id}".strip()
            found[kind, item.push_id, about].append(item)
    return [_case(studio, kind, about, asked, today) for (kind, _, about), asked in found.items()]


def _kind_of(studio: Studio, item: MyConversation, today: date) -> CaseKind | None:
    """Return the kind of case for a row of My conversations; None if it need not be displayed."""
    if item.status in _AGREED and item.at is not None:
        return _kind_of_planned(studio, item, item.at, today)
    return CaseKind.OVERDUE if item.overdue else CaseKind.ENDS


def _kind_of_planned(
    studio: Studio, item: MyConversation, at: datetime, today: date
) -> CaseKind | None:
    zone = studio.zone
    past = at < start_of_day(today, zone)
    if item.mine:
        # The user can only prepare for it.
        return None if past else CaseKind.STARTS
    if past:
        return CaseKind.PLANNED_PAST
    if item.deadline is not None and at >= end_of_day(item.deadline, zone):
        return CaseKind.PLANNED_LATE
    return CaseKind.STARTS if local_day(at, zone) <= today + timedelta(days=AHEAD_DAYS) else None


def _case(
    studio: Studio, kind: CaseKind, about: str, asked: Sequence[MyConversation], today: date
) -> Case:
    first, zone = asked[0], studio.zone
    instants = [each.at for each in asked if each.at is not None]
    alone = {each.user_id for each in asked} == {first.user_id}
    due = since = None
    if kind is CaseKind.OVERDUE and first.deadline:
        since = end_of_day(first.deadline, zone)
    elif kind is CaseKind.PLANNED_PAST:
        since = min(instants)
    elif kind is CaseKind.STARTS:
        due = min(instants)
    elif kind is CaseKind.ENDS and first.deadline:
        due = start_of_day(first.deadline, zone)
    return Case(
        kind,
        len(asked),
        _text(studio, kind, asked, today),
        first.push_id,
        first.push,
        first.user_id if alone else None,
        first.login if alone else "",
        since,
        due,
        tuple(each.id for each in asked),
        about=about,
        own=True,
        mark=f"{len(asked)} {sum(each.id for each in asked)}",
    )


def _text(studio: Studio, kind: CaseKind, asked: Sequence[MyConversation], today: date) -> str:
    zone = studio.zone
    planned = [(each.name, local_day(each.at, zone)) for each in asked if each.at is not None]
    names = names_in_words([each.name for each in asked], len(asked))
    first = asked[0]
    if first.mine:
        with_whom = f" with {first.conductor}" if first.conductor else ""
        on = f" on {weekday_in_words(planned[0][1], today)}" if planned else ""
        return f"prepare your conversation{with_whom}{on}"
    if kind in (CaseKind.PLANNED_PAST, CaseKind.PLANNED_LATE, CaseKind.STARTS):
        return days_of_names(planned, len(asked), today)
    if kind is CaseKind.ENDS and first.deadline:
        return f"{names}, {days_left_in_words(first.deadline, today)}"
    return names
