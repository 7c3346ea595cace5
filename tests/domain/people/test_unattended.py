"""The limits of an unattended import (U10)."""

from datetime import UTC, date, datetime

import pytest

from studio_tui.domain.people.unattended import FileOutcome, LastFile, Limits, parse_limit


@pytest.mark.parametrize(
    ("text", "count", "of", "passed"),
    [
        ("2%", 2, 100, False),
        ("2%", 3, 100, True),
        ("2%", 1, 49, True),
        (" 1.5 % ", 3, 200, False),
        ("1,5%", 4, 200, True),
        ("0.1%", 1, 1000, False),
        ("0%", 1, 1000, True),
        ("0%", 0, 0, False),
        ("100%", 10, 10, False),
        ("5", 5, 6, False),
        ("5", 6, 1_000_000, True),
        ("0", 1, 10, True),
    ],
)
def test_a_limit_is_a_percentage_or_a_number(text: str, count: int, of: int, passed: bool) -> None:
    assert parse_limit(text).is_passed(count, of) is passed


@pytest.mark.parametrize(
    "text",
    ["", "%", "two", "-1", "-1%", "101%", "1.5", "2%%", "nan%", "inf", "1e9", "٢%", "2 percent"],
)
def test_an_invalid_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write a share from 0% to 100%, as 2%, or a number"):
        parse_limit(text)


def test_the_reason_to_wait_names_the_exceeded_limits() -> None:
    limits = Limits()
    assert limits.why_wait(2, 100, 1, 100) == ""
    assert limits.why_wait(812, 9880, 0, 9880) == (
        "812 of 9,880 active users (8.2%) would be marked as left, more than 2%"
    )
    assert limits.why_wait(3, 100, 2, 100).endswith(
        "; 2 of 100 lines (2.0%) are refused, more than 1%"
    )


def test_the_same_file_counts_as_new_after_a_last_day_in_it_has_passed() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    until = date(2026, 3, 31)
    file = LastFile("people.csv", "digest", FileOutcome.IMPORTED, at, "els", "", 0, b"", until)
    assert file.says_the_same("digest", until)
    assert not file.says_the_same("digest", date(2026, 4, 1))
    assert not file.says_the_same("another", until)
