"""Finding people by a few letters, out of however many (S4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from studio_tui.domain.shared.text import fold
from studio_tui.storage.engine.expressions import U
from studio_tui.storage.lists.text_search import finding

_AFTER = "\U0010ffff"
"""Sorts after everything that begins with what stands before it."""


@dataclass(frozen=True, slots=True)
class NamedUser:
    """By what somebody is found."""

    id: int
    given_name: str
    family_name: str
    login: str
    email: str
    department: str
    active: bool


def users_found(text: str, most: int) -> list[NamedUser]:
    """Up to ``most`` of those in whom all words of ``text`` are found, as the list of users finds
    them. Where there are more, those whose login, address or family name is or begins with it are
    among them."""
    found = _named(_users().where(finding(U, text)).limit(most))
    if len(found) < most:
        return found
    first = [user for query in _by_index(text, most) for user in _named(query)]
    return list({user.id: user for user in (*first, *found)}.values())[:most]


def logins_beginning(text: str, most: int) -> list[str]:
    """Up to ``most`` logins that begin with ``text``, case aside, in their order."""
    return [user.login for user in _named(_beginning(U.login_key, fold(text)).limit(most))]


def _users() -> Any:
    return U.select(U.id, U.given_name, U.family_name, U.login, U.email, U.department, U.active)


def _named(query: Any) -> list[NamedUser]:
    return list(query.objects(NamedUser))


def _by_index(text: str, most: int) -> Iterator[Any]:
    """Those whom the order of a column leads to at once, whoever else is found."""
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
