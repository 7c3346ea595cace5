"""The verbs of the activity, the fields of their lines, and their table (A3)."""

from pathlib import Path
from typing import Any

import pytest

from studio_tui.domain.activity.verb_table import in_markdown
from studio_tui.domain.activity.verbs import MAILING, UNDOABLE, Verb, check_fields

TEXT = (Path(__file__).parents[3] / "docs" / "activity.md").read_text(encoding="utf-8")


def test_the_table_in_the_document_is_up_to_date() -> None:
    written = TEXT.split("<!-- verbs -->\n")[1].split("<!-- end of verbs -->")[0]
    assert written == in_markdown()


def test_only_acts_that_send_mail_can_be_undone() -> None:
    assert set(UNDOABLE) < set(MAILING) < set(Verb)
    with pytest.raises(LookupError, match="created push"):
        _ = Verb.CREATE.mailing


@pytest.mark.parametrize("told", [None, {}, {"mails": 3, "no longer true": 0}, {"mails": None}])
def test_declared_fields_are_accepted(told: dict[str, Any] | None) -> None:
    check_fields(Verb.RETRY.fields, told)


@pytest.mark.parametrize("told", [{"mails": "3"}, {"letters": 3}, {"letters": None}])
def test_undeclared_fields_are_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not declared"):
        check_fields(Verb.RETRY.fields, told)
