"""`RecordBrowser`: a list with a filter, an order and a summary, which most screens consist of.

    yield RecordBrowser(
        Column("name", "Name", lambda user: user.name, width=20, flex=2, sortable=True),
        find=lambda text, sort: users.find(self.studio, self.actor, UserFilter(text), sort),
        sort=Sort("name"),
        noun=("user", "users"),
        marks=True,
        empty="Nobody yet. Press i to import users.",
    )

``find`` returns the filter and the source for a filter text and an order. It is called on the event
loop and must not query the database (sources are queried off the event loop). ``details`` supplies
the detail pane of the row under the cursor, in a wide terminal (`widgets.list.pane`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar, Generic, TypeVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from studio_tui.config.session import why_no_files
from studio_tui.domain.audiences.words import is_audience_text
from studio_tui.domain.people.access import Action
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.list_source import Row, Sort, Source
from studio_tui.domain.shared.list_views import ListView
from studio_tui.services.system import files
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.modals.ask_file import AskFile
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.runtime.terminal import on_console
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.shell import bridge_of, keys_of, shell_of
from studio_tui.tui.widgets.list.audiences import (
    AudienceReader,
    FilterText,
    ParsedAudience,
    audiences_of,
    completion_lines,
    filter_audience,
)
from studio_tui.tui.widgets.list.bulk_reading import as_csv, ids_between, rows_of
from studio_tui.tui.widgets.list.columns import Column
from studio_tui.tui.widgets.list.filter_bar import FilterBar
from studio_tui.tui.widgets.list.pane import ListWithPane, RowReader
from studio_tui.tui.widgets.list.people_rows import RowPerson, as_filter, pasted_as_filter
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.to_file import write_csv
from studio_tui.tui.widgets.list.total import Total
from studio_tui.tui.widgets.list.views import FilterAccess, Views, sort_known
from studio_tui.wording.counting import counted

R = TypeVar("R", bound=Row)
F = TypeVar("F")
T = TypeVar("T")
Place = tuple[Path, bool]
"""A path, and whether an existing file may be replaced."""
Find = Callable[[str, Sort], tuple[F, Source[R, F]]]


class RecordBrowser(Commands, Vertical, Generic[R, F]):
    """A `RecordList` below a `FilterBar`. Messages of the list bubble up to the screen."""

    REACH = "this list"
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("filter", "slash", "Filter", "Show only what matches what you type"),
        Command("order", "o", "Order", "Sort by the next column", footer=False),
        Command("reverse", "O", "Reverse", "Turn the order round", footer=False),
        Command("mark_range", "V", "Mark to here", "Mark from the last marked row to here", False),
        Command("copy", "Y", "Copy", "Copy the marked rows, or this one, as CSV", footer=False),
        Command("to_file", "X", "To a file", "Write the list, or the marked rows, as CSV", False),
        Command("columns", "vertical_line", "Columns", "Choose the columns of this list", False),
        Command("views", "F", "Views", "Show or save a view: filter, order and columns", False),
        Command(
            "as_text",
            "T",
            "As text",
            "Filter by the marked rows, or say what the list shows, as text that is copied",
            footer=False,
        ),
        Command(
            "why",
            "ampersand",
            "Why in a filter",
            "Tell why a filter holds of who is under the cursor, or does not",
            footer=False,
            needs=Action.READ_USERS,
            verb="users why USER --where FILTER",
        ),
        Command("clear_filter", "escape", "Clear", "Take the filter away", footer=False),
    )

    def __init__(
        self,
        *columns: Column[R],
        find: Find[F, R],
        sort: Sort,
        noun: tuple[str, str],
        marks: bool = False,
        empty: str = "Nothing here.",
        details: RowReader[R] | None = None,
        views_key: str = "",
        narrowing: FilterAccess | None = None,
        opens_saved_view: bool = True,
        exported_by: str = "",
        audiences: bool = False,
        person: Callable[[R], RowPerson] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """Create a browser that reads its rows when it is mounted.

        ``views_key`` is the name under which its columns and views are saved; empty: they are not.
        ``narrowing`` gives access to the restriction that the keys of the screen make.
        ``opens_saved_view``: whether to start with the saved opening view, which is wrong if the
        caller requested another one. ``exported_by`` is the shell command that writes the same
        list. ``audiences``: whether the filter may be an audience (P13), which ``find`` receives as
        a `FilterText`. ``person`` returns the person of a row.
        """
        super().__init__(id=id)
        self.every_column = columns
        self._columns: Sequence[Column[R]] = [column for column in columns if column.usual]
        self.list: RecordList[R, F] = RecordList(*self._columns, marks=marks, empty=empty)
        self._with_pane = ListWithPane(self.list, details) if details else None
        self._bar = FilterBar(self._filter_by, self.list)
        self._audiences = audiences
        self._person = person
        self._filtered_by = ""
        """The filter as ``find`` receives it: the text, once it is parsed if it is an audience;
        until then, the previous filter."""
        self.views = Views(self, views_key)
        self._narrowing = narrowing
        self._opens_saved_view = opens_saved_view
        self._exported_by = exported_by
        self._marks = marks
        self._find = find
        self._sort = self._usual_sort = sort
        self._noun = noun
        self._empty = empty
        self._total: Total[F] = Total(self, self._summarise)

    def compose(self) -> ComposeResult:
        """Compose the filter above the list."""
        yield self._bar
        yield Static(classes="audience")
        yield self._with_pane or self.list

    def on_mount(self) -> None:
        """Read the first rows and focus the list."""
        self.views.open(as_kept=self._opens_saved_view)
        self._filter_by(self.text)
        # Synchronously: otherwise the filter input would get the initial focus.
        self.screen.set_focus(self.list)

    @property
    def text(self) -> str:
        """The filter text."""
        return self._bar.text

    @property
    def reads_as_typed(self) -> bool:
        """Whether the list is filtered by the current text.

        While the text is an invalid audience, the last valid filter applies.
        """
        return self._filtered_by == self.text

    @property
    def filter(self) -> F:
        """The current filter: the rows of an act on "all that match"."""
        return self._find(self._filtered_by, self._sort)[0]

    def reload(self) -> None:
        """Read the rows again without moving anything."""
        self._total.forget()
        self.list.reload(self._find(self._filtered_by, self._sort)[1])
        if self._with_pane is not None:
            self._with_pane.reload()

    def action_filter(self) -> None:
        """Focus the filter."""
        self._bar.focus_input()

    def on_paste(self, event: events.Paste) -> None:
        """Filter the list by the pasted text."""
        event.stop()
        text = event.text
        if self._reads_audiences is not None:
            try:
                text = pasted_as_filter(text) or text
            except StudioError as error:
                shell_of(self).show_error(error.message)
                return
        self._bar.paste(text)

    def action_order(self) -> None:
        """Sort by the next visible column (S5)."""
        shown = self._sortable
        place = shown.index(self._sort.column) if self._sort.column in shown else -1
        self._order(Sort(shown[(place + 1) % len(shown)]))

    def why_not_order(self) -> str | None:
        """Require more than one order."""
        if set(self._sortable) - {self._sort.column}:
            return None
        return "This list has only one order; O turns it round."

    def may_do(self, command: Command) -> bool:
        """Offer only commands that apply; without a filter, escape leaves the screen."""
        there = {
            "clear_filter": bool(self.text),
            "mark_range": self._marks,
            "as_text": self._reads_audiences is not None,
            "why": self._person is not None,
            "views": bool(self.views.views_key),
        }
        return there.get(command.id, True) and super().may_do(command)

    def action_clear_filter(self) -> None:
        """Clear the filter; the cursor stays on its row (S5)."""
        self._bar.clear()

    def commands(self) -> tuple[Command, ...]:
        """Return the commands, with the shell command of the export."""
        return tuple(
            replace(each, verb=self._exported_by) if each.id == "to_file" else each
            for each in super().commands()
        )

    def why_not_to_file(self) -> str | None:
        """Require rows and access to files."""
        verb = self._exported_by
        why = why_no_files(f"ssh … {verb} > FILE" if verb else "")
        return why or (None if self.list.length or self.list.marked else "There are no rows here.")

    def action_to_file(self) -> None:
        """Ask for a path and write the rows, or the marked ones, to it (S7)."""
        listed, columns = self.list, self._columns
        home = cast(StudioScreen, self.screen)
        # Marked rows may be hidden by the filter.
        whole = not listed.marked
        text, selection = (self._filtered_by, None) if whole else ("", listed.selection)
        source = self._find(text, self._sort)[1]

        def write(place: Place | None) -> None:
            if place is not None:
                path, replacing = place
                job = Job(f"Writing {path.name}")
                home.write(
                    lambda: write_csv(
                        path,
                        source,
                        selection,
                        columns,
                        replacing=replacing,
                        tell=job.report_progress,
                    ),
                    lambda number: home.show_message(
                        f"{counted(number, 'row')} written to {path}."
                    ),
                    job=job,
                )

        _, many = self._noun
        what = "The marked rows" if selection is not None else "What the list shows"
        ask = AskFile[Place](
            f"{what}, as CSV",
            _place,
            value=f"{many}.csv",
            hint="On the machine the Studio runs on; for you alone to read",
        )
        self.app.push_screen(ask, write)

    def why_not_columns(self) -> str | None:
        """Require several columns."""
        return None if len(self.every_column) > 1 else "This list has only one column."

    def action_columns(self) -> None:
        """Choose the columns of the list (S5)."""
        shell_of(self).choose_columns(self)

    def action_views(self) -> None:
        """Show a view, or save the current state as one (S5)."""
        shell_of(self).choose_view(self)

    @property
    def columns(self) -> Sequence[Column[R]]:
        """The chosen columns, which are shown if there is room."""
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column[R]]) -> None:
        self._columns = columns
        self.list.set_columns(columns)

    @property
    def columns_in_sight(self) -> Sequence[Column[R]]:
        """The columns that have room."""
        return self.list.shown_columns

    @property
    def view(self) -> ListView:
        """The current state as a view without a name."""
        return ListView(
            text=self.text,
            narrowed=self._narrowing.get() if self._narrowing else "",
            sort=self._sort,
            columns=tuple(column.key for column in self._columns),
        )

    def set_view(self, view: ListView) -> list[str]:
        """Apply ``view`` without reading rows; return descriptions of its unknown parts."""
        known = [column for column in self.every_column if column.key in view.columns]
        unknown = ["a column"] if len(known) < len(view.columns) else []
        self.columns = known or self.views.columns
        if sort_known(self.every_column, view.sort, self._usual_sort):
            self._sort = view.sort or self._usual_sort
        else:
            unknown.append("its order")
        if self._narrowing is not None:
            unknown += self._narrow(self._narrowing, view.narrowed)
            self._narrowing.drawn()
        self._bar.fill(view.text)
        return unknown

    def show_narrowed(self) -> None:
        """Read the rows after a change of the narrowing; the cursor stays on its row."""
        self._show(self.list.current_id)

    def show_rows(self) -> None:
        """Read the rows after `set_view`."""
        self._filter_by(self.text)

    def reads(self, text: str) -> Callable[[], ParsedAudience] | None:
        """Return a function that parses ``text`` as an audience; None if it is words.

        The function is to be called off the event loop.
        """
        reads = self._reads_audiences
        return partial(reads, text) if reads is not None and is_audience_text(text) else None

    def source_of(self, view: ListView, text: str) -> Source[R, F]:
        """Return the source of a view, whose ``text`` is in the form that ``find`` receives."""
        known = sort_known(self.every_column, view.sort, self._usual_sort)
        sort = (view.sort if known else None) or self._usual_sort
        if self._narrowing is None:
            return self._find(text, sort)[1]
        now = self._narrowing.get()
        self._narrow(self._narrowing, view.narrowed)
        source = self._find(text, sort)[1]
        self._narrowing.put(now)
        return source

    def _narrow(self, narrowing: FilterAccess, narrowed: str) -> list[str]:
        try:
            narrowing.put(narrowed)
        except ValueError:
            return ["what it is narrowed to"]
        return []

    def why_not_mark_range(self) -> str | None:
        """Require a start of the range."""
        if self.list.last_marked is None:
            return "Mark the first row (space), then go to the last one and mark up to it."
        return None

    def action_mark_range(self) -> None:
        """Mark the rows from the last marked one to the cursor (S5)."""
        self.list.waiting.add(self.list.reach, self._mark_range)

    def why_not_copy(self) -> str | None:
        """Require a terminal with a clipboard."""
        return "This terminal has no clipboard." if on_console() else None

    def action_copy(self) -> None:
        """Copy the marked rows, or the one under the cursor, to the clipboard (S7)."""
        self.list.waiting.add(self.list.reach, self._copy)

    def why_not_as_text(self) -> str | None:
        """Require a valid filter."""
        return None if self.reads_as_typed else "The filter is wrong, or not written to its end."

    def action_as_text(self) -> None:
        """Copy the audience of the list as text (P13).

        If rows are marked, or the filter is no audience, the list is first filtered by the marked
        people, or by the person at the cursor.
        """
        self.list.waiting.add(self.list.reach, self._as_text)

    def _as_text(self) -> None:
        person, row = self._person, self.list.current
        said = filter_audience(self._filtered_by)
        if not self.list.marked and said is not None:
            self._say_as_text(str(said))
        elif self.list.marked and person is not None:
            read = self._marked()
            self._take(lambda: as_filter(map(person, read())), self._say_as_text)
        elif person is not None and row is not None:
            self._say_as_text(as_filter([person(row)]))
        else:
            shell_of(self).show_error("There is nobody here.")

    def _say_as_text(self, text: str) -> None:
        self._bar.fill(text)
        self._filter_by(text)
        if not on_console():
            self.app.copy_to_clipboard(text)
        shell_of(self).show_message(
            "Filtered so; the text is copied. What is pasted over a list is read."
        )

    def why_not_why(self) -> str | None:
        """Require a row."""
        return None if self.list.current else "There is nobody here."

    def action_why(self) -> None:
        """Explain for each condition whether it holds for the person at the cursor (P13)."""
        row, person = self.list.current, self._person
        if row is None or person is None:
            return
        # Imported on demand only.
        from studio_tui.tui.modals.why import AudienceExplanation

        whom, said = person(row), filter_audience(self._filtered_by)
        self.app.push_screen(AudienceExplanation(whom.id, whom.name, str(said or "")))

    def _mark_range(self) -> None:
        first, last = self.list.last_marked, self.list.current
        if first is not None and last is not None:
            source, last_id = self._source(), last.id
            self._take(lambda: ids_between(source, first, last_id), self._mark)

    def _mark(self, ids: Sequence[int]) -> None:
        self.list.selection = self.list.selection.mark(ids)
        self.list.last_marked = self.list.current_id

    def _copy(self) -> None:
        row, columns = self.list.current, self._columns
        if self.list.marked:
            read = self._marked()
            self._take(lambda: _copied(read(), columns), self._put)
        elif row is not None:
            self._take(lambda: _copied([row], columns), self._put)

    def _marked(self) -> Callable[[], Sequence[R]]:
        """Return a function that reads the marked rows, including those hidden by the filter.

        It is to be called off the event loop.
        """
        source, selection = self._find("", self._sort)[1], self.list.selection
        return lambda: rows_of(source, selection)

    def _put(self, copied: tuple[int, str]) -> None:
        number, text = copied
        self.app.copy_to_clipboard(text)
        shell_of(self).show_message(f"{counted(number, 'row')} copied.")

    def _take(self, call: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run ``call`` off the event loop, and queue keys until ``then`` has its result."""
        bridge, target = bridge_of(self), None
        if (keys := keys_of(self)) is not None:
            target = keys.expect(self, lambda: bridge.drop(self, "take"))

        def taken(answer: T) -> None:
            then(answer)
            if target is not None:
                target.ready()

        def not_taken(error: StudioError) -> None:
            bridge.report(error)
            if target is not None:
                target.failed()

        bridge.read(self, "take", call, taken, not_taken)

    def _source(self) -> Source[R, F]:
        """Return a new source that no other query uses."""
        return self._find(self._filtered_by, self._sort)[1]

    def show_row(self, row_id: int) -> None:
        """Clear the filter and move the cursor to a row that was just created."""
        self._bar.clear(quietly=True)
        self._filtered_by = ""
        self.list.set_empty(self._empty)
        filter_, source = self._find("", self._sort)
        self.list.set_source(source, filter_, sort=self._sort, keep=row_id)
        self.screen.set_focus(self.list)

    @property
    def _sortable(self) -> list[str]:
        shown = [column.key for column in self.list.shown_columns if column.sortable]
        # The default order may not be that of a column.
        usual = self._usual_sort.column
        of_none = all(column.key != usual for column in self.every_column)
        return [usual, *shown] if of_none else shown

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._order(Sort(self._sort.column, not self._sort.descending))

    def _filter_by(self, text: str) -> None:
        """Filter by ``text``, which is parsed off the event loop if it is an audience.

        Until it is parsed, and while it is invalid, the last valid filter applies.
        """
        self._bar.offer("")
        reads = self.reads(text)
        if reads is None:
            bridge_of(self).drop(self, "audience")
            self._say_of_audience(Content(""))
            self._filter(text, text)
            return
        bridge, target = bridge_of(self), None
        if (keys := keys_of(self)) is not None:
            target = keys.expect(self, lambda: bridge.drop(self, "audience"))

        def read(said: ParsedAudience) -> None:
            self._bar.offer(said.completions[0].text if said.completions else "")
            self._say_of_audience(completion_lines(said, self._bar.content_size.width))
            if said.audience is not None:
                self._filter(text, FilterText.of(text, said.audience))
            elif not isinstance(self._filtered_by, FilterText):
                # The text that the audience began with is not to be searched as words.
                self._filter("", "")
            if target is not None:
                target.ready()

        def failed(error: StudioError) -> None:
            bridge.report(error)
            if target is not None:
                target.failed()

        bridge.read(self, "audience", reads, read, failed)

    def _filter(self, text: str, by: str) -> None:
        self._filtered_by = by
        self.list.set_empty(f"Nothing matches “{text}”." if text else self._empty)
        self._show(self.list.current_id)

    @property
    def _reads_audiences(self) -> AudienceReader | None:
        shell = shell_of(self)
        return audiences_of(shell.studio, shell.actor) if self._audiences and shell.actor else None

    def _say_of_audience(self, said: Content) -> None:
        shown = self.query_one(".audience", Static)
        shown.display = bool(said.plain)
        shown.update(said)

    @on(RecordList.SortRequested)
    def _sort_requested(self, event: RecordList.SortRequested) -> None:
        event.stop()
        self._order(event.sort)

    @on(RecordList.LengthChanged)
    @on(RecordList.SelectionChanged)
    def _summarise(self) -> None:
        self._count_all()
        self._bar.summarise(self._summary())

    def _count_all(self) -> None:
        """Count the rows without the filter, after those with the filter are counted."""
        if self.list.has_more or not self.list.is_settled():
            return
        unfiltered, source = self._find("", self._sort)
        if self.list.shown_filter == unfiltered:
            self._total.learn(unfiltered, self.list.length)
        else:
            self._total.ask(unfiltered, lambda: source)

    def _order(self, sort: Sort) -> None:
        self._sort = sort
        self._show(self.list.current_id)

    def _show(self, keep: int | None) -> None:
        filter_, source = self._find(self._filtered_by, self._sort)
        self.list.set_source(source, filter_, sort=self._sort, keep=keep)

    def _summary(self) -> Content:
        one, many = self._noun
        length = self.list.length
        more = "+" if length and self.list.has_more else ""
        unfiltered = self._find("", self._sort)[0]
        total = None if self.list.shown_filter == unfiltered else self._total.of(unfiltered)
        of_all = "" if total is None else f" of {max(total, length):,}"
        noun = one if (length if total is None else total) == 1 else many
        listed = f"{length:,}{more}{of_all} {noun}"
        selected = self.list.selected_count
        if selected is None or selected:
            count = "…" if selected is None else f"{selected:,}"
            return Content.assemble((f"{count} selected", "$key bold"), f" · {listed}")
        return Content(listed)


def _place(path: Path, replacing: bool) -> Place:
    files.require_place(path, replacing=replacing)
    return path.absolute(), replacing


def _copied(rows: Sequence[R], columns: Sequence[Column[R]]) -> tuple[int, str]:
    return len(rows), as_csv(rows, columns)
