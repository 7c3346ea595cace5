"""Commands and actions on one team, shared by several screens (U8)."""

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
    """Remove a team after a confirmation. The service refuses a team that is not empty."""

    def removed(_: object) -> None:
        screen.show_message(f"“{team.path}” is removed.")
        then()

    def answered(yes: bool | None) -> None:
        if yes:
            screen.write(lambda: teams.remove(screen.studio, screen.actor, team.id), removed)

    question = Confirm(f"Remove “{team.path}”?", "Remove", detail="Only an empty team is removed.")
    screen.app.push_screen(question, answered)


def no_leader_text(actor: Actor) -> str:
    """Return the text for a team without a visible leader.

    An actor with a scope may not see the leader the team has (U12).
    """
    return "nobody you see" if actor.scope else "nobody leads it"
