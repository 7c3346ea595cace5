"""The worker as a service of its own: ``studio-tui worker``, until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable

from studio_tui.domain.errors import Refused
from studio_tui.mail.outcomes import Carrier
from studio_tui.mail.password import find
from studio_tui.mail.smtp import SmtpConnection
from studio_tui.services.context import Studio
from studio_tui.worker.sending import Report, Worker, in_words

NO_SERVER = (
    "No mail server is set up, so that mail waits in the outbox: "
    "set host and sender in [smtp] of config.toml."
)


def carriers_of(studio: Studio) -> list[Carrier]:
    """The connections that the settings ask for; raises `Refused` where there is no server."""
    smtp = studio.settings.smtp
    if not smtp.host or not smtp.sender:
        raise Refused(NO_SERVER)
    found = find(smtp) if smtp.username else None
    password = found.password if found else None
    return [SmtpConnection(smtp, password) for _ in range(smtp.connections)]


def run_worker(studio: Studio, *, drain: bool, report: Callable[[str], None]) -> int:
    """Send until SIGTERM or SIGINT or, to ``drain``, until nothing is due; returns the exit code.

    0: all that was due has been sent, or the worker was told to stop; 1: to ``drain``, the server
    took no mail. ``report`` is given lines to print.
    """
    worker = asyncio.run(_run(studio, drain, report))
    return 1 if drain and worker.down else 0


async def _run(studio: Studio, drain: bool, report: Callable[[str], None]) -> Report:
    told = ""

    def watch(now: Report) -> None:
        nonlocal told
        words = in_words(now.down) if now.down else ""
        if words != told:
            report(words or "The mail server takes mail again.")
            told = words

    worker = Worker(studio, carriers_of(studio), watch=watch)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    done = await worker.run(drain=drain)
    report(f"{done.sent} sent, {done.failed} failed, {done.deferred} to be tried again.")
    return done
