"""Search for people by a few letters, among any number of users (S4)."""

from collections.abc import Iterator
from typing import Any

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold
from studio_tui.storage.engine.expressions import U
from studio_tui.storage.lists.text_search import text_condition

_AFTER = "\U0010ffff"
"""Sorts after every text that begins with the text before it."""


@dataclass(frozen=True, slots=True)
class NamedUser:
    """A user with the texts by which they are found."""

    id: int
    given_name: str
    family_name: str
    login: str
    email: str
    department: str
    active: bool


def users_found(text: str, most: int) -> list[NamedUser]:
    """Return up to ``most`` users who match all words of ``text``, as in the list of users.

    If more match, those whose login, address or family name equals or begins with ``text`` are
    included.
    """
    found = _named(_users().where(text_condition(U, text)).limit(most))
    if len(found) < most:
        return found
    first = [user for query in _by_index(text, most) for user in _named(query)]
    return list({user.id: user for user in (*first, *found)}.values())[:most]


def logins_beginning(text: str, most: int) -> list[str]:
    """Return up to ``most`` logins that begin with ``text``, ignoring case, in order."""
    return [user.login for user in _named(_beginning(U.login_key, fold(text)).limit(most))]


def _users() -> Any:
    return U.select(U.id, U.given_name, U.family_name, U.login, U.email, U.department, U.active)


def _named(query: Any) -> list[NamedUser]:
    return list(query.objects(NamedUser))


def _by_index(text: str, most: int) -> Iterator[Any]:
    """Yield the queries that an index answers directly, however many other users match."""
    key = fold(text)
    yield _users().where((U.login_key == key) | (U.email_key == key))
    first, _, rest = key.partition(" ")
    for column, begin in (
        (U.sort_name, key),
        (U.sort_name, f"{rest} {first}" if rest else key),
        (U.login_key, key),
    ):
        yield _beginning(column, begin).limit(max(most // 10, 1))


def _beginning(column: Any, begin: str) -> Any:
    return _users().where(column.between(begin, begin + _AFTER)).order_by(column)
