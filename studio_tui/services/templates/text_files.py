"""Templates as text files (T7), the starter templates, and the question library (T2).

The text is TOML. Its parser is part of Python; it is the language of ``config.toml``; nothing in
it is of a kind that nobody wrote (in YAML, a choice of ``no`` is false and a version of ``1.10``
is 1.1); and one line per fact makes changes readable under version control.

Each file is at most `config.limited.TEXT_BYTES` long; the sizes of its parts are limited in
`domain.templates.template`.
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
    """``definition`` as text: `loads` gives back exactly the same."""
    return toml_text.write(definition)


def loads(text: str, source: str) -> Definition:
    """The template that ``text`` describes.

    ``source`` names the file in errors. Raises `Refused` with every mistake by its key path, such
    as ``steps[2].topics[0].questions[1].kind``.
    """
    definition = toml_text.read(text, Definition, source)
    try:
        check_definition(definition)
    except Invalid as error:
        raise toml_text.refuse_invalid(source, error) from error
    return definition


def load(path: Path) -> Definition:
    """The template in a file; raises `Refused` as `loads` does, or where it cannot be read."""
    return loads(toml_text.read_file(path), str(path))


def starter_templates() -> tuple[Definition, ...]:
    """The templates that a new database begins with (T1)."""
    return tuple(load(path) for path in sorted(asset("data/templates").glob("*.toml")))


def question_library() -> tuple[Topic, ...]:
    """The questions that a new database begins with, by topic (T2)."""
    paths = sorted(asset("data/questions").glob("*.toml"))
    return tuple(
        topic for path in paths for topic in load_topics(toml_text.read_file(path), str(path))
    )


def dump_topic(topic: Topic) -> str:
    """One topic of the question library as text."""
    return toml_text.write(topic)


def dump_topics(topics: Sequence[Topic]) -> str:
    """Topics of the question library as text that `load_topics` reads."""
    return dump_topic(topics[0]) if len(topics) == 1 else toml_text.write(Topics(tuple(topics)))


def load_topics(text: str, source: str) -> tuple[Topic, ...]:
    """The topics that ``text`` describes: one, or several under ``[[topics]]``.

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
