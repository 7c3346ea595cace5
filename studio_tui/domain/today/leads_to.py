"""Destinations of the rows of Today (S1)."""

from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.pushes.push import AssignmentFilter, Flag
from studio_tui.domain.shared.destinations import (
    Changes,
    Destination,
    ImportUsers,
    MyConversations,
    Outbox,
    Push,
    Pushes,
    Templates,
    Users,
    WaitingImport,
)
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.today.today import (
    NEW_MANAGERS,
    WAITING_IMPORT,
    Case,
    CaseKind,
    FirstStep,
    StudioPart,
)

_STATES: DefaultTable[CaseKind, NotificationState | None] = DefaultTable(
    {
        CaseKind.MAIL_FAILED: NotificationState.FAILED,
        CaseKind.MAIL_BOUNCED: NotificationState.SENT,
        CaseKind.RELAY_DOWN: NotificationState.QUEUED,
        CaseKind.SENDING: NotificationState.HELD,
    },
    None,
)
"""State of the mail that a case is about."""
FLAGS: DefaultTable[CaseKind, Flag | None] = DefaultTable(
    {CaseKind.NO_MANAGER: Flag.NO_MANAGER, CaseKind.OVERDUE: Flag.OVERDUE}, None
)
"""Flag of the people of a push whom a case is about."""


def destination_of(case: Case) -> Destination:
    """Return the destination at which a case is handled."""
    if case.own:
        return MyConversations()
    if case.about == WAITING_IMPORT:
        return WaitingImport()
    if case.kind is CaseKind.REVIEW or case.about == NEW_MANAGERS:
        return Changes(case.push_id)
    if case.place is StudioPart.USERS:
        return Users(to_erase=case.kind is CaseKind.ERASED)
    if case.push_id is not None and (case.place is StudioPart.PUSHES or case.about):
        flag = FLAGS[case.kind]
        return Push(case.push_id, filter=AssignmentFilter(flag=flag) if flag else None)
    return Outbox(
        NotificationFilter(
            state=_STATES[case.kind],
            push_id=case.push_id,
            ids=case.ids,
            bounced=True if case.kind is CaseKind.MAIL_BOUNCED else None,
        )
    )


def destination_of_step(step: FirstStep) -> Destination | None:
    """Return the destination of a first step; None if no screen covers it."""
    match step:
        case FirstStep.IMPORT_USERS:
            return ImportUsers()
        case FirstStep.ALLOW_PUSH | FirstStep.SET_UP_PUSH:
            return Templates()
        case FirstStep.ASSIGN_USERS:
            return Pushes()
        case FirstStep.SET_UP_MAIL:
            return None
