"""The activity: who changed what, when, and the values before and after (A3)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import (
    EVERYTHING,
    ActivityFilter,
    ActivityLine,
    activity_lines,
)

__all__ = [
    "EVERYTHING",
    "ActivityFilter",
    "ActivityLine",
    "every",
    "narrowed",
    "of_everything",
    "of_push",
    "of_user",
]

_LIMIT = 10_000


def of_everything(
    studio: Studio, actor: Actor, filter_: ActivityFilter = EVERYTHING, limit: int = _LIMIT
) -> list[ActivityLine]:
    """Return the newest lines that ``filter_`` matches, newest first."""
    require(actor, Action.READ_ACTIVITY)
    with studio.store.reading():
        return activity_lines(filter_, limit)


def of_push(studio: Studio, actor: Actor, push_id: int) -> list[ActivityLine]:
    """Return the activity of a push, newest first."""
    return of_everything(studio, actor, ActivityFilter(push_id=push_id))


def of_user(studio: Studio, actor: Actor, login: str) -> list[ActivityLine]:
    """Return the activity about a user, newest first."""
    return of_everything(studio, actor, narrowed(studio, actor, EVERYTHING, login))


def narrowed(studio: Studio, actor: Actor, filter_: ActivityFilter, login: str) -> ActivityFilter:
    """Return ``filter_`` narrowed to the user of this login or address. Raises `NotFound`."""
    require(actor, Action.READ_ACTIVITY)
    with studio.store.reading():
        return replace(filter_, user_id=naming.user_id_named(login))


def every(
    studio: Studio, actor: Actor, filter_: ActivityFilter = EVERYTHING, limit: int | None = None
) -> Iterator[ActivityLine]:
    """Yield all lines that ``filter_`` matches, newest first, read lazily a page at a time."""
    require(actor, Action.READ_ACTIVITY)
    return islice(_pages(studio, filter_), limit)


def _pages(studio: Studio, filter_: ActivityFilter) -> Iterator[ActivityLine]:
    last = None
    while True:
        with studio.store.reading():
            page = activity_lines(filter_, _LIMIT, last)
        yield from page
        if len(page) < _LIMIT:
            return
        last = page[-1].id
