"""``templates``: list, show, as text files, duplicate, archive, delete."""

from pathlib import Path

from tests.cli.conftest import Cli, create


def test_the_starters_are_listed(cli: Cli) -> None:
    listed = cli.json("templates", "list")
    assert [template["name"] for template in listed] == ["Performance review", "Quick", "Regular"]
    assert [template["permissions"]["through_push"] for template in listed] == [True, False, True]
    assert cli.out("templates", "list").splitlines()[2].split() == ["Quick", "2", "no", "0"]


def test_a_template_is_shown_with_its_questions(cli: Cli) -> None:
    said = cli.out("templates", "show", "regular")
    assert "May be started    through push, by leaders and coaches, by users" in said
    assert "\nDiscussion\n  How are you?\n    - " in said
    steps = cli.json("templates", "show", "Regular")["steps"]
    assert [step["kind"] for step in steps] == ["discussion", "feedback", "objectives", "summary"]
    assert steps[0]["topics"][0]["questions"][1]["kind"] == "rating"


def test_an_exported_template_is_imported_unchanged(cli: Cli) -> None:
    text = cli.out("templates", "export", "Regular")
    Path("regular.toml").write_text(text, encoding="utf-8")
    said = cli.out("templates", "import", "regular.toml")
    assert said.startswith("The template “Regular” is as regular.toml says.\n")
    assert cli.out("templates", "export", "Regular") == text
    assert len(cli.json("activity", "list")) == 4


def test_an_imported_text_adds_or_changes_a_template(cli: Cli) -> None:
    text = cli.out("templates", "export", "Regular")
    Path("mine.toml").write_text(text.replace('"Regular"', '"Monthly talk"'), encoding="utf-8")
    assert cli.json("templates", "import", "mine.toml")["name"] == "Monthly talk"
    Path("mine.toml").write_text(
        text.replace('"Regular"', '"Monthly talk"').replace(
            "through_push = true", "through_push = false"
        ),
        encoding="utf-8",
    )
    assert "does not allow through push" in cli.out("templates", "import", "mine.toml")
    assert len(cli.json("templates", "list")) == 4


def test_text_that_is_wrong_is_refused(cli: Cli) -> None:
    Path("bad.toml").write_text('names = "x"\n')
    said = cli.refused("templates", "import", "bad.toml")
    assert "bad.toml: names: unknown key (did you mean “name”?)" in said
    assert "nowhere.toml cannot be read" in cli.refused("templates", "import", "nowhere.toml")


def test_duplicate_archive_and_delete(cli: Cli) -> None:
    assert cli.out("templates", "duplicate", "Quick") == "“Quick (copy)” is added.\n"
    assert cli.out("templates", "delete", "quick (COPY)") == "“Quick (copy)” is deleted.\n"
    assert "is archived" in cli.out("templates", "archive", "Regular")
    assert "is archived" in cli.refused(*create("x"))
    assert "no longer archived" in cli.out("templates", "unarchive", "Regular")
    cli.run(*create("x"))
    assert "archive it instead" in cli.refused("templates", "delete", "Regular")


def test_versions_are_listed_and_restored(cli: Cli) -> None:
    """T5."""
    first = cli.out("templates", "export", "Regular")
    Path("r.toml").write_text(
        first.replace("through_push = true", "through_push = false"), encoding="utf-8"
    )
    cli.run("templates", "import", "r.toml")
    said = cli.out("templates", "versions", "Regular").splitlines()
    assert said[0].startswith("2  2026-03-02 10:00  ")
    assert said[1].strip() == "~ Through push: “yes” became “no”"
    assert said[2].startswith("1  2026-03-02 10:00  ")
    (change,) = cli.json("templates", "versions", "Regular")[0]["changes"]
    assert change == {
        "kind": "changed", "where": "Through push", "before": "yes", "after": "no",
    }  # fmt: skip
    assert cli.out("templates", "export", "Regular", "--version", "1") == first
    assert "as it was in version 1" in cli.out("templates", "bring-back", "Regular", "1")
    assert cli.out("templates", "export", "Regular") == first
    assert "versions 1 to 3" in cli.refused("templates", "bring-back", "Regular", "9")


def test_versions_name_the_pushes_that_use_them(cli: Cli) -> None:
    """T5."""
    cli.run(*create("Q1"))
    assert "kept by 1 push" in cli.out("templates", "versions", "Regular")
