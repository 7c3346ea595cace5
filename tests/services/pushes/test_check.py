"""Checking a push before users are assigned (P19), on each engine."""

from datetime import timedelta
from typing import Any

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.check import CheckKind
from studio_tui.services.outbox import delivery
from studio_tui.services.outbox.delivery import FailedSettlement
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import check, pushes
from studio_tui.services.system.context import Studio
from tests.acting import HOUR, assign, draft_of, finish, now, send_due
from tests.organisation import create_push
from tests.services.conftest import MovableClock
from tests.services.people.importing import import_lines

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("people")]


def found(studio: Studio, admin: Actor, *adding: str, **push: Any) -> dict[CheckKind, list[str]]:
    """Create a push and return the warnings about assigning ``adding`` to it."""
    made = create_push(studio, admin, "New", **push)
    chosen = assigning.users_named(studio, admin, adding)
    return {each.kind: list(each.users) for each in check.check(studio, admin, made, chosen)}


def test_a_push_without_problems_has_no_warnings(studio: Studio, admin: Actor) -> None:
    assert found(studio, admin, "ann", "ben", "cas") == {}
    assert check.check(studio, admin, pushes.find(studio, admin, "New")) == []


def test_warnings_cover_added_and_assigned_users(studio: Studio, admin: Actor) -> None:
    assert found(studio, admin, "eve", "ann") == {CheckKind.NO_MANAGER: ["eve"]}
    push = assign(studio, admin, create_push(studio, admin), "eve").push
    assert [each.users for each in check.check(studio, admin, push)] == [("eve",)]
    assigning.unassign_users(studio, admin, push, ["eve"])
    assert check.check(studio, admin, push) == []


def test_another_open_push_of_the_same_template_is_a_warning(studio: Studio, admin: Actor) -> None:
    other = assign(studio, admin, create_push(studio, admin), "ann", "ben").push
    finish(studio, admin, other, "ben", by="bob")
    assert found(studio, admin, "ann", "ben") == {CheckKind.OTHER_PUSH: ["ann"]}
    pushes.close(studio, admin, now(studio, admin, other))
    made = pushes.find(studio, admin, "New")
    ann = assigning.users_named(studio, admin, ["ann"])
    assert check.check(studio, admin, made, ann) == []


def test_an_address_with_failed_mail_is_a_warning_until_it_changes(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    other = assign(studio, admin, create_push(studio, admin), "ann", "ben").push
    clock.move(minutes=2)
    claimed = delivery.claim(studio, "w", limit=9, lasting=HOUR).deliveries
    failed = [
        FailedSettlement(each.id, each.address, "550")
        for each in claimed
        if each.address[:3] in "ann ben"
    ]
    delivery.settle(studio, "w", failed)
    delivery.hand_back(studio, "w")
    send_due(studio)
    pushes.close(studio, admin, now(studio, admin, other))
    assert found(studio, admin, "ann", "ben") == {CheckKind.NO_ADDRESS: ["ann", "ben"]}
    import_lines(
        studio, admin, "login,email,given_name,family_name", "ann,anna@example.org,Ann,Peeters"
    )
    made = pushes.find(studio, admin, "New")
    both = assigning.users_named(studio, admin, ["ann", "ben"])
    (warned,) = check.check(studio, admin, made, both)
    assert warned.users == ("ben",)


def test_a_person_without_an_address_is_a_warning(studio: Studio, admin: Actor) -> None:
    import_lines(
        studio, admin, "login,email,given_name,family_name,teams", "max,,Max,Maes,Sales > Belgium"
    )
    assert found(studio, admin, "ann", "max") == {CheckKind.NO_ADDRESS: ["max"]}


def test_a_deadline_on_a_weekend_and_too_few_days_for_a_manager_are_warnings(
    studio: Studio, admin: Actor
) -> None:
    # From Monday 2 March to Tuesday, then to Saturday.
    assert found(studio, admin, "ann", "ben", "cas", lasts=1) == {CheckKind.MANAGER_LOAD: ["bob"]}
    made = pushes.find(studio, admin, "New")
    saturday = draft_of(made, deadline=studio.today() + timedelta(days=5))
    moved = pushes.edit(studio, admin, made, saturday)
    (warned,) = check.check(studio, admin, moved)
    assert (warned.kind, warned.count, warned.users) == (CheckKind.DEADLINE_WEEKEND, 1, ())


def test_mail_that_leaves_at_night_is_a_warning(studio: Studio, admin: Actor) -> None:
    """Mail of a scheduled push leaves at eight in Brussels, which is two or three in New York."""
    row = "ann,ann@example.org,Ann,Peeters,America/New_York"
    import_lines(studio, admin, "login,email,given_name,family_name,time_zone", row)
    warned = found(studio, admin, "ann", "ben", starts_in=3, lasts=29)
    assert warned == {CheckKind.NIGHT_MAIL: ["ann"]}
