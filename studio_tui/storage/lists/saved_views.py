"""Columns and named views of lists that users have saved (S5, S9)."""

from collections import defaultdict
from typing import Any

from peewee import EXCLUDED

from studio_tui.domain.shared.list_views import ListView, StoredViews
from studio_tui.storage.engine.tables import ListViewTable

_V: Any = ListViewTable


def saved_views(user_id: int) -> dict[str, StoredViews]:
    """Return the saved views of a user, by the name of the list."""
    found: defaultdict[str, list[ListView]] = defaultdict(list)
    rows = _V.select(_V.list_name, _V.name, _V.kept).where(_V.user == user_id)
    for list_name, name, kept in rows.tuples():
        found[list_name].append(ListView.from_json(name, kept))
    return {list_name: StoredViews.of(views) for list_name, views in found.items()}


def save_view(user_id: int, list_name: str, view: ListView) -> None:
    """Save ``view``, and replace the view of the same name."""
    _V.insert(
        user=user_id,
        list_name=list_name,
        name_key=view.key,
        name=view.name,
        kept=view.to_json(),
    ).on_conflict(
        conflict_target=(_V.user, _V.list_name, _V.name_key),
        update={_V.name: EXCLUDED.name, _V.kept: EXCLUDED.kept},
    ).execute()


def remove(user_id: int, list_name: str, key: str) -> int:
    """Delete the view with this key; return how many there were."""
    there = (_V.user == user_id) & (_V.list_name == list_name) & (_V.name_key == key)
    return int(_V.delete().where(there).execute())
