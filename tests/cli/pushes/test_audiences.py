"""``pushes create --audience`` and ``pushes edit --audience`` (P13)."""

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.pushes.test_assign import logins

pytestmark = pytest.mark.one_engine
DAYS = ("--from", "2026-03-02", "--deadline", "2026-03-31")


def test_an_audience_is_set_shown_followed_and_removed(organisation: Cli) -> None:
    audience = ("--audience", "team under 'Sales > France'")
    create = ("pushes", "create", "Regular", "--name", "France", *DAYS, *audience)
    tried = organisation.json(*create, "--dry-run")
    assert {each["recipient"] for each in tried["notifications"]} >= {"cas"}
    assert organisation.json("pushes", "list") == []
    organisation.run(*create)
    before = logins(organisation, "France")
    assert "cas" in before
    shown = organisation.json("pushes", "show", "France")
    assert shown["audience"] == 'team under "Sales > France"'
    Path("new.csv").write_text(
        "login,email,given_name,family_name,teams\nnic,nic@example.org,Nic,Nys,Sales > France\n"
    )
    organisation.run("users", "import", "new.csv")
    assert logins(organisation, "France") == sorted([*before, "nic"])
    edit = ("pushes", "edit", "France")
    tried = organisation.json(*edit, "--audience", "login eve", "--dry-run")
    assert {each["recipient"] for each in tried["notifications"]} == {"eve"}
    done = organisation.json(*edit, "--audience", "login eve")
    assert (done["added"], done["users_told"]) == (1, 1)
    assert organisation.json(*edit, "--audience", "login eve")["added"] == 0
    assert "for those who were picked" in organisation.out(*edit, "--no-audience")
    assert organisation.json("pushes", "show", "France")["audience"] is None


def test_an_audience_used_once_is_not_stored(organisation: Cli) -> None:
    audience = ("--audience", "team under 'Sales > France'")
    once = ("pushes", "create", "Regular", "--name", "Once", *DAYS, *audience, "--once")
    organisation.run(*once)
    assert "cas" in logins(organisation, "Once")
    assert organisation.json("pushes", "show", "Once")["audience"] is None
    assert "--once goes with" in organisation.misused(*once[:3], "--name", "x", *DAYS, "--once")


def test_the_people_of_a_filter_are_checked_for_problems(organisation: Cli) -> None:
    """P19: together with named users, and with the people in the push."""
    organisation.run("pushes", "create", "Regular", "--name", "Q1", *DAYS)
    warned = organisation.json("pushes", "check", "Q1", "ann", "--where", "login in (eve, cas)")
    assert [each["users"] for each in warned if each["kind"] == "no_manager"] == [["eve"]]
    assert organisation.json("pushes", "check", "Q1", "ann") == []
    assert "^^^" in organisation.misused("pushes", "check", "Q1", "--where", "lgin eve")


def test_an_invalid_audience_is_marked_in_the_error(organisation: Cli) -> None:
    said = organisation.misused(
        "pushes", "create", "Regular", "--name", "x", *DAYS, "--audience", "tem Sales"
    )
    assert "^^^" in said
    assert organisation.json("pushes", "list") == []
    both = ("pushes", "edit", "x", "--audience", "left", "--no-audience")
    assert "Either" in organisation.misused(*both)
