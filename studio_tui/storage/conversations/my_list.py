"""The rows of My conversations (C1): one person's view, read in a few queries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from peewee import JOIN, fn

from studio_tui.domain.people.users import Manager, full_name
from studio_tui.domain.pushes.push import Status, deadline_of
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import A, C, H, P, U, among, column
from studio_tui.storage.engine.tables import NotMine
from studio_tui.storage.people.managers import managed_by, managers_of
from studio_tui.storage.people.stand_ins import standing_in
from studio_tui.storage.pushes.pushes import CONDUCTS, IS_ASKED_FOR, STATUS, TALK_STATUS


@dataclass(frozen=True, slots=True)
class MyListRow:
    """One assignment, or one conversation that no push asked for."""

    user_id: int
    assignment_id: int | None
    push_id: int | None
    push: str
    definition: str
    template_id: int
    available_from: date | None
    deadline: date | None
    """The last day for the user: their own deadline if it is later than that of the push (P18)."""
    status: str
    conversation_id: int | None
    planned_for: datetime | None
    started_at: datetime | None
    prepared: bool
    """Whether the user submitted their preparation."""
    conductor_id: int | None
    conductor: str
    conductor_gone: bool
    """Whether the conductor has left, or does not manage the user any more (N16)."""
    not_mine: bool
    """Whether the reader declined the assignment as not theirs (P10)."""
    excuse: str = ""
    """Why the user is excused (P18); empty if they are not."""


def people_around(user_id: int) -> dict[int, tuple[str, str]]:
    """Return login and full name, by id, of a user and of the active people around them.

    These are the people whom the user manages, and those of leaders for whom they stand in (U14).
    """
    around = (U.id == user_id) | U.id.in_(managed_by(user_id))
    for each in standing_in(user_id):
        theirs = U.id.in_(managed_by(each.leader_id))
        around |= theirs & among(U.id, each.user_ids) if each.user_ids else theirs
    found = U.select(U.id, U.login, U.given_name, U.family_name).where(U.active, around)
    return {
        person_id: (login, full_name(given, family))
        for person_id, login, given, family in found.order_by(U.sort_name, U.id).tuples()
    }


_TALK = (
    *(C.id.alias("conversation_id"), C.planned_for, C.started_at),
    C.user_prepared_at.is_null(False).alias("prepared"),
    *(H.id.alias("conductor_id"), H.given_name, H.family_name, H.active),
)
_ASKED = (
    A.select(
        *(A.user.alias("user_id"), A.id.alias("assignment_id"), P.id.alias("push_id")),
        STATUS.alias("status"),
        *(P.name.alias("push"), P.definition, P.template.alias("template_id")),
        *(P.available_from, P.deadline, A.own_deadline, A.excuse, *_TALK),
    )
    .join(P, on=P.id == A.push)
    .join_from(A, C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
    .join_from(A, H, JOIN.LEFT_OUTER, on=CONDUCTS)
)
_BEGUN = C.select(
    *(C.user.alias("user_id"), C.definition, C.template.alias("template_id")),
    *(TALK_STATUS.alias("status"), *_TALK),
).join(H, on=H.id == C.conductor)


def asked_of(user_ids: list[int], reader_id: int) -> list[MyListRow]:
    """Return the conversations that pushes ask of these users and that were not held yet.

    Only open pushes count, unless a conversation exists already.
    """
    is_open = A.unassigned_at.is_null() & P.closed_at.is_null()
    found = _ASKED.where(
        among(A.user, user_ids), C.finished_at.is_null(), C.id.is_null(False) | is_open
    )
    refused = NotMine.select(NotMine.assignment).where(NotMine.manager == reader_id)
    not_theirs = set(column(refused))
    rows = list(found.order_by(A.id).dicts())
    held = [row["user_id"] for row in rows if row["conductor_id"] not in (None, reader_id)]
    managers = managers_of(list(dict.fromkeys(held))) if held else {}
    return [
        _row(row, managers.get(row["user_id"], ()), not_mine=row["assignment_id"] in not_theirs)
        for row in rows
    ]


def begun_by(reader_id: int) -> list[MyListRow]:
    """Return a user's conversations that no push asked for and that were not held yet."""
    found = _BEGUN.where(
        C.assignment.is_null(),
        C.finished_at.is_null(),
        C.cancelled_at.is_null(),
        (C.user == reader_id) | (C.conductor == reader_id),
    )
    unasked = dict.fromkeys(("assignment_id", "push_id", "available_from", "deadline"))
    return [
        _row({**row, **unasked, "push": ""}, None, not_mine=False)
        for row in found.order_by(C.id).dicts()
    ]


def last_held(user_ids: list[int]) -> dict[int, datetime]:
    """Return when the last conversation of each of these users was held."""
    held = C.select(C.user, fn.MAX(C.finished_at)).where(
        C.finished_at.is_null(False), C.cancelled_at.is_null(), among(C.user, user_ids)
    )
    return dict(held.group_by(C.user).tuples())


def _row(row: dict[str, Any], managers: Sequence[Manager] | None, *, not_mine: bool) -> MyListRow:
    """Return the row; ``managers`` are those of the user, None if they do not matter."""
    here, holder = row.pop("active"), row["conductor_id"]
    manages = managers is None or holder in {manager.user_id for manager in managers}
    own, excuse = row.pop("own_deadline", None), row.pop("excuse", None)
    deadline = row.pop("deadline")
    return MyListRow(
        deadline=deadline_of(deadline, own) if deadline else None,
        excuse=(excuse or "") if row["status"] == Status.EXCUSED else "",
        conductor=full_name(row.pop("given_name") or "", row.pop("family_name") or ""),
        conductor_gone=holder is not None and not (here and manages),
        prepared=bool(row.pop("prepared")),
        not_mine=not_mine,
        **row,
    )
