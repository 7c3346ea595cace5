"""The queries of a list in order of priority: the visible rows come first.

One query at a time runs per source. After every result the next query is chosen according to the
rows that are visible then: a key that is held down loads the rows at its destination, not those it
passed.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from textual.widget import Widget

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.list_source import Row, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.tui.runtime.coalesced_query import CoalescedQuery
from studio_tui.tui.shell import bridge_of
from studio_tui.tui.widgets.list.row_cache import BLOCK, FetchedRows, RowWindow

R = TypeVar("R", bound=Row)
F = TypeVar("F")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ScrollAnchor:
    """The position of a list, which is to be kept when another source is shown."""

    keep: int | None
    """The id of the row that keeps the cursor."""
    cursor: int
    """The index of the cursor."""
    lost: int
    """The index for the cursor if the row ``keep`` does not exist."""
    top: int
    """The index of the first visible row."""
    seen: int | None = None
    """The id of the row at ``top`` if the cursor is outside the viewport. That row then keeps its
    position on the screen."""
    stays_at_top: bool = False
    """Whether new rows above the first one are shown, and the row at the cursor moves down."""


@dataclass(frozen=True, slots=True)
class FirstRows(Generic[R, F]):
    """The first result of a new source.

    ``cursor`` and ``picture`` are the numbers of rows by which the cursor and the viewport move
    down.
    """

    cursor: int
    picture: int
    fetched: tuple[FetchedRows[R, F], ...]
    count: int | None


@dataclass(frozen=True, slots=True)
class PendingSource(Generic[R, F]):
    """A source to be shown, with the position of the list when it was requested."""

    window: RowWindow[R, F]
    anchor: ScrollAnchor
    again: bool
    """Whether the source has the same filter as the current one: then no key waits for it."""
    height: int
    selection: Selection[F]

    def fetch_first(self) -> FirstRows[R, F]:
        """Query the source. Called off the event loop."""
        anchor = self.anchor
        place = self._place(anchor.keep, anchor.cursor, anchor.lost)
        seen = (
            anchor.top if anchor.seen is None else self._place(anchor.seen, anchor.top, anchor.top)
        )
        down = place - anchor.cursor if anchor.seen is None else seen - anchor.top
        if anchor.stays_at_top:
            down = 0
        fetched = self._from(anchor.top + down)
        if fetched.rows or not fetched.start:
            elsewhere = anchor.seen is not None or anchor.stays_at_top
            apart = (self._from(place),) if elsewhere else ()
            return FirstRows(place - anchor.cursor, down, (fetched, *apart), None)
        count = self.window.source.count()
        last = max(0, min(place, count - 1))
        top = max(0, count - self.height)
        return FirstRows(last - anchor.cursor, top - anchor.top, (self._from(top),), count)

    def _place(self, row_id: int | None, about: int, lost: int) -> int:
        if row_id is None:
            return lost
        # The row may be anywhere in another order or under another filter.
        found = self.window.source.position(row_id, about if self.again else None)
        return lost if found is None else found

    def _from(self, top: int) -> FetchedRows[R, F]:
        top = max(0, top)
        start = top // BLOCK * BLOCK
        stop = -(-(top + self.height + 1) // BLOCK) * BLOCK
        return self.window.fetch(start, stop, self.selection)


class Listener(Protocol[R, F]):
    """The callbacks of a list."""

    def arrived(self, window: RowWindow[R, F], cursor: int, picture: int, *, again: bool) -> None:
        """Show the first rows of a source.

        ``cursor`` and ``picture`` are the numbers of rows by which the cursor and the viewport move
        down. ``again``: the source has the same filter, and both may have moved since the query.
        """

    def grown(self) -> None:
        """Handle more loaded rows or a better estimate of the length."""

    def loaded(self, places: range) -> None:
        """Redraw the rows at ``places``: they were loaded, or their selection was determined."""

    def counted(self, selected: int) -> None:
        """Show the number of selected rows."""

    def failed(self, error: StudioError) -> None:
        """Handle a failed query; the current rows stay."""


class Feed(Generic[R, F]):
    """Fills the `RowWindow` of a list. ``listener`` gets results in the event loop of ``owner``."""

    def __init__(self, owner: Widget, listener: Listener[R, F]) -> None:
        self.window: RowWindow[R, F] | None = None
        self.selection: Selection[F] = Selection()
        self._owner = owner
        self._listener = listener
        self._pending: PendingSource[R, F] | None = None
        self._asking: RowWindow[R, F] | None = None
        self._visible = range(0)
        self._unmeasured = False
        self._measure: CoalescedQuery[tuple[F, int]] = CoalescedQuery(
            owner, self._measured, listener.failed
        )
        self._uncounted = False
        self._tally: CoalescedQuery[int] = CoalescedQuery(owner, listener.counted, listener.failed)

    @property
    def newest(self) -> RowWindow[R, F] | None:
        """The window that is being fetched, or else the current one."""
        return self._pending.window if self._pending else self.window

    @property
    def awaits(self) -> bool:
        """Whether a source with other contents than the current one is being fetched."""
        return self._pending is not None and not self._pending.again

    @property
    def is_reading(self) -> bool:
        """Whether rows are being fetched."""
        return self._asking is not None

    def again(self, source: Source[R, F], anchor: ScrollAnchor) -> None:
        """Read the current source, or an equivalent one, again.

        Not to be called while `is_reading`.
        """
        if self.window is not None:
            self._show(source, self.window.filter, anchor, again=True)

    def show(self, source: Source[R, F], filter_: F, anchor: ScrollAnchor) -> None:
        """Show ``source`` as soon as its first rows are loaded."""
        self._show(source, filter_, anchor, again=False)

    def _show(self, source: Source[R, F], filter_: F, anchor: ScrollAnchor, *, again: bool) -> None:
        if (earlier := self.newest) is not None:
            bridge_of(self._owner).drop(self._owner, id(earlier.source))
            if earlier.filter != filter_:
                self._measure.drop()
        window = RowWindow(source, filter_)
        if self.window is not None and self.window.filter == filter_:
            window.length, window.counted = self.window.length, self.window.counted
        height = max(len(self._visible), 1)
        self._pending = PendingSource(window, anchor, again, height, self.selection)
        self._uncounted = not self.selection.empty
        self._asking = None
        self.ask()

    def look(self, visible: range) -> None:
        """Set the visible range and load its rows."""
        self._visible = visible
        self.ask()

    def select(self, selection: Selection[F]) -> None:
        """Set the selection; count it and determine which visible rows it contains."""
        self.selection = selection
        self._uncounted = not selection.empty
        if selection.empty:
            self._tally.drop()
            self._listener.counted(0)
        self.ask()

    def ask(self) -> None:
        """Start the most urgent query unless one is running."""
        target = self.newest
        if target is None or self._asking is target:
            return
        if self._pending:
            pending = self._pending
            self._question(
                target, pending.fetch_first, lambda arrival: self._arrive(pending, arrival)
            )
        else:
            self._ask_more(target)

    def _ask_more(self, window: RowWindow[R, F]) -> None:
        visible, selection = self._visible, self.selection
        wanting = window.wanting(visible.start, visible.stop, selection.filters)
        if wanting:
            self._ask_rows(window, wanting)
            return
        if self._unmeasured:
            self._unmeasured = False
            self._measure.ask(lambda: (window.filter, window.source.count()), window.filter)
        if self._uncounted and window.counted:
            self._uncounted = False
            self._tally.ask(lambda: window.source.selected(selection), selection)
        if nearby := self._nearby(window):
            self._ask_rows(window, nearby)

    def _nearby(self, window: RowWindow[R, F]) -> tuple[int, int] | None:
        visible = self._visible
        ahead = max(len(visible), 1)
        start, stop = visible.start - ahead, visible.stop + ahead
        return window.wanting(max(0, start), stop, self.selection.filters)

    def _ask_rows(self, window: RowWindow[R, F], wanting: tuple[int, int]) -> None:
        selection = self.selection
        self._question(
            window,
            lambda: window.fetch(*wanting, selection),
            lambda fetched: self._store_rows(window, fetched),
        )

    def _question(
        self, window: RowWindow[R, F], call: Callable[[], T], then: Callable[[T], None]
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

    def _arrive(
        self, pending: PendingSource[R, F], arrival: FirstRows[R, F], *, looked: bool = False
    ) -> None:
        window, visible = pending.window, self._visible
        for fetched in arrival.fetched:
            window.store(fetched)
        if arrival.count is not None:
            window.store_count(arrival.count)
        start, stop = visible.start + arrival.picture, visible.stop + arrival.picture
        wanting = window.wanting(start, stop, pending.selection.filters)
        if pending.again and wanting and not looked:
            # The user has scrolled in the meantime: fetch the rows that are visible now as well.
            self._question(
                window,
                lambda: window.fetch(*wanting, pending.selection),
                lambda more: self._arrive(pending, replace(arrival, fetched=(more,)), looked=True),
            )
            return
        exact = arrival.count is not None or any(each.tells_length for each in arrival.fetched)
        if exact:
            self._measure.drop()
        self.window, self._pending, self._unmeasured = window, None, not exact
        self._listener.arrived(window, arrival.cursor, arrival.picture, again=pending.again)

    def _measured(self, answer: tuple[F, int]) -> None:
        filter_, count = answer
        for window in (self.window, self.newest):
            if window is not None and window.filter == filter_:
                window.store_count(count)
        self._listener.grown()
        self.ask()

    def _store_rows(self, window: RowWindow[R, F], fetched: FetchedRows[R, F]) -> None:
        window.store(fetched)
        self._listener.loaded(range(fetched.start, fetched.start + max(len(fetched.rows), BLOCK)))

    def _fail(self, error: StudioError) -> None:
        # Do not retry automatically: the next scroll or reload does.
        self._pending = None
        self._asking = None
        self._listener.failed(error)
