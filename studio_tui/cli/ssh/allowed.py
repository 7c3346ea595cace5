"""The program in a session that an SSH key opened: a fixed set of commands.

Only the listed commands run. No option reads or writes a file of the host, which
`studio_tui.cli.shared.paths` ensures.
"""

import shlex
from collections.abc import Mapping
from typing import Any

import click

from studio_tui.cli.shared.program import Program
from studio_tui.domain.shared.errors import Forbidden

_ALLOWED: Mapping[str, frozenset[str]] = {
    "today": frozenset({""}),
    "calendar": frozenset({""}),
    "apply": frozenset({""}),
    "export-config": frozenset({""}),
    "completion": frozenset({""}),
    "users": frozenset(
        {
            "import", "list", "show", "add", "edit", "leave", "return", "stand-in", "export",
            "scope",
            "review", "merge", "why",
        }
    ),
    "segments": frozenset({"list", "show", "save", "delete", "versions", "export", "import"}),
    "teams": frozenset({"list", "show", "add", "edit", "remove"}),
    "templates": frozenset(
        {
            "list", "show", "import", "export", "duplicate", "archive", "unarchive", "delete",
            "versions", "bring-back",
        }
    ),
    "questions": frozenset({"list", "show", "import", "export", "delete"}),
    "pushes": frozenset(
        {
            "create", "duplicate", "repeat", "check", "assign", "unassign", "remind", "excuse",
            "deadline", "list", "show", "edit", "close", "reopen", "export", "report",
        }
    ),
    "conversations": frozenset(
        {
            "list", "show", "usable", "plan", "move", "cancel", "hand-over", "not-mine", "write",
            "open", "submit", "add-question", "remove-question", "start", "finish", "reopen",
            "history", "export",
        }
    ),
    "outbox": frozenset({"list", "show", "retry", "again", "drop", "undo", "resume"}),
    "activity": frozenset({"list", "export", "verify"}),
    "mail": frozenset({"test", "preview"}),
    "ssh": frozenset({"add-key", "remove-key", "list"}),
}  # fmt: skip
"""The verbs of each command that are allowed over SSH, with the rights of the user of the key.

A command without verbs has the empty verb.
"""

HOST_ONLY = frozenset(
    {
        "demo", "init", "worker", "worker list", "worker free", "doctor", "db migrate", "db backup",
        "db restore", "db copy",
        "mail password", "mail bounces", "ssh keys", "ssh session", "users export-data",
        "users erase", "users retention",
    }
)  # fmt: skip
"""Commands that run only on the host, under the account of the service."""

MAX_COMMAND_LENGTH = 100_000
"""Maximum length of a command in characters, a little less than the kernel accepts."""


def split_command(sent: str) -> list[str]:
    """Split a command that came over SSH into words.

    Quotes are read as a shell reads them, but no shell runs. Raises `click.UsageError` if the text
    cannot be split.
    """
    if len(sent) > MAX_COMMAND_LENGTH:
        raise click.UsageError("The command is too long: hand long lists over as input (“-”).")
    try:
        sent.encode()
        return shlex.split(sent)
    except UnicodeEncodeError:
        raise click.UsageError("The command is not UTF-8 text.") from None
    except ValueError as error:
        raise click.UsageError(f"The command cannot be read: {error}.") from None


def is_allowed(path: str) -> bool:
    """Return whether a command, such as ``pushes list``, is allowed over SSH."""
    group, _, verb = path.partition(" ")
    return verb in _ALLOWED.get(group, ())


def key_program(program: Program) -> click.Group:
    """Return ``program``, the root group, limited to the commands for a user with an SSH key."""
    return _KeyProgram(
        known=frozenset(program.lazy),
        name=program.name,
        lazy={name: lazy for name, lazy in program.lazy.items() if name in _ALLOWED},
        invoke_without_command=True,
        callback=program.callback,
        params=program.params,
        help=program.help,
        context_settings=program.context_settings,
    )


class _KeyProgram(Program):
    """The allowed commands. Other commands in ``known`` are refused with an explanation."""

    def __init__(self, *args: Any, known: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = known

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            return _refused(cmd_name) if cmd_name in self._known else None
        command = super().get_command(ctx, cmd_name)
        return _AllowedGroup(command) if isinstance(command, click.Group) else command


class _AllowedGroup(click.Group):
    """The allowed part of a group. Other commands of the group are refused with an explanation."""

    def __init__(self, whole: click.Group) -> None:
        super().__init__(whole.name, params=whole.params, help=whole.help)
        self._whole = whole

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [
            verb for verb in self._whole.list_commands(ctx) if is_allowed(f"{self.name} {verb}")
        ]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = self._whole.get_command(ctx, cmd_name)
        if command is None:
            return None
        path = f"{self.name} {cmd_name}"
        return command if is_allowed(path) else _refused(path)


def _refused(path: str) -> click.Command:
    def refuse() -> None:
        raise Forbidden(
            f"“studio-tui {path}” is for the host of the Studio, not for a session over SSH."
        )

    return click.Command(
        path,
        callback=refuse,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
