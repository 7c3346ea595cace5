"""Transcripts as Markdown, with all user input escaped (A5, C3).

Escapes everything that could be parsed as markup: headings, lists, code, HTML, links, and bare
addresses that renderers turn into links. Line breaks are preserved.
"""

import re
from collections.abc import Iterator

from studio_tui.domain.conversations.transcript import AnsweredQuestion, Transcript

_TO_ESCAPE = re.compile(
    r"[\\`*_\[\]<>#&~|$^!{}@]"
    r"|(?<=\w)[:.](?=[^\W\d])|:(?=//)"  # characters that make text an address
)
_BLOCK = re.compile(r"^(?:([-+=:])|(\d{1,9})([.)]))")
_NOTHING = "Nothing was written."
_TAB = 4


def markdown(of: Transcript) -> str:
    """Return the content of the file, terminated by a newline."""
    return "\n".join(_lines(of)) + "\n"


def escape_line(text: str) -> str:
    """Return one line of text, escaped so that Markdown renders it literally."""
    bare = text.strip()
    indent = text[: len(text) - len(text.lstrip())].expandtabs(_TAB)
    escaped = _BLOCK.sub(_inert_start, _TO_ESCAPE.sub(r"\\\g<0>", bare))
    return "&nbsp;" * len(indent) + escaped


def _inert_start(found: re.Match[str]) -> str:
    sign, number, after = found.groups()
    return f"\\{sign}" if sign else f"{number}\\{after}"


def _lines(of: Transcript) -> Iterator[str]:
    yield f"# {escape_line(of.title)}"
    yield ""
    for name, value in of.facts:
        yield f"- {name}: {escape_line(value)}"
    for section in of.sections:
        yield ""
        yield f"## {escape_line(section.heading)}"
        for answered in section.answered:
            yield from _answered_lines(answered)


def _answered_lines(answered: AnsweredQuestion) -> Iterator[str]:
    if answered.question:
        yield ""
        yield f"### {escape_line(answered.question)}"
    for told in answered.told:
        yield ""
        yield f"**{escape_line(told.whose)}**"
        yield ""
        yield from _quoted(told.text)
    if not answered.told:
        yield ""
        yield f"*{_NOTHING}*"


def _quoted(text: str) -> Iterator[str]:
    lines = text.rstrip().split("\n")
    for number, line in enumerate(lines):
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        broken = "\\" if line.strip() and following else ""
        yield f"> {escape_line(line) if line.strip() else ''}{broken}".rstrip(" ")
