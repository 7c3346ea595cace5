"""The embedded mail worker: sends mail while the Studio is open, in the event loop of the app.

It also supplies the status message about mail that does not leave (N7, N12).
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App

from studio_tui.config.log import log_error
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.shared.errors import StudioError
from studio_tui.services.outbox import outbox
from studio_tui.services.system.daily import run_daily_jobs
from studio_tui.tui.shell import shell_of
from studio_tui.worker.advice import in_words
from studio_tui.worker.loop import Worker, WorkerReport
from studio_tui.worker.service import transports_of

if TYPE_CHECKING:
    from studio_tui.mail.transport.outcomes import Transport
    from studio_tui.services.system.context import Studio

    Transports = Callable[[Studio], Sequence[Transport]]

_WAITING = (NotificationState.HELD, NotificationState.QUEUED, NotificationState.SENDING)
_COUNT_SECONDS = 1.0
"""Seconds between two checks whether the number of waiting mails may have changed."""
_FIRST_DAILY, _DAILY_INTERVAL = 3.0, 60.0
"""Seconds until the first check for due daily work, and between two checks. Used if no worker of
this Studio does that work."""
_PATIENCE = 5.0
"""Seconds that the mails in transmission get to finish when the Studio is left."""


class EmbeddedWorker:
    """Sends the mail of the open Studio and keeps the standing status message up to date."""

    def __init__(
        self, app: App[Any], transports: "Transports | None", stand: Callable[[str], None]
    ) -> None:
        """Create a worker that does not run yet.

        ``transports`` deliver the mail; None: the connections that the settings define. ``stand``
        displays the standing status message.
        """
        self._app = app
        self._shell = shell_of(app)
        self._tell = stand
        self._transports = transports
        self._studio: Studio | None = None
        self._active = False
        self._paused = False
        self._worker: Worker | None = None
        self._running: asyncio.Task[WorkerReport] | None = None
        self._why = ""
        self._waiting = 0
        self._stamp: int | None = None

    def start(self, studio: "Studio", actor: Actor) -> None:
        """Start the timers, and start sending if the actor may see the outbox."""
        self._studio = studio
        self._app.set_interval(_COUNT_SECONDS, self._recount)
        self._app.set_timer(_FIRST_DAILY, self._do_what_is_due)
        self._app.set_interval(_DAILY_INTERVAL, self._do_what_is_due)
        self.follow(actor)

    def follow(self, actor: Actor) -> None:
        """Start or stop sending according to the right to see the outbox (A2).

        Called again whenever the role of the actor may have changed.
        """
        if may(actor, Action.READ_OUTBOX) and not self._active:
            self._activate()
        elif not may(actor, Action.READ_OUTBOX) and self._active:
            self._deactivate()

    def _activate(self) -> None:
        self._active, self._stamp = True, None
        smtp = self._opened.settings.smtp
        if self._transports is None and not (smtp.host and smtp.sender):
            self._stand("No mail server is set up: mail waits in the outbox")
        else:
            self._make_worker(self._opened, self._transports or transports_of)
        self._recount()

    def _do_what_is_due(self) -> None:
        """Do the daily work that is due, unless the worker of this Studio runs and does it."""
        studio, worker = self._opened, self._running
        if worker is None or worker.done():
            self._shell.bridge.read(
                self._app.get_default_screen(),
                "daily",
                lambda: run_daily_jobs(studio),
                lambda _: None,
                # The next check tries again. Errors are reported for actions of the user only.
                lambda error: None,
            )

    def _deactivate(self) -> None:
        """Stop claiming mail; mails in transmission are finished."""
        self._active, self._waiting = False, 0
        if self._worker is not None:
            self._worker.stop()
        self._stand("")

    @property
    def _opened(self) -> "Studio":
        if self._studio is None:
            raise RuntimeError("nothing was begun")
        return self._studio

    async def stop(self) -> None:
        """Give the mails in transmission time to finish. The next worker sends the others."""
        running = self._running
        if self._worker is None or running is None or running.done():
            return
        self._worker.stop()
        await asyncio.wait([running], timeout=_PATIENCE)
        running.cancel()

    async def pause(self) -> None:
        """Stop sending until `resume`."""
        on, self._active = self._active, False
        await self.stop()
        self._worker = None
        self._paused = on

    def resume(self) -> None:
        """Resume sending if it was in progress at `pause`."""
        if self._paused and self._shell.actor is not None:
            self._paused = False
            self.follow(self._shell.actor)

    def _make_worker(self, studio: "Studio", transports: "Transports") -> None:
        # Off the event loop: the password may be in a keyring that answers slowly.
        self._shell.bridge.read(
            self._app.get_default_screen(),
            "worker",
            lambda: Worker(studio, transports(studio), watch=self._watch),
            self._run,
            lambda error: self._stand(f"No mail is sent: {error.message}"),
        )

    def _run(self, worker: Worker) -> None:
        if not self._active:
            return
        self._worker = worker
        self._running = asyncio.create_task(worker.run())
        self._running.add_done_callback(self._ended)

    def _watch(self, report: WorkerReport) -> None:
        if self._active:
            others = report.stopped or report.clock or report.limited
            self._stand(in_words(report.down) if report.down else others)

    def _ended(self, running: "asyncio.Task[WorkerReport]") -> None:
        error = None if running.cancelled() else running.exception()
        if not self._active:
            return
        if isinstance(error, StudioError):
            self._stand(f"No mail is sent: {error.message}")
        elif error is not None:
            path = log_error(error)
            self._stand(f"No mail is sent, by a fault of the Studio. Details are in {path}")

    def _recount(self) -> None:
        studio, actor = self._opened, self._shell.actor
        if not self._active or actor is None or self._stamp == self._shell.stamp:
            return
        self._stamp = self._shell.stamp
        self._shell.bridge.read(
            self._app.get_default_screen(),
            "waiting",
            lambda: outbox.counts(studio, actor),
            self._count,
            lambda error: None,
        )

    def _count(self, counts: dict[NotificationState, int]) -> None:
        if not self._active:
            return
        self._waiting = sum(counts.get(state, 0) for state in _WAITING)
        self._stand(self._why)

    def _stand(self, why: str) -> None:
        self._why = why
        waiting = f" ({self._waiting:,} waiting)" if why and self._waiting else ""
        self._tell(why + waiting)
