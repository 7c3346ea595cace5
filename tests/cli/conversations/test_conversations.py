"""``conversations``: every act from plan to finish, from a shell, by every role."""

from typing import Any

from tests.cli.conftest import ACCOUNT, Accounts, Cli, create


def finished(accounts: Accounts) -> None:
    """Prepare the conversation on both sides, hold it and write its summary."""
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
    """Return one question of the output of ``show --json``."""
    found: dict[str, Any] = next(
        one for one in shown["conversation"]["entries"] if one["id"] == number
    )
    return found


def test_a_time_is_in_the_zone_of_the_organisation(pushed: Cli) -> None:
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


def test_a_time_with_an_offset_is_accepted(pushed: Cli) -> None:
    pushed.run("conversations", "plan", "Q1 review", "ben", "--at", "2026-07-01T14:00+00:00")
    shown = pushed.out("conversations", "show", "Q1 review", "ben")
    assert "2026-07-01 16:00" in shown


def test_times_that_a_change_of_clocks_skips_or_repeats(pushed: Cli) -> None:
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


def test_impossible_times_are_refused(pushed: Cli) -> None:
    plan = ("conversations", "plan", "Q1 review", "ben", "--at")
    assert "“2026-02-30T10:00” is not a time" in pushed.misused(*plan, "2026-02-30T10:00")
    assert "in the past" in pushed.refused(*plan, "2026-03-01T10:00")
    assert "lasts 5 to 480 minutes" in pushed.refused(*plan, "2026-03-09T10:00", "--minutes", "4")
    finish = ("conversations", "finish", "Q1 review", "ben", "--at")
    assert "in the future" in pushed.refused(*finish, "2026-03-02T10:01")


def test_finishing_names_the_conductor(pushed: Cli) -> None:
    said = pushed.refused("conversations", "finish", "Q1 review", "ann")
    assert "several managers" in said
    said = pushed.out("conversations", "finish", "Q1 review", "ann", "--by", "cor")
    assert said == "Done: Cor Coach talked with Ann Peeters.\n"
    assert "held already" in pushed.out("conversations", "finish", "Q1 review", "ann")
    assert "neither leads nor coaches" in pushed.refused(
        "conversations", "finish", "Q1 review", "ben", "--by", "cor"
    )


def test_handing_over_notifies_both(pushed: Cli) -> None:
    hand_over = ("conversations", "hand-over", "Q1 review", "ann")
    assert pushed.out(*hand_over, "cor") == (
        "Cor Coach is to hold the conversation with Ann Peeters; both are told.\n"
    )
    assert pushed.json("conversations", "show", "Q1 review", "ann")["conductor"] == "Cor Coach"
    mails = [one for one in pushed.json("outbox", "list") if one["kind"] == "handed_over"]
    assert {one["recipient"] for one in mails} == {"ann", "cor"}
    assert "neither leads nor coaches" in pushed.refused(*hand_over, "dan")


def test_the_list_of_all_pushes_leaves_out_closed_ones(pushed: Cli) -> None:
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


def test_every_role_lists_its_own_conversations(accounts: Accounts) -> None:
    """C1: a leader lists the people of the team, a user themself.

    Only admin and support list all.
    """
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


def test_who_may_see_the_status(talk: Accounts) -> None:
    """C6: the two, the managers, admin and support. For others it is as if it did not exist."""
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


def test_a_preparation_is_hidden_from_the_other_side_until_it_is_submitted(talk: Accounts) -> None:
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


def test_a_text_that_was_changed_concurrently_is_not_overwritten(talk: Accounts) -> None:
    """A4."""
    write = ("conversations", "write", "1", "--question", "1", "--text")
    with talk.of("bob") as bob:
        bob.run(*write, "one")
        bob.run(*write, "two", "--version", "1")
        said = bob.refused(*write, "three", "--version", "1")
        assert "version 2 stands there now, and nothing was overwritten" in said
        assert entry(bob.json("conversations", "show", "1"), 1)["conductor"]["text"] == "two"


def test_invalid_answers_are_refused(talk: Accounts) -> None:
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


def test_moving_keeps_the_values_that_are_not_given(talk: Accounts) -> None:
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
    """T2: a question of the conductor's own, and a whole topic of the library."""
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


def test_a_manager_declines_a_conversation_and_undoes_it(accounts: Accounts) -> None:
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


def test_a_wrongly_named_conversation_is_refused(talk: Accounts) -> None:
    with talk.of("bob") as bob:
        for named in (("Q1 review",), ("a", "b", "c"), ("-1",), ("²",)):
            bob.misused("conversations", "show", *named)
        bob.misused("conversations", "plan", "ben", "--at", "2026-03-09T10:00")
        bob.misused("conversations", "finish", "1", "--by", "bob")
        bob.misused("conversations", "history", "--csv", "--json")
        assert "no longer there" in bob.refused("conversations", "show", "77")


def test_a_user_without_a_part_in_it_learns_no_names(talk: Accounts) -> None:
    """A2: an unknown push or login is answered like one that is hidden from the actor."""
    with talk.of("eve") as eve:
        known = eve.refused("conversations", "show", "Q1 review", "ann")
        assert "eve has no part in this conversation" in known
        for named in (("Q1 revieu", "ann"), ("Q1 review", "anne")):
            assert eve.refused("conversations", "show", *named) == known
        assert eve.refused("conversations", "usable", "anne") == known


def test_an_admin_is_offered_the_nearest_name(pushed: Cli) -> None:
    said = pushed.refused("conversations", "show", "Q1 revieu", "ann")
    assert "Did you mean “Q1 review”?" in said


def test_a_user_who_is_not_assigned_is_named(pushed: Cli) -> None:
    said = pushed.refused("conversations", "show", "Q1 review", "cas")
    assert said == "studio-tui: Cas Dubois is not assigned to “Q1 review”.\n"


OLD = "First I thought that the year went well, and then not. " * 6 + "So."


def written(cli: Cli, text: str, *options: str) -> str:
    """Write ``text`` under the first question and return the output."""
    named = ("conversations", "write", "1", "--question", "1")
    return cli.run(*named, "--text", text, *options).stdout


def restored(cli: Cli, *version: str) -> str:
    """Restore an earlier text under the first question and return the text there."""
    cli.run("conversations", "write", "1", "--question", "1", "--restore", *version)
    entries = cli.json("conversations", "show", "1")["conversation"]["entries"]
    return str(next(one["user"]["text"] for one in entries if one["id"] == 1))


def test_a_replaced_text_is_reported_and_can_be_restored(talk: Accounts) -> None:
    """C4: no text is lost."""
    with talk.of("ben") as ben:
        assert "takes the place" not in written(ben, OLD)
        said = written(ben, "Half a sentence")
        assert f"the place of {len(OLD):,} characters of version 1: “First I thought" in said
        assert "--restore" in said
        assert restored(ben) == OLD
        assert restored(ben) == "Half a sentence"
        assert restored(ben, "1") == OLD


def test_text_that_is_only_extended_is_not_reported_as_replaced(talk: Accounts) -> None:
    with talk.of("ben") as ben:
        written(ben, "Well.")
        assert "takes the place" not in written(ben, "Well. And better than last year.")


def test_an_empty_text_clears_the_answer_and_can_be_undone(talk: Accounts) -> None:
    with talk.of("ben") as ben:
        written(ben, OLD)
        assert "takes the place" in written(ben, "")
        assert restored(ben) == OLD


def test_only_stored_versions_can_be_restored(talk: Accounts) -> None:
    named = ("conversations", "write", "1", "--question", "1")
    with talk.of("ben") as ben:
        assert "Nothing that you wrote" in ben.refused(*named, "--restore")
        written(ben, OLD)
        written(ben, "Other")
        assert "There is: 1." in ben.refused(*named, "--restore", "7")
        assert "either" in ben.misused(*named)
        assert "either" in ben.misused(*named, "--text", "x", "--restore")


def test_only_the_author_can_restore_replaced_text(talk: Accounts) -> None:
    """C6: the other side can neither restore nor read text that its author replaced."""
    with talk.of("ben") as ben:
        written(ben, OLD)
        written(ben, "Other")
    with talk.of("bob") as bob:
        named = ("conversations", "write", "1", "--question", "1", "--restore")
        assert "Nothing that you wrote" in bob.refused(*named)
