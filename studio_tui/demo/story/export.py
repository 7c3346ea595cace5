"""The CSV export of the demo's HR system, with the Studio's own headings (U6)."""

import csv
import io
from datetime import date

from studio_tui.demo.story.constants import DEMO_NOW
from studio_tui.demo.story.organisation import DemoOrganisation, DemoUser
from studio_tui.domain.people.hr_file.records import EXPORTED


def organisation_csv(organisation: DemoOrganisation, day: date | None = None) -> str:
    """Return the export of ``day``; by default the present day of the demo.

    Later hires are missing, and people who leave later are active.
    """
    day = day or DEMO_NOW.date()
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(EXPORTED)
    rows.writerows(
        _row(organisation, user, day) for user in organisation.users if user.hired_on <= day
    )
    return text.getvalue()


def _row(organisation: DemoOrganisation, user: DemoUser, day: date) -> list[str]:
    login = user.login
    told = {
        "login": login,
        "email": user.email,
        "given_name": user.given_name,
        "family_name": user.family_name,
        "language": user.language,
        "time_zone": user.time_zone,
        "groups": "|".join(user.groups),
        "teams": "|".join(team.path for team in organisation.teams if login in team.members),
        "leads": "|".join(team.path for team in organisation.teams if login in team.leaders),
        "coaches": "|".join(one.coach for one in organisation.coachings if one.coachee == login),
        "department": user.department,
        "role": user.role,
        "hired_on": user.hired_on.isoformat(),
        "active": "yes" if user.active(day) else "no",
    }
    return [told.get(heading, "") for heading in EXPORTED]
