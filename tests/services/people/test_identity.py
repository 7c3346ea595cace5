"""Identifying the actor (A1)."""

import socket

import pytest

from studio_tui.config.session import account_name
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.shared.errors import Forbidden
from studio_tui.services.people import exports, imports, users
from studio_tui.services.people.identity import (
    Account,
    create_first_admin,
    is_new,
    own_account,
    sign_in,
)
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from studio_tui.storage.activity.activity import write_activity
from tests.acting import lines
from tests.organisation import create_push


def test_the_account_that_makes_the_database_is_its_first_admin(
    studio: Studio, admin: Actor
) -> None:
    assert admin.role is Role.ADMIN
    assert users.find(studio, admin, "ELS").user.name == "Els Claes"
    assert [t.name for t in templates.every(studio, admin)] == [
        "Performance review",
        "Quick",
        "Regular",
    ]


@pytest.mark.parametrize(
    ("account", "given", "family", "email"),
    [
        (Account("els", "Els Claes"), "Els", "Claes", "els@localhost.localdomain"),
        (Account("jan", "Jan De Smet"), "Jan", "De Smet", "jan@localhost.localdomain"),
        (Account("root", "root"), "root", "(admin)", "root@localhost.localdomain"),
        (Account("hr", ""), "hr", "(admin)", "hr@localhost.localdomain"),
        (Account("EX\\j.d o", "=Jan"), "=Jan", "(admin)", "EX-j-d-o@localhost.localdomain"),
        (Account("x" * 70, "X Y"), "X", "Y", "x" * 64 + "@localhost.localdomain"),
    ],
)
def test_the_first_admin_has_a_name_and_an_address(
    studio: Studio, account: Account, given: str, family: str, email: str
) -> None:
    actor = create_first_admin(studio, account)
    assert actor is not None
    user = users.find(studio, actor, account.login).user
    assert (user.given_name, user.family_name, user.email) == (given, family, email)
    assert (actor.name, actor.role) == (user.name, Role.ADMIN)


def test_the_first_admin_can_be_exported_and_imported_again(studio: Studio, admin: Actor) -> None:
    everybody = users.every(studio, admin, UserFilter(include_left=True))
    text = exports.users_csv(everybody)
    plan = imports.preview(studio, admin, hr_file.read(text.encode()))
    assert (plan.touched, plan.refusals, plan.unchanged) == ((), (), 1)


def test_a_database_gets_only_one_first_admin(studio: Studio, admin: Actor) -> None:
    assert not is_new(studio)
    assert create_first_admin(studio, Account("mallory", "Mallory")) is None
    with pytest.raises(Forbidden):
        sign_in(studio, Account("mallory", "Mallory"))


def test_signing_in_again_returns_the_same_user(studio: Studio, admin: Actor) -> None:
    assert sign_in(studio, Account("Els", "whatever the system says now")) == admin


def test_an_unknown_account_is_refused_and_not_created(studio: Studio, admin: Actor) -> None:
    with pytest.raises(Forbidden, match="mallory"):
        sign_in(studio, Account("mallory", "Mallory"))
    with pytest.raises(Exception, match="no user"):
        users.find(studio, admin, "mallory")


def test_the_activity_records_the_origin_of_each_act(studio: Studio, admin: Actor) -> None:
    """A3: the first line has an origin, too; acts of the program itself have none."""
    create_push(studio, sign_in(studio, Account("els", "", "account els on other")))
    with studio.store.writing():
        write_activity(None, studio.now(), Verb.SEND_AGAIN, "mail")
    origins = [line.origin for line in lines(studio, admin)]
    assert origins[:2] == ["", "account els on other"]
    assert set(origins[2:]) == {"account els on hr-host"}


@pytest.mark.parametrize(
    ("connection", "told"),
    [
        ("192.0.2.7 50123 192.0.2.1 22", " from 192.0.2.7"),
        ("2001:db8::7%eth0 50123 2001:db8::1 22", " from 2001:db8::7%eth0"),
        ("UNKNOWN 65535 UNKNOWN 65535", " from UNKNOWN"),
        ("\x1b[2J\n\u202ex 1", " from [2J x"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_origin_of_an_account_is_a_host_and_the_address_of_its_ssh_client(
    monkeypatch: pytest.MonkeyPatch, connection: str | None, told: str
) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    if connection is not None:
        monkeypatch.setenv("SSH_CONNECTION", connection)
    assert own_account().origin == f"account {account_name()} on {socket.gethostname()}{told}"


def test_the_origin_of_an_account_is_limited_to_one_short_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "x" * 10_000)
    assert len(own_account().origin) == 200


def test_the_account_comes_from_the_system_and_not_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = own_account()
    monkeypatch.setenv("LOGNAME", "els")
    monkeypatch.setenv("USER", "els")
    assert own_account() == before
