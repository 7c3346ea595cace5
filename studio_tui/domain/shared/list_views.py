"""What a person keeps of a list: its columns, and named views of it (S5, S9)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.text import fold

MOST = 50
"""Named views of one list, of one person."""


@dataclass(frozen=True, slots=True)
class ListView:
    """A list as it was left, or as it was given a name: its filter, order and columns."""

    name: str = ""
    """Empty: what is remembered without a name."""
    text: str = ""
    """What is typed into the filter."""
    narrowed: str = ""
    """What the list is narrowed to by a key of its screen, as that screen writes it."""
    sort: Sort | None = None
    """None: the usual order."""
    columns: tuple[str, ...] = ()
    """The keys of the columns; empty: the usual ones."""
    opens: bool = False
    """Whether the list opens with it."""

    @property
    def key(self) -> str:
        """What it is told from other views of its list by: its name, without case."""
        return fold(self.name)

    def to_json(self) -> str:
        """Everything but the name, as it is kept."""
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
        """The view that `to_json` wrote. What cannot be read of it is as usual."""
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
class KeptViews:
    """What a person keeps of one list."""

    columns: tuple[str, ...] = ()
    """The columns that were chosen last; empty: the usual ones."""
    named: tuple[ListView, ...] = field(default=())
    """By name."""

    @classmethod
    def of(cls, views: Iterable[ListView]) -> "KeptViews":
        """``views`` of one list, with and without a name."""
        every = sorted(views, key=lambda view: view.key)
        columns = next((view.columns for view in every if not view.key), ())
        return cls(columns, tuple(view for view in every if view.key))

    @property
    def opening(self) -> ListView | None:
        """The view that the list opens with; None: as usual."""
        return next((view for view in self.named if view.opens), None)

    def called(self, name: str) -> ListView | None:
        """The view of this name, None where there is none."""
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
