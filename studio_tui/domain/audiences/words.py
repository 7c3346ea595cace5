"""The words of audiences: each condition declared once, most of them out of the facts (P13).

What parses, completes, explains, compiles or documents a condition reads it from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from studio_tui.domain.people.facts import FACTS, Fact, FactType
from studio_tui.domain.pushes.push import STATUSES, Flag
from studio_tui.domain.shared.enum_tables import OfSome


class Form(Enum):
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


class Names(Enum):
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
    form: Form
    says: str
    """Of whom it holds."""
    names: Names | None = None
    fact: Fact | None = None
    """The fact that it looks at."""
    example: str = ""


_NAMES_OF: Final = OfSome(
    {
        FactType.TEXT: Names.KNOWN_TEXT,
        FactType.CODE: Names.TEXT,
        FactType.LOGIN: Names.UNIQUE,
        FactType.EMAIL: Names.UNIQUE,
        FactType.LANGUAGE: Names.LANGUAGE,
        FactType.TIME_ZONE: Names.TIME_ZONE,
        FactType.ROLE: Names.ROLE,
        FactType.NAMES: Names.GROUP,
        FactType.PEOPLE: Names.USER,
        FactType.TEAMS: Names.TEAM,
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
                yield Word(f"{called} {when}", Form.DATED, told, fact=fact, example=example)
            told = f"whose “{fact.title}” is within so many days up to today"
            example = f"{called} within 90 days"
            yield Word(f"{called} within", Form.WITHIN, told, fact=fact, example=example)
        elif fact.name == "leads":
            yield Word(
                called,
                Form.PERHAPS_NAMED,
                "who leads a team; without a name, any team",
                Names.TEAM,
                fact,
                f'{called} "Sales"',
            )
        elif (names := _NAMES_OF[fact.type]) is not None:
            value = _EXAMPLES[names]
            told = f"whose “{fact.title}” is, or has, one of the values"
            yield Word(called, Form.NAMED, told, names, fact, f"{called} {value}")


_EXAMPLES: Final = OfSome(
    {
        Names.UNIQUE: '"ann*"',
        Names.TEXT: '"4711"',
        Names.GROUP: '"works council"',
        Names.USER: '"bea"',
        Names.LANGUAGE: "nl",
        Names.TIME_ZONE: '"Europe/Brussels"',
        Names.ROLE: "support",
    },
    otherwise='"Sales"',
)

_OTHERS: Final = (
    Word(
        "team under",
        Form.NAMED,
        "who is in a team or in one below it",
        Names.TEAM,
        example='team under "Company > Sales"',
    ),
    Word(
        "manager",
        Form.NAMED,
        "whom somebody manages: leads a team of theirs, or is their coach",
        Names.USER,
        example='manager "bea"',
    ),
    Word("no manager", Form.BARE, "whom nobody manages", example="no manager"),
    Word("left", Form.BARE, "who has left", example="left"),
    Word(
        "name",
        Form.NAMED,
        "in whose given and family name all words are",
        Names.WORDS,
        example='name "Maes"',
    ),
    Word(
        "in push",
        Form.IN_PUSH,
        "who is in a push, perhaps with this status or flag there",
        Names.PUSH,
        example='in push "Yearly review" not_planned',
    ),
    Word(
        "reminded within",
        Form.WITHIN,
        "who got a reminder, or is to get one, within so many days up to today",
        example="reminded within 7 days",
    ),
    Word("mail failed", Form.BARE, "to whom some mail failed", example="mail failed"),
    Word(
        "segment",
        Form.NAMED,
        "who is in a segment: a filter that has a name",
        Names.SEGMENT,
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


def standing_named(text: str) -> str | None:
    """The name of the status or flag that is written so, by its name or as the screens do."""
    plain = " ".join(text.lower().replace("_", " ").split())
    for name, label in STANDINGS.items():
        if plain in (name.replace("_", " "), label):
            return name
    return None
