"""Pushes with an audience: new members are assigned, and nobody is unassigned (P13, U7)."""

from datetime import date

import pytest

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.review import ReviewKind
from studio_tui.domain.pushes.push import Push, PushDraft
from studio_tui.domain.pushes.repeats import parse_every
from studio_tui.domain.shared.errors import Conflict, NothingToDo, Refused
from studio_tui.domain.today.today import CaseKind
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.outbox import undo
from studio_tui.services.people import by_hand, reviews, users
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.pushes import audiences as service
from studio_tui.services.pushes import duplicate, pushes, repeats
from studio_tui.services.pushes.repeating import repeat_by_schedule
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from studio_tui.services.today import today
from tests.acting import assign, assigned, lines, mail, now
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.services.pushes.test_repeats import at

DEPARTMENTS = "email,given_name,family_name,department,hired_on\n"


@made_once(autouse=True)
def people(studio: Studio, admin: Actor) -> None:
    """The small organisation, with Ann and Ben in the department Legal."""
    import_people(studio, admin)
    moved(studio, admin, ann="Legal", ben="Legal")


def moved(studio: Studio, admin: Actor, *, hired: str = "", **departments: str) -> None:
    rows = "".join(
        f"{login}@example.org,{login},X,{department},{hired}\n"
        for login, department in departments.items()
    )
    import_people(studio, admin, DEPARTMENTS + rows)


def legal(studio: Studio, admin: Actor) -> Audience:
    return audience_of(studio, admin, "department Legal")


def for_legal(studio: Studio, admin: Actor, name: str = "Q1 review") -> Push:
    template = templates.find(studio, admin, "Regular")
    draft = PushDraft(name, studio.today(), date(2026, 3, 31))
    audience = legal(studio, admin)
    return service.create_for(studio, admin, template.id, [draft], audience)[0]


def unmatched(studio: Studio, admin: Actor) -> list[str]:
    found = reviews.every(studio, admin)
    return [each.login for each in found if each.kind is ReviewKind.NO_LONGER_MATCHES]


def test_users_who_start_to_match_are_assigned_until_the_push_is_closed(
    studio: Studio, admin: Actor
) -> None:
    push = for_legal(studio, admin)
    assert set(assigned(studio, admin, push)) == {"ann", "ben"}
    assert str(service.of_push(studio, admin, push)) == 'department "Legal"'
    moved(studio, admin, cas="Legal")
    assert set(assigned(studio, admin, push)) == {"ann", "ben", "cas"}
    assert {"cas", "bea", "bob"} <= {each.recipient for each in mail(studio, admin)}
    (case,) = (c for c in today.show(studio, admin).cases if c.kind is CaseKind.CAME_IN)
    assert (case.count, case.push, case.text) == (1, "Q1 review", "cas X")
    # A user whose assignment was undone is not assigned again.
    undo.undo(studio, admin, lines(studio, admin)[0].id)
    moved(studio, admin, cas="Sales")
    moved(studio, admin, cas="Legal")
    assert set(assigned(studio, admin, push)) == {"ann", "ben"}
    pushes.close(studio, admin, now(studio, admin, push))
    moved(studio, admin, eve="Legal")
    assert set(assigned(studio, admin, push)) == {"ann", "ben"}


def test_a_user_assigned_by_the_audience_needs_no_decision(studio: Studio, admin: Actor) -> None:
    push = create_push(studio, admin)
    service.set_audience(studio, admin, push, audience_of(studio, admin, "team Belgium"))
    told = {"email": "zoe@example.org", "given_name": "Zoe", "family_name": "Maes"}
    added = by_hand.add(studio, admin, "zoe", PersonInput(told, {"teams": ["Belgium"]}))
    assert "zoe" in assigned(studio, admin, now(studio, admin, push))
    assert added.reviews_added == 0


def test_a_user_who_stops_matching_stays_assigned_and_is_on_the_desk(
    studio: Studio, admin: Actor
) -> None:
    push = for_legal(studio, admin)
    assign(studio, admin, push, "dan")
    moved(studio, admin, ann="Sales", dan="Sales")
    # Dan was assigned individually.
    assert unmatched(studio, admin) == ["ann"]
    assert set(assigned(studio, admin, push)) == {"ann", "ben", "dan"}
    moved(studio, admin, ann="Legal")
    assert unmatched(studio, admin) == []
    changed = audience_of(studio, admin, "login eve")
    done = service.set_audience(studio, admin, now(studio, admin, push), changed)
    assert done is not None
    assert done.added == 1
    assert unmatched(studio, admin) == ["ann", "ben"]


def test_manual_edits_assign_new_members_and_list_former_ones(studio: Studio, admin: Actor) -> None:
    push = for_legal(studio, admin)
    for login, department in (("cas", "Legal"), ("ann", "Sales")):
        user_id = users.find(studio, admin, login).user.id
        by_hand.edit(studio, admin, user_id, PersonInput({"department": department}))
    assert set(assigned(studio, admin, push)) == {"ann", "ben", "cas"}
    assert unmatched(studio, admin) == ["ann"]
    ann = users.find(studio, admin, "ann").user.id
    by_hand.edit(studio, admin, ann, PersonInput({"department": "Legal"}))
    assert unmatched(studio, admin) == []


def test_a_date_condition_assigns_a_user_once_on_the_day_it_becomes_true(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    moved(studio, admin, hired="2025-03-05", eve="")
    audience = audience_of(studio, admin, "hired before today - 1 years")
    push = create_push(studio, admin)
    assert service.set_audience(studio, admin, push, audience) is None
    assert service.join_by_schedule(studio) == 0
    at(clock, date(2026, 3, 6))
    assert (service.join_by_schedule(studio), service.join_by_schedule(studio)) == (1, 0)
    assert set(assigned(studio, admin, push)) == {"eve"}
    assert lines(studio, admin)[0].actor == "the Studio"


def test_setting_an_audience_on_an_outdated_push_is_a_conflict(
    studio: Studio, admin: Actor
) -> None:
    """A4."""
    push = for_legal(studio, admin)
    with pytest.raises(NothingToDo):
        service.set_audience(studio, admin, now(studio, admin, push), legal(studio, admin))
    service.set_audience(studio, admin, now(studio, admin, push), None)
    with pytest.raises(Conflict):
        service.set_audience(studio, admin, push, legal(studio, admin))
    moved(studio, admin, cas="Legal")
    assert set(assigned(studio, admin, push)) == {"ann", "ben"}
    pushes.close(studio, admin, now(studio, admin, push))
    with pytest.raises(Refused, match="closed"):
        service.set_audience(studio, admin, now(studio, admin, push), legal(studio, admin))


def test_duplicates_and_repeats_of_a_push_keep_its_audience(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P17: they assign the individually picked users who have not left, and the current members."""
    push = for_legal(studio, admin)
    assign(studio, admin, push, "dan")
    moved(studio, admin, ann="Sales", eve="Legal")
    proposal = duplicate.propose(studio, admin, push)
    assert proposal.people == 3
    done = duplicate.duplicate(studio, admin, push, proposal.draft, expected=3)
    assert set(assigned(studio, admin, done.push)) == {"ben", "dan", "eve"}
    repeats.set_rhythm(studio, admin, done.push, parse_every("1m"))
    moved(studio, admin, ben="Sales")
    at(clock, date(2026, 5, 2))
    assert repeat_by_schedule(studio) == 1
    found = repeats.of_push(studio, admin, done.push)
    assert found is not None
    latest = pushes.find(studio, admin, found.latest)
    assert set(assigned(studio, admin, latest)) == {"dan", "eve"}
    assert str(service.of_push(studio, admin, latest)) == 'department "Legal"'
