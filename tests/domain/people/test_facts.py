"""The facts about a user are declared in one place, and used as declared (U1, U6)."""

from collections import Counter
from dataclasses import fields
from pathlib import Path

from studio_tui.domain.people.facts import CLUES, FACTS, fact_called
from studio_tui.domain.people.facts_table import in_markdown
from studio_tui.domain.people.hr_file.headings import plain
from studio_tui.domain.people.hr_file.records import ImportField, Record
from studio_tui.domain.people.users import User

TEXT = (Path(__file__).parents[3] / "docs" / "facts.md").read_text(encoding="utf-8")
NAMES = {fact.name for fact in FACTS}


def test_the_document_is_as_declared() -> None:
    written = TEXT.split("<!-- facts -->\n")[1].split("<!-- end of facts -->")[0]
    assert written == in_markdown()


def test_no_heading_belongs_to_two_facts() -> None:
    owners = Counter(
        name
        for fact in (*FACTS, *CLUES)
        for name in {plain(heading) for tier in fact.headings for heading in tier}
    )
    assert [name for name, count in owners.items() if count > 1] == []


def test_fields_of_files_and_users_are_the_declared_facts() -> None:
    assert set(ImportField) == NAMES | {clue.name for clue in CLUES}
    assert set(Record._fields) >= NAMES
    assert {each.name for each in fields(User)} == NAMES | {"id", "managers", "mail_bounced"}


def test_values_in_files_and_in_words() -> None:
    active, groups, hired = map(fact_called, ("active", "groups", "hired_on"))
    assert (active.as_text(False), active.as_words(False)) == ("no", "no, has left")
    assert (groups.as_text(("b", "a")), groups.as_words(("b", "a"))) == ("b|a", "b, a")
    assert (hired.as_text(None), hired.as_json(None)) == ("", None)
    assert fact_called("email").in_words == "e-mail address"
