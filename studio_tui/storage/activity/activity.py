"""The activity: who did what, when, from where, and the values before and after (A3).

Lines are only ever added.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from peewee import JOIN, Cast, Select, Value, fn

from studio_tui.domain.activity.verbs import DROPPED, UNDID, Verb, check_fields
from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import full_name
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.activity.emptying import emptied_by
from studio_tui.storage.activity.sealing import next_id, record_line
from studio_tui.storage.audiences.conditions import ids_in
from studio_tui.storage.engine.expressions import (
    ACT,
    COUNTED,
    EVERYBODY,
    U,
    among,
    column,
    containing,
    exists,
)
from studio_tui.storage.engine.tables import Activity, ActivityUser, MergedUser
from studio_tui.storage.engine.unit import is_sqlite, unlimited_sight

_X: Any = ActivityUser.alias("x")
Facts = Mapping[str, Any]
"""The values before or after an act, by field name."""


PROGRAM = "the Studio"
"""The actor of what the program does by itself."""


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """A line of activity."""

    id: int
    push_id: int | None
    at: datetime
    actor: str
    """The actor's login at that time."""
    action: str
    subject: str
    before: Facts | None
    after: Facts | None
    users: int
    """The number of users that the line is about."""
    actor_name: str = ""
    """The actor's current name; empty for what the program did by itself."""
    origin: str = ""
    """Where the act came from: account and host, or key and address.

    Empty for what the program did by itself, and for lines from before origins were recorded.
    """
    emptied: tuple[datetime, str] | None = None
    """When, and by whose act, the details of an erased user were removed (U13)."""

    @property
    def by(self) -> str:
        """The actor for display: the name, or else the login."""
        return self.actor_name or self.actor


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """A filter of lines: all conditions that are set must hold."""

    push_id: int | None = None
    user_id: int | None = None
    """The line is about this user."""
    actor: str = ""
    """The actor had this login, ignoring case."""
    action: str = ""
    """The action contains this text, ignoring case."""
    since: datetime | None = None
    """At this instant or later."""
    until: datetime | None = None
    """Before this instant."""
    where: Audience | None = None
    """The line is about a user in this audience (P13)."""


EVERYTHING = ActivityFilter()


def write_activity(
    actor: Actor | None,
    at: datetime,
    verb: Verb,
    subject: str,
    *,
    push_id: int | None = None,
    before: Facts | None = None,
    after: Facts | None = None,
    undoing: bool = False,
) -> int:
    """Add a line and return its id. Without an actor, it is an act of the program itself.

    ``undoing``: ``verb`` was undone. Raises `ValueError` if ``before`` or ``after`` has fields that
    the verb does not declare.
    """
    fields = {**verb.fields, **DROPPED} if undoing else verb.fields
    check_fields(fields, before)
    check_fields(fields, after)
    with unlimited_sight():
        own_id = {"id": next_id()} if is_sqlite() else {}
    written = int(
        Activity.insert(
            **own_id,
            at=at,
            actor=actor.user_id if actor else None,
            actor_login=actor.login if actor else PROGRAM,
            action=f"{UNDID}{verb}" if undoing else verb,
            subject=subject,
            push=push_id,
            before=_json(before),
            after=_json(after),
            origin=(actor.origin or None) if actor else None,
        ).execute()
    )
    record_line(written)
    return written


def first_action() -> str:
    """Return the action of the first line; empty if there is none."""
    return str(ACT.select(ACT.action).order_by(ACT.id).limit(1).scalar() or "")


def newest_instant() -> datetime | None:
    """Return when the newest line was written; None if there is none."""
    found: datetime | None = ACT.select(ACT.at).order_by(ACT.id.desc()).limit(1).scalar()
    return found


def database_identity() -> str:
    """Return what identifies this database: when it was set up, and by whom."""
    found = ACT.select(ACT.at, ACT.actor_login).order_by(ACT.id).limit(1)
    return "".join(f"{at.isoformat()} {login}" for at, login in found.tuples())


def was_imported(user_id: int) -> bool:
    """Return whether an import has a line about a user."""
    lines = ACT.select(ACT.id).join(_X, on=_X.activity == ACT.id)
    told = lines.where(_X.user == user_id, ACT.action == Verb.IMPORT)
    return told.limit(1).scalar() is not None


def about_users(activity_id: int, users: Any) -> None:
    """Record the users that a line is about; ``users`` is a query of one column ``user_id``."""
    found = users.alias("found")
    about = Select((found,), (Cast(Value(activity_id), "INTEGER"), found.c.user_id))
    written = ActivityUser.insert_from(about, (ActivityUser.activity, ActivityUser.user))
    written.as_rowcount().execute()


def activity_lines(
    filter_: ActivityFilter, limit: int, before_id: int | None = None
) -> list[ActivityLine]:
    """Return up to ``limit`` lines, the newest first; with ``before_id``, only older ones."""
    lines = _LINES.where(*_matching(filter_))
    return _read(lines.where(ACT.id < before_id) if before_id is not None else lines, limit)


def activity_line(activity_id: int) -> ActivityLine | None:
    """Return a line; None if it does not exist."""
    return next(iter(_read(_LINES.where(ACT.id == activity_id), 1)), None)


_LINES = ACT.select(
    *(ACT.id, ACT.push.alias("push_id"), ACT.at, ACT.actor_login, ACT.action, ACT.subject),
    *(ACT.before, ACT.after, U.given_name, U.family_name, ACT.origin),
).join(U, JOIN.LEFT_OUTER, on=U.id == ACT.actor)


def _read(lines: Any, limit: int) -> list[ActivityLine]:
    found = list(lines.order_by(ACT.id.desc()).limit(limit).namedtuples())
    ids = [row.id for row in found]
    counts, emptied = _counts(ids), emptied_by(ids)
    return [
        ActivityLine(
            id=row.id,
            push_id=row.push_id,
            at=row.at,
            actor=row.actor_login,
            action=row.action,
            subject=row.subject,
            before=json.loads(row.before) if row.before else None,
            after=json.loads(row.after) if row.after else None,
            users=counts.get(row.id, 0),
            actor_name=full_name(row.given_name or "", row.family_name or ""),
            origin=row.origin or "",
            emptied=emptied.get(row.id),
        )
        for row in found
    ]


def _matching(filter_: ActivityFilter) -> list[Any]:
    wanted: list[Any] = [EVERYBODY]
    if filter_.push_id is not None:
        wanted.append(ACT.push == filter_.push_id)
    if filter_.user_id is not None:
        merged = MergedUser.select(MergedUser.user).where(MergedUser.into == filter_.user_id)
        whom = (_X.user == filter_.user_id) | _X.user.in_(merged)
        about = _X.select().where(_X.activity == ACT.id, whom)
        wanted.append(exists(about))
    if filter_.actor:
        wanted.append(fn.LOWER(ACT.actor_login) == fn.LOWER(filter_.actor))
    if filter_.action:
        wanted.append(containing(fn.LOWER(ACT.action), (filter_.action.lower(),)))
    if filter_.since is not None:
        wanted.append(ACT.at >= filter_.since)
    if filter_.until is not None:
        wanted.append(ACT.at < filter_.until)
    if filter_.where is not None:
        about = _X.select().where(_X.activity == ACT.id, _X.user.in_(ids_in(filter_.where)))
        wanted.append(exists(about))
    return wanted


def _counts(ids: list[int]) -> dict[int, int]:
    counted = _X.select(_X.activity, COUNTED).where(among(_X.activity, ids))
    return dict(counted.group_by(_X.activity).tuples())


def _json(facts: Facts | None) -> str | None:
    return json.dumps(facts, ensure_ascii=False, default=str) if facts is not None else None


def newest_line(actor_id: int) -> int:
    """Return the id of a user's last act; 0 if there is none."""
    return int(ACT.select(fn.MAX(ACT.id)).where(ACT.actor == actor_id).scalar() or 0)


def lines_since(actor_id: int, activity_id: int) -> list[int]:
    """Return the ids of a user's acts after a line, the oldest first."""
    later = ACT.select(ACT.id).where(ACT.actor == actor_id, ACT.id > activity_id)
    return column(later.order_by(ACT.id))
