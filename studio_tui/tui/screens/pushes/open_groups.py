"""The people of all open pushes, grouped by manager, team, department or language (S2)."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.domain.people.access import Action
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.shared import destinations as to
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.choose_by import choose_by
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.push_groups import PushGroups
from studio_tui.wording.pushes import group_in_words


class OpenGroupsScreen(StudioScreen):
    """The groups of all open pushes, the most overdue first."""

    OWN_COMMANDS = (
        Command(
            "remind",
            "r",
            "Remind",
            "Remind the marked managers, or the people of the marked groups",
            needs=Action.REMIND,
            verb="pushes remind PUSH --manager LOGIN",
        ),
        Command(
            "by_manager",
            "m",
            "By manager",
            "See the people by manager, late first",
            verb="today --by manager",
        ),
        Command(
            "group",
            "B",
            "Group by",
            "See the people by manager, team, department or language",
            verb="today --by team",
        ),
    )

    def __init__(self, by: GroupBy) -> None:
        super().__init__()
        self._by = by

    def body(self) -> ComposeResult:
        """Yield the title with the grouping, and the list of groups."""
        yield Static(_title(self._by), classes="title")
        yield Vertical(self._listed(), classes="panes")

    def reload(self) -> None:
        """Count again."""
        for groups in self.query(PushGroups):
            groups.reload()

    def is_offered(self, command: Command) -> bool:
        """Return whether ``command`` is shown. By manager is hidden while that list is visible."""
        return command.id != "by_manager" or self._by is not GroupBy.MANAGER

    def why_not_remind(self) -> str | None:
        """Return why nobody can be reminded, or None if a group is marked or under the cursor."""
        return self._groups.why_not_remind() if self._groups else None

    def action_remind(self) -> None:
        """Preview a reminder of the marked groups, or of the group under the cursor (P15)."""
        if self._groups is not None:
            self._groups.remind()

    async def action_by_manager(self) -> None:
        """Show the people grouped by manager."""
        await self._group_by(GroupBy.MANAGER)

    def action_group(self) -> None:
        """Let the user choose what to group the people by."""
        self.app.push_screen(choose_by(self._by), self._group_by)

    @on(PushGroups.Opened)
    def _show_people(self, event: PushGroups.Opened) -> None:
        group = event.group
        self.go_to(to.OpenPeople(group.key, group_in_words(group.key.by, group)))

    @property
    def _groups(self) -> PushGroups | None:
        return self.query_one_optional(PushGroups)

    def _listed(self) -> PushGroups:
        return PushGroups(None, self._by, id=str(self._by))

    async def _group_by(self, by: GroupBy | None) -> None:
        if by is None or by is self._by:
            return
        self._by = by
        self.query_one(".title", Static).update(_title(by))
        await self.query(PushGroups).remove()
        groups = self._listed()
        await self.query_one(".panes").mount(groups)
        groups.focus_first()
        self.refresh_bindings()


def _title(by: GroupBy) -> str:
    return f"All open pushes, by {by}"
