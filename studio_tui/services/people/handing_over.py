"""Handover of many conversations at once, decided on the desk of changes (U7, P10).

Conversations that are not planned are updated in one statement for all. Those that are planned or
begun change conductor one by one, by `services.conversations.taking_over` (C6).
"""

from collections import defaultdict
from collections.abc import Mapping

from studio_tui.domain.conversations.conversation import NOT_BEGUN
from studio_tui.domain.outbox.kinds import DropReason, Kind
from studio_tui.domain.shared.cancellation import Progress
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.conversations import inviting
from studio_tui.services.conversations.state import conversation_now, conversation_to_change
from studio_tui.services.conversations.taking_over import begin_term
from studio_tui.services.pushes.pushes import cause_at_once, cause_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.outbox import enqueue
from studio_tui.storage.people import review_decide
from studio_tui.storage.people.review_decide import FormerConductor, LineOfTalk
from studio_tui.storage.people.users import these_users

_PROGRESS_EVERY = 500
"""Number of conversations between two progress reports."""
_CHANGED = "Too late to undo: it was changed once more since."


def hand_over(studio: Studio, line: int, conductors: Mapping[int, int], progress: Progress) -> None:
    """Hand the conversations of lines of the desk over to other conductors.

    ``conductors`` maps the id of a line to that of the new conductor. ``line`` is the line of
    activity, which is written already.
    """
    held = review_decide.lines_of_talk(conductors)
    named = defaultdict[int, list[int]](list)
    for each in held:
        named[conductors[each.id]].append(each.assignment_id)
    review_decide.name_conductors(named)
    progress(0.1)
    notices = _HandoverNotices()
    for place, each in enumerate(held):
        if not place % _PROGRESS_EVERY:
            progress(0.1 + 0.6 * place / len(held))
        _change_conductor(studio, line, each, conductors[each.id], notices)
    progress(0.7)
    notices.send(studio, line)


class _HandoverNotices:
    """Users to notify of a new conductor, by push. The new conductors are notified as well."""

    def __init__(self) -> None:
        self._later = defaultdict[int, list[int]](list)
        """Users by push whose conversation is not planned. Their mail is held, so the act can be
        undone."""
        self._now = defaultdict[int, list[int]](list)
        """Users by push whose conversation is planned or has begun. Their mail is not held."""
        self._notified = set[int]()
        """Users whom `begin_term` has notified already (C6)."""

    def add(self, each: LineOfTalk, *, at_once: bool, notified: bool) -> None:
        """Register the user of a line for a mail, unless ``notified``, and the new conductor."""
        users = self._now if at_once else self._later
        users[each.push_id].append(each.user_id)
        if notified:
            self._notified.add(each.user_id)

    def send(self, studio: Studio, line: int) -> None:
        """Enqueue the mails."""
        for users_by_push, cause_of_act in ((self._later, cause_of), (self._now, cause_at_once)):
            for push_id, user_ids in users_by_push.items():
                users, cause = these_users(user_ids), cause_of_act(studio, line, push_id)
                kind, round_ = Kind.HANDED_OVER, str(line)
                enqueue.drop_superseded(push_id, kind, users, DropReason.SUPERSEDED)
                unnotified = set(user_ids) - self._notified
                enqueue.notify_users(cause, kind, these_users(unnotified), round_)
                enqueue.notify_conductors(cause, kind, users, round_)


def _change_conductor(
    studio: Studio, line: int, each: LineOfTalk, conductor_id: int, notices: _HandoverNotices
) -> None:
    if each.conversation_id is None:
        notices.add(each, at_once=False, notified=False)
        return
    before = conversation_to_change(each.conversation_id)
    if before.conductor_id == conductor_id:
        return
    notified = begin_term(studio, line, before, conductor_id)
    if before.state in NOT_BEGUN and before.planned_for is not None:
        inviting.invite(studio, line, before)
    else:
        notices.add(each, at_once=True, notified=notified)


def require_unchanged(activity_id: int) -> list[FormerConductor]:
    """Return the state before a handover, to restore it.

    Raises `Refused` if a conversation was changed again after the handover or has begun.
    """
    former = review_decide.former_conductors(activity_id)
    for each in former:
        if each.conversation_id is None or each.holder_id is None:
            continue
        current = conversation_now(each.conversation_id)
        if current.conductor_id != each.named_now or current.state not in NOT_BEGUN:
            raise Refused(_CHANGED)
    return former


def take_back(studio: Studio, activity_id: int) -> None:
    """Give the conversations back to their former conductors.

    Raises `Refused` as `require_unchanged` does, and if a conductor wrote something since (C6).
    """
    former = require_unchanged(activity_id)
    review_decide.restore_named(former)
    for each in former:
        if each.conversation_id is None or each.holder_id is None:
            continue
        current = conversation_to_change(each.conversation_id)
        if current.conductor_id != each.holder_id and begin_term(
            studio, activity_id, current, each.holder_id
        ):
            raise Refused("Too late to undo: something was written since. Hand it back instead.")
