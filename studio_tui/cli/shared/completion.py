"""Shell completion for bash, zsh and fish, built on the completion of click.

Click completes commands and options. Names are read from the database, as the user of the shell and
with that user's rights, for every argument and option for which `names_of` returns a kind of name.
"""

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click
from click.shell_completion import (
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    shell_complete,
)
from click.types import StringParamType

from studio_tui.cli.shared.dependencies import ASKED_BY_SHELL
from studio_tui.domain.shared.text import clean_line

if TYPE_CHECKING:
    from studio_tui.domain.people.access import Actor
    from studio_tui.services.system.context import Studio

PROGRAM = "studio-tui"

_AUDIENCE = "AUDIENCE"
"""The kind of a value that is an audience: a text that contains names (P13)."""
_BY_METAVAR = {"LOGIN": "USER", "[LOGIN]...": "USER", "LOGIN...": "USER", "TEAM": "TEAM"}
_BY_ARGUMENT = {
    **dict.fromkeys(("user", "login", "leader", "other", "conductor"), "USER"),
    **{name: name.upper() for name in ("push", "team", "template", "topic", "segment")},
}
_BY_OPTION = {
    **dict.fromkeys(("--user", "--manager"), "USER"),
    **dict.fromkeys(("--where", "--audience"), _AUDIENCE),
    "--push": "PUSH",
    "--from-push": "PUSH",
    "--team": "TEAM",
    "--template": "TEMPLATE",
}


def names_of(param: click.Parameter) -> tuple[str, ...]:
    """Return the `NameKind` of each value of ``param``; empty if the values are not names.

    The last kind also applies to all further values of an argument that repeats.
    """
    # A parameter with a type of its own takes no name, whatever its flag: “pushes create --push”.
    if not isinstance(param.type, StringParamType):
        return ()
    if isinstance(param, click.Option):
        known = next((_BY_OPTION[each] for each in param.opts if each in _BY_OPTION), "")
    elif param.name == "named":
        # The argument of the commands of conversations: PUSH USER.
        return ("PUSH", "USER")
    else:
        known = _BY_ARGUMENT.get(param.name or "", "")
    known = known or _BY_METAVAR.get(param.metavar or "", "")
    return (known,) if known else ()


def with_names(command: click.Command) -> click.Command:
    """Make the arguments and options of ``command`` that take a name complete it."""
    for param in command.params:
        if kinds := names_of(param):
            param.type = _Name(kinds)
    return command


class _Name(StringParamType):
    """A parameter type that completes the names of records in the database."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self._kinds = kinds

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return the names that begin with ``incomplete``.

        Raises if the database cannot be read.
        """
        typed = ctx.params.get(param.name or "") if param.nargs == -1 else None
        kind = self._kinds[min(len(typed or ()), len(self._kinds) - 1)]
        # Do not offer a name that is on the command line already.
        return [
            CompletionItem(name)
            for name in _candidates(kind, incomplete)
            if name not in (typed or ())
        ]


def _candidates(kind: str, incomplete: str) -> list[str]:
    from studio_tui.services.system.completing import NameKind, names_beginning

    found: Iterable[str]
    with _studio() as (studio, actor):
        if kind == _AUDIENCE:
            from studio_tui.services.audiences.completing import complete

            found = [each.text for each in complete(studio, actor, incomplete)]
        else:
            found = names_beginning(studio, actor, NameKind[kind], incomplete)
    # The terminal draws the completions: leave out names with control characters.
    return [name for name in found if name == clean_line(name)]


@contextmanager
def _studio() -> "Iterator[tuple[Studio, Actor]]":
    """Open the configured Studio as the user of the shell, without creating or migrating it."""
    from studio_tui.config import settings
    from studio_tui.config.clock import clock_from
    from studio_tui.domain.shared.errors import NotFound
    from studio_tui.services.people import identity
    from studio_tui.services.system.context import CreatePolicy, open_studio

    clock = clock_from(os.environ.get("STUDIO_NOW"))
    with closing(open_studio(settings.load(), clock, CreatePolicy.NOTHING)) as studio:
        if identity.is_new(studio):
            raise NotFound("Nobody is known in this Studio yet.")
        actor = identity.current_actor(studio)
        yield studio.seen_by(actor), actor


def answer(program: click.Command, dependencies: object) -> int:
    """Print the completions that the shell requests, and return the exit code.

    Prints nothing on an error: a message would disturb the command line.
    """
    asked = os.environ.pop(ASKED_BY_SHELL, "")
    try:
        return shell_complete(program, {"obj": dependencies}, PROGRAM, ASKED_BY_SHELL, asked)
    except Exception:
        return 1


def script(program: click.Command, shell: str) -> str:
    """Return the script that ``shell`` sources to complete the program."""
    return SHELLS[shell](program, {}, PROGRAM, ASKED_BY_SHELL).source()


def ssh_script(destination: str) -> str:
    """Return the script that bash sources to run and complete the program over SSH."""
    return _OVER_SSH % {"to": shlex.quote(destination), "rest": _BASH % {"asking": _ASKING_THERE}}


def answer_for_line(program: click.Command, dependencies: object, line: str) -> str:
    """Return the answer to bash for an unfinished command line, which may come from an SSH client.

    Returns an empty text on an error.
    """
    try:
        return _Bash(program, {"obj": dependencies}, PROGRAM, ASKED_BY_SHELL).answer_for(line)
    except Exception:
        return ""


_BASH = """\
_studio_tui_completion() {
    local line="$COMP_LINE" cur="${COMP_WORDS[COMP_CWORD]}" kind value before=""
    (( COMP_POINT < ${#line} )) && line="${line:0:COMP_POINT}"
    [[ $cur == [=:] ]] && cur=""
    COMPREPLY=()
    while IFS=$'\\t' read -r kind value; do
        case "$kind" in
            typed) before="${value%%"$cur"}" ;;
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
            plain) COMPREPLY+=("${value#"$before"}") ;;
        esac
    done < <(%(asking)s 2>/dev/null)
}
complete -o nosort -F _studio_tui_completion studio-tui
"""
_ASKING_HERE = f'COMP_TYPED="$line" {ASKED_BY_SHELL}=bash_complete "$1"'
_ASKING_THERE = """ssh -o BatchMode=yes -o ConnectTimeout=3 "$_studio_tui_host" \\
        completion bash --line "$(printf %q "$line")" </dev/null"""
_OVER_SSH = """\
_studio_tui_host=%(to)s
studio-tui() {
    local way=-T
    [[ $# == 0 ]] && way=-t
    ssh $way "$_studio_tui_host" "${*@Q}"
}
%(rest)s"""


class _Bash(ShellComplete):
    """bash completion that respects the quotes and backslashes of the word being completed.

    The script of click splits a name at its spaces, and lets the shell expand a `*` in it to files.
    """

    name = "bash"
    source_template = ""

    def source(self) -> str:
        """Return the bash script for a local installation."""
        return _BASH % {"asking": _ASKING_HERE}

    def complete(self) -> str:
        """Return the answer for the line in the environment variable ``COMP_TYPED``."""
        return self.answer_for(os.environ.get("COMP_TYPED", ""))

    def answer_for(self, line: str) -> str:
        """Return the word to complete as it was typed, then one line for each completion.

        Each line is a type (``typed``, ``plain``, ``file`` or ``dir``), a tab, and a value.
        """
        words, last = _words(line)
        found = self.get_completions(words[1:], last.value)
        before = "" if last.quote else last.raw
        return "\n".join(
            [f"typed\t{before}", *(f"{each.type}\t{last.quoted(each.value)}" for each in found)]
        )


class _Word:
    """A word of a command line: its raw text, its value, and the quote that is still open."""

    def __init__(self) -> None:
        self.raw = self.value = self.quote = ""

    def quoted(self, value: str) -> str:
        """Return ``value``, escaped to replace the word.

        After an open quote the result leaves out the text that was typed before the word.
        """
        if self.quote == "'":
            return value.replace("'", "'\\''")
        if self.quote == '"':
            return "".join(f"\\{char}" if char in '"\\$`' else char for char in value)
        option, equals, _ = self.raw.partition("=")
        before = f"{option}=" if equals and option.startswith("--") else ""
        return before + "".join(
            char if char.isalnum() or char in _UNESCAPED else f"\\{char}" for char in value
        )


_UNESCAPED = "-_./,@%+:="
_SEPARATORS = ";|&()<>"


def _words(line: str) -> tuple[list[str], _Word]:
    """Split a line into words as bash does. The last word may be unfinished or empty."""
    words: list[str] = []
    word = _Word()
    chars = iter(line)
    for char in chars:
        if not word.quote and char in " \t\n" + _SEPARATORS:
            words += [word.value] if word.raw else []
            word = _Word()
            continue
        word.raw += char
        if char == "\\" and word.quote != "'":
            following = next(chars, "")
            word.raw += following
            kept = word.quote == '"' and following not in '"\\$`'
            word.value += f"\\{following}" if kept else following
        elif char == word.quote:
            word.quote = ""
        elif not word.quote and char in "\"'":
            word.quote = char
        else:
            word.value += char
    return words, word


class _Fish(FishComplete):
    """fish completion.

    fish escapes completions itself. Its script splits each at the first comma only, because names
    may contain commas.
    """

    name = "fish"
    source_template = FishComplete.source_template.replace(
        'string split ","', 'string split -m 1 ","'
    )


SHELLS: Mapping[str, type[ShellComplete]] = {"bash": _Bash, "zsh": ZshComplete, "fish": _Fish}
"""The completion class of each supported shell: its script, and the format of its answers."""
for _name, _class in SHELLS.items():
    add_completion_class(_class, _name)
