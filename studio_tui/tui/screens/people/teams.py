"""The Teams screen: a tree of teams with their leaders and numbers of members (U2, U8)."""

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
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.wording.counting import counted

_MANY = 40
"""Number of teams above which all subtrees are collapsed at first."""
_EMPTY = "No team yet. n adds one; an import makes those that it names."


class TeamsScreen(StudioScreen):
    """All teams as a tree, each above the teams below it."""

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
        """Ids of the teams whose subtrees are collapsed; None until the teams are read."""
        self._list: RecordList[Team, str] = RecordList(
            Column("name", "Team", self._tree_cell, width=26, flex=3),
            Column("leaders", "Leaders", self._leaders, width=20, flex=2),
            Column("members", "Members", lambda team: f"{team.members:,}", width=9, right=True),
            Column("people", "In all", lambda team: f"{team.people:,}", width=9, right=True),
            empty=_EMPTY,
        )

    def body(self) -> ComposeResult:
        """Yield the number of teams and the tree."""
        yield Static(classes="title")
        yield self._list

    def on_mount(self) -> None:
        """Focus the tree."""
        self.set_focus(self._list)

    def reload(self) -> None:
        """Read the teams again. Collapsed subtrees stay collapsed."""
        self.read_first("teams", lambda: teams.every(self.studio, self.actor), self._show)

    def why_not_edit(self) -> str | None:
        """Return why no team can be edited, or None if there is a current row."""
        return self._why_no_team()

    def why_not_remove(self) -> str | None:
        """Return why no team can be removed, or None if there is a current row."""
        return self._why_no_team()

    def action_new(self) -> None:
        """Open the form for a new team under the current one, which the user can change."""
        under = self._list.current
        self.go_to(to.EditTeam(None, under.path if under else ""))

    def action_edit(self) -> None:
        """Open the form of the team under the cursor."""
        if (team := self._list.current) is not None:
            self.go_to(to.EditTeam(team.id))

    def action_remove(self) -> None:
        """Remove the team under the cursor, after a confirmation."""
        if (team := self._list.current) is not None:
            team_acts.remove(self, team)

    def action_unfold(self) -> None:
        """Expand the current team or, if it is expanded, move to its first child."""
        team = self._list.current
        if team is None or not team.below or self._folded is None:
            return
        if team.id in self._folded:
            self._folded.discard(team.id)
            self._draw()
        else:
            self._list.move_to(self._list.cursor + 1)

    def action_fold(self) -> None:
        """Collapse the current team or, if it shows no children, move to its parent."""
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
        """Open the team."""
        self.go_to(to.Team(event.row.id))

    def on_record_list_cursor_moved(self) -> None:
        """Refresh the available commands, which depend on the current team."""
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

    def _tree_cell(self, team: Team) -> str:
        folded = self._folded is not None and team.id in self._folded
        mark = ("▸ " if folded else "▾ ") if team.below else "· "
        return "│ " * team.depth + mark + team.name

    def _leaders(self, team: Team) -> str | StyledText:
        return team.led_by or StyledText(team_acts.no_leader_text(self.actor), Tone.WARN)
