"""Groups whose commands are imported when they are called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click

from studio_tui.cli.shared.near_misses import CommandGroup


class Lazy(NamedTuple):
    """Where a command is, and the line about it: so that ``--help`` need not import it."""

    module: str
    name: str
    help: str

    def load(self) -> click.Command:
        """The command itself."""
        command: click.Command = getattr(import_module(self.module), self.name)
        return command


class LazyGroup(CommandGroup):
    """A group of the commands in ``lazy``, listed in that order."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = dict(lazy)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported."""
        command = self.lazy[cmd_name].load() if cmd_name in self.lazy else None
        return self.with_example(command, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in the help, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in self.lazy.items()])
