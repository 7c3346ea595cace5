"""Query expressions that Peewee lacks, with the same meaning on both engines.

Queries and conditions share fixed table aliases: a condition on ``U`` applies to the users of
whatever query contains it. The aliases are untyped, since Peewee's type declarations know neither
ids nor aliases.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import reduce
from itertools import groupby
from operator import itemgetter
from typing import Any

from peewee import JOIN, SQL, Cast, Join, Model, Negated, Node, NodeList, Select, Table, Value, fn

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
from studio_tui.storage.engine.unit import current_database, is_sqlite

U: Any = UserTable.alias("u")
"""The user that a query or condition is about."""
H: Any = EveryUser.alias("h")
"""The conductor of a conversation. Exempt from sight: shown with every visible user."""
R: Any = EveryUser.alias("u")
"""The recipient of a mail. Exempt from sight: shown with the visible users the mail is about."""
A: Any = AssignmentTable.alias("a")
C: Any = ConversationTable.alias("c")
N: Any = NotificationTable.alias("n")
P: Any = PushTable.alias("p")
T: Any = TemplateTable.alias("t")
ACT: Any = Activity.alias("act")

COUNTED = fn.COUNT(SQL("*"))
IN_ORDER = {True: JOIN.CROSS, False: JOIN.INNER}
"""Join type by whether the engine is SQLite.

CROSS makes SQLite join tables in the order in which they are written; PostgreSQL plans its own.
"""
_LONGEST = 10_000
"""Maximum length of a searched word in characters; SQLite accepts patterns of 50,000 bytes."""
_MOST = 200
"""Maximum number of distinct searched words; SQLite nests at most 1,000 conditions."""
_DEEP = 4
"""Depth of nested brackets above which the deepest condition has to come first."""
NOBODY = SQL("(1 = 0)")
EVERYBODY = SQL("(1 = 1)")
NO_TEXT = SQL("''")
ZERO = SQL("0")
ONE = SQL("1")
"""The selected value of a query that only tests whether a row exists."""


def every(model: type[Model], alias: str) -> Any:
    """Return a table that is exempt from the sight of the unit of work (`storage.engine.sight`).

    Its columns have their database names.
    """
    facts = table_facts(model)
    columns = [field.column_name for field in facts.fields]
    return Table(f"every_{facts.name}", columns, alias=alias)


def named(name: str, alias: str, *columns: str) -> Any:
    """Return the common table expression ``name`` as a table with these columns."""
    return Table(name, columns, alias=alias)


def tables_of(first: Any, *others: tuple[Any, str, Any]) -> Any:
    """Join ``first`` with the ``others`` in order; each is a table, a join type and a condition."""
    return reduce(lambda tables, each: Join(tables, *each), others, first)


def among(column: Any, values: Iterable[int | str]) -> Any:
    """Return the condition that ``column`` is one of ``values``; any number is one parameter."""
    if is_sqlite():
        return column.in_(Select((fn.json_each(json.dumps(list(values))),), (SQL("value"),)))
    return column == fn.ANY(Value(list(values), converter=False, unpack=False))


def text(value: Any) -> Any:
    """Cast ``value`` to text, so that PostgreSQL can infer the type of the parameter."""
    return Cast(value if isinstance(value, Node) else Value(value), "TEXT")


def containing(column: Any, words: Iterable[str]) -> Any:
    """Return the condition that ``column`` contains every word; ``%`` and ``_`` are literal.

    Longer or more words than the engines accept match nothing: no name has them.
    """
    patterns = patterns_of(list(dict.fromkeys(words)))
    if patterns is None:
        return NOBODY
    return all_of(like(column, Value(each, converter=False)) for each in patterns.values())


def patterns_of(words: Collection[str]) -> dict[str, str] | None:
    """Return the LIKE pattern of each word by parameter name: ``word_0`` and so on.

    None if the words are too many or too long for the engines.
    """
    if len(words) > _MOST or any(len(word) > _LONGEST for word in words):
        return None
    return {f"word_{number}": f"%{_escaped(word)}%" for number, word in enumerate(words)}


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class _Joined(NodeList):
    """Conditions joined by one operator within a single pair of brackets.

    Peewee's ``&`` and ``|`` nest brackets, and SQLite parses about a hundred levels at most.
    """

    def __init__(self, conditions: Iterable[Any], by: str) -> None:
        parts: list[Any] = []
        for each in conditions:
            if isinstance(each, _Joined) and each.glue == by:
                parts += each.nodes
            else:
                plain = isinstance(each, NodeList) and not each.parens
                parts.append(NodeList((each,), parens=True) if plain else each)
        depths = [_depth(each) for each in parts]
        self.depth = 1 + max(depths)
        if self.depth > _DEEP:
            # The parser keeps everything before a nested bracket on its stack until that closes.
            parts.insert(0, parts.pop(depths.index(max(depths))))
        super().__init__(parts, by, parens=True)

    def __sql__(self, ctx: Any) -> Any:
        # Otherwise values next to a column of another type would be converted to that column's
        # type.
        with ctx(converter=None):
            return super().__sql__(ctx)


def _depth(condition: Any) -> int:
    while isinstance(condition, Negated):
        condition = condition.node
    return condition.depth if isinstance(condition, _Joined) else 0


def all_of(conditions: Iterable[Any]) -> Any:
    """Combine conditions with AND.

    Conditions that are always true are left out: with them SQLite does not use an index.
    """
    said = [each for each in conditions if each is not EVERYBODY]
    if not said:
        return EVERYBODY
    return said[0] if len(said) == 1 else _Joined(said, " AND ")


def any_of(conditions: Iterable[Any]) -> Any:
    """Combine conditions with OR. Without conditions, no row matches."""
    said = [each for each in conditions if each is not NOBODY]
    if not said:
        return NOBODY
    return said[0] if len(said) == 1 else _Joined(said, " OR ")


def like(column: Any, pattern: Any) -> Any:
    """Return the condition ``column LIKE pattern``, in which ``\\`` escapes a wildcard."""
    # Peewee's own operators become GLOB on SQLite or ILIKE on PostgreSQL, which differ in case.
    return NodeList((column, SQL("LIKE"), pattern, SQL("ESCAPE '\\'")))


def both(one: Any, other: Any) -> Any:
    """Combine two conditions with AND, as `all_of` does."""
    return all_of((one, other))


def selected(selection: Selection[Any], matching: Callable[[Any], Any], id_column: Any) -> Any:
    """Return the condition for the rows of ``selection``; ``matching`` translates its filters.

    Each group of marks excludes what was unmarked after it. However often marking and unmarking
    alternate, the conditions nest no deeper, and the engine can start from the marked rows.
    """
    found: list[Any] = []
    without: list[Any] = []
    steps = _steps(selection, matching, id_column)
    for marks, steps_alike in groupby(reversed(list(steps)), key=itemgetter(0)):
        conditions = [condition for _, condition in reversed(list(steps_alike))]
        if marks:
            found.insert(0, all_of((any_of(conditions), *(~each for each in without))))
        else:
            without = [*conditions, *without]
    return any_of(found)


def _steps(
    selection: Selection[Any], matching: Callable[[Any], Any], id_column: Any
) -> Iterator[tuple[bool, Any]]:
    """Yield the marks (True) and unmarks (False) of a selection in order, as conditions."""
    for term in selection.terms:
        if term.filter is not None:
            yield term.marks, matching(term.filter)
        if term.marked:
            yield True, among(id_column, term.marked)
        if term.unmarked:
            yield False, among(id_column, term.unmarked)


def joined(*parts: Any) -> Any:
    """Concatenate ``parts`` as text."""
    return reduce(lambda before, part: before.concat(part), map(text, parts))


def exists(query: Any) -> Any:
    """Return the condition that a query has a row."""
    return fn.EXISTS(query.select(ONE))


def count(query: Any) -> int:
    """Return the number of rows of a query."""
    return int(query.select(COUNTED).scalar())


def stored(query: Any) -> list[Any]:
    """Return the rows of a query as the engine stores them; faster for very many rows."""
    return list(current_database().execute(query).fetchall())


def column(query: Any) -> list[Any]:
    """Return the values of a query with a single column."""
    return [value for (value,) in query.tuples()]
