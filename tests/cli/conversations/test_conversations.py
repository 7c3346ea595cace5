"""``conversations``: everything from plan to finish, from a shell, by everybody."""

from typing import Any

from tests.cli.conftest import ACCOUNT, Accounts, Cli, create


def finished(accounts: Accounts) -> None:
    """Prepared by both, held and summed up."""
    with accounts.of("ben") as ben:
        ben.run("conversations", "write", "1", "--question", "1", "--text", "BEN-PREPARED")
        ben.run("conversations", "submit", "Q1 review", "ben")
    with accounts.of("bob") as bob:
        bob.run("conversations", "write", "1", "--question", "1", "--text", "BOB-PREPARED")
        bob.run("conversations", "submit", "1")
        bob.run("conversations", "start", "1")
        bob.run("conversations", "write", "1", "--question", "1", "--text", "NOTED")
        bob.run("conversations", "write", "1", "--question", "2", "--text", "Just right")
        bob.run("conversations", "write", "1", "--question", "8", "--text", "SUMMED-UP")
        bob.run("conversations", "finish", "1")


def entry(shown: dict[str, Any], number: int) -> dict[str, Any]:
    """One question of what ``show --json`` prints."""
    found: dict[str, Any] = next(
        one for one in shown["conversation"]["entries"] if one["id"] == number
    )
    return found


def test_planning_in_the_zone_of_the_organisation(pushed: Cli) -> None:
    said = pushed.out("conversations", "plan", "Q1 review", "ben", "--at", "2026-07-01T14:00")
    assert said == "Bob Smith talks with Ben Willems on 2026-07-01 at 14:00 (Europe/Brussels).\n"
    shown = pushed.json("conversations", "show", "Q1 review", "ben")
    conversation = shown.pop("conversation")
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
        "deadline": "2026-03-31",
        "excuse": None,
    }
    assert (conversation["state"], conversation["minutes"]) == ("planned", 60)
    assert (conversation["readable"], conversation["entries"]) == (["status"], [])


def test_an_offset_is_taken_as_written(pushed: Cli) -> None:
    pushed.run("conversations", "plan", "Q1 review", "ben", "--at", "2026-07-01T14:00+00:00")
    shown = pushed.out("conversations", "show", "Q1 review", "ben")
    assert "2026-07-01 16:00" in shown


def test_times_over_which_the_clocks_are_moved(pushed: Cli) -> None:
    plan = ("conversations", "plan", "Q1 review", "ben", "--at")
    assert "2026-03-29 02:30 does not exist in Europe/Brussels" in pushed.refused(
        *plan, "2026-03-29T02:30"
    )
    said = pushed.refused(*plan, "2026-10-25T02:30")
    assert "is there twice in Europe/Brussels" in said
    for offset in ("+02:00", "+01:00"):
        assert f"2026-10-25T02:30{offset}" in said
        pushed.run(*plan, f"2026-10-25T02:30{offset}")
        shown = pushed.json("conversations", "show", "Q1 review", "ben")
        assert shown["status_at"] == f"2026-10-25T02:30:00{offset}"


def test_times_that_cannot_be(pushed: Cli) -> None:
    plan = ("conversations", "plan", "Q1 review", "ben", "--at")
    assert "“2026-02-30T10:00” is not a time" in pushed.misused(*plan, "2026-02-30T10:00")
    assert "in the past" in pushed.refused(*plan, "2026-03-01T10:00")
    assert "lasts 5 to 480 minutes" in pushed.refused(*plan, "2026-03-09T10:00", "--minutes", "4")
    finish = ("conversations", "finish", "Q1 review", "ben", "--at")
    assert "in the future" in pushed.refused(*finish, "2026-03-02T10:01")


def test_finishing_names_who_held_it(pushed: Cli) -> None:
    said = pushed.refused("conversations", "finish", "Q1 review", "ann")
    assert "several managers" in said
    said = pushed.out("conversations", "finish", "Q1 review", "ann", "--by", "cor")
    assert said == "Done: Cor Coach talked with Ann Peeters.\n"
    assert "held already" in pushed.out("conversations", "finish", "Q1 review", "ann")
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


def test_what_all_pushes_ask_is_of_what_is_not_closed(pushed: Cli) -> None:
    pushed.run(*create("Q2"))
    pushed.run("pushes", "assign", "Q2", "cas")
    pushed.run("conversations", "finish", "Q1 review", "ben")
    every = ("conversations", "list", "--all")
    assert {(one["push"], one["login"]) for one in pushed.json(*every)} == {
        ("Q1 review", "ann"),
        ("Q1 review", "ben"),
        ("Q1 review", "eve"),
        ("Q2", "cas"),
    }
    done = pushed.json(*every, "--status", "done")
    assert [one["login"] for one in done] == ["ben"]
    pushed.run("pushes", "close", "Q1 review")
    assert [one["login"] for one in pushed.json(*every)] == ["cas"]
    closed = pushed.out("conversations", "list", "--push", "Q1 review")
    assert len(closed.splitlines()) == 4


def test_everybody_lists_their_own(accounts: Accounts) -> None:
    """C1: a leader their people, a user themself; others nothing, and nobody all but who may."""
    asked = {}
    for login in ("bob", "cor", "ann", "sam", "cas"):
        with accounts.of(login) as cli:
            listed = cli.json("conversations", "list")
            asked[login] = [(one["login"], one["push"], one["asked"]) for one in listed]
    assert asked == {
        "bob": [
            ("ann", "Q1 review", True),
            ("ben", "Q1 review", True),
            ("cas", None, False),
        ],
        "cor": [("ann", "Q1 review", True)],
        "ann": [("ann", "Q1 review", False)],
        "sam": [],
        "cas": [],
    }
    with accounts.of("bob") as bob:
        words = bob.json("conversations", "list", "peeters", "--asked")
        assert [one["login"] for one in words] == ["ann"]
        assert "see the pushes" in bob.refused("conversations", "list", "--all")
        assert "see the pushes" in bob.refused("conversations", "list", "--push", "Q1 review")
        assert "your own" in bob.misused("conversations", "list", "--all", "--asked")
    with accounts.of("sam") as sam:
        assert len(sam.json("conversations", "list", "--all")) == 3


def test_who_may_see_how_far_it_is(talk: Accounts) -> None:
    """C6: the two, the managers, admin and support; to others it is not even said to be there."""
    for login in ("bob", "ben", "sam", ACCOUNT):
        with talk.of(login) as cli:
            assert "planned" in cli.out("conversations", "show", "Q1 review", "ben")
            assert "planned" in cli.out("conversations", "show", "1")
    for login in ("cor", "ann", "cas", "dan"):
        with talk.of(login) as cli:
            for named in (("Q1 review", "ben"), ("1",)):
                for command in ("show", "cancel", "submit", "export", "reopen"):
                    said = cli.refused("conversations", command, *named)
                    assert login in said, said
            assert login in cli.refused("conversations", "start", "1")
    with talk.of("cas") as cas:
        assert "is not assigned" in cas.refused("conversations", "show", "Q1 review", "cas")


def test_a_conversation_from_plan_to_history(talk: Accounts) -> None:
    finished(talk)
    with talk.of("bob") as bob:
        shown = bob.json("conversations", "show", "1")
        assert (shown["status"], shown["conversation"]["state"]) == ("done", "done")
        first = entry(shown, 1)
        assert [first[side]["text"] for side in ("user", "conductor", "answer")] == [
            "BEN-PREPARED",
            "BOB-PREPARED",
            "NOTED",
        ]
        assert entry(shown, 2)["answer"]["text"] == "Just right"
        assert entry(shown, 8)["answer"]["text"] == "SUMMED-UP"
        assert [one["id"] for one in bob.json("conversations", "history")] == [1]
        assert bob.json("conversations", "history", "--state", "cancelled") == []
        assert [one["id"] for one in bob.json("conversations", "history", "--user", "ben")] == [1]
        assert bob.out("conversations", "reopen", "1") == (
            "The conversation with Ben Willems is in progress again.\n"
        )
    with talk.of("cor") as cor:
        assert cor.json("conversations", "history") == []
        said = cor.run("conversations", "history").stderr
        assert said == "No conversations.\n"
    with talk.of("sam") as sam:
        assert sam.json("conversations", "history", "willems") == []


def test_what_one_side_prepares_the_other_sees_when_it_is_time(talk: Accounts) -> None:
    """C2, C6."""
    with talk.of("ben") as ben:
        written = ben.out(
            "conversations", "write", "1", "--question", "1", "--text", "-", typed="a\n b\n"
        )
        assert written == "Written: 4 characters, version 1.\n"
    with talk.of("bob") as bob:
        assert entry(bob.json("conversations", "show", "1"), 1)["user"] is None
        assert "a\n" not in bob.out("conversations", "show", "1")
        said = bob.refused("conversations", "export", "1")
        assert "only a finished one can be exported" in said
    with talk.of("ben") as ben:
        assert entry(ben.json("conversations", "show", "1"), 1)["user"]["text"] == "a\n b"
        ben.run("conversations", "submit", "1")
    with talk.of("bob") as bob:
        assert "    a\n     b\n" in bob.out("conversations", "show", "1")
    with talk.of(ACCOUNT) as admin:
        shown = admin.json("conversations", "show", "1")["conversation"]
        assert (shown["readable"], shown["entries"]) == (["status"], [])


def test_nothing_is_overwritten_unseen(talk: Accounts) -> None:
    """A4."""
    write = ("conversations", "write", "1", "--question", "1", "--text")
    with talk.of("bob") as bob:
        bob.run(*write, "one")
        bob.run(*write, "two", "--version", "1")
        said = bob.refused(*write, "three", "--version", "1")
        assert "version 2 stands there now, and nothing was overwritten" in said
        assert entry(bob.json("conversations", "show", "1"), 1)["conductor"]["text"] == "two"


def test_what_cannot_be_written(talk: Accounts) -> None:
    write = ("conversations", "write", "1", "--question")
    with talk.of("bob") as bob:
        assert "There is no question 99" in bob.refused(*write, "99", "--text", "x")
        assert "choose one of Far too little" in bob.refused(*write, "2", "--text", "x")
        assert "written in the talk" in bob.refused(*write, "8", "--text", "x")
        assert "100,000 characters" in bob.refused(*write, "1", "--text", "-", typed="x" * 100_001)
        assert "larger than" in bob.refused(*write, "1", "--text", "-", typed="x" * 500_000)
        assert "not UTF-8" in bob.refused(*write, "1", "--text", "-", typed=b"\xff")
        assert "either --text or --restore" in bob.misused(*write, "1")
    with talk.of("cor") as cor:
        assert "no part" in cor.refused(*write, "1", "--text", "x")


def test_moving_keeps_what_is_not_said(talk: Accounts) -> None:
    move = ("conversations", "move", "1")
    with talk.of("bob") as bob:
        bob.run(*move, "--place", "Room 3", "--minutes", "45")
        bob.run(*move, "--at", "2026-03-11T09:00")
        shown = bob.json("conversations", "show", "1")["conversation"]
        assert (shown["planned_for"], shown["minutes"], shown["place"]) == (
            "2026-03-11T09:00:00+01:00",
            45,
            "Room 3",
        )
        assert "in the past" in bob.refused(*move, "--at", "2026-03-01T09:00")
        bob.run("conversations", "cancel", "Q1 review", "ben")
        assert "was cancelled" in bob.refused(*move, "--minutes", "30")
        assert "Nobody has planned" in bob.out("conversations", "cancel", "Q1 review", "ben")
        history = bob.json("conversations", "history", "--state", "cancelled")
        assert [(one["id"], one["state"]) for one in history] == [(1, "cancelled")]
        assert "cancelled" in bob.out("conversations", "show", "1")


def test_questions_are_added_and_removed(talk: Accounts) -> None:
    """T2: of one's own, and a whole topic of the library."""
    add = ("conversations", "add-question", "1", "--topic")
    with talk.of("bob") as bob:
        own = bob.out(*add, "Plans", "--question", "Tea?", "--kind", "choice",
                      "--option", "Yes", "--option", "No")  # fmt: skip
        assert own == "Question 6 is asked: Tea?\n"
        assert bob.out(*add, "cooperation").count("is asked: ") == 6
        entries = bob.json("conversations", "show", "1")["conversation"]["entries"]
        assert [one["id"] for one in entries if one["topic"] == "Plans"] == [9]
        bob.run("conversations", "remove-question", "1", "--question", "6")
        assert "keeps this question" in bob.refused(
            "conversations", "remove-question", "1", "--question", "1"
        )
        assert "no topic in the question library" in bob.refused(*add, "Nothing")
    with talk.of("ben") as ben:
        assert "does not hold" in ben.refused(*add, "x", "--question", "y")


def test_without_a_push(accounts: Accounts) -> None:
    with accounts.of("bob") as bob:
        usable = bob.json("conversations", "usable", "cas")
        assert [(one["push"], one["template"]) for one in usable] == [
            (None, "Performance review"),
            (None, "Quick"),
            (None, "Regular"),
        ]
        assert "Q1 review" in bob.out("conversations", "usable", "ann")
        about = ("cas", "--template", "Regular")
        bob.run("conversations", "plan", *about, "--at", "2026-03-09T10:00")
        shown = bob.json("conversations", "show", "1")
        assert (shown["push"], shown["status"], shown["status_at"]) == (
            None,
            "planned",
            "2026-03-09T10:00:00+01:00",
        )
        said = bob.out("conversations", "start", "cas", "--template", "quick")
        assert said == "Bob Smith talks with Cas Dubois: conversation 2.\n"
        assert bob.out("conversations", "finish", "ben", "--template", "Quick") == (
            "Done: Bob Smith talked with Ben Willems.\n"
        )
        assert "starts at the talk" in bob.refused(
            "conversations", "plan", "cas", "--template", "Quick", "--at", "2026-03-09T10:00"
        )
    with accounts.of("ann") as ann:
        assert "ann has no part" in ann.refused("conversations", "usable", "cas")
        assert "neither leads nor coaches" in ann.refused("conversations", "start", *about)


def test_not_mine_and_back(accounts: Accounts) -> None:
    """P10."""
    named = ("conversations", "not-mine", "Q1 review", "ann")
    with accounts.of("cor") as cor:
        cor.run(*named)
        assert cor.json("conversations", "list")[0]["why_not"] == "not mine"
    with accounts.of("bob") as bob:
        assert "Nobody else is left" in bob.refused(*named)
    with accounts.of("cor") as cor:
        cor.run(*named, "--undo")
        assert cor.json("conversations", "list")[0]["asked"] is True


def test_which_conversation_is_said_wrongly(talk: Accounts) -> None:
    with talk.of("bob") as bob:
        for named in (("Q1 review",), ("a", "b", "c"), ("-1",), ("²",)):
            bob.misused("conversations", "show", *named)
        bob.misused("conversations", "plan", "ben", "--at", "2026-03-09T10:00")
        bob.misused("conversations", "finish", "1", "--by", "bob")
        bob.misused("conversations", "history", "--csv", "--json")
        assert "no longer there" in bob.refused("conversations", "show", "77")


def test_who_has_no_part_learns_no_names(talk: Accounts) -> None:
    """A2: a push or a login that is unknown is like one that is somebody else's."""
    with talk.of("eve") as eve:
        known = eve.refused("conversations", "show", "Q1 review", "ann")
        assert "eve has no part in this conversation" in known
        for named in (("Q1 revieu", "ann"), ("Q1 review", "anne")):
            assert eve.refused("conversations", "show", *named) == known
        assert eve.refused("conversations", "usable", "anne") == known


def test_an_admin_is_told_the_near_miss(pushed: Cli) -> None:
    said = pushed.refused("conversations", "show", "Q1 revieu", "ann")
    assert "Did you mean “Q1 review”?" in said


def test_who_is_not_assigned(pushed: Cli) -> None:
    said = pushed.refused("conversations", "show", "Q1 review", "cas")
    assert said == "studio-tui: Cas Dubois is not assigned to “Q1 review”.\n"


OLD = "First I thought that the year went well, and then not. " * 6 + "So."


def written(cli: Cli, text: str, *options: str) -> str:
    """What the command says that writes ``text`` under the first question."""
    named = ("conversations", "write", "1", "--question", "1")
    return cli.run(*named, "--text", text, *options).stdout


def restored(cli: Cli, *version: str) -> str:
    """What stands under the first question once the earlier text is brought back."""
    cli.run("conversations", "write", "1", "--question", "1", "--restore", *version)
    entries = cli.json("conversations", "show", "1")["conversation"]["entries"]
    return str(next(one["user"]["text"] for one in entries if one["id"] == 1))


def test_what_is_replaced_is_said_and_comes_back(talk: Accounts) -> None:
    """C4: nothing that was written is lost."""
    with talk.of("ben") as ben:
        assert "takes the place" not in written(ben, OLD)
        said = written(ben, "Half a sentence")
        assert f"the place of {len(OLD):,} characters of version 1: “First I thought" in said
        assert "--restore" in said
        assert restored(ben) == OLD
        assert restored(ben) == "Half a sentence"
        assert restored(ben, "1") == OLD


def test_what_is_only_added_to_needs_no_word(talk: Accounts) -> None:
    with talk.of("ben") as ben:
        written(ben, "Well.")
        assert "takes the place" not in written(ben, "Well. And better than last year.")


def test_an_empty_text_takes_back_and_loses_nothing(talk: Accounts) -> None:
    with talk.of("ben") as ben:
        written(ben, OLD)
        assert "takes the place" in written(ben, "")
        assert restored(ben) == OLD


def test_what_is_not_kept_does_not_come_back(talk: Accounts) -> None:
    named = ("conversations", "write", "1", "--question", "1")
    with talk.of("ben") as ben:
        assert "Nothing that you wrote" in ben.refused(*named, "--restore")
        written(ben, OLD)
        written(ben, "Other")
        assert "There is: 1." in ben.refused(*named, "--restore", "7")
        assert "either" in ben.misused(*named)
        assert "either" in ben.misused(*named, "--text", "x", "--restore")


def test_what_was_written_before_is_for_its_author_alone(talk: Accounts) -> None:
    """C6: the other side can neither bring back nor read what its author replaced."""
    with talk.of("ben") as ben:
        written(ben, OLD)
        written(ben, "Other")
    with talk.of("bob") as bob:
        named = ("conversations", "write", "1", "--question", "1", "--restore")
        assert "Nothing that you wrote" in bob.refused(*named)
