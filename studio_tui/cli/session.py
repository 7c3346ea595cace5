"""Opening the Studio for a command, as who runs it (A1)."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from types import FrameType
from typing import Concatenate, ParamSpec, TypeVar

from studio_tui.cli.output import complain
from studio_tui.config import settings
from studio_tui.config.clock import clock_from
from studio_tui.domain.access import Actor
from studio_tui.domain.stopping import Stop
from studio_tui.services.context import Studio, open_studio
from studio_tui.services.identity import found, own_account, who_asks

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def studio_as_it_is() -> Iterator[Studio]:
    """The Studio of the settings, to look at: nobody signs in, nobody becomes its first admin."""
    clock = clock_from(os.environ.get("STUDIO_NOW"))
    with closing(open_studio(settings.load(), clock)) as studio:
        yield studio


@contextmanager
def unsigned_studio() -> Iterator[Studio]:
    """The Studio of the settings, for what the program itself does: nobody signs in.

    On a new database this account is its first admin all the same.
    """
    with studio_as_it_is() as studio:
        tell_closed(studio)
        found(studio, own_account())
        yield studio


@contextmanager
def own_studio() -> Iterator[tuple[Studio, Actor]]:
    """The Studio of the settings, and who is asking it."""
    with studio_as_it_is() as studio:
        yield studio, who_asks(studio)


def tell_closed(studio: Studio) -> None:
    """Say what others could read until just now."""
    for sentence in studio.store.closed:
        complain(f"studio-tui: {sentence}")


@contextmanager
def stopped_by_ctrl_c() -> Iterator[Stop]:
    """What Ctrl-C asks to stop, beside what it does anyway: a statement of SQLite hears nothing of
    signals."""
    stop = Stop()
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        # Whoever started it ignores Ctrl-C, or does something else with it.
        yield stop
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        stop.ask()
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def with_studio(command: Callable[Concatenate[Studio, Actor, P], R]) -> Callable[P, R]:
    """A command that is given the Studio and the actor before its own arguments."""

    @wraps(command)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        with own_studio() as (studio, actor):
            tell_closed(studio)
            with stopped_by_ctrl_c() as stop, studio.until(stop):
                return command(studio, actor, *args, **kwargs)

    return opened
