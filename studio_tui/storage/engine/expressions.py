"""What Peewee's expressions do not say by themselves, alike on both engines.

The tables have short names on which queries and conditions agree: one on ``U`` is about the users
of whatever query it stands in. They are untyped: what is declared for Peewee knows neither ids nor
aliases.
"""

import json
from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from peewee import JOIN, SQL, Cast, Model, Node, NodeList, Select, Table, Value, fn

from studio_tui.domain.shared.selection import Selection
from studio_tui.storage.engine.peewee_internals import table_facts
from studio_tui.storage.engine.tables import (
    Activity,
    AssignmentTable,
    ConversationTable,
    EveryUser,
    NotificationTable,
    PushTable,
    TemplateTable,
    UserTable,
)
from studio_tui.storage.engine.unit import is_sqlite, spoken_to

U: Any = UserTable.alias("u")
"""The user that it is about."""
H: Any = EveryUser.alias("h")
"""Who holds a conversation, or is to hold it; told of to whoever sees its user."""
R: Any = EveryUser.alias("u")
"""Who receives a mail; told of to whoever sees those it is about."""
A: Any = AssignmentTable.alias("a")
C: Any = ConversationTable.alias("c")
N: Any = NotificationTable.alias("n")
P: Any = PushTable.alias("p")
T: Any = TemplateTable.alias("t")
ACT: Any = Activity.alias("act")

COUNTED = fn.COUNT(SQL("*"))
IN_ORDER = {True: JOIN.CROSS, False: JOIN.INNER}
"""Joins tables in the order in which they are written, on SQLite, which keeps to it; PostgreSQL
finds its own."""
_LONGEST = 10_000
"""Characters of a word that is looked for; SQLite takes patterns of 50,000 bytes."""
_MOST = 200
"""Different words that are looked for; SQLite nests 1,000 conditions."""
NOBODY = SQL("(1 = 0)")
EVERYBODY = SQL("(1 = 1)")
NO_TEXT = SQL("''")
ZERO = SQL("0")
ONE = SQL("1")
"""What a query selects that only asks whether there is a row."""


def every(model: type[Model], alias: str) -> Any:
    """A table itself, whomever the unit of work sees (`storage.engine.sight`): its columns have the
    names that they have in the database."""
    facts = table_facts(model)
    columns = [field.column_name for field in facts.fields]
    return Table(f"every_{facts.name}", columns, alias=alias)


def named(name: str, alias: str, *columns: str) -> Any:
    """What a common table expression of this name finds."""
    return Table(name, columns, alias=alias)


def among(column: Any, values: Iterable[int | str]) -> Any:
    """``column`` is one of ``values``, however many: one parameter."""
    if is_sqlite():
        return column.in_(Select((fn.json_each(json.dumps(list(values))),), (SQL("value"),)))
    return column == fn.ANY(Value(list(values), converter=False, unpack=False))


def text(value: Any) -> Any:
    """``value`` as text, so that PostgreSQL knows what kind of parameter it is."""
    return Cast(value if isinstance(value, Node) else Value(value), "TEXT")


def containing(column: Any, words: Iterable[str]) -> Any:
    """``column`` contains every one of ``words``; ``%`` and ``_`` in them mean themselves.

    What is longer than anything, or more words than any name has, matches nothing: the engines
    take no such pattern.
    """
    found: Any = EVERYBODY
    for number, word in enumerate(dict.fromkeys(words)):
        if number >= _MOST or len(word) > _LONGEST:
            return NOBODY
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found = both(found, like(column, f"%{escaped}%"))
    return found


def like(column: Any, pattern: Any) -> Any:
    """``column`` is like ``pattern``, with the case that it has. ``\\`` stands before what means
    itself."""
    # Peewee's own operators look at case in another way on each engine.
    return NodeList((column, SQL("LIKE"), pattern, SQL("ESCAPE '\\'")))


def both(one: Any, other: Any) -> Any:
    """Both hold. What says nothing is left out: SQLite looks nothing up beside it."""
    if one is EVERYBODY:
        return other
    return one if other is EVERYBODY else one & other


def selected(selection: Selection[Any], matching: Callable[[Any], Any], id_column: Any) -> Any:
    """The rows that ``selection`` holds, where ``matching`` says what its filters match."""
    found: Any = NOBODY
    for term in selection.terms:
        if term.filter is not None:
            matched = matching(term.filter)
            marks = matched if found is NOBODY else found | matched
            found = marks if term.marks else both(found, ~matched)
        if term.marked:
            marked = among(id_column, term.marked)
            found = marked if found is NOBODY else found | marked
        if term.unmarked:
            found = both(found, ~among(id_column, term.unmarked))
    return found


def joined(*parts: Any) -> Any:
    """The texts of ``parts``, one after another."""
    return reduce(lambda before, part: before.concat(part), map(text, parts))


def exists(query: Any) -> Any:
    """Whether a query finds anything."""
    return fn.EXISTS(query.select(ONE))


def count(query: Any) -> int:
    """How many rows a query finds."""
    return int(query.select(COUNTED).scalar())


def stored(query: Any) -> list[Any]:
    """What a query finds, as the engine keeps it: quicker where there may be very many rows."""
    return list(spoken_to().execute(query).fetchall())


def column(query: Any) -> list[Any]:
    """The only column of what a query finds."""
    return [value for (value,) in query.tuples()]
