"""An audience: a filter of people that is readable as text (P13).

It is a tree of conditions, joined by *and*, *or* and *not*. ``str`` gives the one text that is
written for it, and `services.audiences.parsing.parse` reads that text as an equal tree.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from datetime import date
from typing import Any

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.written_dates import YEARS, parse_day

MAX_LENGTH = 10_000
"""Characters of a text."""
MAX_DEPTH = 20
"""Brackets and *not* within each other."""
MAX_CONDITIONS = 100

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./+-]*")
_RESERVED = frozenset({"and", "or", "not", "in", "is", "today"})


class WrongAudience(Refused):
    """A text that is no audience: which word is wrong, where it stands, and what would do."""

    def __init__(self, text: str, at: int, length: int, reason: str) -> None:
        """``at`` and ``length``: the place of the word in ``text``, in characters from 0."""
        self.text = text
        self.at = at
        self.length = max(length, 1)
        self.reason = reason
        super().__init__(f"at character {self.at + 1}: {reason}")


@dataclass(frozen=True, slots=True)
class Name:
    """A value as it is written, and the id of what it names, where that has one and was looked
    up. Without text it is written as its id, ``#12``."""

    text: str
    id: int | None = None
    at: int = field(default=0, compare=False)
    """Where it stands in the text that was read."""
    length: int = field(default=0, compare=False)

    def __str__(self) -> str:
        if not self.text:
            return f"#{self.id}"
        return quoted(self.text)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or so many days, weeks, months or years from today; negative ones are past."""

    fixed: date | None = None
    number: int = 0
    unit: str = "days"

    def on(self, today: date) -> date:
        """Which day it is, seen from ``today``; the last or first there is, where it is beyond."""
        if self.fixed is not None:
            return self.fixed
        try:
            return parse_day(f"{self.number:+d} {self.unit}", today)
        except ValueError:
            return date(YEARS[0], 1, 1) if self.number < 0 else date(YEARS[-1], 12, 31)

    def __str__(self) -> str:
        if self.fixed is not None:
            return self.fixed.isoformat()
        if not self.number:
            return "today"
        return f"today {'-' if self.number < 0 else '+'} {_span(abs(self.number), self.unit)}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; which of its parts it has is said by its word (`domain.audiences.words`)."""

    word: str
    """``team under``."""
    names: tuple[Name, ...] = ()
    """One of these is meant."""
    day: Day | None = None
    """The day, or the first of the days up to today."""
    standing: str = ""
    """A status or a flag in a push, by its name: ``not_planned``."""
    at: int = field(default=0, compare=False)
    length: int = field(default=0, compare=False)

    def __str__(self) -> str:
        parts = [self.word]
        if len(self.names) == 1:
            parts.append(str(self.names[0]))
        elif self.names:
            parts.append(f"in ({', '.join(map(str, self.names))})")
        if self.day is not None and self.word.endswith(" within"):
            parts.append(_span(-self.day.number, self.day.unit))
        elif self.day is not None:
            parts.append(str(self.day))
        return " ".join([*parts, *([self.standing] if self.standing else [])])


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; two at least, none of them an `AllOf`."""

    parts: tuple["Audience", ...]

    def __str__(self) -> str:
        return " and ".join(
            f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some part holds; two at least, none of them an `AnyOf`."""

    parts: tuple["Audience", ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Audience"

    def __str__(self) -> str:
        joined = isinstance(self.part, AllOf | AnyOf)
        return f"not ({self.part})" if joined else f"not {self.part}"


Audience = AllOf | AnyOf | Not | Condition


def all_of(parts: Iterable[Audience]) -> Audience:
    """Every one of ``parts``, of which there is one at least."""
    flat = tuple(_flat(parts, AllOf))
    return flat[0] if len(flat) == 1 else AllOf(flat)


def any_of(parts: Iterable[Audience]) -> Audience:
    """Some one of ``parts``, of which there is one at least."""
    flat = tuple(_flat(parts, AnyOf))
    return flat[0] if len(flat) == 1 else AnyOf(flat)


def _flat(parts: Iterable[Audience], kind: type[AllOf | AnyOf]) -> Iterator[Audience]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def parts_of(audience: Audience) -> Sequence[Audience]:
    """What an audience joins; nothing for a condition."""
    if isinstance(audience, Condition):
        return ()
    return (audience.part,) if isinstance(audience, Not) else audience.parts


def conditions_of(audience: Audience) -> list[Condition]:
    """The conditions of an audience, in their order."""
    if isinstance(audience, Condition):
        return [audience]
    return [condition for part in parts_of(audience) for condition in conditions_of(part)]


def with_conditions(audience: Audience, changed: Callable[[Condition], Audience]) -> Audience:
    """The audience with each of its conditions in another form."""
    if isinstance(audience, Condition):
        return changed(audience)
    if isinstance(audience, Not):
        return Not(with_conditions(audience.part, changed))
    parts = tuple(with_conditions(part, changed) for part in audience.parts)
    return all_of(parts) if isinstance(audience, AllOf) else any_of(parts)


def both(one: Audience | None, other: Audience | None) -> Audience | None:
    """Who is in both; None stands for everybody."""
    if one is None or other is None:
        return one or other
    return all_of((one, other))


def asks_about_left(audience: Audience | None) -> bool:
    """Whether it names those who have left: then it is asked of them, too."""
    if audience is None:
        return False
    return any("left" in (each.word, each.standing) for each in conditions_of(audience))


def _span(number: int, unit: str) -> str:
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"


def quoted(text: str) -> str:
    """A value as it is written in an audience: in quotes, unless it is a mere code."""
    if _CODE.fullmatch(text) and text.islower() and text not in _RESERVED:
        return text
    return in_quotes(text)


def in_quotes(text: str) -> str:
    """A value as an audience may always have it: between quotation marks."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def kept_text(audience: Audience) -> str:
    """The audience as it is kept in the database."""
    return json.dumps(to_plain(audience), ensure_ascii=False)


def kept_audience(text: str) -> Audience:
    """The audience that `kept_text` made ``text`` of."""
    return from_plain(json.loads(text))


def to_plain(audience: Audience) -> dict[str, Any]:
    """The audience as it is kept: plain values, which JSON takes."""
    if isinstance(audience, Not):
        return {"not": to_plain(audience.part)}
    if isinstance(audience, AllOf | AnyOf):
        joined = "and" if isinstance(audience, AllOf) else "or"
        return {joined: [to_plain(part) for part in audience.parts]}
    kept: dict[str, Any] = {"is": audience.word}
    if audience.names:
        kept["names"] = [[name.text, name.id] for name in audience.names]
    if audience.day is not None:
        fixed = audience.day.fixed
        number = [audience.day.number, audience.day.unit]
        kept["day"] = number if fixed is None else fixed.isoformat()
    if audience.standing:
        kept["standing"] = audience.standing
    return kept


def from_plain(kept: dict[str, Any]) -> Audience:
    """The audience that `to_plain` made ``kept`` of."""
    if "not" in kept:
        return Not(from_plain(kept["not"]))
    for joined, kind in (("and", AllOf), ("or", AnyOf)):
        if joined in kept:
            return kind(tuple(from_plain(part) for part in kept[joined]))
    day = kept.get("day")
    return Condition(
        kept["is"],
        names=tuple(Name(text, id_) for text, id_ in kept.get("names", ())),
        day=Day(fixed=date.fromisoformat(day)) if isinstance(day, str) else day and Day(None, *day),
        standing=kept.get("standing", ""),
    )
