"""Conversion of templates and library topics to and from the JSON in which they are stored."""

import msgspec

from studio_tui.domain.templates.template import Definition, Topic


def dump(definition: Definition | Topic) -> str:
    """Return a definition as JSON."""
    return msgspec.json.encode(definition).decode()


def load(stored: str) -> Definition:
    """Return the definition in stored JSON."""
    return msgspec.json.decode(stored, type=Definition)


def load_topic(stored: str) -> Topic:
    """Return the topic in stored JSON."""
    return msgspec.json.decode(stored, type=Topic)
