"""CSV export of users with the Studio's own headings; importing it changes nothing (U6)."""

import csv
import io
from collections.abc import Iterable

from studio_tui.domain.people.facts import fact_called
from studio_tui.domain.people.hr_file.records import EXPORTED
from studio_tui.domain.people.users import User
from studio_tui.domain.shared.spreadsheet_safety import escape_cell


def users_csv(users: Iterable[User]) -> str:
    """Return ``users`` as comma-separated text with a header line.

    Cells that a spreadsheet would evaluate as a formula are neutralised
    (`domain.shared.spreadsheet_safety`).
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(EXPORTED)
    facts = [fact_called(name) for name in EXPORTED]
    writer.writerows(
        [escape_cell(fact.as_text(getattr(user, fact.name))) for fact in facts] for user in users
    )
    return text.getvalue()
