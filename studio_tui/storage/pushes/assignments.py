"""Who is assigned to a push, and what became of it (P3, P8, P11, P12)."""

from dataclasses import replace
from datetime import date, datetime

from studio_tui.domain.people.users import full_name
from studio_tui.domain.pushes.push import Assignment, AssignmentFilter, Flag, Status
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.sql import Clause, among, execute, learn, rows, scalar, selected
from studio_tui.storage.engine.unit import is_sqlite
from studio_tui.storage.lists.grouped import GroupedListing
from studio_tui.storage.lists.keyset import Listing
from studio_tui.storage.lists.text_search import finding
from studio_tui.storage.people.managers import has_manager, managers_of
from studio_tui.storage.pushes.groups import group_clause
from studio_tui.storage.pushes.pushes import ASKED_FOR, CONDUCTOR, STATUS, TALK

_FROM = f"assignment a JOIN users u ON u.id = a.user_id JOIN push p ON p.id = a.push_id {TALK}"
_USERS_FIRST = (
    f"users u CROSS JOIN assignment a ON a.user_id = u.id JOIN push p ON p.id = a.push_id {TALK}"
)
"""The same, in the order of the users, which SQLite takes as it is written."""
_STATUS_AT = "COALESCE(c.finished_at, c.started_at, c.user_prepared_at, c.planned_for)"
_MAIL_FAILED = (
    "(EXISTS (SELECT 1 FROM notification n WHERE n.push_id = a.push_id "
    "AND n.recipient_id = a.user_id AND n.state = 'failed') "
    "OR EXISTS (SELECT 1 FROM notification n WHERE n.conversation_id = c.id "
    "AND n.recipient_id = a.user_id AND n.state = 'failed'))"
)
"""Of what the push told the user, or of the invitations to the conversation it asked for."""
_FAILED = (
    "SELECT f.id FROM notification n "
    "JOIN assignment f ON f.push_id = n.push_id AND f.user_id = n.recipient_id "
    "WHERE n.state = 'failed' "
    "UNION SELECT d.assignment_id FROM notification n JOIN conversation d "
    "ON d.id = n.conversation_id AND d.user_id = n.recipient_id AND d.cancelled_at IS NULL "
    "WHERE n.state = 'failed' AND d.assignment_id IS NOT NULL"
)
"""The assignments of which that holds: what failed is looked up once."""
REMINDED = (
    "FROM notification n WHERE n.push_id = a.push_id AND n.recipient_id = a.user_id "
    "AND n.kind = 'reminder' AND n.capacity = 'user' AND n.state IN ('queued', 'sending', 'sent')"
)
Assignments = Clause
"""A condition on assignments, as ``a``: what it says is nobody's business who holds it."""
_SORTS = {
    "name": "u.sort_name",
    "status_at": f"COALESCE(CAST({_STATUS_AT} AS TEXT), '')",
    "login": "u.login_key",
}


def assignment_clause(push_id: int, filter_: AssignmentFilter, today: date) -> Clause:
    """The assignments ``a`` of a push that a filter matches."""
    clause = Clause("a.push_id = ? AND a.unassigned_at IS NULL", (push_id,))
    clause &= finding("u", filter_.text)
    if filter_.status is not None:
        clause &= Clause(f"({STATUS}) = ?", (str(filter_.status),))
    if filter_.flag is not None:
        clause &= _flag_clause(filter_.flag, today)
    if filter_.group is not None:
        clause &= group_clause(filter_.group)
    return clause


def chosen(push_id: int, selection: Selection[AssignmentFilter], today: date) -> Clause:
    """The assignments ``a`` of a push that a selection holds."""
    everyone = assignment_clause(push_id, AssignmentFilter(), today)
    return everyone & _selected(push_id, selection, today)


def count_selected(push_id: int, selection: Selection[AssignmentFilter], today: date) -> int:
    """How many assignments of a push a selection holds."""
    return count_assignments(_selected(push_id, selection, today))


def _selected(push_id: int, selection: Selection[AssignmentFilter], today: date) -> Clause:
    return selected(selection, lambda filter_: assignment_clause(push_id, filter_, today), "a.id")


def assignment_listing(
    push_id: int, filter_: AssignmentFilter, sort: Sort, today: date
) -> Listing | GroupedListing:
    """The assignments of a push that a filter matches."""
    by_status = sort.column == "status"
    if not by_status or filter_.status is not None:
        return _listing(
            push_id, filter_, replace(sort, column="name") if by_status else sort, today
        )
    by_name = replace(sort, column="name")
    order = sorted(Status, reverse=sort.descending)
    return GroupedListing(
        [_listing(push_id, replace(filter_, status=each), by_name, today) for each in order],
        _listing(push_id, filter_, by_name, today),
        order.index(Status.NOT_PLANNED),
    )


def _listing(push_id: int, filter_: AssignmentFilter, sort: Sort, today: date) -> Listing:
    key = _SORTS.get(sort.column, _SORTS["name"])
    by_user = key.startswith("u.")
    return Listing(
        _looked_through(filter_),
        "a.id",
        assignment_clause(push_id, filter_, today),
        key,
        descending=sort.descending,
        tie="u.id" if by_user else "",
        narrowed=True,
        computed=not by_user,
        whole=_FROM,
        walked=_USERS_FIRST if by_user and is_sqlite() else "",
    )


def _looked_through(filter_: AssignmentFilter) -> str:
    """The tables that a filter speaks of, the one first that leaves the fewest: SQLite takes them
    as they are written."""
    join = "CROSS JOIN" if is_sqlite() else "JOIN"
    if filter_.status not in (None, Status.NOT_PLANNED):
        tables = f"conversation c {join} assignment a ON {ASKED_FOR}"
    elif filter_.flag is Flag.MAIL_FAILED:
        tables = f"({_FAILED}) AS failed {join} assignment a ON a.id = failed.id"
    elif filter_.status is not None or filter_.flag is Flag.OVERDUE:
        tables = f"assignment a {TALK}"
    else:
        tables = "assignment a"
    if filter_.flag is Flag.OVERDUE:
        tables += " JOIN push p ON p.id = a.push_id"
    if filter_.text or filter_.flag is Flag.NO_MANAGER:
        tables += " JOIN users u ON u.id = a.user_id"
    return tables


def assignments_by_id(ids: list[int], today: date) -> list[Assignment]:
    """These assignments with everything that lists show, in the order of ``ids``."""
    wanted = among("a.id", ids)
    found = rows(
        f"SELECT a.id, a.push_id, a.user_id, u.login, u.given_name, u.family_name, u.email, "
        f"{STATUS}, {_STATUS_AT}, COALESCE(h.given_name, ''), COALESCE(h.family_name, ''), "
        f"u.active, p.deadline < ?, {_MAIL_FAILED}, (SELECT COUNT(*) {REMINDED}), "
        f"(SELECT MAX(COALESCE(n.sent_at, n.due_at)) {REMINDED}), c.id, "
        f"COALESCE(h.login, '') "
        f"FROM {_FROM} {CONDUCTOR} WHERE {wanted.text}",
        today,
        *wanted.params,
    )
    managers = managers_of([row[2] for row in found])
    assignments = {
        row[0]: Assignment(
            id=row[0],
            push_id=row[1],
            user_id=row[2],
            login=row[3],
            name=full_name(row[4], row[5]),
            email=row[6],
            status=Status(row[7]),
            flags=_flags(
                overdue=bool(row[12]) and row[7] != Status.DONE,
                no_manager=row[2] not in managers,
                left=not row[11],
                mail_failed=bool(row[13]),
            ),
            status_at=instant_of(row[8]),
            conductor=full_name(row[9], row[10]),
            managers=managers.get(row[2], ()),
            reminders=row[14],
            reminded_at=instant_of(row[15]),
            conversation_id=row[16],
            conductor_login=row[17],
        )
        for row in found
    }
    return [assignments[found_id] for found_id in ids if found_id in assignments]


def matching_assignments(
    push_id: int, filter_: AssignmentFilter, ids: list[int], today: date
) -> frozenset[int]:
    """Those of ``ids`` that a filter matches."""
    clause = assignment_clause(push_id, filter_, today) & among("a.id", ids)
    return frozenset(
        found for (found,) in rows(f"SELECT a.id FROM {_FROM} WHERE {clause.text}", *clause.params)
    )


def count_assignments(clause: Clause) -> int:
    """How many assignments, as ``a``, a clause matches."""
    return int(scalar(f"SELECT COUNT(*) FROM {_FROM} WHERE {clause.text}", *clause.params))


def assign(push_id: int, users: Clause, activity_id: int) -> int:
    """Assign the users, as ``u``, that a clause matches, those unassigned before included.

    Nobody twice (P12): who is assigned already is left as they are. Returns how many were added.
    """
    execute(
        "INSERT INTO assignment (push_id, user_id, assigned_in_id) "
        "SELECT CAST(? AS INTEGER), u.id, CAST(? AS INTEGER) FROM users u "
        # In the order of their ids: what is written side by side lies side by side.
        f"WHERE u.active AND {users.text} ORDER BY u.id "
        "ON CONFLICT (push_id, user_id) DO UPDATE SET "
        "assigned_in_id = excluded.assigned_in_id, unassigned_at = NULL "
        "WHERE assignment.unassigned_at IS NOT NULL",
        push_id,
        activity_id,
        *users.params,
    )
    added = int(scalar("SELECT COUNT(*) FROM assignment WHERE assigned_in_id = ?", activity_id))
    learn(added, "assignment")
    return added


def assigned_in(activity_id: int) -> Clause:
    """A query of one column, ``user_id``: who was assigned by an act."""
    return Clause("SELECT user_id FROM assignment WHERE assigned_in_id = ?", (activity_id,))


def told_and_not_done(push_id: int) -> Clause:
    """A query of one column, ``user_id``: who was told of a push and has still to talk."""
    return Clause(
        f"SELECT a.user_id FROM {_FROM} WHERE a.push_id = ? AND a.unassigned_at IS NULL "
        "AND u.active AND c.finished_at IS NULL AND EXISTS ("
        "SELECT 1 FROM notification n WHERE n.push_id = a.push_id "
        "AND n.recipient_id = a.user_id AND n.kind = 'assigned' AND n.capacity = 'user' "
        "AND n.state IN ('sending', 'sent'))",
        (push_id,),
    )


def unassign(assignments: Clause, at: datetime) -> None:
    """Take the assignments, as ``a``, that a clause matches out of their push (P11)."""
    execute(
        "UPDATE assignment SET unassigned_at = ? WHERE id IN "
        f"(SELECT a.id FROM {_FROM} WHERE {assignments.text})",
        at,
        *assignments.params,
    )


def users_of(assignments: Clause) -> Clause:
    """A query of one column, ``user_id``: the users of the assignments that a clause matches."""
    return Clause(f"SELECT a.user_id FROM {_FROM} WHERE {assignments.text}", assignments.params)


def users_about(activity_id: int) -> Clause:
    """A query of one column, ``user_id``: whom a line of activity is about."""
    return Clause("SELECT user_id FROM activity_user WHERE activity_id = ?", (activity_id,))


def ids_of(assignments: Clause, limit: int) -> list[int]:
    """The ids of the assignments that a clause matches, by name."""
    return [
        found
        for (found,) in rows(
            f"SELECT a.id FROM {_FROM} WHERE {assignments.text} ORDER BY u.sort_name, u.id LIMIT ?",
            *assignments.params,
            limit,
        )
    ]


def names_of(assignments: Clause) -> list[tuple[str, str]]:
    """Login and full name of those whose assignments a clause matches, by name."""
    return [
        (login, full_name(given, family))
        for login, given, family in rows(
            f"SELECT u.login, u.given_name, u.family_name FROM {_FROM} "
            f"WHERE {assignments.text} ORDER BY u.sort_name, u.id",
            *assignments.params,
        )
    ]


def unassign_act(activity_id: int, at: datetime) -> None:
    """Take back an assigning: everyone it assigned is unassigned (N5)."""
    execute(
        "UPDATE assignment SET unassigned_at = ? WHERE assigned_in_id = ? "
        "AND unassigned_at IS NULL",
        at,
        activity_id,
    )


def pushes_of(user_id: int, today: date) -> list[tuple[str, Assignment]]:
    """The pushes a user is assigned to, with what became of it, the newest first (P16)."""
    found = rows(
        f"SELECT p.name, a.id FROM {_FROM} WHERE a.user_id = ? AND a.unassigned_at IS NULL "
        "ORDER BY p.id DESC",
        user_id,
    )
    listed = assignments_by_id([assignment_id for _, assignment_id in found], today)
    return [(name, assignment) for (name, _), assignment in zip(found, listed, strict=True)]


def assignment_id_of(push_id: int, user_id: int) -> int | None:
    """The assignment of a user to a push, None where there is none."""
    found = scalar(
        "SELECT id FROM assignment WHERE push_id = ? AND user_id = ? AND unassigned_at IS NULL",
        push_id,
        user_id,
    )
    return int(found) if found is not None else None


def name_conductor(assignment_id: int, conductor_id: int | None) -> None:
    """Record who is to hold a conversation (P10), None: nobody in particular."""
    execute("UPDATE assignment SET conductor_id = ? WHERE id = ?", conductor_id, assignment_id)


def named_conductor(assignment_id: int) -> int | None:
    """Who was named to hold a conversation (P10), None where nobody was."""
    found = scalar("SELECT conductor_id FROM assignment WHERE id = ?", assignment_id)
    return int(found) if found is not None else None


def set_not_mine(assignment_id: int, manager_id: int, at: datetime | None) -> None:
    """Record that a manager said an assignment is not theirs (P10), or None: that it may be."""
    execute(
        "DELETE FROM not_mine WHERE assignment_id = ? AND manager_id = ?", assignment_id, manager_id
    )
    if at is not None:
        execute(
            "INSERT INTO not_mine (assignment_id, manager_id, at) VALUES (?, ?, ?)",
            assignment_id,
            manager_id,
            at,
        )


def who_said_not_mine(assignment_id: int) -> list[int]:
    """The managers who said that an assignment is not theirs (P10)."""
    return [
        found
        for (found,) in rows(
            "SELECT manager_id FROM not_mine WHERE assignment_id = ?", assignment_id
        )
    ]


def _flag_clause(flag: Flag, today: date) -> Clause:
    if flag is Flag.OVERDUE:
        return Clause(f"({STATUS}) <> 'done' AND p.deadline < ?", (today,))
    if flag is Flag.LEFT:
        return Clause("a.user_id IN (SELECT l.id FROM users l WHERE l.active = FALSE)")
    if flag is Flag.MAIL_FAILED:
        # With a sign: one that is at hand is looked up there, not each of them for one at hand.
        return Clause(f"+a.id IN ({_FAILED})")
    return ~has_manager("u.id")


def _flags(**flags: bool) -> frozenset[Flag]:
    return frozenset(Flag(name) for name, is_set in flags.items() if is_set)
