"""Merging two records of one person (U11): everything that belongs to the other is moved.

The row of the other stays, without a login, address or number of its own: lines of activity refer
to it and never change. `MergedUser` stores which user the other was merged into.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from studio_tui.domain.outbox.kinds import DropReason
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.keys import address_key, key, number_key
from studio_tui.domain.people.person_acts import OwnedCounts
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import among, column, count, joined
from studio_tui.storage.engine.sql import refresh_statistics
from studio_tui.storage.engine.tables import (
    Answer,
    AssignmentTable,
    CoachingTable,
    ConversationQuestion,
    ConversationTable,
    DraftTable,
    EarlierText,
    ListViewTable,
    MergedUser,
    NotificationTable,
    NotificationUser,
    NotMine,
    OpeningTable,
    Preparation,
    PushTable,
    ReviewTable,
    SnoozeTable,
    SshKey,
    StandInTable,
    StandInUser,
    TakeOver,
    TeamLeader,
    TeamMember,
    UserGroup,
    UserScope,
    UserTable,
)
from studio_tui.storage.people.import_read import Profile

_A: Any = AssignmentTable
_C: Any = ConversationTable
_Q: Any = ConversationQuestion
_M: Any = MergedUser
_N: Any = NotificationTable
_P: Any = PushTable
_R: Any = ReviewTable
_T: Any = TakeOver
_U: Any = UserTable

_PLAIN: tuple[tuple[Any, Any], ...] = (
    (_A, _A.conductor),
    (_C, _C.user),
    (_C, _C.conductor),
    (_Q, _Q.added_by),
    (_T, _T.former),
    (_T, _T.conductor),
    (SshKey, SshKey.user),
    (_N, _N.recipient),
    (_R, _R.conductor),
    (_R, _R.named),
    (_R, _R.holder),
    (StandInTable, StandInTable.leader),
    (StandInTable, StandInTable.stand_in),
)
"""Columns that refer to a user, with any number of rows for each user."""
_ONCE: tuple[tuple[Any, Any, tuple[Any, ...]], ...] = (
    (UserGroup, UserGroup.user, (UserGroup.name_key,)),
    (TeamMember, TeamMember.user, (TeamMember.team,)),
    (TeamLeader, TeamLeader.user, (TeamLeader.team,)),
    (CoachingTable, CoachingTable.coach, (CoachingTable.user,)),
    (CoachingTable, CoachingTable.user, (CoachingTable.coach,)),
    (NotMine, NotMine.manager, (NotMine.assignment,)),
    (StandInUser, StandInUser.user, (StandInUser.stand_in,)),
    (OpeningTable, OpeningTable.author, (OpeningTable.conversation, OpeningTable.reader)),
    (OpeningTable, OpeningTable.reader, (OpeningTable.conversation, OpeningTable.author)),
    (Preparation, Preparation.author, (Preparation.question,)),
    (Answer, Answer.author, (Answer.question,)),
    (
        EarlierText,
        EarlierText.author,
        (EarlierText.question, EarlierText.prepared, EarlierText.version),
    ),
    (_R, _R.user, (_R.push, _R.kind, _R.decided_at)),
    (DraftTable, DraftTable.user, (DraftTable.subject,)),
    (SnoozeTable, SnoozeTable.user, (SnoozeTable.subject,)),
    (ListViewTable, ListViewTable.user, (ListViewTable.list_name, ListViewTable.name_key)),
    (NotificationUser, NotificationUser.user, (NotificationUser.notification,)),
)
"""Columns that refer to a user once for each value of the other columns. Where both users have a
row, the row of the kept user stays."""


@dataclass(frozen=True, slots=True)
class SharedPush:
    """A push that both users are in, with the ids of their assignments and conversations."""

    push: str
    kept: int
    other: int
    kept_talk: int | None
    """The conversation of the assignment that is not cancelled; None if there is none."""
    other_talk: int | None
    kept_held: bool
    other_held: bool


def owned(user_id: int) -> OwnedCounts:
    """Return the counts of what belongs to a user and would be moved with them."""
    return OwnedCounts(
        count(_A.select().where(_A.user == user_id)),
        count(_C.select().where((_C.user == user_id) | (_C.conductor == user_id))),
        count(_N.select().where(_N.recipient == user_id)),
        count(SshKey.select().where(SshKey.user == user_id)),
        count(TeamMember.select().where(TeamMember.user == user_id))
        + count(TeamLeader.select().where(TeamLeader.user == user_id)),
        count(
            CoachingTable.select().where(
                (CoachingTable.user == user_id) | (CoachingTable.coach == user_id)
            )
        ),
    )


def shared_conversations(kept: int, other: int) -> int:
    """Return the number of conversations in which both take part or have taken part."""
    return len(_talks_of(kept) & _talks_of(other))


def _talks_of(user_id: int) -> set[int]:
    own = column(_C.select(_C.id).where((_C.user == user_id) | (_C.conductor == user_id)))
    taken = _T.select(_T.conversation).where((_T.former == user_id) | (_T.conductor == user_id))
    written = (
        _Q.select(_Q.conversation)
        .join(table, on=table.question == _Q.id)
        .where(table.author == user_id)
        for table in (Preparation, Answer)
    )
    return {*own, *column(taken), *(talk for query in written for talk in column(query))}


def shared_pushes(kept: int, other: int) -> list[SharedPush]:
    """Return the pushes that both users are or were in, by name."""
    mine, theirs = _assignments(kept), _assignments(other)
    both = mine.keys() & theirs.keys()
    names = dict(_P.select(_P.id, _P.name).where(among(_P.id, both)).tuples())
    talks = {
        assignment: (talk, finished is not None)
        for talk, assignment, finished in _C.select(_C.id, _C.assignment, _C.finished_at)
        .where(
            among(_C.assignment, [found[push] for push in both for found in (mine, theirs)]),
            _C.cancelled_at.is_null(),
        )
        .tuples()
    }
    nothing = (None, False)
    return [
        SharedPush(
            names[push],
            mine[push],
            theirs[push],
            *(talks.get(found[push], nothing)[0] for found in (mine, theirs)),
            *(talks.get(found[push], nothing)[1] for found in (mine, theirs)),
        )
        for push in sorted(both, key=lambda push: names[push])
    ]


def _assignments(user_id: int) -> dict[int, int]:
    return dict(_A.select(_A.push, _A.id).where(_A.user == user_id).tuples())


def move_pushes(kept: int, other: int, shared: Iterable[SharedPush]) -> None:
    """Move the assignments of ``other`` to ``kept``; in ``shared`` pushes, the conversations.

    If both have a conversation in a push, that of the other becomes one that no push asked for.
    """
    for push in shared:
        if push.kept_talk is not None and push.other_talk is not None:
            definition = _P.select(_P.definition).join(_A, on=_A.push == _P.id)
            of_push = definition.where(_A.id == push.other)
            _C.update(assignment=None, definition=of_push).where(_C.id == push.other_talk).execute()
        _C.update(assignment=push.kept).where(_C.assignment == push.other).execute()
        _take_over_state(push)
        _A.delete().where(_A.id == push.other).execute()
    _A.update(user=kept).where(_A.user == other).execute()
    # Nobody holds a conversation with themself.
    _A.update(conductor=None).where(
        _A.user == kept, (_A.conductor == kept) | (_A.conductor == other)
    ).execute()


def _take_over_state(push: SharedPush) -> None:
    """Assign the kept user if only the other record is still assigned to the push."""
    names = ("unassigned_at", "conductor", "excused_in", "excuse", "own_deadline")
    state = [getattr(_A, name) for name in names]
    both = {
        each["id"]: each
        for each in _A.select(_A.id, *state).where(among(_A.id, (push.kept, push.other))).dicts()
    }
    kept, other = both[push.kept], both[push.other]
    if kept["unassigned_at"] is not None and other["unassigned_at"] is None:
        told = {name: other[name] for name in names}
        _A.update(**told).where(_A.id == push.kept).execute()


def drop_duplicate_mail(kept: int, other: int) -> int:
    """Drop waiting mail to ``other`` that ``kept`` gets as well; return the number dropped."""
    twin: Any = NotificationTable.alias("twin")
    own = twin.select(twin.push).where(
        twin.recipient == kept,
        twin.push == _N.push,
        twin.kind == _N.kind,
        twin.capacity == _N.capacity,
        twin.conversation.is_null(),
    )
    return int(
        _N.update(state=NotificationState.DROPPED, error=str(DropReason.SUPERSEDED))
        .where(_N.recipient == other, _N.state == NotificationState.QUEUED, _N.push.in_(own))
        .execute()
    )


def move_references(kept: int, other: int) -> None:
    """Move everything but assignments to ``kept``."""
    for table, whose in _PLAIN:
        table.update({whose: kept}).where(whose == other).execute()
    for table, whose, besides in _ONCE:
        _move_unique(table, whose, besides, kept, other)
    # Nobody coaches themself, stands in for themself, or declines a conversation about themself.
    CoachingTable.delete().where(CoachingTable.coach == kept, CoachingTable.user == kept).execute()
    StandInTable.delete().where(
        StandInTable.leader == kept, StandInTable.stand_in == kept
    ).execute()
    own = _A.select(_A.id).where(_A.user == kept)
    NotMine.delete().where(NotMine.manager == kept, NotMine.assignment.in_(own)).execute()
    refresh_statistics(1, "team_member", "team_leader", "coaching", "user_group")


def _move_unique(table: Any, whose: Any, besides: tuple[Any, ...], kept: int, other: int) -> None:
    """Move rows that are unique by the ``besides`` columns; delete what ``kept`` has already."""
    mine = set(table.select(*besides).where(whose == kept).tuples())
    theirs = set(table.select(*besides).where(whose == other).tuples())
    for values in mine & theirs:
        same = [
            each.is_null() if value is None else each == value
            for each, value in zip(besides, values, strict=True)
        ]
        table.delete().where(whose == other, *same).execute()
    if theirs - mine:
        table.update({whose: kept}).where(whose == other).execute()


def retire_record(kept: int, other: int, former: Profile, at: datetime) -> None:
    """Reduce ``other`` to what activity refers to, and store whom the ``former`` names mean."""
    free = joined(" ", _U.id)
    _U.update(
        login_key=free, email_key=free, employee_number_key=None, search="", left_at=None
    ).where(_U.id == other).execute()
    # The scope of the kept user stays as it is (U12).
    UserScope.delete().where(UserScope.user == other).execute()
    # Users who were merged into the other before belong to the kept user as well.
    _M.update(into=kept).where(_M.into == other).execute()
    _M.insert(
        user=other,
        into=kept,
        login_key=key(former.login),
        email_key=address_key(former.email, former.login),
        number_key=number_key(former.employee_number) or None,
        at=at,
    ).execute()
