"""What somebody keeps of a list, as the list shows it: the columns they chose, and named views (S5,
S9). Where they choose is in `modals.choose_columns` and `modals.list_views`."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.list_views import ListView, StoredViews
from studio_tui.tui.shell import shell_of
from studio_tui.tui.widgets.list.audiences import Said
from studio_tui.tui.widgets.list.columns import Column


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the keys of a screen narrow its list to, as a view keeps it: a text, empty for
    nothing."""

    get: Callable[[], str]
    put: Callable[[str], None]
    """Raises `ValueError` for what it does not know. It draws nothing."""
    drawn: Callable[[], None]
    """Draws what the list is narrowed to."""


class Listed(Protocol):
    """A list that views are kept of: `record_browser.RecordBrowser`."""

    @property
    def screen(self) -> Any:
        """The screen that it is part of."""

    @property
    def views(self) -> "Views":
        """What is kept of it."""

    @property
    def every_column(self) -> Sequence[Column[Any]]:
        """The columns that it can show."""

    @property
    def columns(self) -> Sequence[Column[Any]]:
        """Those that it shows where there is room."""

    @columns.setter
    def columns(self, columns: Sequence[Column[Any]]) -> None: ...

    @property
    def columns_in_sight(self) -> Sequence[Column[Any]]:
        """Those that there is room for."""

    @property
    def view(self) -> ListView:
        """What it shows now, without a name."""

    def set_view(self, view: ListView) -> list[str]:
        """Show ``view`` with the next rows; returns in words what of it is not known here."""

    def show_rows(self) -> None:
        """Read the rows of what was set."""

    def reads(self, text: str) -> Callable[[], Said] | None:
        """What reads an audience that ``text`` says, off the loop; None where it says words."""

    def source_of(self, view: ListView, text: str) -> Source[Any, Any]:
        """What lists the rows of a view; ``text``: its own, or a `Typed` of what that says."""


class Views:
    """The columns and views that the actor keeps of ``listed``, by the name ``kept_as``; empty:
    nothing is kept."""

    def __init__(self, listed: Listed, kept_as: str) -> None:
        self._listed = listed
        self.kept_as = kept_as
        self.shown = ""
        """The name of the view that was shown last."""

    @property
    def kept(self) -> StoredViews:
        """All that is kept."""
        return shell_of(self._listed.screen).kept_views.get(self.kept_as, StoredViews())

    @property
    def columns(self) -> Sequence[Column[Any]]:
        """The columns to show where a view says nothing of them: those chosen last, or else the
        usual ones."""
        chosen = self.columns_of(self.kept.columns)
        return chosen or [column for column in self._listed.every_column if column.usual]

    def columns_of(self, keys: Sequence[str]) -> list[Column[Any]]:
        """The columns of these keys, as far as there are such."""
        return [column for column in self._listed.every_column if column.key in keys]

    def open(self, *, as_kept: bool) -> None:
        """Before the first rows are read: the columns, and ``as_kept`` the view that the list
        opens with."""
        self._listed.columns = self.columns
        if as_kept and (view := self.kept.opening) is not None:
            self.set(view)

    def set(self, view: ListView) -> None:
        """Show ``view`` with the next rows; what the list does not know of it is said."""
        self.shown = view.name
        if unknown := self._listed.set_view(view):
            shell_of(self._listed.screen).complain(
                f"Left out of “{view.name}”, as this list does not know it: {', '.join(unknown)}."
            )

    def described(self, view: ListView) -> str:
        """What a view shows, in words: ``“sales” · by Department ↓ · 3 columns``."""
        labels = {column.key: column.label for column in self._listed.every_column}
        words = [f"“{view.text}”"] if view.text else []
        words += [view.narrowed.replace("_", " ")] if view.narrowed else []
        if view.sort is not None and labels.get(view.sort.column):
            words.append(f"by {labels[view.sort.column]} {'↓' if view.sort.descending else '↑'}")
        if view.columns:
            words.append(f"{len(view.columns)} columns")
        return " · ".join(words) or "all rows, in the usual order"


def sort_known(columns: Sequence[Column[Any]], sort: Sort | None, usual: Sort) -> bool:
    """Whether a list of these columns, ``usual`` its order, can be sorted so."""
    if sort is None or sort.column == usual.column:
        return True
    return any(column.key == sort.column and column.sortable for column in columns)
