"""The group of all commands, whichever those are."""

import sys
from typing import Any

import click

from studio_tui.cli.shared.errors import say
from studio_tui.cli.shared.lazy import LazyGroup
from studio_tui.cli.shared.surroundings import Surroundings


class Program(LazyGroup):
    """The root group: whatever goes wrong in a command is said in words."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (Exception, KeyboardInterrupt) as error:
            pressed = KeyboardInterrupt() if isinstance(error, click.Abort) else error
            raise click.exceptions.Exit(say(pressed, Surroundings.of(ctx).log_error)) from error
