"""A user's own columns and named views of lists (S5, S9)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Invalid, NothingToDo, Refused
from studio_tui.domain.shared.list_views import MAX_VIEWS, ListView, StoredViews
from studio_tui.domain.shared.text import MAX_NAME, clean_line
from studio_tui.services.system.context import Studio
from studio_tui.storage.lists import saved_views


class ViewNameTaken(Invalid):
    """Raised if a view of this name exists. It can be replaced."""


def every(studio: Studio, actor: Actor) -> Mapping[str, StoredViews]:
    """Return the stored views of ``actor``, by the name of the list."""
    with studio.store.reading():
        return saved_views.saved_views(actor.user_id)


def choose_columns(
    studio: Studio, actor: Actor, list_name: str, columns: Sequence[str]
) -> Mapping[str, StoredViews]:
    """Store the columns of a list, none for the default; return all views of ``actor``."""
    with studio.store.writing():
        saved_views.save_view(actor.user_id, list_name, ListView(columns=tuple(columns)))
        return saved_views.saved_views(actor.user_id)


def save(
    studio: Studio, actor: Actor, list_name: str, view: ListView, *, replacing: bool = False
) -> Mapping[str, StoredViews]:
    """Save a view under its name; return all views of ``actor``.

    Raises `Invalid` if the name is missing or too long, `ViewNameTaken` if it exists and
    ``replacing`` is not set, and `Refused` if there are too many views.
    """
    view = replace(view, name=clean_line(view.name), text=clean_line(view.text))
    if not view.key:
        raise Invalid({"name": "Enter a name."})
    if len(view.name) > MAX_NAME:
        raise Invalid({"name": f"At most {MAX_NAME} characters."})
    with studio.store.writing():
        kept = _kept(actor, list_name)
        if (before := kept.called(view.name)) is not None:
            if not replacing:
                raise ViewNameTaken({"name": f"There is a view “{before.name}” already."})
            view = replace(view, opens=before.opens)
        elif len(kept.named) >= MAX_VIEWS:
            raise Refused(f"There are {MAX_VIEWS} views of this list: remove one first.")
        _keep(actor, list_name, view)
        return saved_views.saved_views(actor.user_id)


def open_with(
    studio: Studio, actor: Actor, list_name: str, name: str | None
) -> Mapping[str, StoredViews]:
    """Open a list with the view of this name, None for the default; return all views of ``actor``.

    Raises `NothingToDo` if the view does not exist.
    """
    with studio.store.writing():
        kept = _kept(actor, list_name)
        wanted = kept.called(name) if name is not None else None
        if name is not None and wanted is None:
            raise NothingToDo(f"There is no view “{name}” any more.")
        if wanted is not None:
            _keep(actor, list_name, replace(wanted, opens=True))
        elif kept.opening is not None:
            _keep(actor, list_name, replace(kept.opening, opens=False))
        return saved_views.saved_views(actor.user_id)


def remove(studio: Studio, actor: Actor, list_name: str, name: str) -> Mapping[str, StoredViews]:
    """Remove a view; return all views of ``actor``. Raises `NothingToDo` if it does not exist."""
    key = ListView(name).key
    with studio.store.writing():
        if not key or not saved_views.remove(actor.user_id, list_name, key):
            raise NothingToDo(f"There is no view “{name}” any more.")
        return saved_views.saved_views(actor.user_id)


def _kept(actor: Actor, list_name: str) -> StoredViews:
    return saved_views.saved_views(actor.user_id).get(list_name, StoredViews())


def _keep(actor: Actor, list_name: str, view: ListView) -> None:
    """Store ``view``. If the list opens with it, unset that for the view before."""
    before = _kept(actor, list_name).opening
    if view.opens and before is not None and before.key != view.key:
        saved_views.save_view(actor.user_id, list_name, replace(before, opens=False))
    saved_views.save_view(actor.user_id, list_name, view)
