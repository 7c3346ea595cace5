"""A small organisation, imported with the service that admins use."""

from datetime import timedelta
from textwrap import dedent

from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, PushDraft
from studio_tui.services.people import imports
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates

PEOPLE = dedent(
    """\
    login,email,given_name,family_name,language,teams,leads,coaches,role,groups
    els,els@example.org,Els,Claes,nl,,,,admin,
    sam,sam@example.org,Sam,Support,en,,,,support,
    dan,dan@example.org,Dan,Dewit,en,,Sales,,,
    bob,bob@example.org,Bob,Smith,en,Sales > Belgium,Sales > Belgium,,,
    bea,bea@example.org,Béatrice,Moreau,fr,Sales,Sales > France,,,
    ann,ann@example.org,Ann,Peeters,nl,Sales > Belgium,,cor,,remote
    ben,ben@example.org,Ben,Willems,en,Sales > Belgium,,,,
    cas,cas@example.org,Cas,Dubois,fr,Sales > France|Sales > Belgium,,,,
    cor,cor@example.org,Cor,Coach,en,,,,,
    eve,eve@example.org,Eve,Alone,en,,,,,
    """
)
"""The HR file of the organisation.

Bob leads Belgium alone, so Dan manages him. Béatrice leads France, Cor coaches Ann, Cas is in two
teams, and Eve has no manager.
"""


def import_people(studio: Studio, admin: Actor, text: str = PEOPLE) -> None:
    """Import ``text``, a CSV with the Studio's own headings."""
    imports.apply(studio, admin, hr_file.read(text.encode()))


def create_push(
    studio: Studio,
    admin: Actor,
    name: str = "Q1 review",
    *,
    template: str = "Regular",
    starts_in: int = 0,
    lasts: int = 30,
) -> Push:
    """Create a push of a starter template that starts ``starts_in`` days from today."""
    first = studio.today() + timedelta(days=starts_in)
    draft = PushDraft(name, first, first + timedelta(days=lasts))
    found = templates.find(studio, admin, template)
    return pushes.create(studio, admin, found.id, [draft])[0]
