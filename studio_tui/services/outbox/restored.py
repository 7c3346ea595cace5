"""Protection against sending mail twice after the database was restored or replaced.

A database that was restored from a backup, or a standby that took over without the last seconds,
does not know of mail that left in between and would send it again. This is detected by the
identifier and the timeline of the server, and by a generation number that increases each time a
worker begins to send; each host stores a copy of the number. Mail then stops until an admin resumes
it (`resume`).
"""

from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from studio_tui.config.generations import generation_of, record_generation
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NothingToDo, Unavailable
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.outbox import mail_origin, notifications
from studio_tui.storage.outbox.mail_origin import StoredMailOrigin

_FROM_BACKUP = "it was brought back from a backup"
_OTHER_SERVER = "another database server has taken over"
_OLDER = "an older copy of it was put in its place"
_GENERATION_GAP = 1_000_000
"""Amount by which resuming raises the generation, beyond any number that a host may have seen."""
_MOST = 1_000


class DatabaseReplaced(Unavailable):
    """Mail has stopped, because this is not the database that mail went out of."""


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """Why mail has stopped, and which mails may be sent twice."""

    at: datetime
    """When the change of database was detected."""
    why: str
    since: datetime | None
    """When the newest mail left that the database knows of. It does not know of any later mail."""
    number: int
    """The number of mails that may be sent twice."""
    mails: tuple[Notification, ...]
    """The first of these mails, at most `_MOST`."""


def stopped(studio: Studio) -> StoredMailOrigin | None:
    """Return the stored mail origin if mail has stopped, else None."""
    with studio.store.reading():
        known = mail_origin.origin()
    return known if known is not None and known.restored_at else None


def stop_if_replaced(studio: Studio) -> str:
    """Stop mail if this is not the database that mail went out of. Requires an open unit of work.

    Returns why no mail may leave, which is stored for all workers, or an empty string.
    """
    known = mail_origin.origin()
    if known is None:
        return ""
    if known.restored_at is None:
        why = _why_replaced(studio, known)
        if not why:
            return ""
        known = known._replace(restored_at=studio.now(), why=why)
        mail_origin.store(known)
    return in_words(known)


def begin_sending(studio: Studio) -> None:
    """Start a new generation, because a worker begins to send."""
    if studio.is_temporary:
        return
    with studio.store.writing_unflushed():
        if stop_if_replaced(studio):
            # The database was replaced after the claim: the next claim reports it.
            return
        before = mail_origin.origin() or mail_origin.first("")
        server = before.server or mail_origin.server()
        now = before._replace(server=server, generation=before.generation + 1)
        mail_origin.store(now)
    with suppress(OSError):
        record_generation(_database_key(studio, now), now.generation)


def mark_copied() -> bool:
    """Record that the data was copied here on purpose. Requires an open unit of work.

    Returns whether mail has stopped, as it had in the source database.
    """
    known = mail_origin.origin()
    if known is None:
        return False
    mail_origin.store(known._replace(server="", generation=known.generation + _GENERATION_GAP))
    return known.restored_at is not None


def mark_restored(now: datetime) -> bool:
    """Record that the data comes from a backup. Requires an open unit of work.

    Mail stops if there was any; returns whether it has.
    """
    if not notifications.any_mail():
        return False
    known = mail_origin.origin() or mail_origin.first("")
    mail_origin.store(known._replace(server="", restored_at=now, why=_FROM_BACKUP))
    return True


def in_words(known: StoredMailOrigin) -> str:
    """Return the sentence that says why no mail leaves, and what to do."""
    return (
        f"Mail has stopped: the database is not the one that mail went out of ({known.why}), and "
        "may not know of all that has left; “studio-tui outbox resume” shows what may go twice, "
        "and lets mail go on."
    )


def possible_duplicates(studio: Studio, actor: Actor) -> RestoreReport:
    """Return the mails that leave once mail is resumed and may have left before.

    Raises `NothingToDo` if mail has not stopped.
    """
    require(actor, Action.DROP_MAIL)
    with studio.store.reading():
        known = mail_origin.origin()
        if known is None or known.restored_at is None:
            raise NothingToDo("Nothing to resume: mail has not stopped.")
        ids = notifications.waiting_by(known.restored_at)
        return RestoreReport(
            known.restored_at,
            known.why,
            notifications.last_sent_at(),
            len(ids),
            tuple(notifications.notifications_by_id(ids[:_MOST], studio.now())),
        )


def resume(studio: Studio, actor: Actor) -> RestoreReport:
    """Resume mail; returns the mails that may be sent twice.

    Raises `NothingToDo` if mail has not stopped.
    """
    with studio.store.writing():
        found = possible_duplicates(studio, actor)
        known = mail_origin.origin()
        if known is not None:
            generation = known.generation + _GENERATION_GAP
            here = mail_origin.server()
            mail_origin.store(
                known._replace(server=here, generation=generation, restored_at=None, why="")
            )
        write_activity(
            actor, studio.now(), Verb.RESUME, "outbox", after={"may go twice": found.number}
        )
    return found


def _why_replaced(studio: Studio, known: StoredMailOrigin) -> str:
    """Return why this is not the database that mail went out of; empty if it is."""
    # If the server did not identify itself before, the query would be refused at each claim.
    server = mail_origin.server() if known.server else ""
    if server and server != known.server:
        return _OTHER_SERVER
    seen = generation_of(_database_key(studio, known))
    if known.generation >= seen:
        return ""
    # Another worker of this host may have begun to send since the database was read.
    now = mail_origin.origin()
    return _OLDER if now is None or now.generation < seen else ""


def _database_key(studio: Studio, known: StoredMailOrigin) -> str:
    """Return the key by which a host remembers a database at its location.

    A copy at another location has another key.
    """
    return sha256(f"{known.identity} {studio.store.name}".encode()).hexdigest()[:16]
