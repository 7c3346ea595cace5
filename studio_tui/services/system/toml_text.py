"""Conversion of frozen dataclasses to TOML and back.

The keys of the file are the fields of the dataclasses, so that file and value cannot drift apart. A
field may hold ``str``, ``bool``, ``int``, ``date``, a `StrEnum`, another dataclass of this kind, or
a tuple of any of these. If it may be None as well, a missing key means None. msgspec is not used
for this because it accepts unknown keys of a dataclass and stops at the first mistake.
"""

import dataclasses
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import tomli_w

from studio_tui.config.bounded_input import parse_toml, read_own_text
from studio_tui.domain.shared.errors import Invalid, Refused
from studio_tui.domain.shared.text import clean_line

T = TypeVar("T")

_SHOWN = 5
_LINE = 80
_BREAK = re.compile(r"(?<=\S) (?=\S)")
_WORDS: dict[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table of keys",
    datetime: "an instant",
    date: "a date",
    time: "a time of day",
}


class _InvalidValue(Exception):
    """Raised if a value cannot be built; its problems have been recorded."""


def read_file(path: Path) -> str:
    """Return the text of a file; raises `Refused` if it cannot be read or is too large."""
    try:
        return read_own_text(path)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error


def read(text: str, kind: type[T], source: str) -> T:
    """Parse ``text`` into an instance of ``kind``.

    Raises `Refused` naming ``source``, and each mistake by its key path with a near miss.
    """
    table = parse_toml(text, clean_line(source))
    problems: dict[str, str] = {}
    try:
        value: T = _value(table, kind, "", problems)
    except _InvalidValue:
        raise refusal(source, problems) from None
    if problems:
        raise refusal(source, problems)
    return value


def refusal(source: str, problems: Mapping[str, str]) -> Refused:
    """Return the error for the first few ``problems`` (key path → reason) of ``source``."""
    shown = [f"{at}: {reason}" for at, reason in list(problems.items())[:_SHOWN]]
    more = len(problems) - len(shown)
    rest = f"; and {more} more" if more else ""
    return Refused(f"{clean_line(source)}: {'; '.join(shown)}{rest}.")


def refuse_invalid(source: str, error: Invalid) -> Refused:
    """Return the same error for the problems that a domain rule found."""
    return refusal(source, error.fields)


def write(record: Any) -> str:
    """Return ``record`` as TOML: every key in the order of its fields, without empty lists."""
    return "\n".join(_lines(record, "")).strip("\n") + "\n"


def _value(raw: object, kind: Any, at: str, problems: dict[str, str]) -> Any:
    if dataclasses.is_dataclass(kind):
        return _record(raw, kind, at, problems)
    if get_origin(kind) is tuple:
        return _list(raw, get_args(kind)[0], at, problems)
    if get_origin(kind) is UnionType:
        return _value(raw, get_args(kind)[0], at, problems)
    if issubclass(kind, StrEnum):
        return _member(raw, kind, at, problems)
    # Not isinstance: True is an int.
    if type(raw) is not kind:
        return _refuse(at, f"expected {_WORDS[kind]}, found {_found(raw)}", problems)
    return raw


def _record(raw: object, kind: Any, at: str, problems: dict[str, str]) -> Any:
    if not isinstance(raw, dict):
        return _refuse(at, f"expected a table of keys, found {_found(raw)}", problems)
    kinds = get_type_hints(kind)
    prefix = f"{at}." if at else ""
    for key in [key for key in raw if key not in kinds]:
        problems[prefix + clean_line(key)] = "unknown key" + _near_miss(key, kinds)
    before = len(problems)
    values = {}
    for field in dataclasses.fields(kind):
        if field.name in raw:
            values[field.name] = _attempt(
                raw[field.name], kinds[field.name], prefix + field.name, problems
            )
        elif _required(field):
            problems[prefix + field.name] = "missing"
    if len(problems) > before:
        raise _InvalidValue
    return kind(**values)


def _list(raw: object, kind: Any, at: str, problems: dict[str, str]) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        _refuse(at, f"expected a list, found {_found(raw)}", problems)
        raise _InvalidValue
    return tuple(
        _attempt(item, kind, f"{at}[{number}]", problems) for number, item in enumerate(raw)
    )


def _attempt(raw: object, kind: Any, at: str, problems: dict[str, str]) -> Any:
    """Return the value, or None with its problems recorded, so that the rest is checked too."""
    try:
        return _value(raw, kind, at, problems)
    except _InvalidValue:
        return None


def _member(raw: object, kind: type[StrEnum], at: str, problems: dict[str, str]) -> Any:
    names = [member.value for member in kind]
    if not isinstance(raw, str) or raw not in names:
        near = _near_miss(raw, names) if isinstance(raw, str) else ""
        choices = ", ".join(f"“{name}”" for name in names)
        return _refuse(at, f"expected one of {choices}, found {_found(raw)}{near}", problems)
    return kind(raw)


def _refuse(at: str, reason: str, problems: dict[str, str]) -> Any:
    problems[at] = reason
    raise _InvalidValue


def _required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _near_miss(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word[:100], known, n=1, cutoff=0.5)
    return f" (did you mean “{near[0]}”?)" if near else ""


def _found(raw: object) -> str:
    return f"“{clean_line(raw)[:60]}”" if isinstance(raw, str) else _WORDS[type(raw)]


def _lines(record: Any, heading: str) -> Iterator[str]:
    fields = [(field.name, getattr(record, field.name)) for field in dataclasses.fields(record)]
    # TOML requires plain values before tables.
    for name, value in fields:
        if not _is_table(value) and value != () and value is not None:
            yield _plain(name, value)
    for name, value in fields:
        if _is_table(value):
            yield from _tables(value, heading + name)


def _tables(value: Any, heading: str) -> Iterator[str]:
    several = isinstance(value, tuple)
    for table in value if several else (value,):
        yield f"\n[[{heading}]]" if several else f"\n[{heading}]"
        yield from _lines(table, heading + ".")


def _is_table(value: object) -> bool:
    first = value[0] if isinstance(value, tuple) and value else value
    return dataclasses.is_dataclass(first)


def _plain(name: str, value: Any) -> str:
    if isinstance(value, str) and (len(value) > _LINE or "\n" in value):
        return f'{name} = """\n{_long(value)}"""'
    return tomli_w.dumps({name: list(value) if isinstance(value, tuple) else value}).rstrip("\n")


def _long(text: str) -> str:
    """Return ``text`` for a triple-quoted string, with line continuations in its long lines."""
    return "\n".join(" \\\n".join(map(_escaped, _broken(line))) for line in text.split("\n"))


def _broken(line: str) -> Iterator[str]:
    """Split ``line`` at single spaces into parts of at most `_LINE` characters, where possible.

    The space between two parts is left out.
    """
    start = end = 0
    for stop in [*(space.start() for space in _BREAK.finditer(line)), len(line)]:
        if stop - start > _LINE and end > start:
            yield line[start:end]
            start = end + 1
        end = stop
    yield line[start:]


def _escaped(text: str) -> str:
    return tomli_w.dumps({"x": text})[len('x = "') : -len('"\n')]
