"""Adding one person to one or several open pushes in one act (U8)."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.domain.people.users import User
from studio_tui.domain.pushes.push import Push, PushState
from studio_tui.services.pushes import joining, pushes
from studio_tui.services.pushes.assign import AssignResult
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.modals.dry_run import show_sent
from studio_tui.tui.moments import day
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.list.columns import Column
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.wording.counting import counted
from studio_tui.wording.pushes import state_in_words


def join(screen: StudioScreen, user: User, within: Collection[int]) -> None:
    """Ask for pushes that are not closed, except those ``within``, and add ``user`` to them."""

    def ask(every: list[Push]) -> None:
        able = [p for p in every if p.state is not PushState.CLOSED and p.id not in within]
        if not able:
            screen.show_error(f"There is no open push that {user.name} is not in.")
            return
        screen.app.push_screen(JoinPushes(screen, user, able), add)

    def add(push_ids: Sequence[int] | None) -> None:
        if push_ids:
            screen.write(
                lambda: joining.join(screen.studio, screen.actor, user.id, push_ids),
                lambda done: screen.show_message(_joined_in_words(user, done)),
            )

    screen.read_to_open("join", lambda: pushes.every(screen.studio, screen.actor), ask)


class JoinPushes(Dialog[Sequence[int]]):
    """Asks for pushes; returns the ids of the marked ones, or of the one under the cursor."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("sent", "v", "What is sent", "See what adding them would send, and to whom"),
    )

    def __init__(self, screen: StudioScreen, user: User, able: Sequence[Push]) -> None:
        super().__init__()
        self._home = screen
        self._user = user
        self._able = able
        self._list: RecordList[Push, str] = RecordList(
            Column("name", "Push", lambda push: push.name, width=20, flex=2),
            Column("state", "", state_in_words, width=9),
            Column("until", "Until", lambda push: day(push.deadline), width=16),
            marks=True,
        )

    def compose(self) -> ComposeResult:
        """Compose the name of the user, the pushes and the note on mail."""
        with Vertical(classes="dialog wide tall"):
            yield Static(line(f"Add {self._user.name} to"), classes="question")
            yield self._list
            yield Static(classes="under")

    def on_mount(self) -> None:
        """Show the pushes, with the cursor on the first one."""
        self._list.set_source(MemorySource(self._able), "")
        self.set_focus(self._list)
        self._count()

    def action_sent(self) -> None:
        """Show the mail that adding would send."""
        home, user, ids = self._home, self._user, self._chosen
        title = f"What adding {user.name} to {counted(len(ids), 'push', 'pushes')} would send"
        show_sent(home, title, lambda: joining.join(home.studio, home.actor, user.id, ids))

    @property
    def _chosen(self) -> list[int]:
        chosen = self._list.chosen
        return [push.id for push in self._able if chosen.contains(push.id, lambda _: True)]

    def _count(self) -> None:
        """Update the note: the number of pushes and the recipients of mail."""
        number = max(len(self._chosen), 1)
        managers = counted(len(self._user.managers), "manager")
        who = (
            f"{self._user.name} and {managers} get"
            if self._user.managers
            else (f"Only {self._user.name}, who has no manager, gets")
        )
        told = f"{who} mail about {'each' if number > 1 else 'it'}."
        under = f"Enter adds to {counted(number, 'push', 'pushes')}; space marks several. {told}"
        self.query_one(".under", Static).update(line(under))

    @on(RecordList.SelectionChanged)
    def _marked(self, event: RecordList.SelectionChanged) -> None:
        event.stop()
        self._count()

    @on(RecordList.Opened)
    def _entered(self, event: RecordList.Opened) -> None:
        event.stop()
        self.dismiss(self._chosen or [event.row.id])


def _joined_in_words(user: User, done: Sequence[AssignResult]) -> str:
    where = f"“{done[0].push.name}”" if len(done) == 1 else f"{len(done)} pushes"
    number = max(each.managers_told for each in done)
    managers = counted(number, "manager") if number else "no manager"
    several = " once for each push" if len(done) > 1 else ""
    return f"{user.name} is added to {where} (z undo{several}), {managers} told."
