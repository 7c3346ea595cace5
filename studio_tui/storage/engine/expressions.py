"""What Peewee's expressions do not say by themselves, alike on both engines.

The tables have short names on which queries and conditions agree: one on ``U`` is about the users
of whatever query it stands in. They are untyped: what is declared for Peewee knows neither ids nor
aliases.
"""

import json
from collections.abc import Iterable
from typing import Any

from peewee import SQL, Select, Value, fn

from studio_tui.storage.engine.tables import (
    Activity,
    AssignmentTable,
    ConversationTable,
    NotificationTable,
    PushTable,
    TemplateTable,
    UserTable,
)
from studio_tui.storage.engine.unit import is_sqlite

U: Any = UserTable.alias("u")
"""The user that it is about."""
H: Any = UserTable.alias("h")
"""Who holds a conversation, or is to hold it."""
A: Any = AssignmentTable.alias("a")
C: Any = ConversationTable.alias("c")
N: Any = NotificationTable.alias("n")
P: Any = PushTable.alias("p")
T: Any = TemplateTable.alias("t")
ACT: Any = Activity.alias("act")

COUNTED = fn.COUNT(SQL("*"))
ONE = SQL("1")
"""What a query selects that only asks whether there is a row."""


def among(column: Any, values: Iterable[int | str]) -> Any:
    """``column`` is one of ``values``, however many: one parameter."""
    if is_sqlite():
        return column.in_(Select((fn.json_each(json.dumps(list(values))),), (SQL("value"),)))
    return column == fn.ANY(Value(list(values), unpack=False))


def exists(query: Any) -> Any:
    """Whether a query finds anything."""
    return fn.EXISTS(query.select(ONE))


def count(query: Any) -> int:
    """How many rows a query finds."""
    return int(query.select(COUNTED).scalar())


def column(query: Any) -> list[Any]:
    """The only column of what a query finds."""
    return [value for (value,) in query.tuples()]
