"""``users add|edit|leave|return`` and ``teams``: people and teams maintained by hand (U8)."""

from tests.cli.conftest import ACCOUNT, Cli

ADD = ("users", "add", "zoe", "--email", "zoe@example.org", "--given-name", "Zoé")


def test_a_joiner_is_previewed_added_and_taken_out_of_a_push(pushed: Cli) -> None:
    add = (
        *ADD,
        "--family-name",
        "Doe",
        "--team",
        "Belgium",
        "--coach",
        "cor",
        "--push",
        "q1 REVIEW",
    )
    tried = pushed.json(*add, "--dry-run")
    assert {each["recipient"] for each in tried["notifications"]} == {"zoe", "bob", "cor"}
    assert "Nothing was changed." in pushed.out(*add, "--dry-run", "--mail")
    assert "zoe" not in pushed.out("users", "list")
    said = pushed.run(*add)
    assert "Zoé Doe (zoe) is added.\nManaged by Cor Coach (coach), Bob Smith" in said.stdout
    assert "Assigned to “Q1 review”, 2 managers told" in said.stdout
    assert "outbox undo" in said.stderr
    assert pushed.json("users", "show", "zoe")["pushes"][0]["push"] == "Q1 review"
    pushed.run("outbox", "undo")
    assert pushed.json("users", "show", "zoe")["pushes"] == []
    assert "--email: the address “zoe@example.org” is Zoé Doe" in pushed.refused(*add)
    other = ("users", "add", "ZOE", "--email", "yan@example.org", "--given-name", "Yan")
    assert "LOGIN: the login “ZOE” is Zoé Doe" in pushed.refused(*other)
    assert "Missing option '--email'" in pushed.misused("users", "add", "yan", "--given-name", "Y")
    assert "“Q2”" in pushed.refused(*ADD[:2], "yan", *ADD[3:], "--push", "Q2")


def test_an_error_names_its_option(organisation: Cli) -> None:
    said = organisation.refused(
        *("users", "edit", "ann", "--email", "bob@example.org\x1b[2J", "--team", "Saels"),
        *("--language", "xx", "--hired-on", "never", "--coach", "ann"),
    )
    for option in ("--email", "--team", "--language", "--hired-on"):
        assert f"{option}: " in said
    assert "\x1b" not in said
    assert "Did you mean “Sales”?" in said
    assert "--coach: nobody is their own coach" in organisation.refused(
        "users", "edit", "ann", "--coach", "ann@example.org"
    )
    assert "Say what to change: --email, --given-name" in organisation.misused(
        "users", "edit", "ann"
    )


def test_an_edit_reports_that_the_next_import_overwrites_it(organisation: Cli) -> None:
    edit = ("users", "edit", "ann", "--department", "Trade", "--no-team", "Belgium")
    tried = organisation.run(*edit, "--dry-run")
    assert tried.stdout.endswith("Nothing was changed.\n")
    done = organisation.run(*edit)
    assert done.stdout == (
        "Ann Peeters: department nothing becomes Trade.\n"
        "Ann Peeters: teams Sales > Belgium becomes nothing.\n"
    )
    assert "the next one that tells the department or teams overwrites this" in done.stderr
    organisation.run(*ADD)
    assert "import" not in organisation.run("users", "edit", "zoe", "--group", "new").stderr
    assert organisation.json(*edit)["changes"] == {}


def test_leaving_and_coming_back(pushed: Cli) -> None:
    tried = pushed.out("users", "leave", "bob", "ann", "--dry-run")
    assert "Ann Peeters (ann) would be marked as left: in “Q1 review”." in tried
    assert "Of those whom they manage, 1 user has no other manager." in tried
    assert pushed.json("users", "show", "ann")["active"] is True
    pushed.run("users", "leave", "ann", "bob")
    assert "left already" in pushed.nothing_to_do("users", "leave", "ann")
    assert [each["login"] for each in pushed.json("users", "return", "ann", "bob")["users"]] == [
        "ann", "bob",
    ]  # fmt: skip
    assert "not left" in pushed.nothing_to_do("users", "return", "ann")
    assert "Did you mean “ann”?" in pushed.refused("users", "leave", "annn")


def test_changes_of_people_in_open_pushes_wait_on_the_desk(pushed: Cli) -> None:
    """U7: an edit, a leaver, a moved team. A dry run adds no change to the desk."""
    pushed.run("teams", "add", "Group", "--leader", "els")
    pushed.run("pushes", "assign", "Q1 review", "bob")
    for act in (
        ("users", "edit", "ben", "--coach", "cor"),
        ("users", "leave", "eve"),
        ("teams", "edit", "Belgium", "--under", "Group"),
    ):
        before = pushed.json("users", "review")
        tried = pushed.run(*act, "--dry-run")
        assert "1 change of people in open pushes would wait for a decision" in tried.stderr
        assert pushed.json("users", "review") == before
        assert pushed.json(*act)["noticed"] == 1
    waiting = pushed.json("users", "review")
    assert sorted((each["user"], each["kind"]) for each in waiting) == [
        ("ben", "manager_changed"), ("bob", "manager_changed"), ("eve", "left"),
    ]  # fmt: skip


def test_a_user_who_becomes_an_admin_is_pointed_out(organisation: Cli) -> None:
    assert "becomes an admin" in organisation.out("users", "edit", "dan", "--role", "admin")
    head = "login,email,given_name,family_name,role"
    file = (
        f"{head}\nbea,bea@example.org,Béatrice,Moreau,admin\ndan,dan@example.org,Dan,Dewit,admin\n"
    )
    arguments = ("users", "import", "-")
    assert organisation.json(*arguments, "--dry-run", typed=file)["becomes_admin"] == ["bea"]
    tried = organisation.out(*arguments, "--dry-run", typed=file)
    assert "1 user would become an admin:\n  Béatrice Moreau (bea)\n" in tried
    assert "1 user became an admin:\n" in organisation.out(*arguments, typed=file)
    everyone = ("users", "leave", "els", "dan", "bea", ACCOUNT)
    assert "users edit LOGIN --role admin" in organisation.refused(*everyone)


def test_teams_as_a_tree(organisation: Cli) -> None:
    organisation.run("teams", "add", "Group", "--leader", "els")
    moved = organisation.out("teams", "edit", "Sales", "--under", "group", "--dry-run")
    assert "“Sales” would be “Group > Sales”, with 5 users in it." in moved
    assert "1 user would get other managers." in moved
    organisation.run("teams", "edit", "Sales", "--under", "group")
    assert [each["path"] for each in organisation.json("teams", "list")] == [
        "Group", "Group > Sales", "Group > Sales > Belgium", "Group > Sales > France",
    ]  # fmt: skip
    said = organisation.refused("teams", "edit", "Group", "--under", "France")
    assert said.startswith("studio-tui: --under: “Group” cannot be put under")
    assert "4 members (" in organisation.refused("teams", "remove", "Belgium")
    assert "1 team below it (Sales)" in organisation.refused("teams", "remove", "Group")
    top = ("teams", "edit", "Group > Sales", "--top")
    organisation.run(*top)
    assert "so already" in organisation.nothing_to_do("teams", "edit", "Sales", "--top")
    assert "say one" in organisation.misused(*top, "--under", "Group")
    organisation.run("teams", "edit", "Group", "--no-leader", "els", "--name", "Holding")
    assert "is removed" in organisation.out("teams", "remove", "holding")
    assert "Did you mean “Sales”?" in organisation.refused("teams", "show", "Saless")
