"""`ServiceCalls`: the way from a screen or a dialog to the services and to the app around it."""

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
    """What calls services; stands before Textual's class among the bases."""

    @property
    def shell(self) -> Shell:
        """The app, as screens know it."""
        return shell_of(self)

    @property
    def studio(self) -> "Studio":
        """The Studio that services are called with."""
        return self.shell.studio

    @property
    def actor(self) -> Actor:
        """Who is using it: what services are called by."""
        actor = self.shell.actor
        if actor is None:
            raise RuntimeError("a screen was opened before the database")
        return actor

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the times of conversations: the reader's own (D1)."""
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
        """Make ``call``, which changes something, off the loop and after all writes before it.

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
        """Go where ``destination`` names; ``then`` gets what that screen ends with."""
        self.shell.go_to(destination, then)

    def say(self, sentence: str) -> None:
        """Show ``sentence`` in the status line."""
        self.shell.say(sentence)

    def complain(self, sentence: str) -> None:
        """Show ``sentence`` in the status line as something that went wrong."""
        self.shell.complain(sentence)
