"""The organisation of the demo as the CSV of an HR system, in our own headings (U6)."""

import csv
import io
from datetime import date

from studio_tui.demo.story.organisation import DEMO_NOW, DemoOrganisation, DemoUser
from studio_tui.domain.people.hr_file.heading_names import EXPORTED


def organisation_csv(organisation: DemoOrganisation, day: date | None = None) -> str:
    """The export as it was made on ``day``, the day of the demo where none is given.

    It knows nobody who was hired later, and has as active who left later.
    """
    day = day or DEMO_NOW.date()
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(EXPORTED)
    rows.writerows(
        _row(organisation, user, day) for user in organisation.users if user.hired_on <= day
    )
    return text.getvalue()


def _row(organisation: DemoOrganisation, user: DemoUser, day: date) -> tuple[str, ...]:
    login = user.login
    return (
        login,
        user.email,
        user.given_name,
        user.family_name,
        user.language,
        user.time_zone,
        "|".join(user.groups),
        "|".join(team.path for team in organisation.teams if login in team.members),
        "|".join(team.path for team in organisation.teams if login in team.leaders),
        "|".join(one.coach for one in organisation.coachings if one.coachee == login),
        user.department,
        user.role,
        user.hired_on.isoformat(),
        "yes" if user.active(day) else "no",
        "",
    )
