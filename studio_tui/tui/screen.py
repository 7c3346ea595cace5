"""`StudioScreen`: the base of all screens, with the frame and the background calls."""

from collections.abc import Callable, Hashable
from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen

from studio_tui.domain.shared.destinations import Destination
from studio_tui.domain.shared.errors import StudioError
from studio_tui.tui.commands import Command
from studio_tui.tui.service_calls import ServiceCalls
from studio_tui.tui.shell import TargetHandle
from studio_tui.tui.widgets.frame import CommandBar, StatusLine, TopBar

T = TypeVar("T")


class StudioScreen(ServiceCalls, Screen[Any]):
    """A screen inside the frame. A subclass defines `body`, ``OWN_COMMANDS`` and their actions."""

    REACH = "this screen"
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("back", "escape", "Back", "Go back", footer=False),
    )

    destination: Destination | None = None
    """The destination that opened the screen; None if it was opened otherwise."""
    _loaded_stamp: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self._targets: dict[Hashable, TargetHandle] = {}
        self._filled: set[Hashable] = set()

    def compose(self) -> ComposeResult:
        """Compose the frame around `body`."""
        yield TopBar()
        with Vertical(classes="body"):
            yield from self.body()
        yield StatusLine()
        yield CommandBar()

    def body(self) -> ComposeResult:
        """Yield the widgets between the top bar and the status line."""
        yield from ()

    def read(
        self,
        lane: Hashable,
        call: Callable[[], T],
        then: Callable[[T], Any],
        failed: Callable[[StudioError], None] | None = None,
    ) -> None:
        """Run ``call`` off the event loop and pass its result to ``then``.

        The result is dropped if the ``lane`` has a newer request by then, or if the screen is
        closed. Errors go to ``failed``, or else to the status line.
        """
        self.shell.bridge.read(self, lane, call, then, failed)

    def read_first(
        self,
        lane: Hashable,
        call: Callable[[], T],
        then: Callable[[T], Any],
        failed: Callable[[StudioError], None] | None = None,
    ) -> None:
        """Run `read` for the main data of the screen, and queue keys until the first result.

        Before that result, it is undefined which row or person a key acts on. After it, this is
        `read`.
        """
        if lane in self._filled:
            self.read(lane, call, then, failed)
            return
        target = self._expect(lane, self._give_up)

        def filled(answer: T) -> None:
            self._filled.add(lane)
            then(answer)
            target.ready()

        self.read(lane, call, filled, self._failing(target, failed))

    def read_to_open(
        self,
        lane: Hashable,
        call: Callable[[], T],
        then: Callable[[T], Any],
        *,
        may_stay: bool = False,
    ) -> None:
        """Run `read` with a ``then`` that opens another screen, and queue keys for that screen.

        If no screen opens, the keys are discarded; with ``may_stay`` they go to this screen
        instead.
        """
        shell = self.shell
        target = self._expect(lane, lambda: shell.bridge.drop(self, lane))

        def open_(answer: T) -> None:
            below = shell.screen
            then(answer)
            if shell.screen is below and not may_stay:
                target.failed()
            else:
                target.ready()

        self.read(lane, call, open_, self._failing(target))

    def _expect(self, lane: Hashable, give_up: Callable[[], Any]) -> TargetHandle:
        """Queue keys for the result of ``lane``. A previous request of the lane is superseded."""
        if (earlier := self._targets.get(lane)) is not None:
            self.shell.keys.opened(earlier)
        target = self._targets[lane] = self.shell.keys.expect(self, give_up)
        return target

    def _failing(
        self, target: TargetHandle, failed: Callable[[StudioError], None] | None = None
    ) -> Callable[[StudioError], None]:
        def fail(error: StudioError) -> None:
            (failed or self.shell.bridge.report)(error)
            target.failed()

        return fail

    def _give_up(self) -> None:
        """Close this screen, which has shown no data yet, unless it is the bottom screen."""
        if len(self.app.screen_stack) > 1 and self.app.screen is self:
            self.dismiss()

    def show_result_of(self, destination: Destination) -> None:
        """Handle a return to this screen by ``destination``: show what it names."""

    def may_do(self, command: Command) -> bool:
        """Allow going back only if a screen lies below this one."""
        if command.id == "back" and len(self.app.screen_stack) < 2:
            return False
        return super().may_do(command)

    def action_back(self) -> None:
        """Close this screen."""
        self.dismiss()

    def reload(self) -> None:
        """Read the visible data again after a change by any user, without moving anything."""

    @property
    def unsaved_summary(self) -> str:
        """A sentence about the data that would be lost if the app ended; empty if none."""
        return ""

    def save_input(self) -> None:
        """Start saving unsaved input: the user leaves the screen or the app."""

    def reload_if_stale(self) -> None:
        """Reload if the database changed since the last load.

        A screen that is not mounted loads when it is shown.
        """
        if self.is_mounted and self._loaded_stamp != self.shell.stamp:
            self._loaded_stamp = self.shell.stamp
            self.reload()

    def mark_stale(self) -> None:
        """Force the next `reload_if_stale` to reload.

        The result of the last load may be missing or outdated.
        """
        self._loaded_stamp = None

    def on_screen_resume(self) -> None:
        """Refresh the frame and reload the screen if it is stale."""
        self.shell.fit()
        self.query_one(TopBar).update()
        self.query_one(StatusLine).refresh_status()
        if self.shell.actor is not None:
            self.reload_if_stale()
