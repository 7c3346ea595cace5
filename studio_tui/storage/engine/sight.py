"""The rows of each table that an admin with a scope sees (U12). Every statement is limited here.

A statement in the unit of work of this admin gets common table expressions with the names of the
tables: ``users`` holds the users they may see, ``assignment`` the assignments of those users, and
so on. No statement can therefore read another row, whoever wrote it. Writes go to the table itself
(`storage.people.scope.require_within` checks them). For a viewer of the whole organisation
statements stay unchanged.

``every_users`` in a statement always means the table itself, and likewise for each table. Use it
for results that depend on people beyond the scope and reveal their names at most, such as whether a
user has a manager.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import peewee

from studio_tui.domain.activity.verbs import AUDIENCE_FIELDS, UNDID, Verb
from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.storage.engine.peewee_internals import table_facts
from studio_tui.storage.engine.prepared import render_condition
from studio_tui.storage.engine.tables import TABLES, Activity, TemplateVersionTable
from studio_tui.storage.engine.unit import current_database, is_sqlite, unlimited_sight

UNKNOWN = "…"
"""Placeholder for the login of a user beyond the scope."""
# Patterns that recognize a statement as far as limiting it requires.
_WITH = re.compile(r"\s*WITH\s+(?:RECURSIVE\s+)?", re.IGNORECASE)
_STATEMENT = re.compile(r"\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE|VALUES)\b", re.IGNORECASE)
_CHANGE = re.compile(r"\s*(?:INSERT|UPDATE|DELETE FROM)\b", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:SELECT|JOIN|USING)\b|UPDATE.*\bFROM\b", re.IGNORECASE | re.DOTALL)
"""Matches a changing statement that also reads tables."""
_WORD = re.compile(r"[a-z_]+")
_READ_FROM = re.compile(r'\b(FROM|JOIN)(\s+\(*)"?([a-z_]+)\b"?(?![.\w])', re.IGNORECASE)

# Conditions on a row ``t``, from which `ROWS` is built. ``seen_users`` holds the visible users.
_SEEN = "IN (SELECT id FROM seen_users)"
_BEYOND = "NOT IN (SELECT id FROM seen_users)"
_OF_USER = f"{{+}}t.user_id {_SEEN}"
_OF_CONVERSATION = "t.conversation_id IN (SELECT id FROM conversation)"
_OF_QUESTION = "t.question_id IN (SELECT id FROM conversation_question)"
_ALL = ""
"""No condition: the table is about no user, or is queried only by the viewer's own id."""
_NONE = "1 = 0"
"""No row: the table is about the whole organisation, or may name anybody."""


def _with_undone(verbs: tuple[Verb, ...]) -> tuple[str, ...]:
    """Return the actions of lines about these verbs, or about undoing them."""
    return tuple(name for verb in verbs for name in (str(verb), f"{UNDID}{verb}"))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _quoted(verbs: tuple[Verb, ...]) -> str:
    return _listed(_with_undone(verbs))


_OF_NOBODY = _quoted(
    (
        *(Verb.ADD_TEMPLATE, Verb.EDIT_TEMPLATE, Verb.BRING_BACK, Verb.ARCHIVE, Verb.UNARCHIVE),
        *(Verb.DELETE_TEMPLATE, Verb.ADD_QUESTIONS, Verb.EDIT_QUESTIONS, Verb.DELETE_QUESTIONS),
    )
)
_COUNTING = _quoted((Verb.CLOSE, Verb.REOPEN))
"""Verbs whose lines count dropped mails, also those to users beyond the scope: masked."""
_WITH_AUDIENCE = _quoted(tuple(verb for verb in Verb if AUDIENCE_FIELDS & verb.fields.keys()))
"""Verbs whose lines hold an audience, which may name anybody: masked."""
OF_WHOLE_PUSH = _with_undone(
    (
        *(Verb.EDIT, Verb.SET_AUDIENCE),
        *(Verb.REPEAT, Verb.SKIP_REPEAT, Verb.KEEP_REPEAT, Verb.END_REPEAT),
        *(Verb.CLOSE, Verb.REOPEN),
    )
)
"""Actions that change a push for everybody in it."""
_OF_PUSH = f"{_quoted((Verb.CREATE,))}, {_listed(OF_WHOLE_PUSH)}"
_OF_SEVERAL = _quoted(
    (
        *(Verb.ASSIGN, Verb.JOIN, Verb.UNASSIGN, Verb.REMIND),
        *(Verb.EXCUSE, Verb.ASK_AGAIN, Verb.OWN_DEADLINE),
    )
)
"""Actions whose lines name users only in ``activity_user``; the visible ones are counted."""
# A line of activity is visible: if it is about a user beyond the scope, when its action is one on
# several users and it is also about a visible user; if it is about visible users only, always; if
# it is about no user and no push, when its action concerns templates and questions; if it is about
# no user and a visible push, when its action concerns pushes.
_ABOUT = "EXISTS (SELECT 1 FROM {q}activity_user x WHERE x.activity_id = t.id"
_LINES = (
    f"CASE WHEN {_ABOUT} AND x.user_id {_BEYOND}) "
    f"THEN t.action IN ({_OF_SEVERAL}) AND {_ABOUT} AND x.user_id {_SEEN}) "
    f"WHEN {_ABOUT}) THEN TRUE "
    f"WHEN t.push_id IS NULL THEN t.action IN ({_OF_NOBODY}) "
    f"ELSE t.push_id IN (SELECT id FROM push) AND t.action IN ({_OF_PUSH}) END"
)
_MAILS = (
    "NOT EXISTS (SELECT 1 FROM {q}notification_user x "
    f"WHERE x.notification_id = t.id AND x.user_id {_BEYOND}) "
    f"AND (t.conversation_id IS NULL OR {_OF_CONVERSATION}) "
    f"AND (t.recipient_id {_SEEN} OR (t.capacity = '{Capacity.MANAGER}' AND EXISTS "
    "(SELECT 1 FROM {q}notification_user x WHERE x.notification_id = t.id)))"
)
"""The visible mails. A mail to a manager or a conductor is about the users that it names."""
_PUSHES = (
    f"t.id IN (SELECT push_id FROM {{q}}assignment WHERE user_id {_SEEN}) "
    "OR NOT EXISTS (SELECT 1 FROM {q}assignment x WHERE x.push_id = t.id)"
)
_COVERED = "(SELECT 1 FROM {q}stand_in_user x WHERE x.stand_in_id = t.id"
"""Selects the users of a stand-in for some; without the closing bracket."""
ROWS: Mapping[str, str] = {
    "users": "",
    "user_scope": _OF_USER,
    "merged_user": f"t.into_id {_SEEN}",
    "user_group": _OF_USER,
    "team": "t.id IN (SELECT id FROM seen_team)",
    "team_member": _OF_USER,
    "team_leader": _OF_USER,
    "coaching": f"{_OF_USER} AND {{+}}t.coach_id {_SEEN}",
    # One for some users, of whom none is visible, would otherwise be one for everybody.
    "stand_in": f"{{+}}t.leader_id {_SEEN} AND {{+}}t.stand_in_id {_SEEN} AND ("
    f"NOT EXISTS {_COVERED}) OR EXISTS {_COVERED} AND x.user_id {_SEEN}))",
    "stand_in_user": _OF_USER,
    "template": _ALL,
    "push": _PUSHES,
    "push_repeat": "t.push_id IN (SELECT id FROM push)",
    "repeated_push": "t.repeat_id IN (SELECT id FROM push_repeat) "
    "AND (t.push_id IS NULL OR t.push_id IN (SELECT id FROM push))",
    "activity": _LINES,
    "activity_user": _OF_USER,
    "activity_emptied": "t.activity_id IN (SELECT id FROM activity)",
    "activity_seal": _ALL,
    "activity_anchor": _ALL,
    "assignment": _OF_USER,
    "not_mine": "t.assignment_id IN (SELECT id FROM assignment)",
    "conversation": _OF_USER,
    "take_over": _OF_CONVERSATION,
    "opening": _OF_CONVERSATION,
    "conversation_question": _OF_CONVERSATION,
    "preparation": _OF_QUESTION,
    "answer": _OF_QUESTION,
    "earlier_text": _OF_QUESTION,
    "library_topic": _ALL,
    "template_version": _ALL,
    "draft": _ALL,
    "snooze": _ALL,
    "retention": _ALL,
    "sent_count": _ALL,
    "review": _OF_USER,
    "list_view": _ALL,
    "ssh_key": _OF_USER,
    "notification": _MAILS,
    "notification_user": _OF_USER,
    "mail_model": _ALL,
    "notification_mail": "t.notification_id IN (SELECT id FROM notification)",
    "mail_origin": _ALL,
    "mail_stop": _ALL,
    "segment": _NONE,
    "segment_version": _NONE,
    "worker": _ALL,
    "unattended_import": _NONE,
}
"""The condition on the visible rows ``t`` of each table; a table without a condition has none.

``{q}`` stands for the prefix that means the table itself. ``{+}`` stands for a plus in front of a
column that keeps SQLite from using the column's index. The entry of ``users`` is empty here:
`Sight` inserts the scope of the viewer.
"""
# Further expressions that the conditions above read, by name. Each is added when it is read.
_HELPERS: Mapping[str, str] = {
    "seen_team": (
        f"SELECT team_id AS id FROM {{q}}team_member WHERE user_id {_SEEN} "
        f"UNION SELECT team_id FROM {{q}}team_leader WHERE user_id {_SEEN} "
        "UNION SELECT t.parent_id FROM seen_team s JOIN {q}team t ON t.id = s.id "
        "WHERE t.parent_id IS NOT NULL"
    ),
    "own_push": (
        "SELECT p.id FROM {q}push p WHERE NOT EXISTS (SELECT 1 FROM {q}assignment x "
        f"WHERE x.push_id = p.id AND x.user_id {_BEYOND})"
    ),
}
_ACTOR_SEEN = f"(t.actor_id IS NULL OR t.actor_id = {{viewer}} OR t.actor_id {_SEEN})"
_FACTS = (
    f"CASE WHEN t.action IN ({_WITH_AUDIENCE}) THEN NULL "
    f"WHEN t.action NOT IN ({_COUNTING}, {_OF_SEVERAL}) "
    "OR t.push_id IN (SELECT id FROM own_push) THEN t.{} END"
)
_MASKED: Mapping[str, tuple[type[peewee.Model], Mapping[str, str]]] = {
    "activity": (
        Activity,
        {
            "actor_login": f"CASE WHEN {_ACTOR_SEEN} THEN t.actor_login ELSE '{UNKNOWN}' END",
            "origin": f"CASE WHEN {_ACTOR_SEEN} THEN t.origin END",
            "before": _FACTS.format("before"),
            "after": _FACTS.format("after"),
        },
    ),
    "template_version": (
        TemplateVersionTable,
        {"saved_by": "(SELECT u.login FROM users u WHERE u.login = t.saved_by)"},
    ),
}
"""Masked columns of visible rows that would name users beyond the scope, or count them."""
_TABLES = frozenset(table_facts(model).name for model in TABLES)
# The tables of which a viewer with a scope does not see every row and column.
_LIMITED = _TABLES - {name for name, rows in ROWS.items() if rows == _ALL} | {"users", *_MASKED}


class _Part(NamedTuple):
    """A fragment of the WITH clause of a statement."""

    text: str
    params: Sequence[Any] = ()


class Sight:
    """What a viewer sees in one unit of work. Their scope is queried on first use."""

    def __init__(self, viewer: int, find: Callable[[], Any | None]) -> None:
        """Create the sight of the user ``viewer``.

        ``find`` returns the condition on the visible users ``u``, None if the viewer sees
        everybody. It is called with the whole organisation in sight.
        """
        self._viewer = viewer
        self._find = find
        self._found: Any | None = None
        self._seen = _Part("")
        self._is_known = False

    @property
    def is_limited(self) -> bool:
        """Whether the viewer is already known not to see everybody."""
        return self._found is not None

    @property
    def condition(self) -> Any | None:
        """The condition on the visible users ``u``; None if the viewer sees everybody."""
        if not self._is_known:
            with unlimited_sight():
                self._found = self._find()
                if self._found is not None:
                    self._seen = _Part(*render_condition(self._found))
            self._is_known = True
        return self._found

    def limited(self, text: str, params: Any) -> tuple[str, Any]:
        """Return the statement limited to what the viewer sees, and its parameters.

        ``SELECT … FROM users`` becomes ``WITH RECURSIVE seen_users(id) AS (…), users AS (…) SELECT
        … FROM users``; ``params`` follow those of the expressions. A statement that reads no table
        of `_LIMITED`, and one that changes a table without reading one, are returned unchanged.
        """
        if self._is_known and self._found is None:
            return text, params
        if not _STATEMENT.match(text) or (_CHANGE.match(text) and not _ASKS.search(text)):
            return text, params
        named = _LIMITED.intersection(_WORD.findall(text))
        if not named or self.condition is None:
            return text, params
        tables = self._tables(named)
        begun = _WITH.match(text)
        rest = f", {text[begun.end() :]}" if begun else f" {text}"
        return f"WITH RECURSIVE {tables.text}{rest}", (*tables.params, *(params or ()))

    def _tables(self, named: frozenset[str]) -> "_Part":
        place = current_database().TABLE_PREFIX
        seen = _Part(qualified(self._seen.text, place), self._seen.params)
        people = f"SELECT {{}} FROM {place}users u WHERE {seen.text}"
        told = {"seen_users": _Part(f"seen_users(id) AS ({people.format('u.id')})", seen.params)}
        waiting = sorted(named)
        while waiting:
            name = waiting.pop()
            if name in told:
                continue
            if name == "users":
                body = _Part(people.format("u.*"), seen.params)
            else:
                text, read = _expression(name, place, on_sqlite=is_sqlite())
                body = _Part(text.replace("{viewer}", str(self._viewer)))
                waiting += read
            inline = "" if name in _HELPERS else "NOT MATERIALIZED "
            told[name] = _Part(f"{name} AS {inline}({body.text})", body.params)
        return _Part(
            ", ".join(each.text for each in told.values()),
            tuple(value for each in told.values() for value in each.params),
        )


@cache
def _expression(name: str, place: str, *, on_sqlite: bool) -> tuple[str, Sequence[str]]:
    """Return the body of the expression of a table or helper, and the expressions that it reads."""
    if name in _HELPERS:
        body = _HELPERS[name]
    else:
        columns = "t.*"
        if name in _MASKED:
            model, masked = _MASKED[name]
            names = (field.column_name for field in table_facts(model).fields)
            columns = ", ".join(
                f"{masked[each]} AS {each}" if each in masked else f"t.{each}" for each in names
            )
        which = ROWS.get(name, _NONE)
        rows = f" WHERE {which}" if which else ""
        body = f"SELECT {columns} FROM {{q}}{name} t{rows}"
    # Without the plus, SQLite would search all visible users by the column's index for each row of
    # the joined table.
    body = body.replace("{q}", place).replace("{+}", "+" if on_sqlite else "")
    return body, sorted(_used_by(body, name))


def qualified(text: str, place: str) -> str:
    """Qualify the tables of a condition, so that it never reads expressions of the same names."""

    def full(found: re.Match[str]) -> str:
        keyword, gap, name = found.groups()
        return f"{keyword}{gap}{place}{name}" if name in _TABLES else found[0]

    return _READ_FROM.sub(full, text)


def _used_by(text: str, name: str) -> set[str]:
    return {
        found[3]
        for found in _READ_FROM.finditer(text)
        if found[3] != name and (found[3] in _LIMITED or found[3] in _HELPERS)
    }
