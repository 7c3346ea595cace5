"""The stored layout of a list for one user: its columns and its named views (S5, S9)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.text import fold

MAX_VIEWS = 50
"""Maximum number of named views of one list for one user."""


@dataclass(frozen=True, slots=True)
class ListView:
    """The state of a list that is stored for one user: its filter, sort order and columns."""

    name: str = ""
    """Name of the view. Empty: the last columns, which are stored without a name."""
    text: str = ""
    """Text of the filter."""
    narrowed: str = ""
    """Additional filter that a key of the screen applies, in that screen's own encoding."""
    sort: Sort | None = None
    """Sort order; None: the default."""
    columns: tuple[str, ...] = ()
    """Keys of the columns; empty: the default columns."""
    opens: bool = False
    """Whether the list opens with this view."""

    @property
    def key(self) -> str:
        """Case-insensitive name, which is unique among the views of a list."""
        return fold(self.name)

    def to_json(self) -> str:
        """Return all fields except the name in the stored format."""
        kept: dict[str, Any] = {
            "text": self.text,
            "narrowed": self.narrowed,
            "sort": [self.sort.column, self.sort.descending] if self.sort else None,
            "columns": list(self.columns),
            "opens": self.opens,
        }
        return json.dumps({name: value for name, value in kept.items() if value})

    @classmethod
    def from_json(cls, name: str, text: str) -> "ListView":
        """Return the view that `to_json` encoded. Unreadable fields get their defaults."""
        kept = _object(text)
        return cls(
            name,
            _text(kept.get("text")),
            _text(kept.get("narrowed")),
            _sort(kept.get("sort")),
            tuple(each for each in _items(kept.get("columns")) if isinstance(each, str)),
            kept.get("opens") is True,
        )


@dataclass(frozen=True, slots=True)
class StoredViews:
    """The stored layout of one list for one user."""

    columns: tuple[str, ...] = ()
    """Columns that the user chose last; empty: the default columns."""
    named: tuple[ListView, ...] = field(default=())
    """Named views, sorted by name."""

    @classmethod
    def of(cls, views: Iterable[ListView]) -> "StoredViews":
        """Group ``views`` of one list, with and without a name."""
        every = sorted(views, key=lambda view: view.key)
        columns = next((view.columns for view in every if not view.key), ())
        return cls(columns, tuple(view for view in every if view.key))

    @property
    def opening(self) -> ListView | None:
        """The view with which the list opens; None: the default view."""
        return next((view for view in self.named if view.opens), None)

    def called(self, name: str) -> ListView | None:
        """Return the view with this name, ignoring case, or None."""
        return next((view for view in self.named if view.key == fold(name)), None)


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _sort(value: Any) -> Sort | None:
    match _items(value):
        case [str(column), bool(descending)]:
            return Sort(column, descending)
    return None
