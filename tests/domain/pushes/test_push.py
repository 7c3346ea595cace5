"""The states of a push, and the rules for creating one (P1, P4, P5, P8)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.pushes.push import (
    Progress,
    PushDraft,
    PushState,
    Status,
    check_drafts,
    is_overdue,
    parse_days,
    state_of,
    status_of,
)
from studio_tui.domain.shared.errors import Invalid

TODAY = date(2026, 3, 2)
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
THEN = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("assigned", "first", "closed", "state"),
    [
        (0, YESTERDAY, None, PushState.DRAFT),
        (0, TOMORROW, None, PushState.DRAFT),
        (1, TOMORROW, None, PushState.SCHEDULED),
        (1, TODAY, None, PushState.OPEN),
        (1, YESTERDAY, None, PushState.OPEN),
        (0, TOMORROW, THEN, PushState.CLOSED),
        (1, YESTERDAY, THEN, PushState.CLOSED),
    ],
)
def test_the_state_follows_from_assignments_and_the_day(
    assigned: int, first: date, closed: datetime | None, state: PushState
) -> None:
    """P5."""
    assert state_of(assigned=assigned, available_from=first, closed_at=closed, today=TODAY) is state


@pytest.mark.parametrize("state", PushState)
@pytest.mark.parametrize("to_do", [0, 1])
@pytest.mark.parametrize("deadline", [YESTERDAY, TODAY, TOMORROW])
def test_only_an_open_push_past_its_deadline_is_overdue(
    state: PushState, to_do: int, deadline: date
) -> None:
    """P4: a deadline lasts until the end of its day."""
    overdue = is_overdue(state=state, deadline=deadline, overdue_conversations=to_do, today=TODAY)
    assert overdue == (state is PushState.OPEN and to_do == 1 and deadline == YESTERDAY)


INSTANTS = st.none() | st.just(THEN)


@given(INSTANTS, INSTANTS, INSTANTS, INSTANTS)
def test_the_status_is_the_furthest_stage_of_the_conversation(
    planned: datetime | None,
    prepared: datetime | None,
    started: datetime | None,
    finished: datetime | None,
) -> None:
    """P8."""
    came = [
        (finished, Status.DONE),
        (started, Status.IN_PROGRESS),
        (prepared, Status.PREPARED),
        (planned, Status.PLANNED),
        (THEN, Status.NOT_PLANNED),
    ]
    expected = next(status for instant, status in came if instant)
    found = status_of(
        planned_for=planned, prepared_at=prepared, started_at=started, finished_at=finished
    )
    assert found is expected


def test_open_conversations_are_those_not_done() -> None:
    assert Progress(assigned=5, done=2, left=1).open == 3


def wrong(*drafts: PushDraft, used: tuple[str, ...] = ()) -> dict[str, str]:
    try:
        check_drafts(drafts, used)
    except Invalid as error:
        return error.fields
    return {}


def draft(name: str, days: int = 0) -> PushDraft:
    return PushDraft(name, TODAY, TODAY + timedelta(days=days))


def test_every_draft_is_checked_and_each_error_is_at_its_field() -> None:
    """P1."""
    assert wrong(draft("Q1")) == {}
    assert wrong(draft("Q1", -1)) == {
        "deadline": "the deadline 2026-03-01 is before the first day 2026-03-02"
    }
    assert wrong(draft("")) == {"name": "give the push a name"}
    assert wrong(draft("x" * 200)) == {}
    assert wrong(draft("x" * 201)) == {"name": "at most 200 characters"}
    assert list(wrong(draft("Q1"), draft("q1 "), draft("", -1), draft("Q2"))) == [
        "name.1",
        "name.2",
        "deadline.2",
    ]
    assert list(wrong(draft("STRASSE"), used=("Straße",))) == ["name"]


@pytest.mark.parametrize(
    ("text", "days"),
    [("", ()), ("7", (7,)), (" 7,1 ", (7, 1)), ("7, 1, 7,", (7, 1)), ("0,365", (0, 365))],
)
def test_numbers_of_days_are_parsed(text: str, days: tuple[int, ...]) -> None:
    """P15."""
    assert parse_days(text, 0) == days


@pytest.mark.parametrize("text", ["soon", "-1", "1.5", "7;1", "366", "0", "²"])
def test_invalid_numbers_of_days_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="from 1 to 365"):
        parse_days(text, 1)
