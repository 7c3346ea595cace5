"""Templates and topics of the question library as the JSON in which they are stored."""

import msgspec

from studio_tui.domain.templates.template import Definition, Topic


def dump(definition: Definition | Topic) -> str:
    """The JSON of a definition."""
    return msgspec.json.encode(definition).decode()


def load(stored: str) -> Definition:
    """The definition in stored JSON."""
    return msgspec.json.decode(stored, type=Definition)


def load_topic(stored: str) -> Topic:
    """The topic in stored JSON."""
    return msgspec.json.decode(stored, type=Topic)
