"""The JSON of mail and workers: part of the contract in ``docs/commands.md``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.times import iso
from studio_tui.domain.outbox.bounces import BouncesRead, ReturnKind
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.pushes.push import SkippedPerson

if TYPE_CHECKING:
    # These modules write mail. Commands that show no mail do not import them.
    from studio_tui.mail.compose.rendering import RenderedMail
    from studio_tui.services.outbox.dry_run import DryRun
    from studio_tui.services.outbox.outbox import Health, ReadMail
    from studio_tui.services.outbox.restored import RestoreReport
    from studio_tui.services.outbox.undo import UndoableAct
    from studio_tui.services.outbox.workers import SeenWorker
    from studio_tui.services.system.context import Studio


def dry_run(studio: Studio, run: DryRun, skipped: Iterable[SkippedPerson]) -> Shape:
    """Return the JSON of a dry run: recipients with reasons, people left out, and mails (P14)."""
    return {
        "notifications": [
            {
                **dry_run_mail(studio, each),
                "about": [{"login": u, "reason": run.reason(each, u)} for u in each.about],
            }
            for each in run.notifications
        ],
        "skipped": [asdict(each) for each in skipped],
        "mails": [
            {
                "kind": sample.kind,
                "capacity": sample.capacity,
                "recipient": sample.recipient,
                **rendered(sample.rendered),
            }
            for sample in run.samples
        ],
    }


def dry_run_mail(studio: Studio, of: Notification) -> Shape:
    """Return the JSON of a mail in a dry run: its kind, its recipient and when it is due."""
    return {
        "kind": of.kind,
        "capacity": of.capacity,
        "to": of.to,
        "recipient": of.recipient,
        "due_at": iso(studio, of.due_at),
    }


def resumed(studio: Studio, of: RestoreReport | None, message_ids: dict[int, str]) -> Shape:
    """Return the JSON of why mail was stopped, and of the mails that may be sent twice.

    ``of`` is None if mail was not stopped.
    """
    return {
        "stopped_at": iso(studio, of.at) if of else None,
        "why": of.why if of else None,
        "last_sent_at": iso(studio, of.since) if of else None,
        "may_go_twice": of.number if of else 0,
        "notifications": (
            [notification(studio, each, message_ids[each.id]) for each in of.mails] if of else []
        ),
    }


def worker(studio: Studio, of: SeenWorker) -> Shape:
    """Return the JSON of a worker with the mails that it holds and since when."""
    known = of.known
    return {
        "id": known.lease,
        "state": of.state,
        "host": known.host or None,
        "version": known.version or None,
        "pid": known.pid,
        "started_at": iso(studio, known.started_at),
        "seen_at": iso(studio, known.seen_at),
        "mails": known.mails,
        "since": iso(studio, known.since),
        "until": iso(studio, known.until),
    }


def bounces_read(of: BouncesRead) -> Shape:
    """Return the JSON of reading bounces: the number of mails of each kind (N15)."""
    return {
        "read": of.read,
        "bounced": of.kinds.get(ReturnKind.BOUNCED, 0),
        "new": of.marked,
        "known": of.known,
        "foreign": of.foreign,
        "delayed": of.kinds.get(ReturnKind.DELAYED, 0),
        "delivered": of.kinds.get(ReturnKind.DELIVERED, 0),
        "automatic": of.kinds.get(ReturnKind.AUTOMATIC, 0),
        "replies": of.kinds.get(ReturnKind.REPLY, 0),
        "other": of.kinds.get(ReturnKind.OTHER, 0),
        "unread": of.unread,
    }


def rendered(of: RenderedMail) -> Shape:
    """Return the JSON of the text of a mail."""
    return {
        "language": of.language,
        "subject": of.subject,
        "plain": of.plain,
        "html": of.html,
    }


def undoable(studio: Studio, of: UndoableAct) -> Shape:
    """Return the JSON of an act that can be undone (N5)."""
    return {
        "action": of.action,
        "push": of.push,
        "mails": of.mails,
        "leaves_at": iso(studio, of.leaves_at),
    }


def health(studio: Studio, of: Health) -> Shape:
    """Return the JSON of whether mail is being sent."""
    address, words = of.last_error or (None, None)
    return {
        "counts": {state: of.counts.get(state, 0) for state in NotificationState},
        "waiting_since": iso(studio, of.waiting_since),
        "sending": [
            {"worker": each.lease, "mails": each.mails, "until": iso(studio, each.until)}
            for each in of.sending
        ],
        "last_sent_at": iso(studio, of.last_sent_at),
        "last_error": {"to": address, "words": words} if of.last_error else None,
        "stopped": _stopped(studio, of),
        "limited": _limited(studio, of),
    }


def _limited(studio: Studio, of: Health) -> Shape | None:
    found = of.limited
    if found is None:
        return None
    return {
        "waiting": found.waiting,
        "beyond_today": found.beyond_today,
        "done_at": iso(studio, found.done_at),
    }


def _stopped(studio: Studio, of: Health) -> Shape | None:
    if of.stopped is None:
        return None
    fault, code, words, since = of.stopped
    return {"fault": fault, "code": code, "words": words, "since": iso(studio, since)}


def notification(studio: Studio, of: Notification, message_id: str) -> Shape:
    """Return the JSON of a row of the outbox (N10)."""
    return {
        "id": of.id,
        "kind": of.kind,
        "state": of.state,
        "to": of.to,
        "recipient": of.recipient,
        "push": of.push or None,
        "about": of.about,
        "message_id": message_id,
        "due_at": iso(studio, of.due_at),
        "attempts": of.attempts,
        "sent_at": iso(studio, of.sent_at),
        "error": of.error,
        "bounced_at": iso(studio, of.bounced_at),
        "bounce": {"code": of.bounce.code or None, "words": of.bounce.words} if of.bounce else None,
    }


def mail(studio: Studio, of: ReadMail) -> Shape:
    """Return the JSON of a mail as it was sent, or as it would be sent at the moment."""
    return {
        **notification(studio, of.notification, of.message_id),
        "from": of.sender,
        "date": of.date or None,
        "subject": of.subject,
        "plain": of.plain,
        "html": of.html,
    }
