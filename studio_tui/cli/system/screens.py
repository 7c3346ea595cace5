"""Opening the screens.

The code that opens the database is imported in a thread, after the first frame.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from studio_tui.cli.shared.dependencies import Dependencies
from studio_tui.cli.shared.errors import WRONG_USAGE, complain, say

if TYPE_CHECKING:
    from studio_tui.demo import Demo
    from studio_tui.domain.people.access import Actor
    from studio_tui.services.system.context import Studio

T = TypeVar("T")


class _ThreadContexts:
    """The contexts that a thread opens for the screens, closed when the screens end.

    A context that is ready only after that is closed at once.
    """

    def __init__(self) -> None:
        self._contexts = ExitStack()
        self._lock = Lock()
        self._ended = False

    def enter(self, context: AbstractContextManager[T]) -> T:
        """Enter ``context`` and return its value.

        Raises `StudioError` if the screens have ended.
        """
        from studio_tui.domain.shared.errors import StudioError

        with ExitStack() as late:
            value = late.enter_context(context)
            with self._lock:
                if not self._ended:
                    self._contexts.push(late.pop_all())
                    return value
        raise StudioError("The Studio was left before it was open.")

    def __enter__(self) -> _ThreadContexts:
        return self

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._ended = True
        self._contexts.close()


def open_screens(dependencies: Dependencies) -> int:
    """Run the screens on the Studio of this account, and return the exit code.

    Click is not imported, so that the first frame does not wait for its import.
    """
    if why := dependencies.why_no_terminal():
        complain(why)
        return WRONG_USAGE
    try:
        return _run(dependencies)
    except (Exception, KeyboardInterrupt) as error:
        return say(error, dependencies.log_error)


def _run(dependencies: Dependencies) -> int:
    with _ThreadContexts() as opened:

        def opening(_: Callable[[str], None]) -> tuple[Studio, Actor]:
            from studio_tui.cli.shared.session import own_studio

            return opened.enter(own_studio())

        return dependencies.run_app(opening, None, _current_actor)


def open_demo_screens(dependencies: Dependencies) -> int:
    """Run the screens on the demo, whose mail goes to a folder, and return the exit code."""
    demos: list[Demo] = []
    with _ThreadContexts() as opened:

        def opening(tell: Callable[[str], None]) -> tuple[Studio, Actor]:
            from studio_tui.config.clock import clock_from
            from studio_tui.demo import open_demo

            def progress(share: float) -> None:
                tell(f"Making up an organisation and what happened in it… {share:.0%}")

            now = os.environ.get("STUDIO_NOW")
            clock = clock_from(now) if now else None
            demos.append(opened.enter(open_demo(clock, progress)))
            return demos[-1].studio, demos[-1].actor

        return dependencies.run_app(opening, lambda studio: [demos[-1].mail], None)


def _current_actor(studio: Studio) -> Actor:
    from studio_tui.services.people.identity import current_actor

    return current_actor(studio)
