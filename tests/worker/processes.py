"""Workers as separate processes that tests can stop and kill."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from types import MappingProxyType
from typing import Any

from studio_tui.domain.outbox.notification import (
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.people.access import Actor
from studio_tui.services.outbox import outbox
from studio_tui.services.system.context import Studio
from tests.smtp_server import Server

LEASE = 4.0
"""Seconds for which a hurried worker leases claimed notifications."""
_COMMAND = Path(sys.executable).with_name("studio-tui")

Process = subprocess.Popen[str]


@contextmanager
def hurried_worker(studio: Studio, server: Server, connections: int = 1) -> Iterator[Process]:
    """Run a worker with a lease of `LEASE` seconds; it is killed at the end if it still runs."""
    command = [sys.executable, "-m", "bench.crash_worker", "--lease", str(LEASE)]
    with _started(command, studio, server, connections) as process:
        yield process


@contextmanager
def service(
    studio: Studio, server: Server, *options: str, connections: int = 1
) -> Iterator[Process]:
    """Run ``studio-tui worker`` at the time of ``studio``; it is killed at the end if it runs."""
    command = [str(_COMMAND), "worker", *options]
    now = {"STUDIO_NOW": studio.now().isoformat()}
    with _started(command, studio, server, connections, now) as process:
        yield process


def stop(process: Process, seconds: float = 30) -> tuple[int, str]:
    """Send SIGTERM to a worker and return its exit code and output."""
    process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate(timeout=seconds)
    return process.returncode, printed


def next_log_line(process: Process) -> dict[str, Any]:
    """Read the next line of a worker's JSON log."""
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


def wait_until_signals_arrive(process: Process) -> None:
    """Wait until the signals sent to ``process`` are delivered."""
    status = Path(f"/proc/{process.pid}/status")
    pending = re.compile(r"^(?:Sig|Shd)Pnd:\s*0*[1-9a-f]", re.MULTILINE)
    wait_until(lambda: not pending.search(status.read_text()))


def everything(studio: Studio, admin: Actor) -> list[Notification]:
    """Return all notifications in the outbox."""
    return outbox.every(studio, admin, NotificationFilter())


def wait_until_sent(studio: Studio, admin: Actor) -> None:
    """Wait until every notification is *sent*."""
    wait_until(lambda: set(outbox.counts(studio, admin)) == {NotificationState.SENT})


def wait_until(condition: Callable[[], bool], seconds: float = 150) -> None:
    """Wait until ``condition`` holds; fail after ``seconds``."""
    until = monotonic() + seconds
    while not condition():
        assert monotonic() < until, f"not so after {seconds} s"
        sleep(0.02)


@contextmanager
def _started(
    command: list[str],
    studio: Studio,
    server: Server,
    connections: int,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Process]:
    environ = {
        **os.environ,
        **server.environ,
        **more,
        "STUDIO_DATABASE_URL": studio.settings.database.url,
        "STUDIO_SMTP_CONNECTIONS": str(connections),
        "STUDIO_SMTP_TIMEOUT": "20",
    }
    process = subprocess.Popen(
        command,
        env=environ,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
