"""The activity: who did what, when, from where, from what to what (A3). Only ever added to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import full_name
from studio_tui.storage.activity.sealing import line_written, next_id
from studio_tui.storage.engine.sql import (
    EVERYBODY,
    Clause,
    among,
    containing,
    execute,
    known_instant,
    rows,
    scalar,
)
from studio_tui.storage.engine.tables import Activity
from studio_tui.storage.engine.unit import is_sqlite

Facts = Mapping[str, Any]
"""What a line of activity says of something before or after: names of fields and their values."""


PROGRAM = "the Studio"
"""Who did what the program does by itself."""


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One line of activity."""

    id: int
    push_id: int | None
    at: datetime
    actor: str
    """Login of who did it, as it was then."""
    action: str
    subject: str
    before: Facts | None
    after: Facts | None
    users: int
    """How many users it is about."""
    actor_name: str = ""
    """Name of who did it, as it is now; empty for what the program did by itself."""
    origin: str = ""
    """From where: account and host, or key and address; empty for what the program did by itself,
    and for what was done before this was written down."""

    @property
    def by(self) -> str:
        """Who did it, as people read it: the name, or else the login."""
        return self.actor_name or self.actor


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which lines are wanted: all that is said must hold."""

    push_id: int | None = None
    user_id: int | None = None
    """About this user."""
    actor: str = ""
    """Done by who had this login, whatever its case."""
    action: str = ""
    """These words stand in what was done, whatever their case."""
    since: datetime | None = None
    """At this instant or later."""
    until: datetime | None = None
    """Before this instant."""


EVERYTHING = ActivityFilter()


def write_activity(
    actor: Actor | None,
    at: datetime,
    action: str,
    subject: str,
    *,
    push_id: int | None = None,
    before: Facts | None = None,
    after: Facts | None = None,
) -> int:
    """Add a line; returns its id. Without an actor it is what the program did by itself."""
    own_id = {"id": next_id()} if is_sqlite() else {}
    written = int(
        Activity.insert(
            **own_id,
            at=at,
            actor=actor.user_id if actor else None,
            actor_login=actor.login if actor else PROGRAM,
            action=action,
            subject=subject,
            push=push_id,
            before=_json(before),
            after=_json(after),
            origin=(actor.origin or None) if actor else None,
        ).execute()
    )
    line_written(written)
    return written


def founding_action() -> str:
    """What was done first of all; empty where there is no line."""
    return str(scalar("SELECT action FROM activity ORDER BY id LIMIT 1") or "")


def newest_instant() -> datetime | None:
    """When the newest line was written; None where there is none."""
    found = scalar("SELECT at FROM activity ORDER BY id DESC LIMIT 1")
    return known_instant(found) if found is not None else None


def founding() -> str:
    """What tells this database from every other: when it was set up, and by whom."""
    found = rows("SELECT at, actor_login FROM activity ORDER BY id LIMIT 1")
    return "".join(f"{known_instant(at).isoformat()} {login}" for at, login in found)


def about_users(activity_id: int, users: Clause) -> None:
    """Say whom a line is about: ``users`` is a query of one column, ``user_id``."""
    execute(
        "INSERT INTO activity_user (activity_id, user_id) "
        f"SELECT CAST(? AS INTEGER), found.user_id FROM ({users.text}) AS found",
        activity_id,
        *users.params,
    )


def activity_lines(
    filter_: ActivityFilter, limit: int, before_id: int | None = None
) -> list[ActivityLine]:
    """The newest lines, the newest first; older than the line ``before_id`` where it is given."""
    clause = _matching(filter_)
    if before_id is not None:
        clause &= Clause("a.id < ?", (before_id,))
    return _lines(clause, limit)


def activity_line(activity_id: int) -> ActivityLine | None:
    """One line, None where there is none."""
    found = _lines(Clause("a.id = ?", (activity_id,)), 1)
    return found[0] if found else None


def _lines(clause: Clause, limit: int) -> list[ActivityLine]:
    found = rows(
        "SELECT a.id, a.push_id, a.at, a.actor_login, a.action, a.subject, a.before, a.after, "
        "u.given_name, u.family_name, a.origin "
        "FROM activity a LEFT JOIN users u ON u.id = a.actor_id "
        f"WHERE {clause.text} ORDER BY a.id DESC LIMIT ?",
        *clause.params,
        limit,
    )
    counts = _counts([row[0] for row in found])
    return [
        ActivityLine(
            id=row[0],
            push_id=row[1],
            at=known_instant(row[2]),
            actor=row[3],
            action=row[4],
            subject=row[5],
            before=json.loads(row[6]) if row[6] else None,
            after=json.loads(row[7]) if row[7] else None,
            users=counts.get(row[0], 0),
            actor_name=full_name(row[8] or "", row[9] or ""),
            origin=row[10] or "",
        )
        for row in found
    ]


def _matching(filter_: ActivityFilter) -> Clause:
    clause = EVERYBODY
    if filter_.push_id is not None:
        clause &= Clause("a.push_id = ?", (filter_.push_id,))
    if filter_.user_id is not None:
        clause &= Clause(
            "EXISTS (SELECT 1 FROM activity_user x WHERE x.activity_id = a.id AND x.user_id = ?)",
            (filter_.user_id,),
        )
    if filter_.actor:
        clause &= Clause("LOWER(a.actor_login) = LOWER(?)", (filter_.actor,))
    if filter_.action:
        clause &= containing("LOWER(a.action)", (filter_.action.lower(),))
    if filter_.since is not None:
        clause &= Clause("a.at >= ?", (filter_.since,))
    if filter_.until is not None:
        clause &= Clause("a.at < ?", (filter_.until,))
    return clause


def _counts(ids: list[int]) -> dict[int, int]:
    wanted = among("activity_id", ids)
    return dict(
        rows(
            f"SELECT activity_id, COUNT(*) FROM activity_user WHERE {wanted.text} "
            "GROUP BY activity_id",
            *wanted.params,
        )
    )


def _json(facts: Facts | None) -> str | None:
    return json.dumps(facts, ensure_ascii=False, default=str) if facts is not None else None


def newest_line(actor_id: int) -> int:
    """The id of the last thing somebody did, 0 where there is none."""
    found = scalar("SELECT MAX(id) FROM activity WHERE actor_id = ?", actor_id)
    return int(found or 0)


def lines_since(actor_id: int, activity_id: int) -> list[int]:
    """The ids of what somebody did after a line, the oldest first."""
    return [
        found
        for (found,) in rows(
            "SELECT id FROM activity WHERE actor_id = ? AND id > ? ORDER BY id",
            actor_id,
            activity_id,
        )
    ]
