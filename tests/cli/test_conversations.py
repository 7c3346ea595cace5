"""``conversations``: list, show, plan, finish."""

from tests.cli.conftest import Cli, create


def test_planning_in_the_zone_of_the_organisation(pushed: Cli) -> None:
    said = pushed.out("conversations", "plan", "Q1 review", "ben", "--at", "2026-07-01T14:00")
    assert said == "Bob Smith talks with Ben Willems on 2026-07-01 at 14:00 (Europe/Brussels).\n"
    shown = pushed.json("conversations", "show", "Q1 review", "ben")
    assert shown == {
        "push": "Q1 review",
        "login": "ben",
        "name": "Ben Willems",
        "status": "planned",
        "status_at": "2026-07-01T14:00:00+02:00",
        "flags": [],
        "conductor": "Bob Smith",
        "managers": [{"login": "bob", "reason": "leads Belgium"}],
        "reminders": 0,
        "reminded_at": None,
    }


def test_an_offset_is_taken_as_written(pushed: Cli) -> None:
    pushed.run("conversations", "plan", "Q1 review", "ben", "--at", "2026-07-01T14:00+00:00")
    shown = pushed.out("conversations", "show", "Q1 review", "ben")
    assert "2026-07-01 16:00" in shown


def test_finishing_names_who_held_it(pushed: Cli) -> None:
    said = pushed.refused("conversations", "finish", "Q1 review", "ann")
    assert "several managers" in said
    said = pushed.out("conversations", "finish", "Q1 review", "ann", "--by", "cor")
    assert said == "Done: Cor Coach talked with Ann Peeters.\n"
    assert "held already" in pushed.refused("conversations", "finish", "Q1 review", "ann")
    assert "neither leads nor coaches" in pushed.refused(
        "conversations", "finish", "Q1 review", "ben", "--by", "cor"
    )


def test_handing_over_tells_both(pushed: Cli) -> None:
    hand_over = ("conversations", "hand-over", "Q1 review", "ann")
    assert pushed.out(*hand_over, "cor") == (
        "Cor Coach is to hold the conversation with Ann Peeters; both are told.\n"
    )
    assert pushed.json("conversations", "show", "Q1 review", "ann")["conductor"] == "Cor Coach"
    mails = [one for one in pushed.json("outbox", "list") if one["kind"] == "handed_over"]
    assert {one["recipient"] for one in mails} == {"ann", "cor"}
    assert "neither leads nor coaches" in pushed.refused(*hand_over, "dan")


def test_times_that_cannot_be(pushed: Cli) -> None:
    plan = ("conversations", "plan", "Q1 review", "ben", "--at")
    assert "“2026-02-30T10:00” is not a time" in pushed.misused(*plan, "2026-02-30T10:00")
    assert "in the past" in pushed.refused(*plan, "2026-03-01T10:00")
    finish = ("conversations", "finish", "Q1 review", "ben", "--at")
    assert "in the future" in pushed.refused(*finish, "2026-03-02T10:01")


def test_the_list_is_of_what_is_not_closed(pushed: Cli) -> None:
    pushed.run(*create("Q2"))
    pushed.run("pushes", "assign", "Q2", "cas")
    pushed.run("conversations", "finish", "Q1 review", "ben")
    assert {(one["push"], one["login"]) for one in pushed.json("conversations", "list")} == {
        ("Q1 review", "ann"),
        ("Q1 review", "ben"),
        ("Q1 review", "eve"),
        ("Q2", "cas"),
    }
    done = pushed.json("conversations", "list", "--status", "done")
    assert [one["login"] for one in done] == ["ben"]
    pushed.run("pushes", "close", "Q1 review")
    assert [one["login"] for one in pushed.json("conversations", "list")] == ["cas"]
    closed = pushed.out("conversations", "list", "--push", "Q1 review")
    assert len(closed.splitlines()) == 4


def test_who_is_not_assigned(pushed: Cli) -> None:
    said = pushed.refused("conversations", "show", "Q1 review", "cas")
    assert said == "studio-tui: Cas Dubois is not assigned to “Q1 review”.\n"
