"""The vocabulary of audiences: all conditions, most of them derived from the facts (P13).

The code that parses, completes, explains, compiles and documents conditions reads the declarations.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from studio_tui.domain.people.facts import FACTS, Fact, FactType
from studio_tui.domain.pushes.push import STATUSES, Flag
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import DefaultTable


class ConditionForm(Enum):
    """The arguments that follow the keyword of a condition."""

    BARE = auto()
    """No argument."""
    NAMED = auto()
    """One value, or several in brackets."""
    PERHAPS_NAMED = auto()
    """Optionally one value, or several in brackets."""
    DATED = auto()
    """A day."""
    WITHIN = auto()
    """A number of days, weeks, months or years up to today."""
    IN_PUSH = auto()
    """The name of a push, optionally followed by a status or a flag."""


class ValueKind(Enum):
    """The type of the values of a condition."""

    TEXT = auto()
    """Any text; ``*`` matches any characters."""
    KNOWN_TEXT = auto()
    """Text that some user has as a value; ``*`` matches any characters."""
    UNIQUE = auto()
    """Text that is unique to one user; ``*`` matches any characters."""
    WORDS = auto()
    """Words that must all occur in a name."""
    GROUP = auto()
    TEAM = auto()
    USER = auto()
    LANGUAGE = auto()
    TIME_ZONE = auto()
    ROLE = auto()
    PUSH = auto()
    SEGMENT = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """The declaration of a condition."""

    text: str
    form: ConditionForm
    says: str
    """Description of the people for whom the condition holds."""
    names: ValueKind | None = None
    fact: Fact | None = None
    """The fact that the condition tests."""
    example: str = ""


_NAMES_OF: Final = DefaultTable(
    {
        FactType.TEXT: ValueKind.KNOWN_TEXT,
        FactType.CODE: ValueKind.TEXT,
        FactType.LOGIN: ValueKind.UNIQUE,
        FactType.EMAIL: ValueKind.UNIQUE,
        FactType.LANGUAGE: ValueKind.LANGUAGE,
        FactType.TIME_ZONE: ValueKind.TIME_ZONE,
        FactType.ROLE: ValueKind.ROLE,
        FactType.NAMES: ValueKind.GROUP,
        FactType.PEOPLE: ValueKind.USER,
        FactType.TEAMS: ValueKind.TEAM,
    },
    otherwise=None,
)
_DAYS: Final = {"before": "is before a day", "after": "is after a day", "on": "is a day"}
_LONGER_NAMES: Final = frozenset({"given_name", "family_name"})
"""Facts that are searched together as ``name``."""


def audience_term(fact: Fact) -> str:
    """Return the name of a fact in audiences."""
    called = fact.asked or fact.each or fact.name
    return called.removesuffix("_on").replace("_", " ")


def _of_facts() -> Iterator[Word]:
    for fact in FACTS:
        called = audience_term(fact)
        if fact.name in _LONGER_NAMES:
            continue
        if fact.type is FactType.DAY:
            for when, says in _DAYS.items():
                example = f"{called} {when} 2025-01-01"
                told = f"whose “{fact.title}” {says}"
                yield Word(
                    f"{called} {when}", ConditionForm.DATED, told, fact=fact, example=example
                )
            told = f"whose “{fact.title}” is within so many days up to today"
            example = f"{called} within 90 days"
            yield Word(f"{called} within", ConditionForm.WITHIN, told, fact=fact, example=example)
        elif fact.name == "leads":
            yield Word(
                called,
                ConditionForm.PERHAPS_NAMED,
                "who leads a team; without a name, any team",
                ValueKind.TEAM,
                fact,
                f'{called} "Sales"',
            )
        elif (names := _NAMES_OF[fact.type]) is not None:
            value = _EXAMPLES[names]
            told = f"whose “{fact.title}” is, or has, one of the values"
            yield Word(called, ConditionForm.NAMED, told, names, fact, f"{called} {value}")


_EXAMPLES: Final = DefaultTable(
    {
        ValueKind.UNIQUE: '"ann*"',
        ValueKind.TEXT: '"4711"',
        ValueKind.GROUP: '"works council"',
        ValueKind.USER: '"bea"',
        ValueKind.LANGUAGE: "nl",
        ValueKind.TIME_ZONE: '"Europe/Brussels"',
        ValueKind.ROLE: "support",
    },
    otherwise='"Sales"',
)

_OTHERS: Final = (
    Word(
        "team under",
        ConditionForm.NAMED,
        "who is in a team or in one below it",
        ValueKind.TEAM,
        example='team under "Company > Sales"',
    ),
    Word(
        "manager",
        ConditionForm.NAMED,
        "whom somebody manages: leads a team of theirs, or is their coach",
        ValueKind.USER,
        example='manager "bea"',
    ),
    Word("no manager", ConditionForm.BARE, "whom nobody manages", example="no manager"),
    Word("left", ConditionForm.BARE, "who has left", example="left"),
    Word(
        "name",
        ConditionForm.NAMED,
        "in whose given and family name all words are",
        ValueKind.WORDS,
        example='name "Maes"',
    ),
    Word(
        "in push",
        ConditionForm.IN_PUSH,
        "who is in a push, perhaps with this status or flag there",
        ValueKind.PUSH,
        example='in push "Yearly review" not_planned',
    ),
    Word(
        "reminded within",
        ConditionForm.WITHIN,
        "who got a reminder, or is to get one, within so many days up to today",
        example="reminded within 7 days",
    ),
    Word("mail failed", ConditionForm.BARE, "to whom some mail failed", example="mail failed"),
    Word(
        "segment",
        ConditionForm.NAMED,
        "who is in a segment: a filter that has a name",
        ValueKind.SEGMENT,
        example='segment "New people"',
    ),
)

WORDS: Final = {word.text: word for word in (*_of_facts(), *_OTHERS)}
"""All conditions by their keyword."""

STANDINGS: Final = {
    **{str(flag): flag.label for flag in Flag},
    **{str(status): facts.label for status, facts in STATUSES.items()},
}
"""Statuses and flags that may follow the name of a push: display label by name."""

UNITS: Final = ("days", "weeks", "months", "years")


_BEGINS: Final = re.compile(
    r"[\s(]*(?:not[\s(]+)*(?:"
    + "|".join(
        re.escape(word).replace(r"\ ", r"[\s_]+") for word in sorted(WORDS, key=len, reverse=True)
    )
    + r")(?![^\s\"“'()=,#])",
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(r"[\"“=(#*]|(?<!\S)(?:and|or|not|is)(?!\S)", re.IGNORECASE)
_OF_THE_LANGUAGE: Final = (ConditionForm.DATED, ConditionForm.WITHIN, ConditionForm.IN_PUSH)


def is_audience_text(text: str) -> bool:
    """Return whether the text of a filter is an audience, valid or not, and not search words.

    An audience begins with a condition and contains a character or keyword that names do not have,
    or it is only a condition without a value, such as ``left``.
    """
    begun = _BEGINS.match(text)
    if begun is None:
        return False
    called = " ".join(begun.group().lower().replace("_", " ").replace("(", " ").split())
    word = WORDS.get(called.removeprefix("not "))
    by_itself = (
        word is None
        or word.form in _OF_THE_LANGUAGE
        or word.text == "team under"
        or (word.form is ConditionForm.BARE and not text[begun.end() :].strip())
    )
    return by_itself or _SIGNS.search(text) is not None


def parse_standing(text: str) -> str | None:
    """Return the name of the status or flag that ``text`` denotes, by its name or its label."""
    plain = " ".join(text.lower().replace("_", " ").split())
    for name, label in STANDINGS.items():
        if plain in (name.replace("_", " "), label):
            return name
    return None
