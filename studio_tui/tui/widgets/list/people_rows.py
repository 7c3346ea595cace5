"""Conversion of people to an audience (P13).

Marked rows and a pasted list of people become a filter that finds them.
"""

from collections.abc import Iterable
from typing import NamedTuple

from studio_tui.domain.audiences.audience import MAX_LENGTH, Condition, Name
from studio_tui.domain.people.name_list import parse_names
from studio_tui.domain.shared.errors import Refused


class RowPerson(NamedTuple):
    """The person that a row is about."""

    id: int
    login: str
    name: str


def as_filter(people: Iterable[RowPerson]) -> str:
    """Return the filter that finds ``people``. Raises `Refused` if it would be too long."""
    logins = dict.fromkeys(person.login for person in people)
    if not logins:
        raise Refused("There is nobody here.")
    return _one_of("login", logins)


def pasted_as_filter(text: str) -> str:
    """Return the filter that finds the people of a pasted list; empty if it is no such list.

    The list has one login or address per line, as in a column of a spreadsheet or a mail. Raises
    `Refused` if the filter would be too long.
    """
    if len(text.splitlines()) < 2:
        return ""
    try:
        names = [name for name in parse_names(text) if name]
    except Refused:
        return ""
    if len(names) < 2 or any(" " in name or '"' in name for name in names):
        return ""
    by_mail = [name for name in names if "@" in name]
    by_login = [name for name in names if "@" not in name]
    said = [("email", by_mail), ("login", by_login)]
    return " or ".join(_one_of(word, dict.fromkeys(those)) for word, those in said if those)


def _one_of(word: str, values: Iterable[str]) -> str:
    text = str(Condition(word, tuple(Name(value) for value in values)))
    if len(text) > MAX_LENGTH:
        raise Refused(
            f"These are too many for a filter, which has {MAX_LENGTH:,} characters at most. A list "
            "of people is assigned by “studio-tui pushes assign PUSH --file FILE”."
        )
    return text
