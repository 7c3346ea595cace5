"""The people of one manager, team, department or language in all open pushes (S2)."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.people.access import Action
from studio_tui.domain.pushes.groups import GroupKey
from studio_tui.domain.pushes.push import Assignment, AssignmentFilter
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import assign, pushes
from studio_tui.tui.commands import Command
from studio_tui.tui.common_commands import REMIND
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.assignment_cells import flags, reminded, status
from studio_tui.tui.screens.pushes.people_details import read_assignment_details
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.columns import Column, StyledText
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList


class OpenPeopleScreen(StudioScreen):
    """The people of ``group``, one row for each of their pushes. ``name`` is the group's name."""

    OWN_COMMANDS = (
        REMIND,
        Command(
            "open",
            "e",
            "Settings",
            "Open the settings of this push",
            footer=False,
            needs=Action.EDIT_PUSHES,
            verb="pushes edit PUSH",
        ),
    )

    def __init__(self, group: GroupKey, name: str) -> None:
        super().__init__()
        self._group = group
        self._name_of_group = name

    def body(self) -> ComposeResult:
        """Yield the title with the name of the group, and the list."""
        yield Static(line(f"{self._name_of_group}, in all open pushes"), classes="title")
        self._browser: RecordBrowser[Assignment, AssignmentFilter] = RecordBrowser(
            Column("name", "Name", lambda a: a.name, width=16, flex=2, max_width=40, sortable=True),
            Column("push", "Push", lambda each: each.push, width=14, flex=2, max_width=40),
            Column("status", "Status", self._status, width=20, flex=3, max_width=44, sortable=True),
            Column("flags", "Attention", flags, width=15, max_width=34, flex=1),
            Column("reminded", "Reminded", self._reminded, width=15, hide_order=1),
            find=self.find,
            sort=Sort("name"),
            noun=("conversation", "conversations"),
            marks=True,
            empty="Nobody of them is in an open push.",
            views_key="open_people",
            exported_by="pushes export PUSH",
            details=self._details,
        )
        yield self._browser

    def find(
        self, text: str, sort: Sort
    ) -> tuple[AssignmentFilter, Source[Assignment, AssignmentFilter]]:
        """Return the assignments of the group that contain all words of ``text``."""
        filter_ = AssignmentFilter(text, group=self._group)
        return filter_, assign.source_everywhere(self.studio, self.actor, filter_, sort)

    def _details(self, assignment: Assignment) -> Callable[[], Drawing]:
        studio, actor = self.studio, self.actor

        def read() -> Drawing:
            push = pushes.show(studio, actor, assignment.push_id, {})
            return read_assignment_details(studio, actor, push, assignment)

        return read

    def reload(self) -> None:
        """Read the list again."""
        self._browser.reload()

    def why_not_remind(self) -> str | None:
        """Return why nobody can be reminded, or None if a row is marked or under the cursor."""
        return "There is nobody here." if self._browser.list.chosen.empty else None

    def action_remind(self) -> None:
        """Preview a reminder of the marked rows, or of the row under the cursor (P15)."""
        listed = self._browser.list
        count, current = listed.selected_count, listed.current
        if listed.marked:
            whom = "The marked conversations" + ("" if count is None else f": {count:,}")
        else:
            whom = f"Only {current.name}, {current.push}" if current else ""
        self.go_to(to.Remind(None, listed.chosen, whom), self._unmark)

    def why_not_open(self) -> str | None:
        """Return why no push can be opened, or None if there is a current row."""
        return None if self._browser.list.current else "There is nobody here."

    def action_open(self) -> None:
        """Open the settings of the push of the current row."""
        if (current := self._browser.list.current) is not None:
            self.go_to(to.Push(current.push_id, "settings"))

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the person: their pushes and the mail they received (P16)."""
        self.go_to(to.Person(event.row.user_id))

    def on_record_list_cursor_moved(self) -> None:
        """Refresh the available commands, which depend on the current row."""
        self.refresh_bindings()

    def _unmark(self, reminded_: bool | None) -> None:
        if reminded_:
            self._browser.list.selection = Selection()

    def _status(self, assignment: Assignment) -> str | StyledText:
        return status(assignment, self.studio.zone)

    def _reminded(self, assignment: Assignment) -> StyledText:
        return reminded(assignment, self.studio.zone)
