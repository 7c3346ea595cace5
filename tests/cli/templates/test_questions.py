"""``questions``: the question library, also as text files (T2)."""

from pathlib import Path

from tests.cli.conftest import Cli


def test_the_library_is_listed_and_shown(cli: Cli) -> None:
    listed = cli.json("questions", "list")
    assert cli.out("questions", "list").splitlines()[1].split() == ["Cooperation", "6"]
    assert cli.json("questions", "show", "COOPERATION") == listed[0]
    assert "(rating: Unsafe → " in cli.out("questions", "show", "cooperation")
    assert "Did you mean" in cli.refused("questions", "show", "Coperation")


def test_the_whole_library_is_exported_and_imported_unchanged(cli: Cli) -> None:
    text = cli.out("questions", "export")
    Path("all.toml").write_text(text, encoding="utf-8")
    count = len(cli.json("questions", "list"))
    before = cli.json("activity", "list")
    said = cli.out("questions", "import", "all.toml")
    assert said == f"{count} topics of the question library are as all.toml says.\n"
    assert cli.json("activity", "list") == before
    assert cli.out("questions", "export") == text


def test_a_topic_is_changed_and_deleted(cli: Cli) -> None:
    text = cli.out("questions", "export", "Growth")
    Path("one.toml").write_text(text.replace('"Growth"', '"Ours"'), encoding="utf-8")
    assert "1 topic of" in cli.out("questions", "import", "one.toml")
    assert cli.out("questions", "delete", "ours") == "“Ours” is deleted.\n"
    assert "There is no topic" in cli.refused("questions", "delete", "ours")


def test_a_file_that_is_wrong_is_refused(cli: Cli) -> None:
    Path("bad.toml").write_text('name = "x"\n[[questions]]\ntext = "?"\nkind = "choice"\n')
    said = cli.refused("questions", "import", "bad.toml")
    assert "questions[0].options: a choice has 2 to 20 options, not 0" in said
