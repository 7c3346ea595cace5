"""The words of audiences: each condition declared once, most of them out of the facts (P13).

What parses, completes, explains, compiles or documents a condition reads it from here.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from studio_tui.domain.people.facts import FACTS, Fact, FactType
from studio_tui.domain.pushes.push import STATUSES, Flag
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import OfSome


class ConditionForm(Enum):
    """What stands after the words of a condition."""

    BARE = auto()
    """Nothing."""
    NAMED = auto()
    """One value, or several in brackets."""
    PERHAPS_NAMED = auto()
    """The same, or nothing."""
    DATED = auto()
    """A day."""
    WITHIN = auto()
    """A number of days, weeks, months or years up to today."""
    IN_PUSH = auto()
    """The name of a push, and perhaps a status or a flag."""


class ValueKind(Enum):
    """What the values of a condition name."""

    TEXT = auto()
    """Anything; ``*`` stands for any letters."""
    KNOWN_TEXT = auto()
    """What somebody has; ``*`` likewise."""
    UNIQUE = auto()
    """What one user alone has; ``*`` likewise."""
    WORDS = auto()
    """Words that are all in a name."""
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
    """A condition."""

    text: str
    form: ConditionForm
    says: str
    """Of whom it holds."""
    names: ValueKind | None = None
    fact: Fact | None = None
    """The fact that it looks at."""
    example: str = ""


_NAMES_OF: Final = OfSome(
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
"""Facts that are asked for together, as ``name``."""


def asked_as(fact: Fact) -> str:
    """What an audience calls a fact."""
    called = fact.asked or fact.each or fact.name
    return called.removesuffix("_on").replace("_", " ")


def _of_facts() -> Iterator[Word]:
    for fact in FACTS:
        called = asked_as(fact)
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


_EXAMPLES: Final = OfSome(
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
"""All conditions."""

STANDINGS: Final = {
    **{str(flag): flag.label for flag in Flag},
    **{str(status): facts.label for status, facts in STATUSES.items()},
}
"""What may stand after the name of a push: by its name, what the screens call it."""

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


def says_audience(text: str) -> bool:
    """Whether what is typed above a list is meant as an audience, right or wrong, and not as words
    to look for: it begins with a condition, and has a sign that no name has; or it is nothing but a
    condition that takes no value, as ``left``."""
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


def standing_named(text: str) -> str | None:
    """The name of the status or flag that is written so, by its name or as the screens do."""
    plain = " ".join(text.lower().replace("_", " ").split())
    for name, label in STANDINGS.items():
        if plain in (name.replace("_", " "), label):
            return name
    return None
