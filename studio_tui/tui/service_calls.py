"""`ServiceCalls`: access from a screen or dialog to the services and to the app."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zoneinfo import ZoneInfo

from textual.widget import Widget

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.destinations import Destination
from studio_tui.domain.shared.errors import StudioError
from studio_tui.tui.commands import Commands
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.shell import Shell, shell_of

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

T = TypeVar("T")


class ServiceCalls(Commands):
    """Base of screens and dialogs that call services; precedes Textual's class among the bases."""

    @property
    def shell(self) -> Shell:
        """The app, as the protocol that screens use."""
        return shell_of(self)

    @property
    def studio(self) -> "Studio":
        """The Studio to call services with."""
        return self.shell.studio

    @property
    def actor(self) -> Actor:
        """The current user, on whose behalf services are called.

        Raises `RuntimeError` before the database is open.
        """
        actor = self.shell.actor
        if actor is None:
            raise RuntimeError("a screen was opened before the database")
        return actor

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the reader, in which times of conversations are shown (D1)."""
        return self.studio.zone_of(self.actor)

    def write(
        self,
        call: Callable[[], T],
        then: Callable[[T], Any] | None = None,
        failed: Callable[[StudioError], None] | None = None,
        job: Job | None = None,
        *,
        opens_screen: bool = False,
    ) -> None:
        """Run ``call``, which changes data, off the event loop and after all previous writes.

        ``job`` describes a call that can be stopped, and receives its progress. With
        ``opens_screen``, ``then`` opens another screen: keys are queued for that screen, and
        discarded if the call fails.
        """
        target = self.shell.keys.expect(self) if opens_screen else None
        shell, studio, done = self.shell, self.studio, job or Job("Saving", can_stop=False)

        def written(answer: T) -> None:
            shell.jobs.ended()
            if then is not None:
                then(answer)
            if target is not None:
                target.ready()
            shell.check_for_changes()

        def not_written(error: StudioError) -> None:
            shell.jobs.ended()
            (failed or shell.bridge.report)(error)
            if target is not None:
                target.failed()

        shell.jobs.begin(done)
        owner = cast(Widget, self)
        shell.bridge.write(owner, lambda: done.do(studio, call), written, not_written)

    def go_to(self, destination: Destination, then: Callable[[Any], None] | None = None) -> None:
        """Open ``destination``; ``then`` receives the result of its screen."""
        self.shell.go_to(destination, then)

    def show_message(self, sentence: str) -> None:
        """Show ``sentence`` in the status line."""
        self.shell.show_message(sentence)

    def show_error(self, sentence: str) -> None:
        """Show ``sentence`` in the status line as an error."""
        self.shell.show_error(sentence)
