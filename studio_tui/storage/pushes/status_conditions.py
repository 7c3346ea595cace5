"""The statuses and flags of assignments as conditions (P8)."""

from datetime import date
from typing import Any

from peewee import SQL, NodeList

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.pushes.push import Flag, Status
from studio_tui.storage.engine.expressions import A, C, H
from studio_tui.storage.engine.fields import literal
from studio_tui.storage.engine.prepared import CachedFragment
from studio_tui.storage.engine.tables import AssignmentTable, ConversationTable, NotificationTable
from studio_tui.storage.outbox.bounces import bouncing
from studio_tui.storage.people.managers import ASSIGNED_HAS_MANAGER, is_managed_by
from studio_tui.storage.pushes.pushes import HOLDER, IS_ASKED, TALK_STATUS, is_late

_HOLDER_MANAGES = is_managed_by(A.user, HOLDER)
_MAIL: Any = NotificationTable.alias("mail")
_ASKED: Any = AssignmentTable.alias("f")
_TALK: Any = ConversationTable.alias("d")


def failed_mail() -> Any:
    """Return a query of one column, ``id``: assignments with a failed mail to their user.

    The mail is a notification of the push, or an invitation to its conversation. Failed mail is
    looked up once.
    """
    of_push = (_ASKED.push == _MAIL.push) & (_ASKED.user == _MAIL.recipient)
    of_talk = (_TALK.id == _MAIL.conversation) & (_TALK.user == _MAIL.recipient)
    failed = _MAIL.state == literal(NotificationState.FAILED)
    told = _MAIL.select(_ASKED.id).join(_ASKED, on=of_push).where(failed)
    invited = _MAIL.select(_TALK.assignment).join(_TALK, on=of_talk & _TALK.cancelled_at.is_null())
    return told | invited.where(failed, _TALK.assignment.is_null(False))


_FAILED_MAIL = CachedFragment(failed_mail)


def status_condition(status: Status) -> Any:
    """Return the condition that an assignment ``A`` has a status; needs ``C``."""
    if status is Status.EXCUSED:
        return C.finished_at.is_null() & A.excused_in.is_null(False)
    found = literal(status) == TALK_STATUS
    return found if status is Status.DONE else found & A.excused_in.is_null()


def flag_condition(flag: Flag, today: date) -> Any:
    """Return the condition that an assignment ``A`` has a flag; needs ``P`` and ``C``."""
    if flag is Flag.OVERDUE:
        return IS_ASKED & is_late(today)
    if flag is Flag.LEFT:
        return A.user.in_(H.select(H.id).where(H.active == SQL("FALSE")))
    if flag is Flag.CONDUCTOR_LEFT:
        return IS_ASKED & HOLDER.in_(H.select(H.id).where(H.active == SQL("FALSE")))
    if flag is Flag.CONDUCTOR_NO_MANAGER:
        there = HOLDER.in_(H.select(H.id).where(H.active == SQL("TRUE")))
        return IS_ASKED & there & ~_HOLDER_MANAGES
    if flag in (Flag.MAIL_FAILED, Flag.MAIL_BOUNCED):
        return _without_mail(flag)
    return ~ASSIGNED_HAS_MANAGER


def _without_mail(flag: Flag) -> Any:
    """Return the condition that a user missed mail, or gets none any more because it bounces."""
    if flag is Flag.MAIL_BOUNCED:
        return A.user.in_(bouncing())
    # The unary plus keeps SQLite from using the index of assignments: it tests each row at hand
    # against the list instead of looking up every assignment in the list.
    return NodeList((SQL("+"), A.id, SQL("IN"), _FAILED_MAIL))
