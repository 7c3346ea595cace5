"""The order of groups (S2)."""

import pytest

from studio_tui.domain.pushes.groups import By, GroupKey, PeopleGroup, ordered


def _group(number: int, name: str | None, *, assigned: int, done: int, late: int) -> PeopleGroup:
    key = GroupKey(By.MANAGER, number if name else None)
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
def test_every_order(column: str, descending: bool, names: list[str | None]) -> None:
    found = ordered(GROUPS, column, descending=descending)
    assert [group.name for group in found] == names
