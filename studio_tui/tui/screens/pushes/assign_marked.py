"""The list of only the marked users of the assignment view, to check and unmark them (P3, U4)."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.people.users import User, UserFilter
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import assign
from studio_tui.tui.commands import Command
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.assign_columns import COLUMNS
from studio_tui.tui.screens.pushes.assign_source import Candidate, MarkedSource
from studio_tui.tui.text import line
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.shown_rows import shown_rows

_ORDER = Sort("name")


class MarkedScreen(StudioScreen):
    """A screen with the marked users, to check and unmark them.

    If ``without_manager`` is not empty, the list is limited to these users. The result of the
    screen is the remaining selection.
    """

    OWN_COMMANDS = (
        Command(
            "take_out",
            "space,x",
            "Take out",
            "Take this user out of the marked",
            verb="pushes assign PUSH --except LOGIN",
        ),
    )

    def __init__(
        self, push: Push, selection: Selection[UserFilter], without_manager: Sequence[User] = ()
    ) -> None:
        super().__init__()
        self._push = push
        self._selection = selection
        self._without_manager = without_manager
        self._only_without_manager = bool(without_manager)
        self._browser: RecordBrowser[Candidate, UserFilter] = RecordBrowser(
            *COLUMNS,
            find=self.find,
            sort=_ORDER,
            noun=("user", "users"),
            empty="Nobody is left here.\nPress escape to go back to all users.",
            views_key="assign_marked",
        )

    def body(self) -> ComposeResult:
        """Yield the title and the list. The list has no marks: every user in it is marked."""
        what = "Marked, without a manager" if self._only_without_manager else "Marked users"
        yield Static(line(f"{what}, for {self._push.name}"), classes="title")
        yield self._browser

    def find(self, text: str, sort: Sort) -> tuple[UserFilter, Source[Candidate, UserFilter]]:
        """Return the marked users who match all words of ``text``."""
        filter_ = UserFilter(text, include_left=True, candidate_for=self._push.id)
        if self._only_without_manager:
            without_manager: Source[Candidate, UserFilter] = MemorySource(
                [Candidate(user, already=False) for user in self._without_manager]
            )
            return filter_, shown_rows(without_manager, COLUMNS, text, sort, _ORDER)
        users = assign.candidates(self.studio, self.actor, filter_, sort)
        return filter_, MarkedSource(users, assign.of_push(self._push), self._selection)

    @property
    def unsaved(self) -> bool:
        """Always True: going to another place must not discard the remaining selection."""
        return True

    def reload(self) -> None:
        """Read the list again."""
        self._browser.reload()

    def why_not_take_out(self) -> str | None:
        """Return why nobody can be unmarked, or None if there is a current row."""
        return None if self._browser.list.current else "There is nobody here."

    def action_take_out(self) -> None:
        """Unmark the user under the cursor."""
        row = self._browser.list.current
        if row is not None:
            self._selection = self._selection.unmark([row.id])
            self._without_manager = [user for user in self._without_manager if user.id != row.id]
            self.reload()
            self.show_message(f"{row.user.name} is no longer marked.")

    def action_back(self) -> None:
        """Close the screen with the remaining selection as its result."""
        self.dismiss(self._selection)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the person: their pushes and the mail they received (P16)."""
        self.go_to(to.Person(event.row.id))

    def on_record_list_cursor_moved(self) -> None:
        """Refresh the available commands: the list may be empty."""
        self.refresh_bindings()
