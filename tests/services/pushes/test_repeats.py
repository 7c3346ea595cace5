"""Pushes that repeat automatically (P17)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, PushState, Reminders
from studio_tui.domain.pushes.repeats import parse_every
from studio_tui.domain.shared.errors import Forbidden, Invalid, NothingToDo, Refused
from studio_tui.domain.today.today import CaseKind
from studio_tui.services.activity import verify
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes import repeats as service
from studio_tui.services.pushes.repeating import repeat_by_schedule
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from studio_tui.services.today import today
from tests.acting import as_user, assign, assigned, draft_of, lines, mail
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.services.pushes.test_assign import leaves

pytestmark = pytest.mark.usefixtures("people")

MONTHLY, QUARTERLY, WEEKLY = (parse_every(text) for text in ("1m", "3m", "1w"))


@made_once
def push(studio: Studio, people: Actor) -> Push:
    """A push from 2 March to 20 March with Ann and Ben."""
    made = create_push(studio, people, lasts=18)
    assign(studio, people, made, "ann", "ben")
    edited = replace(draft_of(made), reminders=Reminders((4,), (1,)))
    return pushes.edit(studio, people, made, edited)


def at(clock: MovableClock, day: date, hour: int = 9) -> None:
    clock.instant = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def firsts(studio: Studio, admin: Actor) -> list[tuple[str, str, str]]:
    found = sorted(pushes.every(studio, admin), key=lambda each: each.id)
    return [(each.name, f"{each.available_from}", f"{each.deadline}") for each in found]


def ahead(studio: Studio, admin: Actor) -> list[tuple[str, int, str]]:
    cases = today.show(studio, admin).cases
    return [(each.push, each.count, each.text) for each in cases if each.kind is CaseKind.REPEATS]


def test_the_next_push_is_created_once_on_its_day_by_any_of_several_workers(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """N1, N8: three workers check at once.

    Today announces it, and its mail leaves in the morning.
    """
    service.set_rhythm(studio, admin, push, QUARTERLY)
    assert repeat_by_schedule(studio) == 0
    assert ahead(studio, admin) == []
    at(clock, date(2026, 5, 25))
    leaves(studio, admin, "ben")
    assert ahead(studio, admin) == [
        ("Q1 review", 1, "“Q2 review” is made Tue 2 Jun"),
    ]
    # Five past midnight in Brussels.
    clock.instant = datetime(2026, 6, 1, 22, 5, tzinfo=UTC)
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: repeat_by_schedule(studio), range(3))) == 1
    assert repeat_by_schedule(studio) == 0
    assert firsts(studio, admin) == [
        ("Q1 review", "2026-03-02", "2026-03-20"),
        ("Q2 review", "2026-06-02", "2026-06-20"),
    ]
    made = pushes.find(studio, admin, "Q2 review")
    assert (made.state, made.reminders) == (PushState.OPEN, Reminders((4,), (1,)))
    assert set(assigned(studio, admin, made)) == {"ann"}
    told = [each for each in mail(studio, admin) if each.push == "Q2 review"]
    assert {each.due_at.isoformat() for each in told} == {"2026-06-02T06:00:00+00:00"}
    assert [each.actor for each in lines(studio, admin)[:2]] == ["the Studio"] * 2
    assert verify.verify(studio, admin).intact
    # The next date is that of the latest push, also if requested for the first one.
    found = service.of_push(studio, admin, push)
    assert found is not None
    assert (found.latest, str(found.coming[0].first)) == ("Q2 review", "2026-09-02")


def test_after_weeks_without_a_worker_only_one_push_is_created(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    service.set_rhythm(studio, admin, push, WEEKLY)
    at(clock, date(2026, 4, 8))
    assert repeat_by_schedule(studio) == 1
    assert firsts(studio, admin)[1:] == [("Q2 review", "2026-04-06", "2026-04-24")]
    at(clock, date(2026, 4, 13))
    assert repeat_by_schedule(studio) == 1
    assert firsts(studio, admin)[2:] == [("Q2 review 2", "2026-04-13", "2026-05-01")]


def test_skipped_dates_and_dates_after_the_end_create_no_push(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    service.set_rhythm(studio, admin, push, MONTHLY, until=date(2026, 6, 30))
    found = service.skip(studio, admin, push, date(2026, 4, 2))
    assert [each.first.month for each in found.coming] == [4, 5, 6]
    assert found.repeat.next(studio.today()) == found.coming[1]
    with pytest.raises(NothingToDo):
        service.skip(studio, admin, push, date(2026, 4, 2))
    with pytest.raises(Invalid, match="the nearest is 2026-05-02"):
        service.skip(studio, admin, push, date(2026, 5, 3))
    service.skip(studio, admin, push, date(2026, 5, 2))
    service.keep(studio, admin, push, date(2026, 5, 2))
    made = []
    for month in (4, 5, 6, 7):
        at(clock, date(2026, month, 2))
        made.append(repeat_by_schedule(studio))
    assert made == [0, 1, 1, 0]
    service.stop(studio, admin, push)
    assert service.of_push(studio, admin, push) is None
    with pytest.raises(NothingToDo):
        service.stop(studio, admin, push)


def test_the_rhythm_can_be_changed_and_invalid_changes_are_refused(
    studio: Studio, admin: Actor, push: Push
) -> None:
    service.set_rhythm(studio, admin, push, MONTHLY)
    with pytest.raises(NothingToDo):
        service.set_rhythm(studio, admin, push, MONTHLY)
    with pytest.raises(Invalid, match="until"):
        service.set_until(studio, admin, push, date(2026, 3, 3))
    changed = service.set_rhythm(studio, admin, push, QUARTERLY)
    assert [each.first.month for each in changed.coming] == [6, 9, 12, 3]
    assert service.set_until(studio, admin, push, date(2026, 9, 2)).repeat.until
    assert len(service.by_push(studio, admin)) == 1
    with pytest.raises(Forbidden):
        service.stop(studio, as_user(studio, "sam"), push)
    verbs = [each.action for each in lines(studio, admin)]
    assert verbs.count(Verb.REPEAT) == 3


def test_a_push_of_an_archived_template_waits_and_is_announced_as_blocked(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    """T3: once the template leaves the archive, the push is created."""
    service.set_rhythm(studio, admin, push, MONTHLY)
    template = templates.show(studio, admin, push.template_id)
    archived = templates.set_archived(studio, admin, template, True)
    with pytest.raises(Refused, match="archive"):
        service.set_rhythm(studio, admin, push, QUARTERLY)
    at(clock, date(2026, 4, 3))
    assert repeat_by_schedule(studio) == 0
    assert "cannot be made" in ahead(studio, admin)[0][2]
    templates.set_archived(studio, admin, archived, False)
    assert repeat_by_schedule(studio) == 1


def test_users_are_assigned_a_number_of_days_after_their_hire(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P17, P18: once, with the length of the push as their time, from the day of the setting on."""
    push = create_push(studio, admin, "First talk", lasts=10)
    hired = "email,given_name,family_name,hired_on\n"
    for login, day in (("ann", "2025-12-02"), ("ben", "2025-12-01"), ("eve", "2025-12-08")):
        hired += f"{login}@example.org,{login},X,{day}\n"
    import_people(studio, admin, hired)
    service.set_after_hire(studio, admin, push, 90)
    assert [text for _, _, text in ahead(studio, admin)] == [
        "90 days after each hire: today",
        "90 days after each hire: Sun 8 Mar",
    ]
    assert (repeat_by_schedule(studio), repeat_by_schedule(studio)) == (1, 0)
    assert set(assigned(studio, admin, push)) == {"ann"}
    # As after a week without a running worker.
    at(clock, date(2026, 3, 14))
    assert (repeat_by_schedule(studio), repeat_by_schedule(studio)) == (1, 0)
    found = assigned(studio, admin, push)
    assert {login: str(each.deadline) for login, each in found.items()} == {
        "ann": "2026-03-12",
        "eve": "2026-03-18",
    }
    pushes.close(studio, admin, pushes.show(studio, admin, push.id))
    import_people(studio, admin, hired.replace("2025-12-01", "2025-12-14"))
    assert repeat_by_schedule(studio) == 0
