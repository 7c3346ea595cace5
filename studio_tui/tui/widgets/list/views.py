"""The saved columns and named views of a list (S5, S9).

The dialogs are in `modals.choose_columns` and `modals.list_views`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.list_views import ListView, StoredViews
from studio_tui.tui.shell import shell_of
from studio_tui.tui.widgets.list.audiences import ParsedAudience
from studio_tui.tui.widgets.list.columns import Column


@dataclass(frozen=True, slots=True)
class FilterAccess:
    """Access to the restriction that the keys of a screen make, as a text; empty: none."""

    get: Callable[[], str]
    put: Callable[[str], None]
    """Sets the restriction without drawing it. Raises `ValueError` for an unknown text."""
    drawn: Callable[[], None]
    """Draws the restriction."""


class ListWithViews(Protocol):
    """A list that has views: `record_browser.RecordBrowser`."""

    @property
    def screen(self) -> Any:
        """The screen of the list."""

    @property
    def views(self) -> "Views":
        """The saved views of the list."""

    @property
    def every_column(self) -> Sequence[Column[Any]]:
        """All columns of the list."""

    @property
    def columns(self) -> Sequence[Column[Any]]:
        """The chosen columns, which are shown if there is room."""

    @columns.setter
    def columns(self, columns: Sequence[Column[Any]]) -> None: ...

    @property
    def columns_in_sight(self) -> Sequence[Column[Any]]:
        """The columns that have room."""

    @property
    def view(self) -> ListView:
        """The current state as a view without a name."""

    def set_view(self, view: ListView) -> list[str]:
        """Apply ``view`` without reading rows; return descriptions of its unknown parts."""

    def show_rows(self) -> None:
        """Read the rows after `set_view`."""

    def reads(self, text: str) -> Callable[[], ParsedAudience] | None:
        """Return a function that parses ``text`` as an audience; None if it is words.

        The function is to be called off the event loop.
        """

    def source_of(self, view: ListView, text: str) -> Source[Any, Any]:
        """Return the source of a view; ``text`` is its text, or a `FilterText` of its audience."""


class Views:
    """The columns and views of ``listed`` that the actor has saved under the name ``views_key``.

    With an empty name nothing is saved.
    """

    def __init__(self, listed: ListWithViews, views_key: str) -> None:
        self._listed = listed
        self.views_key = views_key
        self.shown = ""
        """The name of the view that was shown last."""

    @property
    def kept(self) -> StoredViews:
        """All saved columns and views."""
        return shell_of(self._listed.screen).saved_views.get(self.views_key, StoredViews())

    @property
    def columns(self) -> Sequence[Column[Any]]:
        """The columns of a view that does not specify any: the saved ones, or the default ones."""
        chosen = self.columns_of(self.kept.columns)
        return chosen or [column for column in self._listed.every_column if column.usual]

    def columns_of(self, keys: Sequence[str]) -> list[Column[Any]]:
        """Return the columns with these keys; unknown keys are ignored."""
        return [column for column in self._listed.every_column if column.key in keys]

    def open(self, *, as_kept: bool) -> None:
        """Set the columns and, if ``as_kept``, the saved opening view, before rows are read."""
        self._listed.columns = self.columns
        if as_kept and (view := self.kept.opening) is not None:
            self.set(view)

    def set(self, view: ListView) -> None:
        """Apply ``view`` without reading rows; report its unknown parts."""
        self.shown = view.name
        if unknown := self._listed.set_view(view):
            shell_of(self._listed.screen).show_error(
                f"Left out of “{view.name}”, as this list does not know it: {', '.join(unknown)}."
            )

    def described(self, view: ListView) -> str:
        """Return a description of a view: ``“sales” · by Department ↓ · 3 columns``."""
        labels = {column.key: column.label for column in self._listed.every_column}
        words = [f"“{view.text}”"] if view.text else []
        words += [view.narrowed.replace("_", " ")] if view.narrowed else []
        if view.sort is not None and labels.get(view.sort.column):
            words.append(f"by {labels[view.sort.column]} {'↓' if view.sort.descending else '↑'}")
        if view.columns:
            words.append(f"{len(view.columns)} columns")
        return " · ".join(words) or "all rows, in the usual order"


def sort_known(columns: Sequence[Column[Any]], sort: Sort | None, usual: Sort) -> bool:
    """Return whether a list with these columns supports ``sort``.

    ``usual`` is the default order of the list, which it always supports.
    """
    if sort is None or sort.column == usual.column:
        return True
    return any(column.key == sort.column and column.sortable for column in columns)
