"""The table of the roles in ``docs/access.md`` matches `domain.people.access` (A2)."""

from pathlib import Path

from studio_tui.domain.people.access import Action
from studio_tui.domain.people.access_table import in_markdown

TEXT = (Path(__file__).parents[3] / "docs" / "access.md").read_text(encoding="utf-8")


def test_the_table_of_roles_is_up_to_date() -> None:
    written = TEXT.split("<!-- roles -->\n")[1].split("<!-- end of roles -->")[0]
    assert written == in_markdown()


def test_every_action_is_in_the_table_and_support_changes_no_push() -> None:
    rows = dict(line.strip("| \n").split(" | ", 1) for line in in_markdown().splitlines())
    assert rows.keys() == {"may", "---", *Action}
    assert rows[Action.EDIT_PUSHES] == rows[Action.ASSIGN] == "yes | – | –"
    assert rows[Action.REMIND] == "yes | yes | –"
