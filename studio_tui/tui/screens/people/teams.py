"""Teams: a tree to walk, with who leads and how many are in it (U2, U8)."""

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.people.access import Action
from studio_tui.domain.people.teams import Team
from studio_tui.domain.shared import destinations as to
from studio_tui.services.people import teams
from studio_tui.tui.commands import Command
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.people import team_acts
from studio_tui.tui.text import line
from studio_tui.tui.widgets.list.columns import Column, Tone, Toned
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.wording.counting import counted

_MANY = 40
"""Where there are more teams than this, those below others are folded at first."""
_EMPTY = "No team yet. n adds one; an import makes those that it names."


class TeamsScreen(StudioScreen):
    """All teams, each above those below it."""

    OWN_COMMANDS = (
        Command(
            "new",
            "n",
            "New",
            "Add a team, under the one under the cursor or at the top",
            needs=Action.EDIT_PEOPLE,
            verb="teams add NAME --under TEAM",
        ),
        team_acts.EDIT,
        team_acts.REMOVE,
        Command.moving("unfold", "right", "Show the teams below it, or go to the first of them"),
        Command.moving("fold", "left", "Hide the teams below it, or go to the one above it"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._teams: Sequence[Team] = ()
        self._folded: set[int] | None = None
        """The teams whose teams below are not shown; None until it is known how many there are."""
        self._list: RecordList[Team, str] = RecordList(
            Column("name", "Team", self._in_tree, width=26, flex=3),
            Column("leaders", "Leaders", self._leaders, width=20, flex=2),
            Column("members", "Members", lambda team: f"{team.members:,}", width=9, right=True),
            Column("people", "In all", lambda team: f"{team.people:,}", width=9, right=True),
            empty=_EMPTY,
        )

    def body(self) -> ComposeResult:
        """How many there are, above the tree."""
        yield Static(classes="title")
        yield self._list

    def on_mount(self) -> None:
        """The keys are for the tree."""
        self.set_focus(self._list)

    def reload(self) -> None:
        """Read them again; what is folded stays so."""
        self.read_first("teams", lambda: teams.every(self.studio, self.actor), self._show)

    def why_not_edit(self) -> str | None:
        """It takes a team."""
        return self._why_no_team()

    def why_not_remove(self) -> str | None:
        """It takes a team."""
        return self._why_no_team()

    def action_new(self) -> None:
        """Add one under that under the cursor; the field can be emptied."""
        under = self._list.current
        self.go_to(to.EditTeam(None, under.path if under else ""))

    def action_edit(self) -> None:
        """Change the one under the cursor."""
        if (team := self._list.current) is not None:
            self.go_to(to.EditTeam(team.id))

    def action_remove(self) -> None:
        """Remove the one under the cursor, once it is asked."""
        if (team := self._list.current) is not None:
            team_acts.remove(self, team)

    def action_unfold(self) -> None:
        """Show what is below it; where that is shown, go there."""
        team = self._list.current
        if team is None or not team.below or self._folded is None:
            return
        if team.id in self._folded:
            self._folded.discard(team.id)
            self._draw()
        else:
            self._list.move_to(self._list.cursor + 1)

    def action_fold(self) -> None:
        """Hide what is below it; where nothing is shown below, go to the team above."""
        team = self._list.current
        if team is None or self._folded is None:
            return
        if team.below and team.id not in self._folded:
            self._folded.add(team.id)
            self._draw()
        elif team.parent_id is not None:
            ids = [each.id for each in self._shown()]
            self._list.move_to(ids.index(team.parent_id))

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """See who is in it."""
        self.go_to(to.Team(event.row.id))

    def on_record_list_cursor_moved(self) -> None:
        """What can be done depends on what is under the cursor."""
        self.refresh_bindings()

    def _why_no_team(self) -> str | None:
        return None if self._list.current else "There is no team here."

    def _show(self, found: Sequence[Team]) -> None:
        self._teams = found
        if self._folded is None:
            self._folded = (
                {team.id for team in found if team.below} if len(found) > _MANY else set()
            )
        self.query_one(".title", Static).update(line(counted(len(found), "team"), "bold"))
        self._draw()

    def _draw(self) -> None:
        rows: Any = MemorySource(self._shown())
        self._list.set_source(rows, "", keep=self._list.current_id)

    def _shown(self) -> list[Team]:
        folded, hidden = self._folded or set(), set[int]()
        shown = []
        for team in self._teams:
            if team.parent_id in hidden or team.parent_id in folded:
                hidden.add(team.id)
            else:
                shown.append(team)
        return shown

    def _in_tree(self, team: Team) -> str:
        folded = self._folded is not None and team.id in self._folded
        mark = ("▸ " if folded else "▾ ") if team.below else "· "
        return "│ " * team.depth + mark + team.name

    def _leaders(self, team: Team) -> str | Toned:
        return team.led_by or Toned(team_acts.led_by_nobody(self.actor), Tone.WARN)
