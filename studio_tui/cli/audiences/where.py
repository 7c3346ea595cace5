"""``--where``: the people whom a list shows or an act is for, as an audience (P13)."""

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
_BEFORE = 50
"""Characters that are shown of a long filter in front of the wrong word."""
_SHOWN = 76


def where_option(command: C) -> C:
    """``--where``, as the argument ``where``: a text; `where_of` makes an audience of it."""
    option = click.option(
        "--where",
        metavar="FILTER",
        help="Only those of whom FILTER holds, as 'team under Sales and hired within 90 days'; "
        "docs/audiences.md tells all there is.",
    )
    return option(command)


def audience_option(command: C) -> C:
    """``--audience``, as the argument ``audience``: whom a push is for; see `where_of`."""
    option = click.option(
        "--audience",
        metavar="FILTER",
        help="Whom it is for, as 'team under Sales and hired within 90 days': who matches is "
        "assigned and told, today and until it is closed.",
    )
    return option(command)


def where_of(studio: Studio, actor: Actor, where: str | None) -> Audience | None:
    """The audience that ``--where`` says; None where it was not given.

    Raises `click.UsageError` that shows which word is wrong, and what would do.
    """
    if where is None:
        return None
    with wrong_filter_pointed_out():
        return audience_of(studio, actor, where)


@contextmanager
def wrong_filter_pointed_out() -> Iterator[None]:
    """A wrong filter is wrong usage: what is wrong, and where."""
    try:
        yield
    except WrongAudience as error:
        raise click.UsageError(pointed_out(error), click.get_current_context()) from None


def pointed_out(error: WrongAudience) -> str:
    """What is wrong with a filter, and below it the filter with its wrong word marked."""
    start = max(error.at - _BEFORE, 0)
    # One cell a character more or less would point at another word.
    before, word = (
        "".join(c if c.isprintable() else " " for c in part)
        for part in (error.text[start : error.at], error.text[error.at :])
    )
    shown = f"{before}{word}"[:_SHOWN]
    marks = "^" * min(width_of(word[: error.length]) or 1, max(_SHOWN - len(before), 1))
    return "\n".join(
        (
            f"The filter is wrong at character {error.at + 1}: {clean_line(error.reason)}",
            f"  {shown}",
            f"  {' ' * width_of(before)}{marks}",
        )
    )
