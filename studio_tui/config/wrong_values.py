"""Suggestions for values of the wrong type in ``config.toml``."""

import json
import re
from collections.abc import Mapping
from typing import Any

_WRONG = re.compile(
    r"Expected `\w+`, got `(?P<got>\w+)` - at `\$\.(?P<key>[\w.]+)(?P<inside>\[\d+\])?"
)
_WRITTEN = {
    "int": "a number",
    "float": "a number with a decimal point",
    "bool": "true or false",
    "str": "text",
    "array": "a list",
    "object": "a section",
    "date": "a day",
    "time": "a time without quotes",
    "datetime": "a day and a time",
}
"""Names of msgspec types in plain words."""
_SPAN = re.compile(r"\d+([smhd])")


def in_words(complaint: str, examples: Mapping[str, Any]) -> str | None:
    """Return a sentence on what to write instead; None if the complaint is not about a type.

    ``complaint`` is the message of msgspec. ``examples`` maps ``section.key`` to an example value.
    """
    found = _WRONG.match(complaint)
    if not found:
        return None
    key, got = found["key"], _WRITTEN.get(found["got"], "this")
    if key not in examples:
        return f"{key} cannot be {got}: it is a section, write [{key}] and its settings below."
    value = examples[key]
    span = _SPAN.fullmatch(str(value))
    if span and found["got"] == "int":
        # Example for a bare number: the user probably means one unit of time.
        value = f"1{span[1]}"
    verb = "hold" if found["inside"] else "be"
    return (
        f"{key} cannot {verb} {got}: write it like {key.rpartition('.')[2]} = {toml_value(value)}."
    )


def toml_value(value: object) -> str:
    """Return a value as written in TOML. For these types JSON has the same syntax."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
