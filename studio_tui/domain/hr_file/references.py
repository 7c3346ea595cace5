"""Who is meant where a file names a person (U6).

By login or e-mail address, without regard to case, wherever in the file they stand or in the
Studio. Failing that, by what else the file calls people: an employee number, alone or behind a
name as in “Bob Smith (E123)”, or the name alone; these only within the file, and only where one
person goes by it.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from studio_tui.domain.hr_file.people import Known, UserRef, key
from studio_tui.domain.hr_file.records import Record
from studio_tui.domain.hr_file.wrong import quoted

_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_COMMON_NAME = re.compile(r"^CN=((?:\\.|[^,\\])+),", re.IGNORECASE)


class Entry(NamedTuple):
    """A record, the `key`s of its login and address, and the user it changes, if any."""

    record: Record
    login: str
    email: str
    user_id: int | None
    ref: UserRef
    """What other rows mean where they name this person."""

    @property
    def keeps_login(self) -> bool:
        """Whether the login is not this row's to tell: a user who is there keeps theirs."""
        return self.user_id is not None and self.record.derived_login


@dataclass(frozen=True, slots=True)
class Meant:
    """The outcome for one text: who it is or, where that is None, why nobody is."""

    ref: UserRef | None
    reason: str = ""


def named_in(record: Record) -> tuple[str, ...]:
    """Every text by which ``record`` names a person."""
    return (*record.coaches, record.manager) if record.manager else record.coaches


def resolve(
    texts: Collection[str],
    entries: Sequence[Entry],
    by_login: Mapping[str, Known],
    by_email: Mapping[str, Known],
) -> dict[str, Meant]:
    """Who each of ``texts`` is."""
    found = _by_login_or_email({key(text) for text in texts}, entries, by_login, by_email)
    rest = [text for text in texts if key(text) not in found]
    if rest:
        wanted = {name for text in rest for name in _other_names(text)}
        named = _by_other_names(wanted, entries)
        for text in rest:
            found[key(text)] = _first(text, named)
    return {text: _meant(text, found[key(text)]) for text in texts}


_Found = dict[UserRef, int]
"""Who may be meant, and the line of the file they stand on, 0 for none."""


def _by_login_or_email(
    wanted: Collection[str],
    entries: Sequence[Entry],
    by_login: Mapping[str, Known],
    by_email: Mapping[str, Known],
) -> dict[str, _Found]:
    found: defaultdict[str, _Found] = defaultdict(dict)
    for entry in entries:
        if entry.email in wanted:
            found[entry.email].setdefault(entry.ref, entry.record.line)
        if entry.login in wanted and not entry.keeps_login:
            found[entry.login].setdefault(entry.ref, entry.record.line)
    for known in (by_login, by_email):
        for name in wanted & known.keys():
            found[name].setdefault(known[name].user_id, 0)
    return dict(found)


def _other_names(text: str) -> tuple[str, ...]:
    """What ``text`` may call a person by, the surest first."""
    common = _COMMON_NAME.match(text)
    plain = common[1].replace("\\", "") if common else text
    name = " ".join(_BRACKETS.sub(" ", plain).split())
    return tuple(dict.fromkeys([key(text), *map(key, _BRACKETS.findall(plain)), key(name)]))


def _by_other_names(wanted: Collection[str], entries: Sequence[Entry]) -> dict[str, _Found]:
    found: defaultdict[str, _Found] = defaultdict(dict)
    for entry in entries:
        for name in _called(entry.record):
            if name in wanted:
                found[name].setdefault(entry.ref, entry.record.line)
    return dict(found)


def _called(record: Record) -> Iterator[str]:
    given, family = record.given_name, record.family_name
    yield from map(key, record.known_as)
    yield key(f"{given} {family}")
    yield key(f"{family}, {given}")
    yield key(f"{family} {given}")


def _first(text: str, named: Mapping[str, _Found]) -> _Found:
    return next((named[name] for name in _other_names(text) if name in named), {})


def _meant(text: str, found: _Found) -> Meant:
    if not found:
        return Meant(None, f"{quoted(text)} is nobody in this file or in the Studio")
    if len(found) == 1:
        return Meant(next(iter(found)))
    lines = sorted(line for line in found.values() if line)
    where = f" (lines {', '.join(map(str, lines[:3]))})" if len(lines) > 1 else ""
    return Meant(
        None,
        f"{quoted(text)} may be {len(found)} people{where}: name them by e-mail address",
    )
