"""A dry run of an act returns exactly what the act would do and changes nothing (P14)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import AssignmentFilter, SkippedPerson
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox.dry_run import dry_run
from studio_tui.services.people import imports
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes, remind
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute, rows
from tests.acting import assign, finish, mail, send_due, summaries
from tests.organisation import create_push
from tests.services.conftest import MovableClock
from tests.services.people.importing import hr_file_of, whole_database

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("people")]

EVERYBODY: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())


def test_a_dry_run_returns_the_mail_that_the_act_writes(studio: Studio, admin: Actor) -> None:
    push = create_push(studio, admin)
    chosen = assigning.users_named(studio, admin, ["ann", "cas", "eve"])
    before = whole_database(studio)
    tried = dry_run(
        studio,
        lambda: assigning.assign(studio, admin, push, chosen),
        lambda done: done.activity_id,
    )
    assert whole_database(studio) == before
    assigning.assign(studio, admin, push, chosen)
    assert summaries(tried.notifications) == summaries(mail(studio, admin))
    assert tried.managing == {
        "ann": {"bob": "leads Belgium", "cor": "coach"},
        "cas": {"bob": "leads Belgium", "bea": "leads France"},
    }
    assert {(each.capacity, each.rendered.language) for each in tried.samples} == {
        (Capacity.USER, "nl"),
        (Capacity.USER, "fr"),
        (Capacity.USER, "en"),
        (Capacity.MANAGER, "fr"),
        (Capacity.MANAGER, "en"),
    }


def test_a_dry_run_of_closing_lists_its_mail(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    assigned = assign(studio, admin, create_push(studio, admin), "ann", "ben")
    clock.move(minutes=2)
    send_due(studio)
    push = pushes.show(studio, admin, assigned.push.id)
    tried = dry_run(
        studio,
        lambda: pushes.close(studio, admin, push, tell=True),
        lambda done: done.activity_id,
    )
    assert {each.recipient for each in tried.notifications} == {"ann", "ben", "bob", "cor"}
    assert pushes.show(studio, admin, push.id) == push


def test_a_dry_run_raises_the_refusal_of_the_act(studio: Studio, admin: Actor) -> None:
    push = create_push(studio, admin)
    with pytest.raises(Refused, match="only an open push"):
        dry_run(
            studio,
            lambda: remind.remind(studio, admin, push, EVERYBODY),
            lambda done: done.activity_id,
        )


def test_the_users_that_an_assignment_skips_are_listed_with_the_reason(
    studio: Studio, admin: Actor
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ann").push
    imports.apply(
        studio,
        admin,
        hr_file_of("email,given_name,family_name,active", "eve@example.org,Eve,Alone,no"),
    )
    everybody = Selection.matching(UserFilter(include_left=True))
    assert assigning.skipped(studio, admin, push, everybody) == [
        SkippedPerson("ann", "Ann Peeters", "is in it already"),
        SkippedPerson("eve", "Eve Alone", "has left"),
    ]
    named = assigning.users_named(studio, admin, ["ben"])
    assert assigning.skipped(studio, admin, push, named) == []


def test_the_users_that_a_reminder_skips_are_listed_with_the_reason(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas", "eve").push
    finish(studio, admin, push, "cas", by="bea")
    imports.apply(
        studio,
        admin,
        hr_file_of("email,given_name,family_name,active", "eve@example.org,Eve,Alone,no"),
    )
    just_ann = remind.users_named(studio, admin, push, ["ann@example.org"])
    assert remind.remind(studio, admin, push, just_ann).users_told == 1
    without = [
        SkippedPerson("cas", "Cas Dubois", "has held it"),
        SkippedPerson("eve", "Eve Alone", "has left"),
    ]
    recently = SkippedPerson("ann", "Ann Peeters", "was reminded a short while ago")
    assert remind.skipped(studio, admin, push, EVERYBODY) == [*without, recently]
    assert remind.skipped(studio, admin, push, EVERYBODY, again=True) == without
    with pytest.raises(Refused, match="Not assigned to “Q1 review”: bob, dan"):
        remind.users_named(studio, admin, push, ["ann", "bob", "dan"])


def test_a_dry_run_does_not_block_other_writers(studio: Studio, admin: Actor) -> None:
    """A dry run locks out no other writer, and does not see the writes of others."""
    push = create_push(studio, admin)
    chosen = assigning.users_named(studio, admin, ["ann"])

    def act() -> assigning.AssignResult:
        with ThreadPoolExecutor() as other:
            other.submit(create_push, studio, admin, "Meanwhile").result()
        return assigning.assign(studio, admin, push, chosen)

    assert summaries(dry_run(studio, act, lambda done: done.activity_id).notifications)
    every = pushes.every(studio, admin)
    assert {(each.name, each.progress.assigned) for each in every} == {
        (push.name, 0),
        ("Meanwhile", 0),
    }


def test_a_dry_run_stops_when_its_result_is_no_longer_wanted(studio: Studio, admin: Actor) -> None:
    push = create_push(studio, admin)
    chosen = assigning.users_named(studio, admin, ["ann"])
    asked = []

    def wanted() -> bool:
        asked.append(True)
        return False

    with pytest.raises(Unavailable):
        dry_run(
            studio,
            lambda: assigning.assign(studio, admin, push, chosen),
            lambda done: done.activity_id,
            wanted,
        )
    assert asked
    assert not mail(studio, admin)
    assert assign(studio, admin, push, "ann").added == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_dry_run_is_cancelled_in_the_middle_of_a_long_statement(studio: Studio) -> None:
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n"
    with pytest.raises(Unavailable, match="no longer wanted"), studio.store.dry_run(lambda: False):
        execute(count)
    with studio.store.reading():
        assert rows("SELECT COUNT(*) FROM users") != [(0,)]
