"""Text that broke other programs, through files, commands, exports, mails and the log (A5)."""

import csv
import io
import json
import tomllib
from pathlib import Path

import pytest
import tomli_w

from studio_tui.config.log import log_error
from studio_tui.domain.shared.lookalikes import appearance
from studio_tui.domain.shared.spreadsheet_safety import escape_cell, unescape_cell
from studio_tui.domain.shared.text import clean_line, fold
from tests.cli.conftest import Cli
from tests.hostile import SIGNS
from tests.naughty import NAUGHTY

NAMES = list({fold(clean_line(text)): text for text in NAUGHTY if clean_line(text)}.values())
"""Names without duplicates that look the same to a reader. A person without a name is refused."""


def clean(printed: str) -> str:
    """Return ``printed`` after a check that it has nothing that a terminal would act on."""
    found = SIGNS & set(printed) - {"\n", "\t"}
    assert not found, sorted(found)
    return printed


@pytest.fixture
def people(cli: Cli) -> Cli:
    """A Studio with a person for every name."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("login", "email", "given_name", "family_name", "department"))
    for number, name in enumerate(NAMES):
        writer.writerow((f"n{number}", f"n{number}@example.org", name, "N", name))
    Path("people.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    cli.run("users", "import", "people.csv")
    return cli


def test_names_are_stored_and_printed_as_clean_text(people: Cli) -> None:
    by_login = {user["login"]: user["given_name"] for user in people.json("users", "list")}
    for number, name in enumerate(NAMES):
        assert by_login[f"n{number}"] == clean_line(unescape_cell(name)), name
    clean(people.out("users", "list"))
    clean(people.out("activity", "list"))


def test_an_export_of_people_is_imported_unchanged(people: Cli) -> None:
    exported = clean(people.out("users", "export"))
    for row in csv.DictReader(exported.splitlines()):
        for cell in row.values():
            assert escape_cell(cell) == cell or cell.startswith("'"), cell
    Path("again.csv").write_text(exported, encoding="utf-8")
    said = people.json("users", "import", "again.csv", "--dry-run")
    assert (said["added"], said["changed"], said["refused"]) == ([], [], [])


def test_questions_go_through_a_file_and_back(cli: Cli) -> None:
    template = tomllib.loads(cli.out("templates", "export", "Regular"))
    template["name"] = "Naughty \x1b]0;x\x07"
    template["description"] = "\n".join(NAUGHTY)[:3_000]
    step = next(step for step in template["steps"] if "topics" in step)
    asked = [{"text": text, "kind": "text"} for text in NAMES]
    step["topics"] = [
        {"name": f"{number} {NAMES[number]}"[:200], "questions": asked[number : number + 50]}
        for number in range(0, len(asked), 50)
    ]
    Path("t.toml").write_text(tomli_w.dumps(template), encoding="utf-8")
    cli.run("templates", "import", "t.toml")
    exported = clean(cli.out("templates", "export", "Naughty ]0;x"))
    found = tomllib.loads(exported)
    texts = [q["text"] for s in found["steps"] for t in s.get("topics", ()) for q in t["questions"]]
    assert texts == [clean_line(text) for text in NAMES]
    Path("again.toml").write_text(exported, encoding="utf-8")
    before = cli.json("activity", "list")
    cli.run("templates", "import", "again.toml")
    assert cli.json("activity", "list") == before
    clean(cli.out("templates", "show", "Naughty ]0;x"))


def test_pushes_of_every_name_and_the_mail_about_them(people: Cli) -> None:
    # Of names that look alike, only one is accepted as the name of a push.
    different = {appearance(name): name for name in NAMES}.values()
    names = [name for name in different if ";" not in name]
    unique = [f"--push={name};2026-03-01;2026-03-31" for name in names]
    for start in range(0, len(unique), 50):
        clean(people.out("pushes", "create", "Regular", *unique[start : start + 50]))
    listed = people.json("pushes", "list")
    assert len(listed) == len(unique)
    clean(people.out("pushes", "list"))
    for number, push in list(enumerate(listed))[::9]:
        run = people.out(
            "pushes", "assign", "--dry-run", "--mail", "--", push["name"], f"n{number}"
        )
        assert "Subject" in clean(run)
        assert sum(line.lower().startswith("bcc:") for line in run.splitlines()) == 0


def test_the_error_about_an_unknown_name_is_clean_text(cli: Cli) -> None:
    cli.run("db", "migrate")
    commands = ("users", "pushes", "templates")
    for number, name in enumerate(NAMES):
        said = cli.refused(commands[number % 3], "show", "--", name).removesuffix("\n")
        assert clean_line(name)[:100] in clean(said)


def test_the_log_holds_clean_text(private_home: Path) -> None:
    for text in NAUGHTY:
        path = log_error(ValueError(f"{text} before"))
    written = path.read_text(encoding="utf-8")
    assert written.count(" before") >= len(NAUGHTY)
    clean(written.replace("\n", ""))


def test_a_search_for_very_many_or_very_long_words_finds_nobody(people: Cli) -> None:
    for words in ("x" * 60_000, " ".join(f"w{number}" for number in range(3_000))):
        assert people.json("users", "list", words) == []
    assert json.loads(people.out("users", "list", *["n"] * 300, "--json"))
