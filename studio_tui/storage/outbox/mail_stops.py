"""The reason why no mail leaves, as found by the worker that tried the server last (N13)."""

from datetime import datetime

from studio_tui.storage.engine.tables import MailStop


def stop() -> tuple[str, int | None, str, datetime] | None:
    """Return fault, code, words, and since when; None if mail can leave."""
    found = MailStop.select().first()
    return (found.fault, found.code, found.words, found.since) if found else None


def store(stop: tuple[str, int | None, str] | None, now: datetime) -> None:
    """Store the reason why no mail leaves, or that there is none. The same fault keeps its time."""
    before = MailStop.select().first()
    since = before.since if before and stop and before.fault == stop[0] else now
    MailStop.delete().execute()
    if stop is not None:
        fault, code, words = stop
        MailStop.insert(fault=fault, code=code, words=words, since=since).execute()
