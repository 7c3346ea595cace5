"""Mail stops where this is no longer the database that it went out of.

One that was brought back from a backup, or that a standby has taken over without the last seconds,
does not know of mail that left in between, and would send it twice. It is noticed by the identifier
and the timeline of the server, and by a number that goes up with each time that a worker begins to
send, and that each host keeps as well. Mail goes on once somebody has said so (`resume`).
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from studio_tui.config.generations import generation_of, remember_generation
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.shared.errors import NothingToDo, Unavailable
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.outbox import mail_origin, notifications
from studio_tui.storage.outbox.mail_origin import StoredMailOrigin

_FROM_BACKUP = "it was brought back from a backup"
_OTHER_SERVER = "another database server has taken over"
_OLDER = "an older copy of it was put in its place"
_LEAP = 1_000_000
"""So far resuming goes ahead of what any host may have seen."""
_MOST = 1_000


class MailRestored(Unavailable):
    """Mail has stopped until somebody says that it may go on."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Why mail has stopped, and what may go twice."""

    at: datetime
    """When it was noticed."""
    why: str
    since: datetime | None
    """When the newest mail left that the database knows of: what left later it does not know."""
    number: int
    """How many mails may go twice."""
    mails: tuple[Notification, ...]
    """The first of them."""


def stopped(studio: Studio) -> StoredMailOrigin | None:
    """What is known where mail has stopped, None where it has not."""
    with studio.store.reading():
        known = mail_origin.origin()
    return known if known is not None and known.restored_at else None


def stop_where_other(studio: Studio) -> str:
    """Inside of a unit of work: why no mail may leave, which is kept for all workers; empty where
    this is the database that mail went out of."""
    known = mail_origin.origin()
    if known is None:
        return ""
    if known.restored_at is None:
        why = _why_other(studio, known)
        if not why:
            return ""
        known = known._replace(restored_at=studio.now(), why=why)
        mail_origin.keep(known)
    return in_words(known)


def begin_sending(studio: Studio) -> None:
    """A worker begins to send: another generation."""
    if studio.passing:
        return
    with studio.store.writing_unflushed():
        if stop_where_other(studio):
            # It has become another one since the claim: the next one says so.
            return
        before = mail_origin.origin() or mail_origin.first("")
        server = before.server or mail_origin.server()
        now = before._replace(server=server, generation=before.generation + 1)
        mail_origin.keep(now)
    with suppress(OSError):
        remember_generation(_place(studio, now), now.generation)


def was_copied() -> bool:
    """Inside of a unit of work: what is here was copied from elsewhere on purpose. Whether mail has
    stopped, as it had there."""
    known = mail_origin.origin()
    if known is None:
        return False
    mail_origin.keep(known._replace(server="", generation=known.generation + _LEAP))
    return known.restored_at is not None


def was_restored(now: datetime) -> bool:
    """Inside of a unit of work: what is here comes from a backup. Mail stops, if there was any;
    whether it has."""
    if not notifications.any_mail():
        return False
    known = mail_origin.origin() or mail_origin.first("")
    mail_origin.keep(known._replace(server="", restored_at=now, why=_FROM_BACKUP))
    return True


def in_words(known: StoredMailOrigin) -> str:
    """Why nothing leaves, and what to do."""
    return (
        f"Mail has stopped: the database is not the one that mail went out of ({known.why}), and "
        "may not know of all that has left; “studio-tui outbox resume” shows what may go twice, "
        "and lets mail go on."
    )


def may_go_twice(studio: Studio, actor: Actor) -> Restored:
    """What would leave once mail goes on, and may have left before. Raises `NothingToDo` where mail
    has not stopped."""
    require(actor, Action.DROP_MAIL)
    with studio.store.reading():
        known = mail_origin.origin()
        if known is None or known.restored_at is None:
            raise NothingToDo("Nothing to resume: mail has not stopped.")
        ids = notifications.waiting_by(known.restored_at)
        return Restored(
            known.restored_at,
            known.why,
            notifications.last_sent_at(),
            len(ids),
            tuple(notifications.notifications_by_id(ids[:_MOST], studio.now())),
        )


def resume(studio: Studio, actor: Actor) -> Restored:
    """Let mail go on; returns what may go twice. Raises `NothingToDo` where it has not stopped."""
    with studio.store.writing():
        found = may_go_twice(studio, actor)
        known = mail_origin.origin()
        if known is not None:
            generation = known.generation + _LEAP
            here = mail_origin.server()
            mail_origin.keep(
                known._replace(server=here, generation=generation, restored_at=None, why="")
            )
        write_activity(
            actor, studio.now(), Verb.RESUME, "outbox", after={"may go twice": found.number}
        )
    return found


def _why_other(studio: Studio, known: StoredMailOrigin) -> str:
    """Why this is not the database that mail went out of; empty where it is."""
    # Where the server told nothing of itself before, asking would be refused with each claim.
    server = mail_origin.server() if known.server else ""
    if server and server != known.server:
        return _OTHER_SERVER
    seen = generation_of(_place(studio, known))
    if known.generation >= seen:
        return ""
    # Another worker of this host may have begun to send since the database was read.
    now = mail_origin.origin()
    return _OLDER if now is None or now.generation < seen else ""


def _place(studio: Studio, known: StoredMailOrigin) -> str:
    """What a host knows a database by, where it lies: a copy elsewhere is another one."""
    return sha256(f"{known.identity} {studio.store.name}".encode()).hexdigest()[:16]
