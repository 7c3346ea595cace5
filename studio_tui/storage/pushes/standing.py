"""The statuses and flags of assignments as conditions (P8)."""

from datetime import date
from typing import Any

from peewee import SQL, fn

from studio_tui.domain.pushes.push import Flag, Status
from studio_tui.storage.engine.expressions import A, C, H
from studio_tui.storage.outbox.bounces import bouncing
from studio_tui.storage.people.managers import has_manager, is_managed_by
from studio_tui.storage.pushes.pushes import IS_ASKED, TALK_STATUS, is_late

_HOLDER = fn.COALESCE(C.conductor, A.conductor)
_HOLDER_TEXT = "COALESCE(c.conductor_id, a.conductor_id)"
"""Who holds, or is to hold, what an assignment asks for."""
FAILED_MAIL = (
    "SELECT f.id FROM notification n "
    "JOIN assignment f ON f.push_id = n.push_id AND f.user_id = n.recipient_id "
    "WHERE n.state = 'failed' "
    "UNION SELECT d.assignment_id FROM notification n JOIN conversation d "
    "ON d.id = n.conversation_id AND d.user_id = n.recipient_id AND d.cancelled_at IS NULL "
    "WHERE n.state = 'failed' AND d.assignment_id IS NOT NULL"
)
"""The assignments whose user did not get what the push told them, or an invitation to what it asked
for: what failed is looked up once. Text, as what it stands in is: tables in an order."""


def status_condition(status: Status) -> Any:
    """The assignments ``A``, with their conversation ``C``, of a status."""
    if status is Status.EXCUSED:
        return C.finished_at.is_null() & A.excused_in.is_null(False)
    # Of the same text as its index.
    found = SQL(f"({TALK_STATUS})") == str(status)
    return found if status is Status.DONE else found & A.excused_in.is_null()


def flag_condition(flag: Flag, today: date) -> Any:
    """The assignments ``A`` of ``P``, with their conversation ``C``, that have a flag."""
    if flag is Flag.OVERDUE:
        return IS_ASKED & is_late(today)
    if flag is Flag.LEFT:
        return A.user.in_(H.select(H.id).where(H.active == SQL("FALSE")))
    if flag is Flag.CONDUCTOR_LEFT:
        return IS_ASKED & _HOLDER.in_(H.select(H.id).where(H.active == SQL("FALSE")))
    if flag is Flag.CONDUCTOR_NO_MANAGER:
        there = _HOLDER.in_(H.select(H.id).where(H.active == SQL("TRUE")))
        return IS_ASKED & there & ~is_managed_by("a.user_id", _HOLDER_TEXT)
    if flag in (Flag.MAIL_FAILED, Flag.MAIL_BOUNCED):
        return _without_mail(flag)
    return ~has_manager("a.user_id")


def _without_mail(flag: Flag) -> Any:
    """Who did not get mail, or gets none any more."""
    if flag is Flag.MAIL_BOUNCED:
        return A.user.in_(bouncing())
    # With a sign: one that is at hand is looked up there, not each of them for one at hand.
    return SQL(f"+a.id IN ({FAILED_MAIL})")
