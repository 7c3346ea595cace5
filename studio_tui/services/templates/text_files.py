"""Text files of templates (T7), of the starter templates, and of the question library (T2).

The format is TOML, for which Python includes a parser, and which ``config.toml`` uses too. It does
not guess types, unlike YAML, in which a choice ``no`` is false and a version ``1.10`` is 1.1. With
one fact per line, changes are readable under version control.

A file has at most `config.bounded_input.TEXT_BYTES` bytes; `domain.templates.template` limits the
sizes of its parts.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from studio_tui.config.assets import asset
from studio_tui.domain.shared.errors import Invalid
from studio_tui.domain.templates.library import Topics
from studio_tui.domain.templates.template import Definition, Topic, check_definition, check_topic
from studio_tui.services.system import toml_text

_SEVERAL = re.compile(r"^\s*\[\[\s*topics\s*\]\]", re.MULTILINE)


def dumps(definition: Definition) -> str:
    """Return ``definition`` as text; `loads` returns an equal definition."""
    return toml_text.write(definition)


def loads(text: str, source: str) -> Definition:
    """Return the template that ``text`` describes.

    ``source`` is the name of the file in errors. Raises `Refused` with every mistake by its key
    path, such as ``steps[2].topics[0].questions[1].kind``.
    """
    definition = toml_text.read(text, Definition, source)
    try:
        check_definition(definition)
    except Invalid as error:
        raise toml_text.refuse_invalid(source, error) from error
    return definition


def load(path: Path) -> Definition:
    """Return the template in a file; raises `Refused` as `loads` does, or if it cannot be read."""
    return loads(toml_text.read_file(path), str(path))


def starter_templates() -> tuple[Definition, ...]:
    """Return the templates of a new database (T1)."""
    return tuple(load(path) for path in sorted(asset("data/templates").glob("*.toml")))


def question_library() -> tuple[Topic, ...]:
    """Return the library topics of a new database (T2)."""
    paths = sorted(asset("data/questions").glob("*.toml"))
    return tuple(
        topic for path in paths for topic in load_topics(toml_text.read_file(path), str(path))
    )


def dump_topic(topic: Topic) -> str:
    """Return one topic of the question library as text."""
    return toml_text.write(topic)


def dump_topics(topics: Sequence[Topic]) -> str:
    """Return topics of the question library as text that `load_topics` can read."""
    return dump_topic(topics[0]) if len(topics) == 1 else toml_text.write(Topics(tuple(topics)))


def load_topics(text: str, source: str) -> tuple[Topic, ...]:
    """Return the topics that ``text`` describes: one, or several under ``[[topics]]``.

    Raises `Refused` with the mistakes, each by its key path.
    """
    if not _SEVERAL.search(text):
        topic = toml_text.read(text, Topic, source)
        _check(topic, "", source)
        return (topic,)
    topics = toml_text.read(text, Topics, source).topics
    for number, topic in enumerate(topics):
        _check(topic, f"topics[{number}].", source)
    return topics


def _check(topic: Topic, at: str, source: str) -> None:
    try:
        check_topic(topic)
    except Invalid as error:
        problems = {at + field: reason for field, reason in error.fields.items()}
        raise toml_text.refusal(source, problems) from error
