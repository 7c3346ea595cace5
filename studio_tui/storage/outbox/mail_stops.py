"""What keeps mail from leaving, as the worker that asked the server last has seen it (N13)."""

from datetime import datetime

from studio_tui.storage.engine.tables import MailStop


def stop() -> tuple[str, int | None, str, datetime] | None:
    """Fault, code, words, and since when; None where nothing is in the way."""
    found = MailStop.select().first()
    return (found.fault, found.code, found.words, found.since) if found else None


def keep(stop: tuple[str, int | None, str] | None, now: datetime) -> None:
    """Keep what is in the way, or that nothing is; the same fault keeps its time."""
    before = MailStop.select().first()
    since = before.since if before and stop and before.fault == stop[0] else now
    MailStop.delete().execute()
    if stop is not None:
        fault, code, words = stop
        MailStop.insert(fault=fault, code=code, words=words, since=since).execute()
