"""Processing of returned mail: find which mails of the Studio bounced, and why (N15).

There is no actor: the program acts on behalf of the caller that supplies the mail. It never replies
to a mail.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.bounces import BouncesRead, ReturnedMail, ReturnKind, WaitingMail
from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold
from studio_tui.mail.bounces.envelope_ids import message_id_of
from studio_tui.mail.bounces.report import read_returned
from studio_tui.services.outbox.messages import MessageBuilder
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox import bounces, notifications, sent_messages
from studio_tui.storage.outbox.bounces import SentMail
from studio_tui.storage.people.users import these_users

_BATCH = 100
"""Number of mails that are read from a mailbox at a time."""
_LOCAL = re.compile(r"<(?P<key>[^<>@\s]+)\.[0-9a-f]+@[^<>@\s]+>")


@dataclass(frozen=True, slots=True)
class ProcessedBounces:
    """The result of processing returned mail."""

    read: BouncesRead
    mails: tuple[Notification, ...] = ()
    """The notifications whose mails bounced, in their updated state."""


class Mailbox(Protocol):
    """A source of returned mail, such as an IMAP folder."""

    def batches(self, most: int) -> Iterator[Sequence[WaitingMail]]:
        """Yield the unread mails in batches of at most ``most``.

        The next batch is read only after the previous one was passed to `done`. Raises
        `Unavailable` if the mailbox cannot be reached.
        """

    def done(self, mails: Sequence[WaitingMail]) -> None:
        """Mark ``mails`` as read, so that they are not returned again."""


class BounceReader:
    """Processes returned mail for one Studio.

    Caches the message builder, which makes Message-IDs.
    """

    def __init__(self, studio: Studio) -> None:
        """Raises `Refused` if ``smtp.sender`` is not a valid sender."""
        self._studio = studio
        self._builder = MessageBuilder(studio)

    def process_bounces(self, sources: Iterable[bytes]) -> ProcessedBounces:
        """Read bounce messages and mark the returned mails as bounced, in one transaction.

        Idempotent: a bounce that is read twice counts once.
        """
        returned = [read_returned(source) for source in sources]
        kinds = dict.fromkeys((each.kind for each in returned), 0)
        for each in returned:
            kinds[each.kind] += 1
        read = BouncesRead(kinds)
        came_back = [each for each in returned if each.kind is ReturnKind.BOUNCED]
        if not came_back:
            return ProcessedBounces(read)
        with self._studio.store.reading():
            found = self._matched_mails(came_back)
        read = replace(read, foreign=len(came_back) - len(found))
        new = {mail.id: (mail, each) for mail, each in reversed(found) if not mail.bounced}
        marked = self._mark(list(new.values())) if new else 0
        ids = list(dict.fromkeys(mail.id for mail, _ in found))
        with self._studio.store.reading():
            mails = notifications.notifications_by_id(ids, self._studio.now())
        return ProcessedBounces(
            replace(read, marked=marked, known=len(found) - marked), tuple(mails)
        )

    def process_mailbox(self, mailbox: Mailbox, wanted: Callable[[], bool]) -> BouncesRead:
        """Read all unread mail of a mailbox, until ``wanted`` returns False.

        A batch is marked as read only after its results are committed. If reading is interrupted in
        between, the batch is read again the next time, without effect.
        """
        read = BouncesRead()
        for batch in mailbox.batches(_BATCH):
            readable = [mail for mail in batch if mail.source is not None]
            read += self.process_bounces(mail.source or b"" for mail in readable).read
            read += BouncesRead(unread=len(batch) - len(readable))
            mailbox.done(readable)
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
                facts = {"mails": len(marked)}
                line = write_activity(None, now, Verb.BOUNCE, "outbox", after=facts)
                about_users(line, these_users({mail.recipient_id for mail in marked}))
        return len(marked)

    def _matched_mails(
        self, returned: Sequence[ReturnedMail]
    ) -> list[tuple[SentMail, ReturnedMail]]:
        """Return the bounces that are about a mail of this Studio, each paired with that mail."""
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
            if key in sent and self._was_sent_with(message_id, sent[key])
        }
        matched: list[tuple[SentMail, ReturnedMail]] = []
        for bounce in returned:
            mail = next((ours[each] for each in bounce.message_ids if each in ours), None)
            if mail is not None:
                matched.append((mail, bounce))
        return matched

    def _may_be_ours(self, message_id: str, key: str) -> bool:
        """Return whether a Message-ID contains the digest of this database."""
        local = self._builder.message_id(key).rpartition("@")[0]
        return message_id.rpartition("@")[0] == local

    def _was_sent_with(self, message_id: str, mail: SentMail) -> bool:
        """Return whether ``mail`` was sent with this Message-ID.

        The Message-ID of the stored message counts first: the sender may have changed since.
        """
        kept = sent_messages.sent_message(mail.id) or b""
        return message_id == (message_id_of(kept) or self._builder.message_id(mail.key))
