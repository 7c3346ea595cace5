"""``pushes duplicate`` (P17)."""

import pytest

from tests.cli.conftest import Cli
from tests.cli.pushes.test_assign import logins

pytestmark = pytest.mark.one_engine
DAYS = ("--from", "2026-05-04", "--deadline", "2026-05-29")


def test_a_dry_run_previews_the_mail_of_a_duplicate(pushed: Cli) -> None:
    before = logins(pushed, "Q1 review")
    again = ("pushes", "duplicate", "q1 review", "--name", "Once more", *DAYS)
    tried = pushed.json(*again, "--dry-run")
    assert (tried["push"], tried["adding"], tried["left"]) == ("Once more", len(before), 0)
    told = {each["recipient"] for each in tried["notifications"]}
    assert set(before) < told
    assert "Nothing was changed." in pushed.out(*again, "--dry-run")
    assert [each["name"] for each in pushed.json("pushes", "list")] == ["Q1 review"]
    done = pushed.json(*again)
    assert (done["name"], done["available_from"], done["deadline"]) == (
        "Once more",
        "2026-05-04",
        "2026-05-29",
    )
    assert (done["added"], done["users_told"]) == (len(before), len(before))
    assert done["leaves_at"].startswith("2026-05-04T08:00")
    assert logins(pushed, "Once more") == before
    assert "name" in pushed.refused(*again)


def test_values_that_are_not_given_are_proposed(pushed: Cli) -> None:
    said = pushed.out("pushes", "duplicate", "Q1 review")
    assert said.startswith("“Q2 review” is created: ")
    assert "assigned" in said
    assert "deadline" in pushed.refused(
        "pushes", "duplicate", "Q1 review", "--from", "2026-09-01", "--deadline", "2026-08-01"
    )
