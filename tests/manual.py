"""The manual page ``studio-tui(1)``, generated from the declarations of all commands."""

from collections.abc import Iterator

import click

from studio_tui.cli.main import COMMANDS, program
from studio_tui.config.setting import settings_in
from studio_tui.config.settings import Settings

_FIRST = 128
"""The first code point beyond ASCII."""
_EXIT = (
    ("0", "Done, or there was nothing to do, which is said."),
    ("1", "Refused or failed; one line on standard error says why."),
    ("2", "Wrong usage."),
)
_ENVIRONMENT = (
    ("STUDIO_CONFIG", "The file of the configuration."),
    ("NO_COLOR", "If set, screens draw without colours."),
)


def in_roff() -> str:
    """Return the page in roff with the macros of man(7), in ASCII."""
    return "".join(f"{line}\n" for line in _page())


def _page() -> Iterator[str]:
    yield '.TH STUDIO\\-TUI 1 "" "Studio TUI" "User Commands"'
    yield from (".SH NAME", "studio\\-tui \\- the Conversation Studio in a terminal")
    yield from (".SH SYNOPSIS", "\\fBstudio\\-tui\\fR [\\fICOMMAND\\fR] [\\fIARGUMENTS\\fR]")
    yield ".SH DESCRIPTION"
    yield from _text(program.help or "")
    yield ".SH COMMANDS"
    for words, command in every_command():
        yield from _command(words, command)
    yield ".SH EXIT STATUS"
    for code, about in _EXIT:
        yield from _entry(f"\\fB{code}\\fR", about)
    yield ".SH ENVIRONMENT"
    known = ((each.variable, f"[{each.section}] {each.name}.") for each in settings_in(Settings))
    for name, about in (*_ENVIRONMENT, *known):
        yield from _entry(f"\\fB{_escaped(name)}\\fR", about)
    yield ".SH FILES"
    yield from _text("“studio-tui doctor” tells where the configuration and the database are.")


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Yield each command that performs an action, preceded by the words that call it."""
    context = click.Context(program, info_name="studio-tui")
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command is not None
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield name, command
        if isinstance(command, click.Group):
            for verb in command.list_commands(context):
                leaf = command.get_command(context, verb)
                assert leaf is not None
                yield f"{name} {verb}", leaf


def _command(words: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"studio-tui {words}")
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS \\fBstudio\\-tui {_escaped(words)}\\fR {_escaped(usage)}"
    yield from _text(command.help or "")
    for param in command.params:
        record = param.get_help_record(context)
        if record:
            yield from _entry(f"\\fB{_escaped(record[0])}\\fR", record[1])
    if command.epilog:
        yield from (".PP", *_text(command.epilog))


def _entry(term: str, about: str) -> Iterator[str]:
    yield from (".TP", term, *_text(about))


def _text(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.replace("\b", "").split("\n\n")):
        if number:
            yield ".PP"
        line = _escaped(" ".join(paragraph.split()))
        # Roff would read a line with this first character as a request.
        yield f"\\&{line}" if line.startswith((".", "'")) else line


def _escaped(text: str) -> str:
    signs = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}
    return "".join(
        signs.get(sign) or (sign if ord(sign) < _FIRST else f"\\[u{ord(sign):04X}]")
        for sign in text
    )
