"""Users whose retention time is over are erased by schedule (U13)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import msgspec
import pytest

from studio_tui.config.settings import Privacy
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.shared.errors import NothingToDo
from studio_tui.domain.today.today import CaseKind
from studio_tui.services.activity import verify
from studio_tui.services.people import by_hand, retention, users
from studio_tui.services.system.context import Studio
from studio_tui.services.today import today
from studio_tui.storage.people import retention as stored
from tests.acting import as_user, lines
from tests.made_once import made_once
from tests.organisation import import_people
from tests.services.conftest import MovableClock


def keeping(studio: Studio, months: int) -> Studio:
    """Return the Studio with another retention time."""
    settings = msgspec.structs.replace(studio.settings, privacy=Privacy(months))
    return replace(studio, settings=settings)


@made_once(autouse=True)
def left(studio: Studio, admin: Actor) -> None:
    """Let Ann and Ben leave on 2 March."""
    import_people(studio, admin)
    by_hand.leave(studio, admin, [as_user(studio, login).user_id for login in ("ann", "ben")])


def ahead(studio: Studio, admin: Actor) -> list[tuple[int, str]]:
    cases = today.show(studio, admin).cases
    return [(each.count, each.about) for each in cases if each.kind is CaseKind.ERASED]


def test_users_are_erased_once_after_the_retention_time_by_any_of_several_workers(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """U13, S1: a new retention time applies after a week, during which Today announces it."""
    kept = keeping(studio, 1)
    assert retention.erase_by_schedule(studio) == 0
    with studio.store.reading():
        assert stored.retention_record(1, studio.today()) is None
    clock.move(days=29)
    # On 31 March the retention time is new, and Today announces the erasures.
    assert ahead(kept, admin) == [(2, "2026-04-07")]
    assert retention.erase_by_schedule(kept) == 0
    for _ in range(2):
        clock.move(days=3)
        assert retention.erase_by_schedule(kept) == 0
    assert ahead(kept, admin) == [(2, "2026-04-07")]
    by_hand.take_back(studio, admin, [users.find(studio, admin, "ben").user.id])
    clock.move(days=1)
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: retention.erase_by_schedule(kept), range(2))) == 1
    assert ahead(kept, admin) == []
    assert retention.erase_by_schedule(kept) == 0
    assert [each.action for each in lines(studio, admin)].count("erased user") == 1
    assert lines(studio, admin)[0].actor == "the Studio"
    assert {
        each.login for each in users.every(studio, admin, UserFilter(include_left=True))
    }.isdisjoint({"ann"})
    assert verify.verify(studio, admin).intact


def test_a_retention_time_that_is_set_again_counts_as_new(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """U13: nobody is erased on the day on which the setting is made again."""
    kept = keeping(studio, 1)
    retention.erase_by_schedule(kept)
    clock.move(days=91)
    assert retention.erase_by_schedule(kept) == 0
    clock.move(days=7)
    assert retention.erase_by_schedule(kept) == 2
    # The notice covered only those users; one who leaves later gets a date of their own.
    by_hand.leave(studio, admin, [as_user(studio, "bob").user_id])
    clock.move(days=29)
    assert retention.erase_by_schedule(kept) == 0


def test_an_admin_can_erase_users_at_once_when_their_retention_time_is_over(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """U13: erasing by hand needs no notice; users whose time is not over yet stay."""
    with pytest.raises(NothingToDo, match="retention_months"):
        retention.erase_over(studio, admin, [1])
    kept = keeping(studio, 1)
    clock.move(days=25)
    found = retention.show(kept, admin)
    assert ([each.login for each in found.soon], found.over) == (["ann", "ben"], ())
    with pytest.raises(NothingToDo):
        retention.erase_over(kept, admin, [each.user_id for each in found.soon])
    clock.move(days=7)
    over = retention.show(kept, admin).over
    assert {(each.login, str(each.left_on), str(each.erase_on)) for each in over} == {
        ("ann", "2026-03-02", "2026-04-10"),
        ("ben", "2026-03-02", "2026-04-10"),
    }
    assert len(retention.erase_over(kept, admin, [each.user_id for each in over])) == 2
    assert retention.show(kept, admin).over == ()
