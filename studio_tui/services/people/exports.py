"""Users as CSV in our own headings: importing it again changes nothing (U6)."""

import csv
import io
from collections.abc import Iterable

from studio_tui.domain.people.hr_file.heading_names import EXPORTED
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
    writer.writerows([inert(cell) for cell in _cells(user)] for user in users)
    return text.getvalue()


def _cells(user: User) -> tuple[str, ...]:
    return (
        user.login,
        user.email,
        user.given_name,
        user.family_name,
        user.language,
        user.time_zone,
        "|".join(user.groups),
        "|".join(user.teams),
        "|".join(user.leads),
        "|".join(user.coaches),
        user.department,
        user.role.value,
        user.hired_on.isoformat() if user.hired_on else "",
        "yes" if user.active else "no",
        user.employee_number,
    )
