"""Handing over many conversations at once, as the desk of changes does (U7, P10).

What nobody has planned yet is written for all of them together; what is planned or under way
changes hands one by one, as `services.conversations.taking_over` has it (C6).
"""

from collections import defaultdict
from collections.abc import Mapping

from studio_tui.domain.conversations.conversation import NOT_BEGUN
from studio_tui.domain.outbox.kinds import DropReason, Kind
from studio_tui.domain.shared.cancellation import Progress
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.conversations import inviting
from studio_tui.services.conversations.current import conversation_now, conversation_to_change
from studio_tui.services.conversations.taking_over import begin_term
from studio_tui.services.pushes.pushes import cause_at_once, cause_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.outbox import enqueue
from studio_tui.storage.people import review_decide
from studio_tui.storage.people.review_decide import Former, LineOfTalk
from studio_tui.storage.people.users import these_users

_TOLD_EVERY = 500
"""After so many conversations it is told how far it is."""
_CHANGED = "Too late to undo: it was changed once more since."


def hand_over(studio: Studio, line: int, conductors: Mapping[int, int], progress: Progress) -> None:
    """Let others hold the conversations of lines of the desk, by an act that is written down:
    ``conductors`` has the id of the conductor by that of the line."""
    held = review_decide.lines_of_talk(conductors)
    named = defaultdict[int, list[int]](list)
    for each in held:
        named[conductors[each.id]].append(each.assignment_id)
    review_decide.name_conductors(named)
    progress(0.1)
    told = _Told()
    for place, each in enumerate(held):
        if not place % _TOLD_EVERY:
            progress(0.1 + 0.6 * place / len(held))
        _take_over(studio, line, each, conductors[each.id], told)
    progress(0.7)
    told.tell(studio, line)


class _Told:
    """Which users are told that somebody else holds their conversation, by push; their new
    conductors are told as well."""

    def __init__(self) -> None:
        self._later = defaultdict[int, list[int]](list)
        """Of what is not planned yet: it can be undone until then."""
        self._now = defaultdict[int, list[int]](list)
        """Of what is under way."""
        self._noticed = set[int]()
        """Who is given notice already (C6)."""

    def add(self, each: LineOfTalk, *, at_once: bool, noticed: bool) -> None:
        """Tell the user, unless they are ``noticed``, and the new conductor."""
        told = self._now if at_once else self._later
        told[each.push_id].append(each.user_id)
        if noticed:
            self._noticed.add(each.user_id)

    def tell(self, studio: Studio, line: int) -> None:
        """Enqueue their mail."""
        for told, cause_of_act in ((self._later, cause_of), (self._now, cause_at_once)):
            for push_id, user_ids in told.items():
                users, cause = these_users(user_ids), cause_of_act(studio, line, push_id)
                kind, round_ = Kind.HANDED_OVER, str(line)
                enqueue.drop_superseded(push_id, kind, users, DropReason.SUPERSEDED)
                unnoticed = set(user_ids) - self._noticed
                enqueue.tell_users(cause, kind, these_users(unnoticed), round_)
                enqueue.tell_conductors(cause, kind, users, round_)


def _take_over(studio: Studio, line: int, each: LineOfTalk, conductor_id: int, told: _Told) -> None:
    if each.conversation_id is None:
        told.add(each, at_once=False, noticed=False)
        return
    before = conversation_to_change(each.conversation_id)
    if before.conductor_id == conductor_id:
        return
    noticed = begin_term(studio, line, before, conductor_id)
    if before.state in NOT_BEGUN and before.planned_for is not None:
        inviting.invite(studio, line, before)
    else:
        told.add(each, at_once=True, noticed=noticed)


def require_as_left(activity_id: int) -> list[Former]:
    """What an act of handing over found; raises `Refused` where somebody changed since what it
    did."""
    former = review_decide.former(activity_id)
    for each in former:
        if each.conversation_id is None or each.holder_id is None:
            continue
        current = conversation_now(each.conversation_id)
        if current.conductor_id != each.named_now or current.state not in NOT_BEGUN:
            raise Refused(_CHANGED)
    return former


def take_back(studio: Studio, activity_id: int) -> None:
    """Let those hold the conversations who did before the act; raises like `require_as_left`, and
    where something was written since (C6)."""
    former = require_as_left(activity_id)
    review_decide.restore_named(former)
    for each in former:
        if each.conversation_id is None or each.holder_id is None:
            continue
        current = conversation_to_change(each.conversation_id)
        if current.conductor_id != each.holder_id and begin_term(
            studio, activity_id, current, each.holder_id
        ):
            raise Refused("Too late to undo: something was written since. Hand it back instead.")
