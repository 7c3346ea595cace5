"""``--where``: an audience that limits the people of a list or an act (P13)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from studio_tui.cli.shared.cell_width import width_of
from studio_tui.domain.audiences.audience import Audience, WrongAudience
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.system.context import Studio

C = TypeVar("C", bound=Callable[..., Any])
_MAX_BEFORE = 50
"""Number of characters that are shown of a long filter before the wrong word."""
_MAX_SHOWN = 76


def where_option(command: C) -> C:
    """Add the option ``--where``, as the argument ``where``: a text that `where_of` parses."""
    option = click.option(
        "--where",
        metavar="FILTER",
        help="Only those of whom FILTER holds, as 'team under Sales and hired within 90 days'; "
        "docs/audiences.md tells all there is.",
    )
    return option(command)


def audience_option(command: C) -> C:
    """Add the option ``--audience``, the people of a push.

    Its argument ``audience`` is a text that `where_of` parses.
    """
    option = click.option(
        "--audience",
        metavar="FILTER",
        help="Whom it is for, as 'team under Sales and hired within 90 days': who matches is "
        "assigned and told, today and until it is closed.",
    )
    return option(command)


def where_of(studio: Studio, actor: Actor, where: str | None) -> Audience | None:
    """Parse ``--where`` into an audience; returns None if the option was not given.

    Raises `click.UsageError` that marks the wrong word and suggests a correction.
    """
    if where is None:
        return None
    with wrong_filter_as_usage_error():
        return audience_of(studio, actor, where)


@contextmanager
def wrong_filter_as_usage_error() -> Iterator[None]:
    """Replace `WrongAudience` by a usage error that marks the wrong word."""
    try:
        yield
    except WrongAudience as error:
        raise click.UsageError(marked_filter(error), click.get_current_context()) from None


def marked_filter(error: WrongAudience) -> str:
    """Return what is wrong with a filter and, below, the filter with its wrong word marked."""
    start = max(error.at - _MAX_BEFORE, 0)
    # Replace each unprintable character by one space, so that the marks stay below the word.
    before, word = (
        "".join(c if c.isprintable() else " " for c in part)
        for part in (error.text[start : error.at], error.text[error.at :])
    )
    shown = f"{before}{word}"[:_MAX_SHOWN]
    marks = "^" * min(width_of(word[: error.length]) or 1, max(_MAX_SHOWN - len(before), 1))
    return "\n".join(
        (
            f"The filter is wrong at character {error.at + 1}: {clean_line(error.reason)}",
            f"  {shown}",
            f"  {' ' * width_of(before)}{marks}",
        )
    )
