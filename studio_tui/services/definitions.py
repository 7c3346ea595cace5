"""Template definitions as the JSON in which they are stored."""

import msgspec

from studio_tui.domain.templates import Definition


def dump(definition: Definition) -> str:
    """The JSON of a definition."""
    return msgspec.json.encode(definition).decode()


def load(stored: str) -> Definition:
    """The definition in stored JSON."""
    return msgspec.json.decode(stored, type=Definition)
