"""Taking in what comes back: which of our mails bounced, and why (N15).

The program itself acts here, for whoever hands the mail over; nothing is ever answered.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.bounces import BouncesRead, ReturnedMail, ReturnKind, WaitingMail
from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.shared.text import fold
from studio_tui.mail.bounces.envelope_ids import message_id_of
from studio_tui.mail.bounces.report import read_returned
from studio_tui.services.outbox.messages import MessageBuilder
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox import bounces, notifications, worker_queue
from studio_tui.storage.outbox.bounces import SentMail
from studio_tui.storage.people.users import these_users

_BATCH = 100
"""Mails of a mailbox that are read at a time."""
_LOCAL = re.compile(r"<(?P<key>[^<>@\s]+)\.[0-9a-f]+@[^<>@\s]+>")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What taking in some mail came to."""

    read: BouncesRead
    mails: tuple[Notification, ...] = ()
    """The mails of the Studio that a bounce was of, as they are shown from now on."""


class Mailbox(Protocol):
    """Where mail that came back lies."""

    def batches(self, most: int) -> Iterator[Sequence[WaitingMail]]:
        """What was not read yet, up to ``most`` at a time; the next ones once those before are
        `done`. Raises `Unavailable` where it cannot be reached."""

    def done(self, mails: Sequence[WaitingMail]) -> None:
        """These were read, and are not to be read again."""


class BounceReader:
    """Takes in mail for one Studio; remembers how its Message-IDs are made."""

    def __init__(self, studio: Studio) -> None:
        """Raises `Refused` where ``smtp.sender`` is no sender."""
        self._studio = studio
        self._builder = MessageBuilder(studio)

    def take_in(self, sources: Iterable[bytes]) -> TakenIn:
        """Read mails, and let those of ours that came back be shown as bounced, in one transaction.

        The same bounce twice is one.
        """
        returned = [read_returned(source) for source in sources]
        kinds = dict.fromkeys((each.kind for each in returned), 0)
        for each in returned:
            kinds[each.kind] += 1
        read = BouncesRead(kinds)
        came_back = [each for each in returned if each.kind is ReturnKind.BOUNCED]
        if not came_back:
            return TakenIn(read)
        with self._studio.store.reading():
            found = self._ours(came_back)
        read = replace(read, foreign=len(came_back) - len(found))
        new = {mail.id: (mail, each) for mail, each in reversed(found) if not mail.bounced}
        marked = self._mark(list(new.values())) if new else 0
        ids = list(dict.fromkeys(mail.id for mail, _ in found))
        with self._studio.store.reading():
            mails = notifications.notifications_by_id(ids, self._studio.now())
        return TakenIn(replace(read, marked=marked, known=len(found) - marked), tuple(mails))

    def take_in_all(self, mailbox: Mailbox, wanted: Callable[[], bool]) -> BouncesRead:
        """Read all that lies in a mailbox, as long as it is ``wanted``.

        A mail is done with once what it says is written: one that was broken off there is read
        once more, and changes nothing.
        """
        read = BouncesRead()
        for batch in mailbox.batches(_BATCH):
            there = [mail for mail in batch if mail.source is not None]
            read += self.take_in(mail.source or b"" for mail in there).read
            read += BouncesRead(unread=len(batch) - len(there))
            mailbox.done(there)
            if not wanted():
                break
        return read

    def _mark(self, found: Sequence[tuple[SentMail, ReturnedMail]]) -> int:
        with self._studio.store.writing():
            now = self._studio.now()
            marked = [
                mail
                for mail, each in found
                if bounces.mark(mail.id, each.bounce, fold(mail.address), now)
            ]
            if marked:
                told = {"mails": len(marked)}
                line = write_activity(None, now, Verb.BOUNCE, "outbox", after=told)
                about_users(line, these_users({mail.recipient_id for mail in marked}))
        return len(marked)

    def _ours(self, returned: Sequence[ReturnedMail]) -> list[tuple[SentMail, ReturnedMail]]:
        """Of these the ones that are about a mail of this Studio, each with that mail."""
        named = {
            each: found["key"]
            for bounce in returned
            for each in bounce.message_ids
            if (found := _LOCAL.fullmatch(each)) and self._may_be_ours(each, found["key"])
        }
        sent = bounces.sent_by_key(set(named.values()))
        ours = {
            message_id: sent[key]
            for message_id, key in named.items()
            if key in sent and self._is_of(message_id, sent[key])
        }
        matched: list[tuple[SentMail, ReturnedMail]] = []
        for bounce in returned:
            mail = next((ours[each] for each in bounce.message_ids if each in ours), None)
            if mail is not None:
                matched.append((mail, bounce))
        return matched

    def _may_be_ours(self, message_id: str, key: str) -> bool:
        """Whether a Message-ID has the digest of this database."""
        local = self._builder.message_id(key).rpartition("@")[0]
        return message_id.rpartition("@")[0] == local

    def _is_of(self, message_id: str, mail: SentMail) -> bool:
        """Whether it is the one that a mail went with: the sender may be another by now."""
        kept = worker_queue.sent_message(mail.id) or b""
        return message_id == (message_id_of(kept) or self._builder.message_id(mail.key))
