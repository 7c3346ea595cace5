"""Taking back what was just done, as long as none of its mail has left (N5)."""

from dataclasses import dataclass
from datetime import datetime

from studio_tui.domain.access import Action, Actor, require
from studio_tui.domain.errors import Refused
from studio_tui.domain.notifications import DropReason
from studio_tui.domain.stopping import Progress, unwatched
from studio_tui.services.assigning import ASSIGNED
from studio_tui.services.context import Studio
from studio_tui.services.reminding import REMINDED
from studio_tui.storage import assignments, notifying
from studio_tui.storage.activity import ActivityLine, about_users, activity_line, write_activity
from studio_tui.storage.undoing import waiting_acts


@dataclass(frozen=True, slots=True)
class Undoable:
    """An act whose mail still waits."""

    activity_id: int
    action: str
    """``assigned users`` or ``reminded users``."""
    push: str
    users: int
    """How many users were assigned or reminded."""
    mails: int
    done_at: datetime
    leaves_at: datetime
    """Until then it can be undone."""


def undoable(studio: Studio, actor: Actor) -> list[Undoable]:
    """What ``actor`` can still take back, the newest first."""
    with studio.store.reading():
        return [
            Undoable(*row)
            for row in waiting_acts(actor.user_id, (ASSIGNED, REMINDED), studio.now())
        ]


def undo(studio: Studio, actor: Actor, activity_id: int, *, progress: Progress = unwatched) -> int:
    """Take back an assigning or a reminding; returns how many mails are dropped by it.

    Raises `Refused` once any of its mail has left or none waits any more, and for what is no such
    act.
    """
    with studio.store.writing():
        act = _undoable_act(activity_id)
        require(actor, Action.ASSIGN if act.action == ASSIGNED else Action.REMIND)
        progress(0.0)
        now = studio.now()
        dropped = notifying.drop_caused(activity_id, DropReason.UNDONE)
        # Asked only now: a worker may have taken some while the others were dropped.
        if gone := notifying.left_already(activity_id):
            raise Refused(f"Too late to undo: {gone} of its mails have left already.")
        if not dropped:
            raise Refused("Nothing to undo: none of its mail waits any more.")
        progress(0.5)
        line = write_activity(
            actor,
            now,
            f"undid: {act.action}",
            act.subject,
            push_id=act.push_id,
            after={"mail dropped": dropped},
        )
        about_users(line, assignments.users_about(activity_id))
        if act.action == ASSIGNED:
            assignments.unassign_act(activity_id, now)
        return dropped


def _undoable_act(activity_id: int) -> ActivityLine:
    act = activity_line(activity_id)
    if act is None or act.action not in (ASSIGNED, REMINDED):
        raise Refused("Only an assigning or a reminding can be undone.")
    return act
