"""What is done with one team, wherever it is shown (U8)."""

from collections.abc import Callable

from studio_tui.domain.people.access import Action, Actor
from studio_tui.domain.people.teams import Team
from studio_tui.services.people import teams
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screen import StudioScreen

EDIT = Command(
    "edit",
    "e",
    "Edit",
    "Rename the team, move it, or change who leads it",
    needs=Action.EDIT_PEOPLE,
    verb="teams edit TEAM --name NAME --under TEAM",
)
REMOVE = Command(
    "remove",
    "x",
    "Remove",
    "Remove the team, which has to be empty",
    needs=Action.EDIT_PEOPLE,
    verb="teams remove TEAM",
)


def remove(screen: StudioScreen, team: Team, then: Callable[[], object] = lambda: None) -> None:
    """Ask, and remove a team; one that is not empty is refused, with what is in it."""

    def removed(_: object) -> None:
        screen.say(f"“{team.path}” is removed.")
        then()

    def answered(yes: bool | None) -> None:
        if yes:
            screen.write(lambda: teams.remove(screen.studio, screen.actor, team.id), removed)

    question = Confirm(f"Remove “{team.path}”?", "Remove", detail="Only an empty team is removed.")
    screen.app.push_screen(question, answered)


def led_by_nobody(actor: Actor) -> str:
    """What is said of a team that has no leader: who sees a part of the organisation may not see
    the one that there is (U12)."""
    return "nobody you see" if actor.scope else "nobody leads it"
