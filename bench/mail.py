"""How fast a worker empties the outbox, beside floors of the same run.

    python -m bench.mail [--messages 5000] [--connections 8]

A mail server that takes everything runs on loopback: Postfix's ``smtp-sink``. Its ``smtp-source``, a
C program, is the practical limit. The bare loop hands over one ready message again and again
through the same library on as many connections.
"""

import argparse
import asyncio
import random
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from aiosmtplib import SMTP

from studio_tui.config.settings import Database, Security, Settings, Smtp
from studio_tui.domain import hr_file
from studio_tui.domain.clock import FixedClock
from studio_tui.domain.pushes import PushDraft
from studio_tui.domain.selection import Selection
from studio_tui.domain.users import UserFilter
from studio_tui.mail.smtp import SmtpConnection
from studio_tui.services import assigning, imports, pushes, templates
from studio_tui.services.context import Studio, open_studio
from studio_tui.services.identity import Account, sign_in
from studio_tui.worker.sending import Worker

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_SENDER = "studio@example.org"


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name, _sink() as port:
        for number in range(asked.rounds):
            folder = Path(name) / str(number)
            folder.mkdir()
            for label, rate in _measure(folder, port, asked.messages, asked.connections):
                found.setdefault(label, []).append(rate)
    _print(found, asked.messages, asked.connections)


def _measure(
    folder: Path, port: int, messages: int, connections: int
) -> Iterator[tuple[str, float]]:
    studio, message = _filled(folder, port, messages, connections)
    source = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    if Path(source).exists():
        yield "smtp-source (C)", _smtp_source(source, port, messages, len(message), connections)
    yield "bare aiosmtplib", asyncio.run(_bare(port, messages, message, connections))
    yield "worker", asyncio.run(_worker(studio, connections))
    studio.close()


def _filled(folder: Path, port: int, messages: int, connections: int) -> tuple[Studio, bytes]:
    """A Studio with ``messages`` mails due, and one of them as it will be sent."""
    smtp = Smtp(
        host="127.0.0.1",
        port=port,
        security=Security.NONE,
        sender=f"HR Studio <{_SENDER}>",
        connections=connections,
    )
    settings = Settings(database=Database(url=f"sqlite:///{folder / 'studio.db'}"), smtp=smtp)
    studio = open_studio(settings, FixedClock(_NOW))
    admin = sign_in(studio, Account("admin", "Admin"))
    people = (
        f"p{number}@example.org,Ann,Peeters{number},{random.choice(('en', 'nl', 'fr'))}"
        for number in range(messages)
    )
    text = "\n".join(("email,given_name,family_name,language", *people))
    imports.apply(studio, admin, hr_file.read(text.encode()))
    template = templates.find(studio, admin, "Regular")
    draft = PushDraft("Q1", _NOW.date(), _NOW.date() + timedelta(days=30))
    push = pushes.create(studio, admin, template.id, [draft])[0]
    everyone = Selection.matching(UserFilter()).unmark([admin.user_id])
    assigning.assign(studio, admin, push, everyone)
    later = msgspec.structs.replace(settings)
    return Studio(studio.store, FixedClock(_NOW + timedelta(hours=1)), later), _message(studio)


def _message(studio: Studio) -> bytes:
    from studio_tui.services.mailing import Mailroom
    from studio_tui.storage import deliveries

    with studio.store.reading():
        delivery = deliveries.deliveries([1])[0]
    return Mailroom(studio).mail(delivery).message


async def _worker(studio: Studio, connections: int) -> float:
    carriers = [SmtpConnection(studio.settings.smtp) for _ in range(connections)]
    start = time.perf_counter()
    report = await Worker(studio, carriers).run(drain=True)
    return report.sent / (time.perf_counter() - start)


async def _bare(port: int, messages: int, message: bytes, connections: int) -> float:
    async def carry(count: int) -> None:
        async with SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
            for _ in range(count):
                await smtp.sendmail(_SENDER, ["p1@example.org"], message)

    start = time.perf_counter()
    share = messages // connections
    await asyncio.gather(*(carry(share) for _ in range(connections)))
    return share * connections / (time.perf_counter() - start)


def _smtp_source(program: str, port: int, messages: int, size: int, connections: int) -> float:
    start = time.perf_counter()
    subprocess.run(
        [
            *(program, "-s", str(connections), "-m", str(messages), "-l", str(size)),
            *("-f", _SENDER, "-t", "p1@example.org", f"127.0.0.1:{port}"),
        ],
        check=True,
        capture_output=True,
    )
    return messages / (time.perf_counter() - start)


@contextmanager
def _sink() -> Iterator[int]:
    program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    if not Path(program).exists():
        raise SystemExit("Install Postfix for smtp-sink: apt-get install postfix")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    running = subprocess.Popen([program, "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    try:
        _await(port)
        yield port
    finally:
        running.terminate()
        running.wait()


def _await(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise SystemExit("smtp-sink does not answer")


def _print(found: dict[str, list[float]], messages: int, connections: int) -> None:
    print(
        f"{messages} messages, {connections} connections, median of {len(found['worker'])} runs\n"
    )
    bare = statistics.median(found["bare aiosmtplib"])
    print(f"{'':20}{'messages/s':>12}{'× bare loop':>13}")
    for label, rates in found.items():
        rate = statistics.median(rates)
        print(f"{label:20}{rate:>12,.0f}{rate / bare:>13.2f}")


if __name__ == "__main__":
    main()
