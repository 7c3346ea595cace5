"""A prompt before a bulk act: the user types the number of people whom the act reaches."""

import sys
from collections.abc import Callable

import click

from studio_tui.domain.shared.bulk_confirmation import MANY, confirms
from studio_tui.domain.shared.errors import Refused

yes_option = click.option("--yes", is_flag=True, help="Do not ask, however many they are.")


def confirm_count(count: Callable[[], int], what: str, nothing: str, *, yes: bool) -> int | None:
    """Ask the user to type the number of people if there are more than `MANY`.

    Returns the confirmed number, or None if no confirmation was needed: with ``yes``, up to `MANY`,
    or outside a terminal, because a script cannot answer. ``what`` is the text after the number, as
    in “501 users would be reminded”. Raises `Refused` with the sentence ``nothing``, which names
    what was not done, if the user types another number.
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
