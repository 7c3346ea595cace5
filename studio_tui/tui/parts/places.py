"""Navigation: the places, the screens on top of them, and the history back and forward."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from textual.app import App
from textual.screen import Screen

from studio_tui.domain.people.access import may
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.destinations import PAGES, Destination, Pushes
from studio_tui.domain.shared.navigation_history import NavigationHistory
from studio_tui.tui.places import Place
from studio_tui.tui.router import screen_of
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.shell import shell_of


@dataclass(frozen=True, slots=True)
class _Stop:
    """An entry of the navigation history: a place, or a page that was opened over it."""

    place_id: str
    page: Destination | None = None


class Places:
    """The places of ``app``, each with its stack of screens, which is kept when the user leaves."""

    def __init__(self, app: App[Any], every: Sequence[Place]) -> None:
        self._app = app
        self.every = tuple(every)
        """All places, including those that the actor may not see."""
        self._visited: NavigationHistory[_Stop] = NavigationHistory()

    def open(self) -> list[Place]:
        """Return the places that the actor may see."""
        actor = shell_of(self._app).actor
        if actor is None:
            return []
        return [p for p in self.every if p.needs is None or may(actor, p.needs)]

    def screens(self) -> Iterator[StudioScreen]:
        """Yield the screens in the stacks of all places."""
        for stack in self._app._screen_stacks.values():  # noqa: SLF001 - Textual shows one alone
            yield from (screen for screen in stack if isinstance(screen, StudioScreen))

    def go(self, place_id: str) -> None:
        """Switch to a place, in the state in which the user left it.

        In the place itself, return to its first screen.
        """
        if place_id == self._app.current_mode:
            self._return_to_first()
            return
        self._visited.visit(_Stop(place_id, _page(self._top(place_id))))
        self._app.switch_mode(place_id)

    def go_to(
        self,
        destination: Destination,
        then: Callable[[Any], None] | None = None,
        *,
        instead: bool = False,
    ) -> None:
        """Switch to a place, or open a screen on top of this one, or ``instead`` of it.

        ``then`` receives the result of the opened screen.
        """
        place = next((p for p in self.every if p.destination == destination), None)
        if place is not None and isinstance(destination, Pushes) and destination.created:
            self._app.run_worker(self._show_created(place, destination))
        elif place is not None:
            self.go(place.id)
        else:
            if isinstance(destination, PAGES):
                self._visited.visit(_Stop(self._app.current_mode, destination))
            screen = _screen_of(destination)
            if instead:
                self._app.switch_screen(screen)
            else:
                self._app.push_screen(screen, then)

    def left(self, screen: Screen[Any]) -> None:
        """Update the history: ``screen`` is about to be popped."""
        stack = self._app.screen_stack
        if _page(screen) is None or len(stack) < 2:
            return
        beneath = _Stop(self._app.current_mode, _page(stack[-2]))
        if beneath == self._visited.before:
            self._visited.back()
        else:
            self._visited.visit(beneath)

    def _return_to_first(self) -> None:
        """Leave the screens over the first of this place as by escape, until one asks or stays."""
        while len(stack := self._app.screen_stack) > 1 and isinstance(stack[-1], StudioScreen):
            top = stack[-1]
            top.action_back()
            if top in self._app.screen_stack:
                return

    # Back and forward

    @property
    def can_go_back(self) -> bool:
        """Whether the history has an earlier entry."""
        return self._visited.before is not None

    @property
    def can_go_forward(self) -> bool:
        """Whether the history has a later entry."""
        return self._visited.after is not None

    def back(self) -> None:
        """Go back in the history.

        If the earlier page lies below the current screen, the current screen is left as by escape.
        """
        before, stack = self._visited.before, self._app.screen_stack
        if before is None:
            return
        lies_below = before.place_id == self._app.current_mode and len(stack) > 1
        if lies_below and (before.page is None or before.page in map(_page, stack)):
            self._app.call_later(cast(StudioScreen, stack[-1]).action_back)
        else:
            self._visited.back()
            self._show(before)

    def forward(self) -> None:
        """Go forward in the history."""
        if (after := self._visited.after) is not None:
            self._visited.visit(after)
            self._show(after)

    def _show(self, stop: _Stop) -> None:
        if stop.place_id != self._app.current_mode:
            self._app.switch_mode(stop.place_id)
        if stop.page is not None and stop.page != _page(self._top(stop.place_id)):
            self._app.push_screen(_screen_of(stop.page))

    # Changes of the role

    def reset_closed(self) -> None:
        """Leave the places that the new role may not see, and reset their stacks."""
        open_ = {place.id: place for place in self.open()}
        if self._app.current_mode not in open_:
            self.go(next(iter(open_)))
        for place in self.every:
            if place.id not in open_ and place.id in self._app._screen_stacks:  # noqa: SLF001
                self._app.remove_mode(place.id)
                self._app.add_mode(place.id, place.screen)

    async def _show_created(self, place: Place, destination: Pushes) -> None:
        """Switch to Pushes with the new pushes highlighted, and close the screens on top.

        Stops at a screen that has unsaved input.
        """
        self._visited.visit(_Stop(place.id))
        await self._app.switch_mode(place.id)
        first = self._app.screen_stack[0]
        if isinstance(first, StudioScreen):
            first.show_result_of(destination)
        while self._app.screen is not first and not getattr(self._app.screen, "unsaved", False):
            await self._app.pop_screen()

    def _top(self, place_id: str) -> Screen[Any] | None:
        """Return the screen that switching to a place would show; None before its first visit."""
        stack = self._app._screen_stacks.get(place_id)  # noqa: SLF001 - of a place not shown
        return stack[-1] if stack else None


def _screen_of(destination: Destination) -> Screen[Any]:
    """Return a new screen that stores the destination that opened it."""
    screen = screen_of(destination)
    if isinstance(screen, StudioScreen):
        screen.destination = destination
    return screen


def _page(screen: Screen[Any] | None) -> Destination | None:
    """Return the destination of a screen that belongs in the history; None for other screens."""
    destination = screen.destination if isinstance(screen, StudioScreen) else None
    return destination if isinstance(destination, PAGES) else None
