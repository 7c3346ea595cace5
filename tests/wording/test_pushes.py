"""The wording of the progress of pushes and of the people in them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from studio_tui.domain.pushes.push import Assignment, Flag, Progress, Status
from studio_tui.wording.pushes import (
    attention_in_words,
    flags_in_words,
    progress_in_words,
    status_in_words,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
LATE_EVENING = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


def test_progress_with_and_without_users_who_left() -> None:
    progress = Progress(assigned=40, done=12, left=3, done_left=1)
    assert progress_in_words(progress) == (
        "12 of 40 held (30%) · without the 3 who left: 11 of 37 (29%)"
    )
    assert progress_in_words(Progress()) == "nobody assigned yet"
    assert attention_in_words(Progress(assigned=4, overdue=2, left=1)) == "2 overdue · 1 left"


def test_everybody_left() -> None:
    assert progress_in_words(Progress(assigned=1, left=1)).endswith(
        "without the 1 who left: 0 of 0"
    )


def _assignment(status: Status, at: datetime | None = None, conductor: str = "") -> Assignment:
    return Assignment(1, 1, 1, "ann", "Ann", "ann@example.org", status, frozenset(), at, conductor)


def test_status_in_words_with_the_day_in_the_organisations_zone() -> None:
    held = _assignment(Status.DONE, LATE_EVENING, "Bob [/x]")
    assert status_in_words(held, BRUSSELS) == "held 2026-03-03 by Bob [/x]"
    planned = _assignment(Status.PLANNED, LATE_EVENING, "Bob")
    assert status_in_words(planned, BRUSSELS) == "planned 2026-03-03 with Bob"
    assert status_in_words(_assignment(Status.NOT_PLANNED), BRUSSELS) == "not planned"


def test_flags_have_a_fixed_order() -> None:
    assert flags_in_words({Flag.LEFT, Flag.OVERDUE}) == "overdue, left"
