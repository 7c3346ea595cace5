"""Opening the Studio for a command, as who runs it (A1)."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Concatenate, ParamSpec, TypeVar

from studio_tui.cli.shared.output import complain, say
from studio_tui.config import settings
from studio_tui.config.clock import clock_from
from studio_tui.config.known_databases import record_database
from studio_tui.config.session import restricted_session
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.cancellation import CancelToken
from studio_tui.domain.shared.errors import NothingToDo, StudioError
from studio_tui.services.people.identity import current_actor
from studio_tui.services.system.context import CreatePolicy, Studio, open_studio
from studio_tui.wording.people import sight_in_words

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def studio_as_it_is(making: CreatePolicy = CreatePolicy.NEVER) -> Iterator[Studio]:
    """The Studio of the settings, to look at: nobody signs in, nobody becomes its first admin."""
    clock = clock_from(os.environ.get("STUDIO_NOW"))
    with closing(open_studio(settings.load(), clock, making)) as studio:
        if studio.store.is_sqlite:
            record_database(Path(studio.store.name))
        with _damage_in_words(studio):
            yield studio


@contextmanager
def _damage_in_words(studio: Studio) -> Iterator[None]:
    """What is read from a damaged page may be beyond all understanding: then that is said."""
    try:
        yield
    except (StudioError, OSError):
        raise
    except Exception as error:
        # Click ends a command by exceptions of its own; its import is not for the screens.
        if type(error).__module__.startswith("click"):
            raise
        if found := studio.store.damage():
            raise studio.store.damaged(found) from error
        raise


@contextmanager
def unsigned_studio() -> Iterator[Studio]:
    """The Studio of the settings, for what the program itself does: nobody signs in.

    None is made where there is none: whoever makes it is its first admin, and means to be.
    """
    with studio_as_it_is() as studio:
        tell_opened(studio)
        yield studio


@contextmanager
def own_studio() -> Iterator[tuple[Studio, Actor]]:
    """The Studio of the settings, and who is asking it."""
    with studio_as_it_is(
        CreatePolicy.NEVER if restricted_session() else CreatePolicy.IN_FOLDER
    ) as studio:
        actor = current_actor(studio)
        yield studio.seen_by(actor), actor


def tell_opened(studio: Studio) -> None:
    """Say that there was no Studio until just now, and what others could read of it."""
    if new := studio.store.creation_message:
        complain(f"studio-tui: {new}")
    for sentence in studio.store.closed:
        complain(f"studio-tui: {sentence}")


@contextmanager
def stopped_by_ctrl_c() -> Iterator[CancelToken]:
    """What Ctrl-C asks to stop, beside what it does anyway: a statement of SQLite hears nothing of
    signals."""
    stop = CancelToken()
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


def _tell_sight(studio: Studio, actor: Actor, *, as_json: bool) -> None:
    """Say to who sees a part of the organisation how much of it that is (U12)."""
    if actor.scope and not as_json:
        from studio_tui.services.people import scopes

        complain(f"studio-tui: you see {sight_in_words(scopes.own(studio, actor))}.")


def with_studio(command: Callable[Concatenate[Studio, Actor, P], R]) -> Callable[P, R | None]:
    """A command that is given the Studio and the actor before its own arguments.

    Where there was nothing to do it says so, and has not failed.
    """

    @wraps(command)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R | None:
        with own_studio() as (studio, actor):
            tell_opened(studio)
            with stopped_by_ctrl_c() as stop, studio.until(stop):
                try:
                    done = command(studio, actor, *args, **kwargs)
                    _tell_sight(studio, actor, as_json=bool(kwargs.get("as_json")))
                    return done
                except NothingToDo as error:
                    # What reads JSON reads nothing else.
                    (complain if kwargs.get("as_json") else say)(error.message)
                    return None

    return opened
