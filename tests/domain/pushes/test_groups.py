"""The order of groups (S2)."""

from datetime import date

import pytest

from studio_tui.domain.pushes.groups import (
    LOAD_WEEKS,
    GroupBy,
    GroupKey,
    PeopleGroup,
    load_of,
    ordered,
)


def _group(number: int, name: str | None, *, assigned: int, done: int, late: int) -> PeopleGroup:
    key = GroupKey(GroupBy.MANAGER, number if name else None)
    return PeopleGroup(key, name, name, assigned, assigned - done, 0, 0, 0, done, late)


GROUPS = (
    _group(1, "Zoe", assigned=9, done=4, late=5),
    _group(2, "ann", assigned=3, done=3, late=0),
    _group(0, None, assigned=8, done=1, late=5),
)


@pytest.mark.parametrize(
    ("column", "descending", "names"),
    [
        ("late", True, [None, "Zoe", "ann"]),
        ("late", False, ["ann", "Zoe", None]),
        ("name", False, ["ann", "Zoe", None]),
        ("name", True, ["Zoe", "ann", None]),
        ("held", True, ["Zoe", "ann", None]),
        ("still", False, ["ann", "Zoe", None]),
    ],
)
def test_groups_are_ordered_by_every_column(
    column: str, descending: bool, names: list[str | None]
) -> None:
    found = ordered(GROUPS, column, descending=descending)
    assert [group.name for group in found] == names


def test_the_load_of_a_week_counts_planned_and_due_conversations() -> None:
    today = date(2026, 3, 2)
    planned = {date(2026, 2, 20): 1, date(2026, 3, 8): 1, date(2026, 3, 9): 2}
    rest = {date(2026, 3, 1): 4, date(2026, 3, 31): 3, date(2026, 4, 30): 9}
    assert load_of(planned, rest, today) == (6, 2, 0, 0, 3)
    assert load_of({}, {}, today) == (0,) * LOAD_WEEKS
