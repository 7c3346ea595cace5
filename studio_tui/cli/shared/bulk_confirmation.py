"""A flood by mistake: what reaches very many people is asked for by their number."""

import sys
from collections.abc import Callable

import click

from studio_tui.domain.shared.bulk_confirmation import MANY, confirms
from studio_tui.domain.shared.errors import Refused

yes_option = click.option("--yes", is_flag=True, help="Do not ask, however many they are.")


def confirm_count(count: Callable[[], int], what: str, nothing: str, *, yes: bool) -> int | None:
    """The number that was typed by whoever means to reach more than `MANY`, or None.

    ``what`` goes on after the number, as in “501 users would be reminded”. Asked only at a
    terminal: a script means what it says. Raises `Refused` with ``nothing``, which says what was
    therefore not done.
    """
    if yes or not sys.stdin.isatty():
        return None
    number = count()
    if number <= MANY:
        return None
    asked = f"{number:,} {what}. Type how many they are"
    typed = click.prompt(asked, default="", show_default=False, err=True)
    if not confirms(typed, number):
        raise Refused(f"{nothing}: this is not how many they are.")
    return number
