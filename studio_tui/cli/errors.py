"""How a command ends: 0 done, 1 refused or failed, 2 wrong usage, and what a signal would give.

One line on stderr says why. A reader that goes away (``| head``) is no error and is told nothing.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from studio_tui.domain.errors import Stopped, StudioError
from studio_tui.domain.text import clean_line

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 128 + 2
PIPE_CLOSED = 128 + 13


@contextmanager
def in_words(log_error: Callable[[BaseException], Path]) -> Iterator[None]:
    """Say what went wrong in one line, and leave click with nothing but the exit code."""
    try:
        yield
        sys.stdout.flush()
    except StudioError as error:
        _complain(error.message)
        stopped = isinstance(error, Stopped)
        raise click.exceptions.Exit(INTERRUPTED if stopped else FAILED) from error
    except (KeyboardInterrupt, click.Abort) as error:
        click.echo(err=True)
        raise click.exceptions.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:
        _abandon_stdout()
        raise click.exceptions.Exit(PIPE_CLOSED) from error
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Exception as error:
        _complain(f"A fault of the program stopped this. Details are in {log_error(error)}")
        raise click.exceptions.Exit(FAILED) from error


def _complain(sentence: str) -> None:
    click.echo(f"studio-tui: {clean_line(sentence)}", err=True)


def _abandon_stdout() -> None:
    # What is still buffered would complain once more when the interpreter exits.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
