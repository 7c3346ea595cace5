"""Who is asking (A1)."""

import pytest

from studio_tui.domain.access import Actor
from studio_tui.domain.errors import Forbidden
from studio_tui.domain.users import Role
from studio_tui.services import templates, users
from studio_tui.services.context import Studio
from studio_tui.services.identity import Account, own_account, sign_in


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


def test_signing_in_again_is_the_same_person(studio: Studio, admin: Actor) -> None:
    assert sign_in(studio, Account("Els", "whatever the system says now")) == admin


def test_an_unknown_account_is_refused_and_not_made(studio: Studio, admin: Actor) -> None:
    with pytest.raises(Forbidden, match="mallory"):
        sign_in(studio, Account("mallory", "Mallory"))
    with pytest.raises(Exception, match="no user"):
        users.find(studio, admin, "mallory")


def test_the_account_comes_from_the_system_and_not_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = own_account()
    monkeypatch.setenv("LOGNAME", "els")
    monkeypatch.setenv("USER", "els")
    assert own_account() == before
