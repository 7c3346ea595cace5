"""``studio-tui apply`` and ``export-config``."""

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.pushes.test_assign import logins

pytestmark = pytest.mark.one_engine
YEAR = """\
[[segments]]
name = "France"
where = 'team under "Sales > France"'

[[pushes]]
name = "Spring"
template = "Regular"
available_from = 2026-03-02
deadline = 2026-03-31
remind_before_days = [5]
audience = 'segment "France"'

[[repeats]]
push = "Spring"
every = "1y"
"""


def written(text: str) -> str:
    Path("year.toml").write_text(text, encoding="utf-8")
    return "year.toml"


def test_a_declaration_is_applied_once_and_an_export_changes_nothing(organisation: Cli) -> None:
    file = written(YEAR)
    tried = organisation.json("apply", file, "--dry-run")
    assert [(each["what"], each["name"]) for each in tried] == [
        ("segment", "France"),
        ("push", "Spring"),
        ("repeat", "Spring"),
    ]
    assert {frozenset(each) for each in tried} == {frozenset({"what", "name", "change"})}
    assert organisation.json("pushes", "list") == []
    assert organisation.json("apply", file) == tried
    assert "cas" in logins(organisation, "Spring")
    assert organisation.json("apply", file) == []
    assert organisation.nothing_to_do("apply", file).startswith("Nothing to do")
    exported = organisation.out("export-config")
    assert organisation.json("apply", written(exported)) == []
    assert organisation.out("export-config") == exported


def test_differences_are_reported_and_applied(organisation: Cli) -> None:
    organisation.run("apply", written(YEAR))
    changed = YEAR.replace("2026-03-31", "2026-04-15").replace('"1y"', '"6m"')
    changed = changed.replace("[5]", "[9, 2]").replace("Sales > France", "Sales > Belgium")
    file = written(changed)
    said = organisation.out("apply", file, "--dry-run")
    assert "~ push “Spring”: changed: deadline 2026-03-31 → 2026-04-15" in said
    assert "remind before days 5 → 9, 2" in said
    assert "changed: every year → every 6 months" in said
    organisation.run("apply", file)
    shown = organisation.json("pushes", "show", "Spring")
    assert (shown["deadline"], shown["repeats"]["every"]) == ("2026-04-15", "6m")
    assert {"ann", "cas"} <= set(logins(organisation, "Spring"))
    assert organisation.json("apply", file) == []
    # A closed push and a stopped repeat are not created again.
    organisation.run("pushes", "close", "Spring")
    organisation.run("pushes", "repeat", "Spring", "--stop")
    assert organisation.json("apply", written(changed.split("[[repeats]]")[0])) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (YEAR.replace("deadline", "dedline"), "dedline: unknown key"),
        (YEAR.replace('"1y"', '"1d"'), "is no rhythm"),
        (YEAR + YEAR, "is declared twice"),
        (YEAR.replace('"France"\nwhere', '"Italy"\nwhere'), "France"),
        (YEAR.replace('template = "Regular"', 'template = "Quick"'), "does not allow"),
        ("pushes = 3", "expected"),
        ("[[", "year.toml"),
    ],
)
def test_one_mistake_changes_nothing(organisation: Cli, wrong: str, said: str) -> None:
    assert said in organisation.refused("apply", written(wrong))
    assert organisation.json("pushes", "list") == []
    assert organisation.json("segments", "list") == []
