"""What screens say of pushes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from studio_tui.domain.pushes import Assignment, Flag, Progress, Status
from studio_tui.tui.screens.push_words import (
    attention,
    bar,
    counted,
    done_in_cells,
    done_of_all,
    flags_in_words,
    status_in_words,
    when_mail_leaves,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
LATE_EVENING = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("done", "total", "drawn"),
    [
        (0, 0, ""),
        (0, 40, "░░░░"),
        (1, 1000, "█░░░"),
        (999, 1000, "███░"),
        (1000, 1000, "████"),
    ],
)
def test_a_bar_is_full_only_when_all_are_done(done: int, total: int, drawn: str) -> None:
    assert bar(done, total, 4) == drawn


@pytest.mark.parametrize(
    ("done", "total", "drawn"),
    [
        (1, 4, "██░░░░░░ 1/4"),
        (125, 2_500, "█░░░░░ 125/2,500"),
        (1_250, 2_500, "██░░ 1,250/2,500"),
        (11_000, 100_000, "11,000/100,000"),
        (108_889, 980_001, "108,889/980,001"),
        (999_999, 1_000_000, "99% of 1,000,000"),
    ],
)
def test_no_digit_of_a_push_is_cut_off(done: int, total: int, drawn: str) -> None:
    assert done_in_cells(done, total, 16) == drawn
    assert len(drawn) <= 16


def test_progress_with_and_without_those_who_left() -> None:
    progress = Progress(assigned=40, done=12, left=3, done_left=1)
    assert done_of_all(progress) == ("12 of 40 held (30%) · without the 3 who left: 11 of 37 (29%)")
    assert done_of_all(Progress()) == "nobody assigned yet"
    assert attention(Progress(assigned=4, overdue=2, left=1)) == "2 overdue · 1 left"


def test_everybody_left() -> None:
    assert done_of_all(Progress(assigned=1, left=1)).endswith("without the 1 who left: 0 of 0")


def _assignment(status: Status, at: datetime | None = None, conductor: str = "") -> Assignment:
    return Assignment(1, 1, 1, "ann", "Ann", "ann@example.org", status, frozenset(), at, conductor)


def test_status_in_words_with_the_day_in_the_organisations_zone() -> None:
    held = _assignment(Status.DONE, LATE_EVENING, "Bob [/x]")
    assert status_in_words(held, BRUSSELS) == "held 2026-03-03 by Bob [/x]"
    planned = _assignment(Status.PLANNED, LATE_EVENING, "Bob")
    assert status_in_words(planned, BRUSSELS) == "planned 2026-03-03"
    assert status_in_words(_assignment(Status.NOT_PLANNED), BRUSSELS) == "not planned"


def test_flags_keep_their_order() -> None:
    assert flags_in_words({Flag.LEFT, Flag.OVERDUE}) == "overdue, left"


def test_when_mail_leaves() -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    soon = datetime(2026, 3, 2, 9, 2, tzinfo=UTC)
    later = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)
    assert when_mail_leaves(soon, now, BRUSSELS) == "at 10:02 (Europe/Brussels)"
    assert when_mail_leaves(later, now, BRUSSELS) == "on 2026-04-01 at 07:00 (Europe/Brussels)"


def test_counted() -> None:
    assert (counted(1, "user", "users"), counted(1200, "user", "users")) == (
        "1 user",
        "1,200 users",
    )
