"""What Peewee's expressions do not say by themselves, alike on both engines.

The tables have short names on which queries and conditions agree: one on ``U`` is about the users
of whatever query it stands in. They are untyped: what is declared for Peewee knows neither ids nor
aliases.
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
_DEEP = 4
"""Brackets within brackets from which on their order matters."""
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


def tables_of(first: Any, *others: tuple[Any, str, Any]) -> Any:
    """``first`` joined with the ``others``, one after another: a table, how it is joined, and on
    what condition."""
    return reduce(lambda tables, each: Join(tables, *each), others, first)


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
    patterns = patterns_of(list(dict.fromkeys(words)))
    if patterns is None:
        return NOBODY
    return all_of(like(column, Value(each, converter=False)) for each in patterns.values())


def patterns_of(words: Collection[str]) -> dict[str, str] | None:
    """The pattern of each of these words, called ``word_0`` and so on; None where the engines take
    no such."""
    if len(words) > _MOST or any(len(word) > _LONGEST for word in words):
        return None
    return {f"word_{number}": f"%{_escaped(word)}%" for number, word in enumerate(words)}


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class _Joined(NodeList):
    """Conditions beside each other between two brackets, however many: what Peewee joins by ``&``
    and ``|`` has brackets within brackets, and SQLite reads a hundred of these at most."""

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
            # What is read before a bracket within brackets waits for its end.
            parts.insert(0, parts.pop(depths.index(max(depths))))
        super().__init__(parts, by, parens=True)

    def __sql__(self, ctx: Any) -> Any:
        # What stands beside a column of another type would be written as a value of that type.
        with ctx(converter=None):
            return super().__sql__(ctx)


def _depth(condition: Any) -> int:
    while isinstance(condition, Negated):
        condition = condition.node
    return condition.depth if isinstance(condition, _Joined) else 0


def all_of(conditions: Iterable[Any]) -> Any:
    """Every one holds. What says nothing is left out: SQLite looks nothing up beside it."""
    said = [each for each in conditions if each is not EVERYBODY]
    if not said:
        return EVERYBODY
    return said[0] if len(said) == 1 else _Joined(said, " AND ")


def any_of(conditions: Iterable[Any]) -> Any:
    """Some one holds; of none, nobody."""
    said = [each for each in conditions if each is not NOBODY]
    if not said:
        return NOBODY
    return said[0] if len(said) == 1 else _Joined(said, " OR ")


def like(column: Any, pattern: Any) -> Any:
    """``column`` is like ``pattern``, with the case that it has. ``\\`` stands before what means
    itself."""
    # Peewee's own operators look at case in another way on each engine.
    return NodeList((column, SQL("LIKE"), pattern, SQL("ESCAPE '\\'")))


def both(one: Any, other: Any) -> Any:
    """Both hold, as `all_of` says it."""
    return all_of((one, other))


def selected(selection: Selection[Any], matching: Callable[[Any], Any], id_column: Any) -> Any:
    """The rows that ``selection`` holds, where ``matching`` says what its filters match.

    What was marked, each without what was unmarked after it: however often that took turns, the
    conditions are no deeper, and the engine may begin with what was marked.
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
    """What was marked (True) and unmarked, one after another."""
    for term in selection.terms:
        if term.filter is not None:
            yield term.marks, matching(term.filter)
        if term.marked:
            yield True, among(id_column, term.marked)
        if term.unmarked:
            yield False, among(id_column, term.unmarked)


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
