"""Users as CSV in our own headings: importing it again changes nothing (U6)."""

import csv
import io
from collections.abc import Iterable

from studio_tui.domain.people.facts import fact_called
from studio_tui.domain.people.hr_file.records import EXPORTED
from studio_tui.domain.people.users import User
from studio_tui.domain.shared.spreadsheet_safety import inert


def users_csv(users: Iterable[User]) -> str:
    """``users`` as comma-separated text, a line of headings first.

    Cells that a spreadsheet would take for a formula are made inert
    (`domain.shared.spreadsheet_safety`).
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(EXPORTED)
    facts = [fact_called(name) for name in EXPORTED]
    writer.writerows(
        [inert(fact.as_text(getattr(user, fact.name))) for fact in facts] for user in users
    )
    return text.getvalue()
