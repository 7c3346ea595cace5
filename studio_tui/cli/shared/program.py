"""The root group of the command line, independent of its commands."""

import sys
from typing import Any

import click

from studio_tui.cli.shared.dependencies import Dependencies
from studio_tui.cli.shared.errors import say
from studio_tui.cli.shared.lazy import LazyGroup


class Program(LazyGroup):
    """A root group that reports every error of a command as a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and exit with the code of an error."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (Exception, KeyboardInterrupt) as error:
            pressed = KeyboardInterrupt() if isinstance(error, click.Abort) else error
            raise click.exceptions.Exit(say(pressed, Dependencies.of(ctx).log_error)) from error
