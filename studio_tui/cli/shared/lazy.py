"""Command groups that import a command only when it is called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click

from studio_tui.cli.shared.suggestions import CommandGroup


class Lazy(NamedTuple):
    """The location of a command and its summary, so that ``--help`` does not import the command."""

    module: str
    name: str
    help: str

    def load(self) -> click.Command:
        """Import the module and return the command."""
        command: click.Command = getattr(import_module(self.module), self.name)
        return command


class LazyGroup(CommandGroup):
    """A group of the commands in ``lazy``, and of commands that are added to the group.

    The help lists ``lazy`` in its order, or all commands by name if any were added.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = dict(lazy)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of the help."""
        return sorted([*self.lazy, *self.commands]) if self.commands else list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command with this name, or None if the group has none."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        return self.prepared(ctx, self.lazy[cmd_name].load(), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands in the help, without importing any."""
        with formatter.section("Commands"):
            names = self.list_commands(ctx)
            width = formatter.width - max(map(len, names)) - 6
            formatter.write_dl([(name, self._short_help(name, width)) for name in names])

    def _short_help(self, name: str, width: int) -> str:
        if name in self.lazy:
            return self.lazy[name].help
        return self.commands[name].get_short_help_str(width)
