"""The programs of `bench.list_widget`: ``hello``, ``list DATABASE`` and ``table DATABASE``."""

import sqlite3
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Static


class Hello(App[None]):
    """The floor: a text with a number that changes with every key press."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = 0

    def compose(self) -> ComposeResult:
        yield Static("Ann Peeters says hello")

    def on_key(self) -> None:
        self._keys += 1
        self.query_one(Static).update(f"Ann Peeters says hello {self._keys}")


class Table(App[None]):
    """The peer: Textual's `DataTable`."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table: DataTable[str] = self.query_one(DataTable)
        table.add_columns("Name", "Team", "Number")
        with closing(sqlite3.connect(self._path)) as database:
            rows = database.execute("SELECT name, team, id FROM person ORDER BY id")
            table.add_rows((name, team, str(number)) for name, team, number in rows)


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the list."""

    id: int
    name: str
    team: str


class People:
    """A source of the benchmark's database in which positions follow from the ids."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False)

    def count(self) -> int:
        """Return the number of people."""
        (count,) = self._db.execute("SELECT max(id) FROM person").fetchone()
        return int(count)

    def rows(self, start: int, stop: int) -> Sequence[Person]:
        """Return rows by a range of the primary key."""
        sql = "SELECT id, name, team FROM person WHERE id > ? AND id <= ? ORDER BY id"
        return [Person(*row) for row in self._db.execute(sql, (start, stop))]

    def position(self, row_id: int, _: int | None = None) -> int | None:
        """Return the position, which follows from the id."""
        return row_id - 1

    def matching(self, filter_: str, ids: Collection[int]) -> frozenset[int]:
        """Return all ids, because the only filter matches every row."""
        return frozenset(ids)

    def selected(self, selection: Any) -> int:
        """Return the number of marked rows; only single rows are marked here."""
        return sum(len(term.marked) for term in selection.terms)


def list_app(path: Path) -> App[None]:
    """Return an app with only our list on its screen."""
    # Imported here, so that the other programs do not load these modules.
    from studio_tui.config.assets import asset
    from studio_tui.domain.shared.errors import StudioError
    from studio_tui.tui.runtime.background_calls import Bridge
    from studio_tui.tui.runtime.diff_renderer import TerminalOutput
    from studio_tui.tui.theme import DARK
    from studio_tui.tui.widgets.list.columns import Column
    from studio_tui.tui.widgets.list.record_list import RecordList

    class Listing(App[None]):
        """An app that shows the list."""

        def __init__(self) -> None:
            super().__init__(css_path=[asset("styles/list.tcss")])
            self.bridge = Bridge(self.fail)
            self.terminal = TerminalOutput(self)
            self.register_theme(DARK)
            self.theme = DARK.name

        def _display(self, screen: Any, renderable: Any) -> None:
            super()._display(screen, self.terminal.compared(renderable))

        def fail(self, error: StudioError) -> None:
            raise error

        def compose(self) -> ComposeResult:
            yield RecordList[Person, str](
                Column("name", "Name", lambda person: person.name, width=20, flex=1),
                Column("team", "Team", lambda person: person.team, width=20),
                Column("id", "Number", lambda person: str(person.id), width=10, right=True),
                marks=True,
            )

        def on_mount(self) -> None:
            self.query_one(RecordList).set_source(People(path), "")

    return Listing()


def main() -> None:
    """Run the program that the arguments name."""
    what, *paths = sys.argv[1:]
    apps: dict[str, Callable[[Path], App[None]]] = {"table": Table, "list": list_app}
    app = apps[what](Path(paths[0])) if paths else Hello()
    app.run()


if __name__ == "__main__":
    main()
