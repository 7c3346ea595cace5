"""Templates as text files (T7), the starter templates, and the question library (T2).

The text is TOML. Its parser is part of Python; it is the language of ``config.toml``; nothing in
it is of a kind that nobody wrote (in YAML, a choice of ``no`` is false and a version of ``1.10``
is 1.1); and one line per fact makes changes readable under version control.

Each file is at most `toml_text.MAX_BYTES` long; the sizes of its parts are limited in
`domain.templates`.
"""

from pathlib import Path

from studio_tui.config.assets import asset
from studio_tui.domain.errors import Invalid
from studio_tui.domain.templates import Definition, Topic, check_definition, check_topic
from studio_tui.services import toml_text


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
    """The questions that templates can be made of, by topic (T2)."""
    return tuple(_load_topic(path) for path in sorted(asset("data/questions").glob("*.toml")))


def _load_topic(path: Path) -> Topic:
    topic = toml_text.read(toml_text.read_file(path), Topic, str(path))
    try:
        check_topic(topic)
    except Invalid as error:
        raise toml_text.refuse_invalid(str(path), error) from error
    return topic
