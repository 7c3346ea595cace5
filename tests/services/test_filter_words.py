"""Filter words that match other columns than names, and the sort orders of lists (S5)."""

from datetime import timedelta
from typing import Any

import pytest

from studio_tui.domain.conversations.conversation import HistoryFilter, Plan
from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import AssignmentFilter
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.outbox import outbox
from studio_tui.services.people import users
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.wording.mail import kind_in_words
from tests.acting import as_user, assign, finish, send_due
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

_LEFT = "email,given_name,family_name,active\ncas@example.org,Cas,Dubois,no\n"


@made_once(autouse=True)
def late(studio: Studio, admin: Actor, clock: MovableClock) -> None:
    """Create an overdue push: Ann had her conversation with Bob, Ben's is planned, Cas has left.

    Eve has no manager. The mails of the push were sent.
    """
    import_people(studio, admin)
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben", "cas", "eve").push
    finish(studio, admin, push, "ann", by="bob")
    plan = Plan(studio.now() + timedelta(days=2))
    bob = as_user(studio, "bob")
    conversations.plan(studio, bob, conversations.find(studio, "Q1 review", "ben"), plan)
    import_people(studio, admin, _LEFT)
    clock.move(minutes=5)
    send_due(studio)
    clock.move(days=40)


def _logins(found: Source[Any, Any]) -> list[str]:
    return [row.login for row in found.rows(0, 100)]


@pytest.mark.parametrize(
    ("text", "logins"),
    [
        ("held", ["ann"]),
        ("planned", ["ben", "cas", "eve"]),
        ("not pla", ["cas", "eve"]),
        ("with", ["ben"]),
        ("overdue planned béat", ["cas"]),
        ("NO MANAGER", ["eve"]),
        ("nobody", ["eve"]),
        ("left", ["cas"]),
        ("smith", ["ann", "ben", "cas"]),
        ("smith held", ["ann"]),
        ("cor", ["ann"]),
        ("peet held", ["ann"]),
        ("nonesuch", []),
        ("planned 100%", []),
    ],
)
def test_filter_words_of_the_users_of_a_push(
    studio: Studio, admin: Actor, text: str, logins: list[str]
) -> None:
    (push,) = pushes.every(studio, admin)
    found = assigning.source(studio, admin, push, AssignmentFilter(text), Sort("name"))
    assert sorted(_logins(found)) == logins
    assert found.count() == len(logins)
    every = assigning.every(studio, admin, push)
    ids = [row.id for row in every]
    matching = found.matching(AssignmentFilter(text), ids)
    assert sorted(row.login for row in every if row.id in matching) == logins
    assert found.selected(Selection.matching(AssignmentFilter(text))) == len(logins)


@pytest.mark.parametrize(
    ("text", "logins"),
    [
        ("support", ["sam"]),
        ("admin", ["els"]),
        ("left", ["cas"]),
        ("fr", ["bea", "cas"]),
        ("no manager", ["cor", "dan", "els", "eve", "sam"]),
        ("smith", ["bob"]),
        ("remote", ["ann"]),
    ],
)
def test_filter_words_of_the_list_of_users(
    studio: Studio, admin: Actor, text: str, logins: list[str]
) -> None:
    filter_ = UserFilter(text, include_left=True)
    found = users.source(studio, admin, filter_, Sort("login"))
    assert _logins(found) == logins
    every = [user.id for user in users.every(studio, admin, UserFilter(include_left=True))]
    assert len(found.matching(filter_, every)) == found.count() == len(logins)


def test_filter_words_of_the_candidates_of_a_push(studio: Studio, admin: Actor) -> None:
    (push,) = pushes.every(studio, admin)
    for text, logins in (("smith", ["ann", "ben", "bob"]), ("already", ["ann", "ben", "eve"])):
        filter_ = UserFilter(text, candidate_for=push.id)
        found = assigning.candidates(studio, admin, filter_, Sort("login"))
        assert _logins(found) == logins
    by_note = assigning.candidates(studio, admin, filter_, Sort("note", descending=True))
    assert sorted(_logins(by_note)) == logins


@pytest.mark.parametrize(
    ("text", "recipients"),
    [
        ("sent ann", {"bob"}),
        ("manager dubois", set()),
        ("as manager", {"bob", "bea", "cor"}),
        ("manager cas", {"bea", "bob"}),
        ("failed", set()),
    ],
)
def test_filter_words_of_the_outbox(
    studio: Studio, admin: Actor, text: str, recipients: set[str]
) -> None:
    found = outbox.every(studio, admin, NotificationFilter(text))
    assert {mail.recipient for mail in found} == recipients


def test_filter_words_of_the_history(studio: Studio, admin: Actor) -> None:
    for text, number in (("held", 1), ("cancelled", 0), ("regular", 1), ("held smith", 1)):
        found = conversations.history(studio, admin, HistoryFilter(text), Sort("at"))
        assert found.count() == number, text


def test_lists_can_be_sorted_by_columns_without_an_index(studio: Studio, admin: Actor) -> None:
    (push,) = pushes.every(studio, admin)

    def of_push(column: str) -> list[str]:
        return _logins(assigning.source(studio, admin, push, AssignmentFilter(), Sort(column)))

    assert of_push("flags")[0] == "eve"
    assert of_push("flags")[-1] == "ann"
    assert of_push("managers")[0] == "eve"
    assert sorted(of_push("reminded")) == ["ann", "ben", "cas", "eve"]

    def of_users(column: str) -> list[str]:
        return _logins(users.source(studio, admin, UserFilter(), Sort(column, descending=True)))

    assert of_users("managers")[0] == "ann"
    assert of_users("standing")[0] == "sam"
    assert of_users("teams")[0] in {"ann", "ben", "bob"}
    by_kind = outbox.source(studio, admin, NotificationFilter(), Sort("kind"))
    kinds = [kind_in_words(mail.kind, mail.capacity) for mail in by_kind.rows(0, 100)]
    assert kinds == sorted(kinds)
    assert len(set(kinds)) > 2
