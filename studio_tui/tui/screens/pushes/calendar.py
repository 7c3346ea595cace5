"""The calendar of the coming year: the events of all pushes by day.

Repeated pushes can be skipped on a day or changed (P17).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from threading import Lock

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.people.access import Action
from studio_tui.domain.pushes.calendar import DAY_KINDS, CalendarEntry, DayKind
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.written_dates import months_later
from studio_tui.services.pushes import calendar, pushes, repeats
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.repeat_push import repeat
from studio_tui.tui.moments import day
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.calendar_months import draw_year
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.lazy_source import LazySource
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.shown_rows import shown_rows
from studio_tui.tui.widgets.list.views import FilterAccess
from studio_tui.wording.calendar import count_in_words, happens_in_words
from studio_tui.wording.days import weekday_in_words

_MONTHS = 12
_ORDER = Sort("day")
_KINDS = list(DAY_KINDS)
_TONES: DefaultTable[DayKind, Tone | None] = DefaultTable(
    {DayKind.BEGINS: Tone.GOOD, DayKind.ENDS: Tone.WARN, DayKind.REPEATS: Tone.MARK}, None
)
_NOTHING = "Nothing happens within a year.\nGo to Templates and press p on one to set up pushes."
_NOTHING_SUCH = "Nothing of this kind happens within a year; f shows the others."
_NO_LINE = "There is nothing here."


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A calendar entry as a list row."""

    id: int
    entry: CalendarEntry


class CalendarScreen(StudioScreen):
    """The list of all events from today until one year ahead, by day."""

    OWN_COMMANDS = (
        Command(
            "skip",
            "S",
            "Skip",
            "Make nothing on this day, or make it after all",
            needs=Action.CREATE_PUSHES,
            verb="pushes repeat PUSH --skip DAY",
        ),
        Command(
            "edit",
            "e",
            "Edit",
            "Change what this day follows from: the rhythm, or the days of the push",
            needs=Action.EDIT_PUSHES,
            verb="pushes edit PUSH --deadline DAY",
        ),
        Command(
            "repeat",
            "equals_sign",
            "Repeat",
            "Let this push come again by itself, or skip, change and stop that",
            needs=Action.CREATE_PUSHES,
            verb="pushes repeat PUSH --every RHYTHM",
        ),
        Command("narrow", "f", "Show", "Show only what begins, what ends, or another kind"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._kind: DayKind | None = None
        self._every: LazySource[CalendarRow, str] = LazySource(self._lines)
        """All rows, read lazily once and replaced on each reload. A read already in progress keeps
        its own source."""
        self._ids: dict[tuple[date, DayKind, int | None, int], int] = {}
        """Row ids by day, kind, push id and ordinal, so that a row keeps its id across reloads."""
        self._numbering = Lock()

    def body(self) -> ComposeResult:
        """Yield the title, the list and a line with the full text of the current row."""
        yield Static(classes="title")
        self._browser: RecordBrowser[CalendarRow, str] = RecordBrowser(
            Column("day", "Day", self._day, width=15, sortable=True),
            Column(
                "kind",
                "What",
                _kind,
                width=15,
                sortable=True,
                order=lambda row: _KINDS.index(row.entry.kind),
            ),
            Column("push", "Push", _push, width=16, flex=3, max_width=50, sortable=True),
            Column("count", "How many", _count, width=16, flex=1, max_width=22),
            Column("text", "Besides", _text, width=12, flex=2, max_width=40, hide_order=1),
            find=self.find,
            sort=_ORDER,
            noun=("entry", "entries"),
            empty=_NOTHING,
            views_key="calendar",
            exported_by="calendar --json",
            narrowing=FilterAccess(lambda: str(self._kind or ""), self._put_kind, self._entitle),
            details=self._details,
        )
        yield self._browser
        yield Static(classes="detail")

    def on_mount(self) -> None:
        """Display the title."""
        self._entitle()

    def reload(self) -> None:
        """Read the entries again: a push, a mail or a planned conversation changed."""
        self._every = LazySource(self._lines)
        self._browser.reload()

    def find(self, text: str, sort: Sort) -> tuple[str, Source[CalendarRow, str]]:
        """Return the rows whose visible text contains all words of ``text``."""
        every, kind, columns = self._every, self._kind, self._browser.every_column

        def found() -> Source[CalendarRow, str]:
            shown = [each for each in _all(every) if kind in (None, each.entry.kind)]
            rows: MemorySource[CalendarRow, str] = MemorySource(shown)
            return shown_rows(rows, columns, text, sort, _ORDER, lambda each: day(each.entry.day))

        return f"{kind or ''} {text}", LazySource(found)

    def why_not_skip(self) -> str | None:
        """Return why the day cannot be skipped, or None. Only a day of a rhythm can be skipped."""
        entry = self._entry
        if entry is None:
            return _NO_LINE
        if entry.skipped is None:
            return "Only what is made again by a rhythm can be skipped."
        return None

    def why_not_edit(self) -> str | None:
        """Return why there is nothing to edit, or None if the row belongs to a push."""
        return self._why_no_push()

    def why_not_repeat(self) -> str | None:
        """Return why no repeat can be set, or None if the row belongs to a push."""
        return self._why_no_push()

    def action_skip(self) -> None:
        """Skip the current day of a rhythm, or restore it if it is skipped (P17)."""
        entry = self._entry
        if entry is None or entry.push_id is None:
            return
        studio, actor, push_id, first = self.studio, self.actor, entry.push_id, entry.day
        act = repeats.keep if entry.skipped else repeats.skip
        told = "is made after all" if entry.skipped else "is skipped; S makes it after all"

        def skip() -> None:
            act(studio, actor, pushes.show(studio, actor, push_id, {}), first)

        self.write(skip, lambda _: self.show_message(f"“{entry.push}”: {day(first)} {told}."))

    def action_edit(self) -> None:
        """Edit the rhythm that creates the push, or the days of the push."""
        entry = self._entry
        if entry is None or entry.push_id is None:
            return
        if entry.kind is DayKind.REPEATS:
            repeat(self, entry.push_id, to_change=True)
        else:
            self.go_to(to.Push(entry.push_id, "settings"))

    def action_repeat(self) -> None:
        """Open the dialog that sets how the push repeats."""
        if (entry := self._entry) is not None and entry.push_id is not None:
            repeat(self, entry.push_id)

    def action_narrow(self) -> None:
        """Let the user choose which kind of event to show."""
        choices = [Choice("", "everything")]
        choices += [
            Choice(str(kind), f"{facts.sign} {facts.label}") for kind, facts in DAY_KINDS.items()
        ]
        self.app.push_screen(Choose("Show", choices), self._narrow)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the push, or the outbox if the row is about mail."""
        entry: CalendarEntry = event.row.entry
        if entry.kind is DayKind.MAIL:
            self.go_to(to.Outbox(NotificationFilter(push_id=entry.push_id)))
        elif entry.push_id is not None:
            self.go_to(to.Push(entry.push_id))
        else:
            self.show_error("No push asked for these.")

    def on_record_list_cursor_moved(self, event: RecordList.CursorMoved) -> None:
        """Display the full text of the current row and refresh the available commands."""
        self.query_one(".detail", Static).update(
            line(happens_in_words(event.row.entry), "$muted") if event.row else ""
        )
        self.refresh_bindings()

    @property
    def _entry(self) -> CalendarEntry | None:
        current = self._browser.list.current
        return current.entry if current else None

    def _why_no_push(self) -> str | None:
        entry = self._entry
        if entry is None:
            return _NO_LINE
        return None if entry.push_id is not None else "No push asked for these."

    def _lines(self) -> Source[CalendarRow, str]:
        """Read all entries and give each a stable row id.

        Called off the event loop, possibly by several threads at once.
        """
        found = calendar.show(self.studio, self.actor, _MONTHS, with_skipped=True)
        seen = Counter[tuple[date, DayKind, int | None]]()
        read = []
        with self._numbering:
            for entry in found:
                of = (entry.day, entry.kind, entry.push_id)
                seen[of] += 1
                id_ = self._ids.setdefault((*of, seen[of]), len(self._ids) + 1)
                read.append(CalendarRow(id_, entry))
        return MemorySource(read)

    def _details(self, row: CalendarRow) -> Callable[[], Drawing]:
        every, today = self._every, self.studio.today()

        def read() -> Drawing:
            entries = [each.entry for each in _all(every)]
            return partial(draw_year, entries, row.entry.day, today)

        return read

    def _narrow(self, chosen: str | None) -> None:
        if chosen is None:
            return
        self._put_kind(chosen)
        self._browser.list.set_empty(_NOTHING_SUCH if self._kind else _NOTHING)
        self._browser.show_narrowed()
        self._entitle()

    def _put_kind(self, narrowed: str) -> None:
        self._kind = DayKind(narrowed) if narrowed else None

    def _entitle(self) -> None:
        last = months_later(self.studio.today(), _MONTHS) - timedelta(days=1)
        title = line(f"From today to {weekday_in_words(last, self.studio.today())}", "bold")
        words = f"  only: {DAY_KINDS[self._kind].label} (f)" if self._kind else ""
        self.query_one(".title", Static).update(title + line(words, "$key") if words else title)

    def _day(self, row: CalendarRow) -> str:
        return weekday_in_words(row.entry.day, self.studio.today())


def _all(every: Source[CalendarRow, str]) -> Sequence[CalendarRow]:
    return every.rows(0, every.count())


def _kind(row: CalendarRow) -> str | StyledText:
    facts = DAY_KINDS[row.entry.kind]
    if row.entry.skipped:
        return StyledText(f"{facts.sign} skipped", Tone.MUTED)
    text, tone = f"{facts.sign} {facts.label}", _TONES[row.entry.kind]
    return StyledText(text, tone) if tone else text


def _push(row: CalendarRow) -> str | StyledText:
    return StyledText(row.entry.push, Tone.MUTED) if row.entry.skipped else row.entry.push


def _count(row: CalendarRow) -> str:
    return "" if row.entry.skipped else count_in_words(row.entry)


def _text(row: CalendarRow) -> StyledText:
    return StyledText(row.entry.text, Tone.MUTED)
