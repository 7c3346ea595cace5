"""What My conversations is made of (C1): one person's view, in a few queries."""

from dataclasses import dataclass
from datetime import date, datetime

from studio_tui.domain.people.users import full_name
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.sql import among, day, known_instant, rows
from studio_tui.storage.people.managers import managed_by
from studio_tui.storage.pushes.pushes import CONVERSATION, STATUS


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
    status: str
    conversation_id: int | None
    planned_for: datetime | None
    started_at: datetime | None
    prepared: bool
    """Whether the user submitted their preparation."""
    conductor_id: int | None
    conductor: str
    conductor_left: bool
    not_mine: bool
    """Whether the reader said that it is not theirs (P10)."""


def people_around(user_id: int) -> dict[int, tuple[str, str]]:
    """Login and full name of somebody and of all whom they manage and who are there, by id."""
    managed = managed_by(user_id)
    return {
        found: (login, full_name(given, family))
        for found, login, given, family in rows(
            "SELECT u.id, u.login, u.given_name, u.family_name FROM users u "
            f"WHERE u.active AND (u.id = ? OR u.id IN ({managed.text})) ORDER BY u.sort_name, u.id",
            user_id,
            *managed.params,
        )
    }


def asked_of(user_ids: list[int], reader_id: int) -> list[MyListRow]:
    """What pushes ask for these users that was not held yet: what is open, and what was begun."""
    wanted = among("a.user_id", user_ids)
    return _asked(
        "SELECT a.user_id, a.id, p.id, p.name, p.definition, p.template_id, p.available_from, "
        f"p.deadline, {STATUS}, c.id, c.planned_for, c.started_at, "
        "c.user_prepared_at IS NOT NULL, h.id, "
        "COALESCE(h.given_name, ''), COALESCE(h.family_name, ''), "
        "h.id IS NOT NULL AND NOT h.active, EXISTS (SELECT 1 "
        "FROM not_mine x WHERE x.assignment_id = a.id AND x.manager_id = ?) "
        f"FROM assignment a JOIN push p ON p.id = a.push_id {CONVERSATION} WHERE {wanted.text} "
        "AND c.finished_at IS NULL AND (c.id IS NOT NULL "
        "OR (a.unassigned_at IS NULL AND p.closed_at IS NULL)) ORDER BY a.id",
        reader_id,
        *wanted.params,
    )


def begun_by(reader_id: int) -> list[MyListRow]:
    """The conversations of somebody that no push asked for and that were not held yet."""
    return _asked(
        "SELECT c.user_id, NULL, NULL, '', c.definition, c.template_id, NULL, NULL, "
        f"{STATUS}, c.id, c.planned_for, c.started_at, c.user_prepared_at IS NOT NULL, h.id, "
        "h.given_name, h.family_name, NOT h.active, 1 = 0 "
        "FROM conversation c JOIN users h ON h.id = c.conductor_id "
        "WHERE c.assignment_id IS NULL AND c.finished_at IS NULL AND c.cancelled_at IS NULL "
        "AND (c.user_id = ? OR c.conductor_id = ?) ORDER BY c.id",
        reader_id,
        reader_id,
    )


def last_held(user_ids: list[int]) -> dict[int, datetime]:
    """When the last conversation of each of these users was held."""
    wanted = among("user_id", user_ids)
    return {
        user_id: known_instant(at)
        for user_id, at in rows(
            "SELECT user_id, MAX(finished_at) FROM conversation WHERE finished_at IS NOT NULL "
            f"AND cancelled_at IS NULL AND {wanted.text} GROUP BY user_id",
            *wanted.params,
        )
    }


def _asked(text: str, *params: object) -> list[MyListRow]:
    return [
        MyListRow(
            user_id=row[0],
            assignment_id=row[1],
            push_id=row[2],
            push=row[3],
            definition=row[4],
            template_id=row[5],
            available_from=day(row[6]) if row[6] is not None else None,
            deadline=day(row[7]) if row[7] is not None else None,
            status=row[8],
            conversation_id=row[9],
            planned_for=instant_of(row[10]),
            started_at=instant_of(row[11]),
            prepared=bool(row[12]),
            conductor_id=row[13],
            conductor=full_name(row[14], row[15]),
            conductor_left=bool(row[16]),
            not_mine=bool(row[17]),
        )
        for row in rows(text, *params)
    ]
