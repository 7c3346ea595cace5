"""Opening the Studio for a command, with the actor who runs it (A1)."""

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
def studio_without_actor(making: CreatePolicy = CreatePolicy.NEVER) -> Iterator[Studio]:
    """Open the configured Studio without an actor. Creates no first admin.

    ``making`` says whether a missing database is created.
    """
    clock = clock_from(os.environ.get("STUDIO_NOW"))
    with closing(open_studio(settings.load(), clock, making)) as studio:
        if studio.store.is_sqlite:
            record_database(Path(studio.store.name))
        with _damage_reported(studio):
            yield studio


@contextmanager
def _damage_reported(studio: Studio) -> Iterator[None]:
    """Replace an unexpected error by a message about damage if the database is damaged.

    Values from a damaged page can raise any exception.
    """
    try:
        yield
    except (StudioError, OSError):
        raise
    except Exception as error:
        # Click ends a command by exceptions of its own. They are matched by module, because this
        # module does not import click.
        if type(error).__module__.startswith("click"):
            raise
        if found := studio.store.damage():
            raise studio.store.damaged(found) from error
        raise


@contextmanager
def unsigned_studio() -> Iterator[Studio]:
    """Open the configured Studio for an act of the program itself, without an actor.

    Creates no database: a user who creates one becomes its first admin, and must do so
    deliberately.
    """
    with studio_without_actor() as studio:
        report_creation(studio)
        yield studio


@contextmanager
def own_studio() -> Iterator[tuple[Studio, Actor]]:
    """Open the configured Studio, and yield it with the actor who runs the command."""
    with studio_without_actor(
        CreatePolicy.NEVER if restricted_session() else CreatePolicy.IN_FOLDER
    ) as studio:
        actor = current_actor(studio)
        yield studio.seen_by(actor), actor


def report_creation(studio: Studio) -> None:
    """Print that the database was created, and which files were closed to other accounts."""
    if new := studio.store.creation_message:
        complain(f"studio-tui: {new}")
    for sentence in studio.store.closed:
        complain(f"studio-tui: {sentence}")


@contextmanager
def stopped_by_ctrl_c() -> Iterator[CancelToken]:
    """Yield a token that Ctrl-C cancels, in addition to raising `KeyboardInterrupt`.

    The token is needed because a statement that runs in SQLite does not notice signals.
    """
    stop = CancelToken()
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        # The parent process ignores Ctrl-C or has its own handler: leave that in place.
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
    """Print which part of the organisation the actor sees, if it is not the whole (U12)."""
    if actor.scope and not as_json:
        from studio_tui.services.people import scopes

        complain(f"studio-tui: you see {sight_in_words(scopes.own(studio, actor))}.")


def with_studio(command: Callable[Concatenate[Studio, Actor, P], R]) -> Callable[P, R | None]:
    """Decorate a command that takes the Studio and the actor before its own arguments.

    If the command raises `NothingToDo`, its message is printed, and the exit code is 0.
    """

    @wraps(command)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R | None:
        with own_studio() as (studio, actor):
            report_creation(studio)
            with stopped_by_ctrl_c() as stop, studio.until(stop):
                try:
                    done = command(studio, actor, *args, **kwargs)
                    _tell_sight(studio, actor, as_json=bool(kwargs.get("as_json")))
                    return done
                except NothingToDo as error:
                    # With --json, stdout holds only JSON: the message goes to stderr.
                    (complain if kwargs.get("as_json") else say)(error.message)
                    return None

    return opened
