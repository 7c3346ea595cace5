"""The activity log in words (A3)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from studio_tui.services.activity.activity import ActivityLine
from studio_tui.tui.widgets.activity_rows import changes, found_in, in_full

_ZONE = ZoneInfo("Europe/Brussels")
_AT = datetime(2026, 3, 2, 16, 43, 12, 345678, tzinfo=UTC)


def _line(before: Any = None, after: Any = None, action: str = "edited push") -> ActivityLine:
    return ActivityLine(1, None, _AT, "ann", action, "Q1 review", before, after, 1)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"status": "not_planned"}, {"conductor": "bob"}, ["was not planned", "conductor: bob"]),
        ({"status": "prepared"}, {"status": "in_progress"}, ["status: prepared → in progress"]),
        (None, {"at": _AT.isoformat()}, ["at 2026-03-02 17:43"]),
        (None, {"at": "2026-13-45T99:00"}, ["at 2026-13-45T99:00"]),
        (
            {"remind_before_days": "7, 1"},
            {"remind_before_days": ""},
            ["reminders before the deadline (days): 7, 1 → none"],
        ),
        (
            {"available_from": "2026-03-02"},
            {"available_from": "2026-03-09"},
            ["available from: 2026-03-02 → 2026-03-09"],
        ),
        (None, {"mail dropped": 0, "added": 2, "left": 0}, ["added: 2"]),
        ({"users": 0}, {"users": 3}, ["users: 0 → 3"]),
        ({"text": "x"}, None, ["text: x → nothing"]),
        ({"teams": []}, {"teams": ["Sales", "Legal"]}, ["teams: none → Sales, Legal"]),
    ],
)
def test_changes_are_described_in_words(before: Any, after: Any, told: list[str]) -> None:
    assert changes(_line(before, after), _ZONE) == told


def test_without_a_time_zone_times_are_in_utc_and_labelled() -> None:
    assert changes(_line(after={"at": _AT.isoformat()})) == ["at 2026-03-02 16:43 (UTC)"]


def test_the_filter_searches_the_text_of_the_detail() -> None:
    done = _line({"status": "not_planned"}, {"at": _AT.isoformat()}, "began conversation")
    for words in ("was not planned", "at 2026-03-02 17:43"):
        assert words in in_full(done, _ZONE)
        assert words in found_in(done, _ZONE)


def test_the_detail_and_the_filter_include_the_origin() -> None:
    done = replace(_line(), origin="key SHA256:x from 192.0.2.7")
    assert "From      key SHA256:x from 192.0.2.7\nWhat" in in_full(done, _ZONE)
    assert "192.0.2.7" in found_in(done, _ZONE)
    assert "From" not in in_full(_line(), _ZONE)
