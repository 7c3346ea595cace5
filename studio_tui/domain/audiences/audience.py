"""An audience: a filter of people that is readable as text (P13).

An audience is a tree of conditions, joined by *and*, *or* and *not*. ``str`` returns its canonical
text, which `services.audiences.parsing.parse` parses into an equal tree.
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
"""Maximum length of the text, in characters."""
MAX_DEPTH = 20
"""Maximum nesting depth of brackets and *not*."""
MAX_CONDITIONS = 100

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./+-]*")
_RESERVED = frozenset({"and", "or", "not", "in", "is", "today"})


class WrongAudience(Refused):
    """A syntax error in an audience: the wrong word, its position, and what is expected."""

    def __init__(self, text: str, at: int, length: int, reason: str) -> None:
        """Store the error.

        ``at`` and ``length`` locate the word in ``text``, in characters from 0.
        """
        self.text = text
        self.at = at
        self.length = max(length, 1)
        self.reason = reason
        super().__init__(f"at character {self.at + 1}: {reason}")


@dataclass(frozen=True, slots=True)
class Name:
    """A value of a condition, with the id of the object it names once that is resolved.

    ``id`` is None for values without an id. A name without text is written as its id, ``#12``.
    """

    text: str
    id: int | None = None
    at: int = field(default=0, compare=False)
    """Position in the parsed text."""
    length: int = field(default=0, compare=False)

    def __str__(self) -> str:
        if not self.text:
            return f"#{self.id}"
        return quoted(self.text)


@dataclass(frozen=True, slots=True)
class Day:
    """A fixed date, or an offset from today in days, weeks, months or years.

    A negative ``number`` is in the past.
    """

    fixed: date | None = None
    number: int = 0
    unit: str = "days"

    def on(self, today: date) -> date:
        """Return the date, relative to ``today``.

        A date outside the supported range is clamped to its first or last day.
        """
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
    """A condition. Its word defines which parts it has (`domain.audiences.words`)."""

    word: str
    """Keyword of the condition: ``team under``."""
    names: tuple[Name, ...] = ()
    """Values of which one has to match."""
    day: Day | None = None
    """The day, or the first of a range of days that ends today."""
    standing: str = ""
    """Name of a status or a flag in a push: ``not_planned``."""
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
    """A conjunction: every part holds. Has two or more parts, none of them an `AllOf`."""

    parts: tuple["Audience", ...]

    def __str__(self) -> str:
        return " and ".join(
            f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A disjunction: at least one part holds. Has two or more parts, none of them an `AnyOf`."""

    parts: tuple["Audience", ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    """A negation: the part does not hold."""

    part: "Audience"

    def __str__(self) -> str:
        joined = isinstance(self.part, AllOf | AnyOf)
        return f"not ({self.part})" if joined else f"not {self.part}"


Audience = AllOf | AnyOf | Not | Condition


def all_of(parts: Iterable[Audience]) -> Audience:
    """Return the conjunction of ``parts``, which must not be empty."""
    flat = tuple(_flat(parts, AllOf))
    return flat[0] if len(flat) == 1 else AllOf(flat)


def any_of(parts: Iterable[Audience]) -> Audience:
    """Return the disjunction of ``parts``, which must not be empty."""
    flat = tuple(_flat(parts, AnyOf))
    return flat[0] if len(flat) == 1 else AnyOf(flat)


def _flat(parts: Iterable[Audience], kind: type[AllOf | AnyOf]) -> Iterator[Audience]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def parts_of(audience: Audience) -> Sequence[Audience]:
    """Return the direct parts of an audience; none for a condition."""
    if isinstance(audience, Condition):
        return ()
    return (audience.part,) if isinstance(audience, Not) else audience.parts


def conditions_of(audience: Audience) -> list[Condition]:
    """Return the conditions of an audience, in order."""
    if isinstance(audience, Condition):
        return [audience]
    return [condition for part in parts_of(audience) for condition in conditions_of(part)]


def with_conditions(audience: Audience, changed: Callable[[Condition], Audience]) -> Audience:
    """Return the audience with each of its conditions replaced by ``changed(condition)``."""
    if isinstance(audience, Condition):
        return changed(audience)
    if isinstance(audience, Not):
        return Not(with_conditions(audience.part, changed))
    parts = tuple(with_conditions(part, changed) for part in audience.parts)
    return all_of(parts) if isinstance(audience, AllOf) else any_of(parts)


def mentions_left(audience: Audience | None) -> bool:
    """Return whether the audience mentions people who have left.

    If so, people who have left are included in the search.
    """
    if audience is None:
        return False
    return any("left" in (each.word, each.standing) for each in conditions_of(audience))


def _span(number: int, unit: str) -> str:
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"


def quoted(text: str) -> str:
    """Return a value in the syntax of an audience: quoted, unless it is a simple code."""
    if _CODE.fullmatch(text) and text.islower() and text not in _RESERVED:
        return text
    return in_quotes(text)


def in_quotes(text: str) -> str:
    """Return a value in double quotation marks, which the syntax always allows."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def encode_audience(audience: Audience) -> str:
    """Return the audience in its database format."""
    return json.dumps(to_plain(audience), ensure_ascii=False)


def decode_audience(text: str) -> Audience:
    """Return the audience that `encode_audience` encoded as ``text``."""
    return from_plain(json.loads(text))


def to_plain(audience: Audience) -> dict[str, Any]:
    """Return the audience as plain values that JSON can encode."""
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
    """Return the audience that `to_plain` encoded as ``kept``."""
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
