"""The cases of Today: their order, their identity, and the count of a badge (S1)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from studio_tui.domain.today.today import (
    CASES,
    Case,
    CaseKind,
    Section,
    Snooze,
    StudioPart,
    badge_of,
    in_order,
)

ONE = Case(CaseKind.OVERDUE, 3, "Ann", push_id=1, push="Q1", mark="a")
TODAY = date(2026, 3, 2)


def test_the_most_urgent_comes_first_and_later_cases_are_ordered_by_time() -> None:
    soon, later = (
        Case(CaseKind.ENDS, 9, "", push_id=n, due=datetime(2026, 3, day, tzinfo=UTC))
        for n, day in ((1, 3), (2, 9))
    )
    many = replace(ONE, push_id=2, count=4)
    cases = [Case(kind, 1, "", push_id=5) for kind in reversed(CaseKind)]
    assert [case.kind for case in in_order(cases)] == list(CASES)
    assert in_order([later, ONE, soon, many]) == [many, ONE, soon, later]


def test_every_kind_has_words_and_a_section() -> None:
    """The table contains every kind, in the order of its sections."""
    assert list(CASES) == list(CaseKind)
    sections = [CASES[kind].section for kind in CASES]
    assert sections == sorted(sections, key=list(Section).index)
    assert ONE.words == "3 overdue"
    assert Case(CaseKind.MAIL_FAILED, 1, "").words == "1 mail failed"
    assert Case(CaseKind.MAIL_FAILED, 1_200, "").words == "1,200 mails failed"


def test_a_case_keeps_its_identity_when_its_count_changes() -> None:
    assert replace(ONE, count=9, text="Ben", mark="b").key == ONE.key
    others = (replace(ONE, push_id=2), replace(ONE, push_id=None), replace(ONE, own=True))
    assert len({case.id for case in (ONE, *others, replace(ONE, about="reminder"))}) == 5


@pytest.mark.parametrize(
    ("until", "mark", "today", "holds"),
    [
        (None, "a", TODAY, True),
        (None, "b", TODAY, False),
        (date(2026, 3, 3), "b", TODAY, True),
        (date(2026, 3, 3), "a", date(2026, 3, 3), False),
    ],
)
def test_a_snooze_holds_until_its_day_or_until_the_case_changes(
    until: date | None, mark: str, today: date, holds: bool
) -> None:
    assert Snooze(ONE.key, until, "a").holds(replace(ONE, mark=mark), today) is holds


def test_a_badge_counts_cases_that_need_action_and_are_not_snoozed() -> None:
    failed = Case(CaseKind.MAIL_FAILED, 2, "")
    cases = [failed, Case(CaseKind.SENDING, 40, ""), ONE, replace(failed, push_id=3, snoozed=True)]
    assert str(badge_of(cases, StudioPart.OUTBOX)) == "2!"
    assert str(badge_of(cases, StudioPart.USERS)) == ""
