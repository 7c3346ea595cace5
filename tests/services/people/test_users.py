"""The list of users, and the details of a user (U1, U4, P16)."""

import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import Manager, UserFilter
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.people import users
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.system.context import Studio
from tests.acting import assign, send_due
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("people")


def logins(studio: Studio, admin: Actor, filter_: UserFilter) -> list[str]:
    return [user.login for user in users.every(studio, admin, filter_)]


def test_a_user_is_shown_with_teams_coaches_and_managers(studio: Studio, admin: Actor) -> None:
    """U1 to U5."""
    ann = users.find(studio, admin, "ann").user
    assert (ann.name, ann.language, ann.role) == ("Ann Peeters", "nl", Role.USER)
    assert (ann.teams, ann.groups, ann.coaches) == (("Sales > Belgium",), ("remote",), ("cor",))
    found = {manager.login: manager.reason for manager in ann.managers}
    assert found == {"bob": "leads Belgium", "cor": "coach"}
    bob = users.find(studio, admin, "bob").user
    assert (bob.leads, [m.login for m in bob.managers]) == (("Sales > Belgium",), ["dan"])
    assert isinstance(bob.managers[0], Manager)


def test_filters_narrow_by_words_and_by_push(studio: Studio, admin: Actor) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben", "eve").push
    assigning.unassign_users(studio, admin, push, ["ben"])
    assert logins(studio, admin, UserFilter(push_id=push.id)) == ["eve", "ann"]
    assert logins(studio, admin, UserFilter("belgium dubois")) == ["cas"]
    assert logins(studio, admin, UserFilter("REMOTE")) == ["ann"]
    import_people(
        studio, admin, "email,given_name,family_name,active\neve@example.org,Eve,Alone,no\n"
    )
    assert logins(studio, admin, UserFilter("eve")) == []
    assert logins(studio, admin, UserFilter("eve", include_left=True)) == ["eve"]
    assert logins(studio, admin, assigning.of_push(push)) == ["eve", "ann"]


def test_a_selected_row_stays_selected_when_the_filter_hides_it(
    studio: Studio, admin: Actor
) -> None:
    """Screens: a selection survives filtering."""
    ann = users.find(studio, admin, "ann").user.id
    selection = (
        Selection.matching(UserFilter("belgium")).mark([ann]).unmark_matching(UserFilter("cas"))
    )
    source = users.source(studio, admin, UserFilter("nobody"), Sort("name"))
    assert source.count() == 0
    assert source.selected(selection) == 3
    assert source.position(ann) is None


def test_a_user_is_shown_with_their_pushes_and_mail(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P16."""
    assign(studio, admin, create_push(studio, admin), "ann")
    clock.move(minutes=2)
    send_due(studio)
    gone = assign(studio, admin, create_push(studio, admin, "Gone"), "ann").push
    assigning.unassign_users(studio, admin, gone, ["ann"])
    assign(studio, admin, create_push(studio, admin, "Later", starts_in=3), "ann")
    shown = users.find(studio, admin, "ann@example.org")
    assert [name for name, _ in shown.pushes] == ["Later", "Q1 review"]
    assert [each.push for each in shown.notifications] == ["Later", "Gone", "Q1 review"]
    assert users.show(studio, admin, shown.user.id) == shown
