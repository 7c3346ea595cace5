"""A local folder that accepts mail instead of a server, for demos and for inspection."""

import asyncio
import mailbox
from collections.abc import Iterator
from pathlib import Path

from studio_tui.config.private_files import make_folder
from studio_tui.domain.shared.errors import Refused
from studio_tui.mail.transport.addresses import deliverable
from studio_tui.mail.transport.outcomes import (
    ClearToSend,
    Delivered,
    Fault,
    Outcome,
    Rejected,
    RelayDown,
    send_immediately,
)


class MailFolder:
    """A `Transport` that stores mail in a Maildir, created when the first mail arrives.

    Only its owner can read it; any mail program can open it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(
        self,
        sender: str,
        recipient: str,
        message: bytes,
        clear_to_send: ClearToSend = send_immediately,
    ) -> Outcome:
        """Store ``message``, with the addresses of its envelope as headers."""
        try:
            envelope = f"Return-Path: <{deliverable(sender)}>\r\n"
            envelope += f"Delivered-To: {deliverable(recipient)}\r\n"
        except Refused as refused:
            return Rejected(None, refused.message)
        await clear_to_send()
        try:
            await asyncio.to_thread(self._keep, envelope.encode() + message)
        except OSError as error:
            return RelayDown(Fault.UNREACHABLE, None, f"{self._path}: {error.strerror}.")
        return Delivered(250, f"kept in {self._path}")

    async def close(self) -> None:
        """Do nothing: no resource is held open."""

    def messages(self) -> Iterator[bytes]:
        """Yield all stored mails in arbitrary order; none if the folder does not exist."""
        if self._path.is_dir():
            folder = mailbox.Maildir(self._path, create=False)
            yield from (folder.get_bytes(key) for key in folder.iterkeys())

    def find(self, message_id: str) -> bytes | None:
        """Return the mail with this Message-ID, which includes the angle brackets, or None."""
        header = f"Message-ID: {message_id}".encode()
        for message in self.messages():
            if header in message.partition(b"\n\n")[0].splitlines():
                return message
        return None

    def _keep(self, message: bytes) -> None:
        make_folder(self._path.parent)
        mailbox.Maildir(self._path).add(message)
