"""What to write in place of a value of the wrong type in ``config.toml``."""

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
"""What msgspec calls a type, in words."""
_SPAN = re.compile(r"\d+([smhd])")


def in_words(complaint: str, examples: Mapping[str, Any]) -> str | None:
    """What msgspec complains of as a sentence that says what to write; None where the complaint is
    not about a type. ``examples`` has what each ``section.key`` may be."""
    found = _WRONG.match(complaint)
    if not found:
        return None
    key, got = found["key"], _WRITTEN.get(found["got"], "this")
    if key not in examples:
        return f"{key} cannot be {got}: it is a section, write [{key}] and its settings below."
    value = examples[key]
    span = _SPAN.fullmatch(str(value))
    if span and found["got"] == "int":
        # As most people would say “one minute”, which is no number.
        value = f"1{span[1]}"
    verb = "hold" if found["inside"] else "be"
    return (
        f"{key} cannot {verb} {got}: write it like {key.rpartition('.')[2]} = {toml_value(value)}."
    )


def toml_value(value: object) -> str:
    """A value as it stands in a file: what TOML and JSON write in the same way."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
