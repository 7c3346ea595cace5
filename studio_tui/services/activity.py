"""The activity: who did what, when, from what to what (A3)."""

from studio_tui.domain.access import Action, Actor, require
from studio_tui.services import naming
from studio_tui.services.context import Studio
from studio_tui.storage.activity import ActivityLine, activity_lines

__all__ = ["ActivityLine", "of_everything", "of_push", "of_user"]

_LIMIT = 10_000


def of_everything(studio: Studio, actor: Actor, limit: int = _LIMIT) -> list[ActivityLine]:
    """The newest lines, the newest first."""
    require(actor, Action.READ_ACTIVITY)
    with studio.store.reading():
        return activity_lines(limit=limit)


def of_push(studio: Studio, actor: Actor, push_id: int, limit: int = _LIMIT) -> list[ActivityLine]:
    """What was done to a push, the newest first."""
    require(actor, Action.READ_ACTIVITY)
    with studio.store.reading():
        return activity_lines(push_id=push_id, limit=limit)


def of_user(studio: Studio, actor: Actor, login: str, limit: int = _LIMIT) -> list[ActivityLine]:
    """What was done about a user, the newest first."""
    require(actor, Action.READ_ACTIVITY)
    with studio.store.reading():
        return activity_lines(user_id=naming.user_id_named(login), limit=limit)
