"""Writing frozen dataclasses as TOML and reading them back."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pytest

from studio_tui.domain.shared.errors import Invalid, Refused
from studio_tui.services.system import toml_text


class Colour(StrEnum):
    RED = "red"
    DARK_RED = "dark_red"


@dataclass(frozen=True, slots=True)
class Wheel:
    spokes: int
    colour: Colour = Colour.RED


@dataclass(frozen=True, slots=True)
class Bicycle:
    name: str
    made_on: date | None = None
    tags: tuple[str, ...] = ()
    bell: bool = True
    front: Wheel = Wheel(36)
    spare: tuple[Wheel, ...] = ()


BICYCLE = Bicycle(
    "Old one",
    date(1999, 12, 31),
    ("a", "b"),
    bell=False,
    front=Wheel(32, Colour.DARK_RED),
    spare=(Wheel(28), Wheel(24)),
)
TEXT = """\
name = "Old one"
made_on = 1999-12-31
tags = [
    "a",
    "b",
]
bell = false

[front]
spokes = 32
colour = "dark_red"

[[spare]]
spokes = 28
colour = "red"

[[spare]]
spokes = 24
colour = "red"
"""


def test_a_value_survives_a_toml_round_trip() -> None:
    assert toml_text.write(BICYCLE) == TEXT
    assert toml_text.read(TEXT, Bicycle, "x.toml") == BICYCLE


def test_an_optional_key_may_be_left_out() -> None:
    assert toml_text.read('name = "New"', Bicycle, "x.toml") == Bicycle("New")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("made_on = 1999-12-31T10:00:00Z", "made_on: expected a date, found an instant"),
        ("made_on = 10:00:00", "made_on: expected a date, found a time of day"),
        ("front.spokes = true", "front.spokes: expected a whole number, found true or false"),
        ("front.spokes = 1.5", "front.spokes: expected a whole number, found a number"),
        ("front.spokes = 1\nfront.colour = 1", "front.colour: expected one of “red”, “dark_red”"),
        ("front = {}", "front.spokes: missing"),
        ("spare = [{spokes = 1}, {}]", "spare[1].spokes: missing"),
        ("spare = [{spoke = 1}]", "spare[0].spoke: unknown key (did you mean “spokes”?)"),
    ],
)
def test_a_value_of_the_wrong_type_is_reported_with_its_key_path(text: str, message: str) -> None:
    with pytest.raises(Refused) as caught:
        toml_text.read('name = "X"\n' + text, Bicycle, "x.toml")
    assert caught.value.message.startswith(f"x.toml: {message}")


def test_escape_sequences_in_a_file_name_are_removed_from_errors() -> None:
    refused = toml_text.refuse_invalid("\x1b[31mx.toml", Invalid({"name": "give it one"}))
    assert refused.message == "[31mx.toml: name: give it one."
