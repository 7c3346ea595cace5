"""Where one is and can go: the places, what is opened over them, and the way back and forward."""

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
    """A place, or a page that was opened over one."""

    place_id: str
    page: Destination | None = None


class Places:
    """The places of ``app``, each with the screens that lie over it, as it was left."""

    def __init__(self, app: App[Any], every: Sequence[Place]) -> None:
        self._app = app
        self.every = tuple(every)
        """All of them, whoever may see them."""
        self._visited: NavigationHistory[_Stop] = NavigationHistory()

    def open(self) -> list[Place]:
        """Those that the actor may see."""
        actor = shell_of(self._app).actor
        if actor is None:
            return []
        return [p for p in self.every if p.needs is None or may(actor, p.needs)]

    def screens(self) -> Iterator[StudioScreen]:
        """The screens of all places, on top of each other or not."""
        for stack in self._app._screen_stacks.values():  # noqa: SLF001 - Textual shows one alone
            yield from (screen for screen in stack if isinstance(screen, StudioScreen))

    def go(self, place_id: str) -> None:
        """Go to a place, as it was left."""
        self._visited.visit(_Stop(place_id, _page(self._top(place_id))))
        self._app.switch_mode(place_id)

    def go_to(
        self,
        destination: Destination,
        then: Callable[[Any], None] | None = None,
        *,
        instead: bool = False,
    ) -> None:
        """Go to a place, or open what a destination names on top of this screen, or ``instead`` of
        it; ``then`` gets what that ends with."""
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
        """``screen`` is left for what lies below it."""
        stack = self._app.screen_stack
        if _page(screen) is None or len(stack) < 2:
            return
        beneath = _Stop(self._app.current_mode, _page(stack[-2]))
        if beneath == self._visited.before:
            self._visited.back()
        else:
            self._visited.visit(beneath)

    # Back and forward

    @property
    def can_go_back(self) -> bool:
        """Whether one has been anywhere before."""
        return self._visited.before is not None

    @property
    def can_go_forward(self) -> bool:
        """Whether one went back from anywhere."""
        return self._visited.after is not None

    def back(self) -> None:
        """Go to where one was before; what lies over that is left, as by escape."""
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
        """Go to where one went back from."""
        if (after := self._visited.after) is not None:
            self._visited.visit(after)
            self._show(after)

    def _show(self, stop: _Stop) -> None:
        if stop.place_id != self._app.current_mode:
            self._app.switch_mode(stop.place_id)
        if stop.page is not None and stop.page != _page(self._top(stop.place_id)):
            self._app.push_screen(_screen_of(stop.page))

    # A role that changes

    def keep_open_ones(self) -> None:
        """The actor may see others now: leave those that are closed, and forget what lies over
        them."""
        open_ = {place.id: place for place in self.open()}
        if self._app.current_mode not in open_:
            self.go(next(iter(open_)))
        for place in self.every:
            if place.id not in open_ and place.id in self._app._screen_stacks:  # noqa: SLF001
                self._app.remove_mode(place.id)
                self._app.add_mode(place.id, place.screen)

    async def _show_created(self, place: Place, destination: Pushes) -> None:
        """Go to the pushes, where those just created stand out; what lies over them goes."""
        self._visited.visit(_Stop(place.id))
        await self._app.switch_mode(place.id)
        first = self._app.screen_stack[0]
        if isinstance(first, StudioScreen):
            first.welcome(destination)
        while self._app.screen is not first and not getattr(self._app.screen, "unsaved", False):
            await self._app.pop_screen()

    def _top(self, place_id: str) -> Screen[Any] | None:
        """What is shown at a place once one goes there; None where one has not been yet."""
        stack = self._app._screen_stacks.get(place_id)  # noqa: SLF001 - of a place not shown
        return stack[-1] if stack else None


def _screen_of(destination: Destination) -> Screen[Any]:
    """A new screen, which knows what it was opened by."""
    screen = screen_of(destination)
    if isinstance(screen, StudioScreen):
        screen.destination = destination
    return screen


def _page(screen: Screen[Any] | None) -> Destination | None:
    """What a screen that is one to come back to was opened by."""
    destination = screen.destination if isinstance(screen, StudioScreen) else None
    return destination if isinstance(destination, PAGES) else None
