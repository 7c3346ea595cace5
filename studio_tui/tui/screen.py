"""`StudioScreen`: every screen's base: the frame around it, and what it reads."""

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
    """A screen in the frame. A subclass gives `body`, its ``OWN_COMMANDS`` and their actions."""

    REACH = "this screen"
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("back", "escape", "Back", "Go back", footer=False),
    )

    destination: Destination | None = None
    """What opened it; None where no destination did."""
    _seen: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self._targets: dict[Hashable, TargetHandle] = {}
        self._filled: set[Hashable] = set()

    def compose(self) -> ComposeResult:
        """The frame, with `body` in it."""
        yield TopBar()
        with Vertical(classes="body"):
            yield from self.body()
        yield StatusLine()
        yield CommandBar()

    def body(self) -> ComposeResult:
        """What stands between the places and the footer."""
        yield from ()

    def read(
        self,
        lane: Hashable,
        call: Callable[[], T],
        then: Callable[[T], Any],
        failed: Callable[[StudioError], None] | None = None,
    ) -> None:
        """Make ``call`` off the loop; ``then`` gets the answer unless a newer one of ``lane`` was
        asked for meanwhile or the screen is gone. Errors go to ``failed``, or are reported."""
        self.shell.bridge.read(self, lane, call, then, failed)

    def read_first(
        self,
        lane: Hashable,
        call: Callable[[], T],
        then: Callable[[T], Any],
        failed: Callable[[StudioError], None] | None = None,
    ) -> None:
        """As `read`, for what the screen is about: until it is there the first time, keys wait for
        it, as nobody can know whom they are for."""
        if lane in self._filled:
            self.read(lane, call, then, failed)
            return
        target = self._expect(lane, self._give_up)

        def filled(answer: T) -> None:
            self._filled.add(lane)
            then(answer)
            target.ready()

        self.read(lane, call, filled, self._not_there(target, failed))

    def read_to_open(
        self,
        lane: Hashable,
        call: Callable[[], T],
        then: Callable[[T], Any],
        failed: Callable[[StudioError], None] | None = None,
        *,
        may_stay: bool = False,
    ) -> None:
        """As `read`, where ``then`` opens another screen: keys wait for that one. Where none is
        opened they are dropped, unless it ``may_stay``: then they are for this screen."""
        shell = self.shell
        target = self._expect(lane, lambda: shell.bridge.drop(self, lane))

        def open_(answer: T) -> None:
            below = shell.screen
            then(answer)
            if shell.screen is below and not may_stay:
                target.failed()
            else:
                target.ready()

        self.read(lane, call, open_, self._not_there(target, failed))

    def _expect(self, lane: Hashable, give_up: Callable[[], Any]) -> TargetHandle:
        """Keep keys for the answer of ``lane``; an earlier question of it is overtaken."""
        if (earlier := self._targets.get(lane)) is not None:
            self.shell.keys.opened(earlier)
        target = self._targets[lane] = self.shell.keys.expect(self, give_up)
        return target

    def _not_there(
        self, target: TargetHandle, failed: Callable[[StudioError], None] | None
    ) -> Callable[[StudioError], None]:
        def not_there(error: StudioError) -> None:
            (failed or self.shell.bridge.report)(error)
            target.failed()

        return not_there

    def _give_up(self) -> None:
        """Go back to where one came from, if anywhere, before this screen has shown anything."""
        if len(self.app.screen_stack) > 1 and self.app.screen is self:
            self.dismiss()

    def welcome(self, destination: Destination) -> None:
        """One came back here by ``destination``: show what it names."""

    def may_do(self, command: Command) -> bool:
        """One can go back only from where one came."""
        if command.id == "back" and len(self.app.screen_stack) < 2:
            return False
        return super().may_do(command)

    def action_back(self) -> None:
        """Leave this screen."""
        self.dismiss()

    def reload(self) -> None:
        """Somebody, perhaps oneself, changed something: read again what is shown, quietly."""

    @property
    def unsaved_summary(self) -> str:
        """What would be lost if the Studio ended now, in a sentence; empty: nothing."""
        return ""

    def keep(self) -> None:
        """Begin to save what was typed: the screen or the Studio is being left."""

    def reload_if_stale(self) -> None:
        """Reload if anything changed since this screen was last read; one that has nothing in it
        yet is read when it is shown."""
        if self.is_mounted and self._seen != self.shell.stamp:
            self._seen = self.shell.stamp
            self.reload()

    def mark_stale(self) -> None:
        """What was read last may not have arrived: the next `reload_if_stale` reads again."""
        self._seen = None

    def on_screen_resume(self) -> None:
        """Show what was said and what changed meanwhile, where there is room for it."""
        self.shell.fit()
        self.query_one(TopBar).update()
        self.query_one(StatusLine).refresh_status()
        if self.shell.actor is not None:
            self.reload_if_stale()
