"""The settings as in ``docs/configuration.md``: a table per section and an example file.

``python -m tests.documents`` writes them there.
"""

from collections.abc import Iterator
from itertools import groupby

from studio_tui.config import settings
from studio_tui.config.setting import Setting, settings_in
from studio_tui.config.wrong_values import toml_value


def in_markdown() -> str:
    """Return a table for each section, and the example file."""
    return "".join(
        (
            *(line for section, found in _sections() for line in _table(section, found)),
            "## All of it, with examples\n\n```toml\n",
            *(line for section, found in _sections() for line in _example(section, found)),
            "```\n",
        )
    )


def _sections() -> Iterator[tuple[str, list[Setting]]]:
    for section, found in groupby(settings_in(settings.Settings), lambda each: each.section):
        yield section, list(found)


def _table(section: str, found: list[Setting]) -> Iterator[str]:
    yield f"## `[{section}]`\n\n| key | unless set | what it says | environment |\n"
    yield "| --- | --- | --- | --- |\n"
    for each in found:
        default = f"`{toml_value(each.default)}`" if each.default != "" else "–"
        yield f"| `{each.name}` | {default} | {each.why} | `{each.variable}` |\n"
    yield "\n"


def _example(section: str, found: list[Setting]) -> Iterator[str]:
    yield f"[{section}]\n"
    for each in found:
        yield f"{each.name} = {toml_value(each.example)}\n"
