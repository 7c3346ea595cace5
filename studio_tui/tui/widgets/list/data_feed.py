"""What a list asks, in which order, so that what is looked at comes first.

One question at a time is under way per source. After every answer the next question is chosen from
what is then visible: a held-down key asks for where it has arrived, not for where it passed.
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
from studio_tui.tui.widgets.list.row_cache import BLOCK, Fetched, Window

R = TypeVar("R", bound=Row)
F = TypeVar("F")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ScrollAnchor:
    """Where a list stands: what shall not move when a source is shown in its place."""

    keep: int | None
    """The row to stay on."""
    cursor: int
    """The place of the cursor."""
    lost: int
    """The place to go to where the row to stay on is not there."""
    top: int
    """The first visible place."""
    seen: int | None = None
    """The row there, where the one at the cursor is out of sight: then it is the one that stays
    where it is on the screen."""
    stays_at_top: bool = False
    """Whether what comes above the first row is shown, and the row at the cursor moves down."""


@dataclass(frozen=True, slots=True)
class FirstRows(Generic[R, F]):
    """The first answer of a new source: by how many places the row to stay on and the picture are
    further down, and the rows there."""

    cursor: int
    picture: int
    fetched: tuple[Fetched[R, F], ...]
    count: int | None


@dataclass(frozen=True, slots=True)
class PendingSource(Generic[R, F]):
    """A source that shall be shown, and where the list stood when it was asked for."""

    window: Window[R, F]
    anchor: ScrollAnchor
    again: bool
    """Whether it lists what is shown: then nobody waits for it."""
    height: int
    selection: Selection[F]

    def fetch_first(self) -> FirstRows[R, F]:
        """Ask the source: off the loop."""
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
        # In another order, or of another filter, it may be anywhere.
        found = self.window.source.position(row_id, about if self.again else None)
        return lost if found is None else found

    def _from(self, top: int) -> Fetched[R, F]:
        top = max(0, top)
        start = top // BLOCK * BLOCK
        stop = -(-(top + self.height + 1) // BLOCK) * BLOCK
        return self.window.fetch(start, stop, self.selection)


class Listener(Protocol[R, F]):
    """What a list wants to hear."""

    def arrived(self, window: Window[R, F], cursor: int, picture: int, *, again: bool) -> None:
        """The rows of a source are there: show them, with the cursor and the picture by so many
        places further down. ``again``: it lists what was shown, and both may have moved since."""

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
        self._pending: PendingSource[R, F] | None = None
        self._asking: Window[R, F] | None = None
        self._visible = range(0)
        self._unmeasured = False
        self._measure: CoalescedQuery[tuple[F, int]] = CoalescedQuery(
            owner, self._measured, listener.failed
        )
        self._uncounted = False
        self._tally: CoalescedQuery[int] = CoalescedQuery(owner, listener.counted, listener.failed)

    @property
    def newest(self) -> Window[R, F] | None:
        """The window that is being fetched, or else the one that is shown."""
        return self._pending.window if self._pending else self.window

    @property
    def awaits(self) -> bool:
        """Whether something else than what is shown is on its way."""
        return self._pending is not None and not self._pending.again

    @property
    def is_reading(self) -> bool:
        """Whether rows are on their way."""
        return self._asking is not None

    def again(self, source: Source[R, F], anchor: ScrollAnchor) -> None:
        """Show what is shown, or an equal source, again; not while it `is_reading`."""
        if self.window is not None:
            self._show(source, self.window.filter, anchor, again=True)

    def show(self, source: Source[R, F], filter_: F, anchor: ScrollAnchor) -> None:
        """Show ``source`` as soon as its first rows are there."""
        self._show(source, filter_, anchor, again=False)

    def _show(self, source: Source[R, F], filter_: F, anchor: ScrollAnchor, *, again: bool) -> None:
        if (earlier := self.newest) is not None:
            bridge_of(self._owner).drop(self._owner, id(earlier.source))
            if earlier.filter != filter_:
                self._measure.drop()
        window = Window(source, filter_)
        if self.window is not None and self.window.filter == filter_:
            window.length, window.counted = self.window.length, self.window.counted
        height = max(len(self._visible), 1)
        self._pending = PendingSource(window, anchor, again, height, self.selection)
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
            self._tally.drop()
            self._listener.counted(0)
        self.ask()

    def ask(self) -> None:
        """Ask the most urgent question, unless one is under way."""
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

    def _ask_more(self, window: Window[R, F]) -> None:
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
            # Somebody went on meanwhile: what they look at now comes with it.
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

    def _store_rows(self, window: Window[R, F], fetched: Fetched[R, F]) -> None:
        window.store(fetched)
        self._listener.loaded(range(fetched.start, fetched.start + max(len(fetched.rows), BLOCK)))

    def _fail(self, error: StudioError) -> None:
        # What failed is not asked again by itself: the next look, or a reload, tries again.
        self._pending = None
        self._asking = None
        self._listener.failed(error)
