"""What a list asks, in which order, so that what is looked at comes first.

One question at a time is under way per source. After every answer the next question is chosen from
what is then visible: a held-down key asks for where it has arrived, not for where it passed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from textual.widget import Widget

from studio_tui.domain.errors import StudioError
from studio_tui.domain.listing import Row, Source
from studio_tui.domain.selection import Selection
from studio_tui.tui.bridge import bridge_of
from studio_tui.tui.widgets.window import BLOCK, Fetched, Window

R = TypeVar("R", bound=Row)
F = TypeVar("F")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Arrival(Generic[R, F]):
    """The first answer of a new source: where the kept row is, and the rows around it."""

    place: int
    fetched: Fetched[R, F]
    count: int | None


@dataclass(frozen=True, slots=True)
class Wish(Generic[R, F]):
    """A source that shall be shown, with the row to stay on, or else the place to be at, and how
    many rows are visible above it."""

    window: Window[R, F]
    keep: int | None
    place: int
    above: int
    height: int
    selection: Selection[F]

    def fulfil(self) -> Arrival[R, F]:
        """Ask the source: off the loop."""
        source = self.window.source
        found = None if self.keep is None else source.position(self.keep)
        place = self.place if found is None else found
        fetched = self._around(place)
        if fetched.rows or not fetched.start:
            return Arrival(place, fetched, None)
        count = source.count()
        place = max(0, min(place, count - 1))
        return Arrival(place, self._around(place), count)

    def _around(self, place: int) -> Fetched[R, F]:
        start = max(0, place - self.above) // BLOCK * BLOCK
        stop = -(-(place + self.height + 1) // BLOCK) * BLOCK
        return self.window.fetch(start, stop, self.selection)


class Listener(Protocol[R, F]):
    """What a list wants to hear."""

    def arrived(self, window: Window[R, F], place: int) -> None:
        """The rows of a new source are there: show them, with the cursor at ``place``."""

    def grown(self) -> None:
        """More rows are loaded, or the length is known better."""

    def loaded(self, places: range) -> None:
        """The rows at these places are there, or it is known whether they are selected."""

    def counted(self, selected: int) -> None:
        """So many rows are selected."""

    def failed(self, error: StudioError) -> None:
        """The source could not answer; what was shown stays."""


class Feed(Generic[R, F]):
    """Keeps the `Window` of a list filled; answers reach ``listener`` in the loop of ``owner``."""

    def __init__(self, owner: Widget, listener: Listener[R, F]) -> None:
        self.window: Window[R, F] | None = None
        self.selection: Selection[F] = Selection()
        self._owner = owner
        self._listener = listener
        self._wish: Wish[R, F] | None = None
        self._asking: Window[R, F] | None = None
        self._visible = range(0)
        self._uncounted = False

    @property
    def newest(self) -> Window[R, F] | None:
        """The window that is being fetched, or else the one that is shown."""
        return self._wish.window if self._wish else self.window

    @property
    def awaits(self) -> bool:
        """Whether another source than the one that is shown is on its way."""
        return self._wish is not None

    def again(self, source: Source[R, F] | None, keep: int | None, place: int, above: int) -> None:
        """Show the newest source, or an equal one, again: with the cursor on the row with id
        ``keep``, or on the row it was to go to where the source is still on its way."""
        newest = self.newest
        if newest is None:
            return
        if self._wish is not None:
            keep, place = self._wish.keep, self._wish.place
        self.show(source or newest.source, newest.filter, keep, place, above)

    def show(
        self, source: Source[R, F], filter_: F, keep: int | None, place: int, above: int
    ) -> None:
        """Show ``source`` as soon as its first rows are there."""
        if (earlier := self.newest) is not None:
            bridge_of(self._owner).drop(self._owner, id(earlier.source))
        window = Window(source, filter_)
        if self.window is not None and self.window.filter == filter_:
            window.length = self.window.length
        height = max(len(self._visible), 1)
        self._wish = Wish(window, keep, place, above, height, self.selection)
        self._uncounted = not self.selection.empty
        self._asking = None
        self.ask()

    def look(self, visible: range) -> None:
        """These places are visible."""
        self._visible = visible
        self.ask()

    def select(self, selection: Selection[F]) -> None:
        """This is the selection: count it, and find out which visible rows it holds."""
        self.selection = selection
        self._uncounted = not selection.empty
        if selection.empty:
            self._listener.counted(0)
        self.ask()

    def ask(self) -> None:
        """Ask the most urgent question, unless one is under way."""
        target = self.newest
        if target is None or self._asking is target:
            return
        if self._wish:
            wish = self._wish
            self._question(target, wish.fulfil, lambda arrival: self._arrive(wish, arrival))
        else:
            self._ask_more(target)

    def _ask_more(self, window: Window[R, F]) -> None:
        visible, selection = self._visible, self.selection
        wanting = window.wanting(visible.start, visible.stop, selection.filters)
        if wanting:
            self._ask_rows(window, wanting)
        elif not window.counted:
            self._question(window, window.source.count, window.store_count)
        elif self._uncounted:
            self._question(
                window,
                lambda: window.source.selected(selection),
                lambda count: self._store_selected(selection, count),
            )
        elif nearby := self._nearby(window):
            self._ask_rows(window, nearby)

    def _nearby(self, window: Window[R, F]) -> tuple[int, int] | None:
        visible = self._visible
        ahead = max(len(visible), 1)
        start, stop = visible.start - ahead, visible.stop + ahead
        return window.wanting(max(0, start), stop, self.selection.filters)

    def _ask_rows(self, window: Window[R, F], wanting: tuple[int, int]) -> None:
        selection = self.selection
        self._question(
            window,
            lambda: window.fetch(*wanting, selection),
            lambda fetched: self._store_rows(window, fetched),
        )

    def _question(
        self, window: Window[R, F], call: Callable[[], T], then: Callable[[T], None]
    ) -> None:
        def answered(answer: T) -> None:
            if window is not self.newest:
                return
            self._asking = None
            then(answer)
            self._listener.grown()
            self.ask()

        self._asking = window
        lane = id(window.source)
        bridge_of(self._owner).read(self._owner, lane, call, answered, self._fail)

    def _arrive(self, wish: Wish[R, F], arrival: Arrival[R, F]) -> None:
        window = wish.window
        window.store(arrival.fetched)
        if arrival.count is not None:
            window.store_count(arrival.count)
        self.window, self._wish = window, None
        self._listener.arrived(window, arrival.place)

    def _store_rows(self, window: Window[R, F], fetched: Fetched[R, F]) -> None:
        window.store(fetched)
        self._listener.loaded(range(fetched.start, fetched.start + max(len(fetched.rows), BLOCK)))

    def _store_selected(self, selection: Selection[F], count: int) -> None:
        if selection is self.selection:
            self._uncounted = False
            self._listener.counted(count)

    def _fail(self, error: StudioError) -> None:
        # What failed is not asked again by itself: the next look, or a reload, tries again.
        self._wish = None
        self._asking = None
        self._listener.failed(error)
