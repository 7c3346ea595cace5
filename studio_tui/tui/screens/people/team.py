"""The screen of one team: its leaders, its members and the teams below it (U2, U8)."""

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.people.access import Action
from studio_tui.domain.people.users import User
from studio_tui.domain.shared import destinations as to
from studio_tui.services.people import teams
from studio_tui.services.people.teams import TeamDetails
from studio_tui.tui.commands import Command
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.people import team_acts
from studio_tui.tui.text import line
from studio_tui.tui.widgets.facts import Facts
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList

_WAIT = "One moment: it is being read."


class TeamScreen(StudioScreen):
    """The team with the id ``team_id``."""

    OWN_COMMANDS = (
        team_acts.EDIT,
        Command(
            "new",
            "n",
            "New",
            "Add a team below it",
            needs=Action.EDIT_PEOPLE,
            verb="teams add NAME --under TEAM",
        ),
        team_acts.REMOVE,
    )

    def __init__(self, team_id: int) -> None:
        super().__init__()
        self._team_id = team_id
        self._found: TeamDetails | None = None
        self._list: RecordList[User, str] = RecordList(
            Column("name", "Name", lambda user: user.name, width=20, flex=2),
            Column("login", "Login", lambda user: user.login, width=12, flex=1),
            Column("managers", "Managers", _managers, width=24, flex=2),
            Column("left", "", lambda user: "" if user.active else "left", width=5),
            empty="Nobody is in it.",
        )

    def body(self) -> ComposeResult:
        """Yield the facts and the members."""
        yield Static(classes="title")
        yield Facts()
        yield self._list

    def on_mount(self) -> None:
        """Focus the list of members."""
        self.set_focus(self._list)

    def reload(self) -> None:
        """Read the team again."""
        self.read_first(
            "team", lambda: teams.show(self.studio, self.actor, self._team_id), self._show
        )

    def why_not_edit(self) -> str | None:
        """Return why the team cannot be edited, or None once it is read."""
        return None if self._found else _WAIT

    def why_not_new(self) -> str | None:
        """Return why no team can be added, or None once this one is read."""
        return None if self._found else _WAIT

    def why_not_remove(self) -> str | None:
        """Return why the team cannot be removed, or None once it is read."""
        return None if self._found else _WAIT

    def action_edit(self) -> None:
        """Open the form of the team."""
        self.go_to(to.EditTeam(self._team_id))

    def action_new(self) -> None:
        """Open the form for a new team below this one."""
        if self._found is not None:
            self.go_to(to.EditTeam(None, self._found.team.path))

    def action_remove(self) -> None:
        """Remove the team, after a confirmation."""
        if self._found is not None:
            team_acts.remove(self, self._found.team, self.dismiss)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the page of a member."""
        self.go_to(to.Person(event.row.id))

    def _show(self, found: TeamDetails) -> None:
        self._found, team = found, found.team
        self.query_one(".title", Static).update(line(team.path, "bold"))
        below = ", ".join(each.name for each in found.below)
        facts = [
            ("Leaders", team.led_by or line(team_acts.no_leader_text(self.actor), "$warning")),
            ("Members", f"{team.members:,}"),
            ("In all", f"{team.people:,} with those below" if below else ""),
            ("Below", below),
        ]
        self.query_one(Facts).show([(label, value) for label, value in facts if value])
        self._list.set_source(MemorySource(found.members), "", keep=self._list.current_id)
        self.refresh_bindings()


def _managers(user: User) -> str | StyledText:
    names = ", ".join(manager.name for manager in user.managers)
    return names or StyledText("no manager", Tone.WARN)
