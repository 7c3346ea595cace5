"""Resolution of references to people in a file (U6).

A reference matches a login or an e-mail address, ignoring case, anywhere in the file or in the
Studio. If none matches, it is an employee number, alone or next to a name as in “Bob Smith (E123)”,
or another identifier in the file: the name alone, with or without a title or a middle initial.
Names match only within the file, and only if they are unambiguous.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from studio_tui.domain.people.hr_file.people import KnownUser, UserRef
from studio_tui.domain.people.hr_file.records import Record
from studio_tui.domain.people.keys import key, number_key
from studio_tui.domain.people.wrong_cell import quoted
from studio_tui.domain.shared.addresses import clear_address, without_invisible
from studio_tui.domain.shared.dataclass import dataclass

_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_SEVERAL = re.compile(r"[;|\n]+")
_AS_IT_IS = re.compile(r"[\w.@+ -]+", re.ASCII)
_BESIDE = re.compile(r"\s+[-–—/:]\s+|\s*,\s*|\s+")
_TITLE = re.compile(
    r"(?:(?:mr|mrs|ms|miss|mx|dr|prof|ir|ing|drs|mag|dipl|herr|frau|hr|fr|m|mme|mlle|monsieur|madame"
    r"|dhr|mevr|mw|de heer|mevrouw|sr|sra|srta|sig|sir|dame)(?:\.\s*|\s+))+",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?<=\w)\s+[^\W\d_]\.?(?=\s+\w)")
_COMMON_NAME = re.compile(r"^CN=((?:\\.|[^,\\])+),", re.IGNORECASE)


class ImportEntry(NamedTuple):
    """A record, the `key`s of its login and address, and the user it changes, if any."""

    record: Record
    login: str
    email: str
    user_id: int | None
    ref: UserRef
    """Reference by which other rows mean this person."""

    @property
    def keeps_login(self) -> bool:
        """Whether the row does not set the login because an existing user keeps theirs."""
        return self.user_id is not None and self.record.derived_login


@dataclass(frozen=True, slots=True)
class Resolution:
    """The result for one reference: the person, or None and the reason."""

    ref: UserRef | None
    reason: str = ""
    several: bool = False
    """Whether the reference is ambiguous."""


@lru_cache(maxsize=50_000)
def managers_in(text: str) -> tuple[str, ...]:
    """Return the managers that a cell names, separated by ``;`` or ``|``."""
    if not _SEVERAL.search(text):
        return (text,) if text else ()
    return tuple(dict.fromkeys(part.strip() for part in _SEVERAL.split(text) if part.strip()))


def named_in(record: Record) -> tuple[str, ...]:
    """Return all references to people in ``record``."""
    return (*record.coaches, *managers_in(record.manager)) if record.manager else record.coaches


def reference_keys(text: str) -> tuple[str, ...]:
    """Return the `key`s of the logins and addresses that ``text`` may be, most reliable first."""
    if _AS_IT_IS.fullmatch(text):
        return (key(text),)
    seen = without_invisible(text).strip()
    found = [text, seen]
    if "@" in text:
        found.append(clear_address(text))
    if "\\" in text:
        found.append(seen.rpartition("\\")[2])
    return tuple(dict.fromkeys(map(key, found)))


def numbers(text: str) -> tuple[str, ...]:
    """Return the employee numbers that ``text`` may contain, as `number_key`s."""
    if not any(map(str.isdecimal, text)) or "@" in text:
        return ()
    parts = [text, *_BRACKETS.findall(text), *_BESIDE.split(_BRACKETS.sub(" ", text))]
    return tuple(dict.fromkeys(number_key(p) for p in parts if any(map(str.isdecimal, p))))


def resolve(
    texts: Collection[str],
    entries: Sequence[ImportEntry],
    by_login: Mapping[str, KnownUser],
    by_email: Mapping[str, KnownUser],
    by_number: Mapping[str, KnownUser],
) -> dict[str, Resolution]:
    """Resolve each of ``texts``."""
    wanted = {handle for text in texts for handle in reference_keys(text)}
    found = _by_login_or_email(wanted, entries, by_login, by_email)
    sure = {
        text: next((found[h] for h in reference_keys(text) if h in found), {}) for text in texts
    }
    rest = [text for text, people in sure.items() if not people]
    if rest:
        names = {name for text in rest for name in _other_names(text)}
        named = _by_other_names(names, entries)
        for number in {number for text in rest for number in numbers(text)} & by_number.keys():
            named.setdefault(number, {}).setdefault(by_number[number].user_id, 0)
        for text in rest:
            sure[text] = _first(text, named)
    return {text: _resolve(text, people) for text, people in sure.items()}


_Found = dict[UserRef, int]
"""Candidates for a reference, with their line in the file; 0 for users of the Studio."""


def _by_login_or_email(
    wanted: Collection[str],
    entries: Sequence[ImportEntry],
    by_login: Mapping[str, KnownUser],
    by_email: Mapping[str, KnownUser],
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
    """Return the names that ``text`` may be, most reliable first."""
    common = _COMMON_NAME.match(text)
    plain = common[1].replace("\\", "") if common else text
    plain = without_invisible(plain)
    name = " ".join(_BRACKETS.sub(" ", plain).split())
    untitled = _TITLE.sub("", name, count=1) if _TITLE.match(name) else name
    found = [text, *_BRACKETS.findall(plain), name, untitled, _INITIAL.sub("", untitled)]
    return tuple(dict.fromkeys([*map(key, found[:-3]), *numbers(plain), *map(key, found[-3:])]))


def _by_other_names(wanted: Collection[str], entries: Sequence[ImportEntry]) -> dict[str, _Found]:
    found: defaultdict[str, _Found] = defaultdict(dict)
    for entry in entries:
        for name in _called(entry.record):
            if name in wanted:
                found[name].setdefault(entry.ref, entry.record.line)
    return dict(found)


def _called(record: Record) -> Iterator[str]:
    given, family = record.given_name, record.family_name
    for name in (*record.known_as, record.employee_number):
        if name:
            yield key(name)
            yield number_key(name)
    if not given or not family:
        yield key(given or family)
        return
    yield key(f"{given} {family}")
    yield key(f"{family}, {given}")
    yield key(f"{family} {given}")


def _first(text: str, named: Mapping[str, _Found]) -> _Found:
    return next((named[name] for name in _other_names(text) if name in named), {})


def _resolve(text: str, found: _Found) -> Resolution:
    if not found:
        return Resolution(None, f"{quoted(text)} is nobody in this file or in the Studio")
    if len(found) == 1:
        return Resolution(next(iter(found)))
    lines = sorted(line for line in found.values() if line)
    where = f" (lines {', '.join(map(str, lines[:3]))})" if len(lines) > 1 else ""
    return Resolution(
        None,
        f"{quoted(text)} may be {len(found)} people{where}: name them by e-mail address",
        several=True,
    )
