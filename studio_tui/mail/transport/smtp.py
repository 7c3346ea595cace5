"""A connection to the mail server (N7): connect, log in, hand over mail and report the outcome.

Nothing is retried here, with two exceptions: a connection that the server closed while it was idle
is opened again, and a mail that is refused on a connection that has carried mail is offered over a
new one, because a server may end a session without closing it. How to react to an outcome is the
worker's decision.
"""

import asyncio
from contextlib import suppress
from ssl import SSLError
from typing import cast

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException

from studio_tui.config.settings import Security, Smtp
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.bounces.envelope_ids import envelope_id, xtext
from studio_tui.mail.oauth2.tokens import Tokens
from studio_tui.mail.secrets import Secret
from studio_tui.mail.transport.addresses import deliverable, sender_from
from studio_tui.mail.transport.login import Login, LoginFailed, TokenRefused
from studio_tui.mail.transport.outcomes import (
    ClearToSend,
    Deferred,
    Delivered,
    Fault,
    Outcome,
    Rejected,
    RelayDown,
    send_immediately,
)
from studio_tui.mail.transport.pipelining import ConnectionBroken, Dialogue, Reply
from studio_tui.mail.transport.refusals import About, Stage, about
from studio_tui.mail.transport.tls import context_of
from studio_tui.mail.transport.tls_probe import is_plain, speaks_tls

_LONGEST_WORDS = 500
_WANTED = ("pipelining", "smtputf8", "dsn")
"""Extensions that are used if the server offers them."""
_MAIL, _RCPT, _DATA = range(3)
"""The commands that offer a mail, in order."""
_ACCEPTED = 250
_START_INPUT = 354
_CLOSING = 421
_LOGIN_NEEDED = frozenset({530, 534, 535, 538})
# The server is out of step with the dialogue, which is not due to the mail.
_OUT_OF_STEP = frozenset({500, 502, 503})
# No answer, an unknown host, a broken connection, or an invalid host name.
_BROKEN = (SMTPException, OSError, ValueError)
_NO_EHLO = frozenset({500, 502})
"""Replies of a server that supports only HELO (RFC 5321, 4.1.4)."""
_GOODBYE_SECONDS = 5
_SILENCE = 3.0
"""Seconds without a greeting after which the server is probed for TLS."""
_SKIPPED_RETRIES = 20
"""Number of equal refusals that are not retried over a new connection, once such a retry has
failed. An example is a server that defers every unknown sender."""
_FAULTS: DefaultTable[About, Fault | None] = DefaultTable(
    {
        About.SENDER: Fault.SENDER,
        About.LOGIN: Fault.LOGIN,
        About.ACCOUNT: Fault.ACCOUNT,
        About.QUOTA: Fault.QUOTA,
        About.NAME: Fault.NAME,
        About.HOST: Fault.HOST,
        About.TLS: Fault.TLS,
        About.CONNECTIONS: Fault.BUSY,
    },
    otherwise=None,
)
"""The fault for each subject that concerns all mail (N13)."""
_OF_THIS_MAIL = frozenset({About.RECIPIENT, About.MESSAGE})
_STAGES = (Stage.MAIL, Stage.RCPT, Stage.DATA)


class _Stopped(Exception):
    """The dialogue ended before the mail was delivered."""

    def __init__(
        self,
        outcome: Rejected | Deferred | RelayDown,
        *,
        unclear: bool = False,
        about: About | None = None,
    ) -> None:
        """``unclear``: none of several commands that were sent at once was answered.

        The fault may then be due to any of them. ``about`` is the subject, if the outcome has none.
        """
        super().__init__(outcome)
        self.outcome = outcome
        self.unclear = unclear
        if about is None:
            about = About.SERVER if isinstance(outcome, RelayDown) else outcome.about
        self.about = about


class SmtpConnection:
    """A `Transport` to the server of ``settings``. Connects when the first mail is sent.

    If the server offers PIPELINING, sender, recipient and DATA are sent in one round trip.
    """

    def __init__(
        self, settings: Smtp, password: Secret | None = None, tokens: Tokens | None = None
    ) -> None:
        """``tokens`` are used to log in if ``settings`` require them (OAuth 2)."""
        self._settings = settings
        self._login = Login(settings, password, tokens)
        self._dialogue: Dialogue | None = None
        self._extensions: frozenset[str] = frozenset()
        self._most_bytes = 0
        self._carried = 0
        self._skip_retries: dict[str, int] = {}
        self._is_probed = False

    async def send(
        self,
        sender: str,
        recipient: str,
        message: bytes,
        clear_to_send: ClearToSend = send_immediately,
    ) -> Outcome:
        """Hand over ``message``, with its headers, from one bare address to another.

        The content is sent only after ``clear_to_send`` returns.
        """
        try:
            envelope = deliverable(sender), deliverable(recipient)
        except Refused as refused:
            return Rejected(None, refused.message)
        if self.is_open and 0 < self._settings.per_connection <= self._carried:
            await self.close()
        was_open, carried = self.is_open, self._carried if self.is_open else 0
        try:
            return await self._send_once(*envelope, message, clear_to_send, together=True)
        except _Stopped as stopped:
            first = stopped
        if not await self._may_retry(first, was_open, carried):
            return first.outcome
        try:
            # Send one command at a time, to find the command that the server refuses.
            return await self._send_once(*envelope, message, clear_to_send, together=False)
        except _Stopped as stopped:
            if (refusal := _key(first.outcome)) == _key(stopped.outcome):
                self._skip_retries[refusal] = _SKIPPED_RETRIES
            return stopped.outcome

    async def _may_retry(self, stopped: _Stopped, was_open: bool, carried: int) -> bool:
        """Return whether a new connection may succeed. If so, the old one is closed."""
        outcome = stopped.outcome
        if isinstance(outcome, RelayDown) and outcome.fault is Fault.UNREACHABLE:
            return was_open or stopped.unclear
        if outcome.code is None or stopped.about in _OF_THIS_MAIL or not carried:
            return False
        key = _key(outcome)
        if stopped.about is not About.SESSION and self._skip_retries.get(key, 0):
            self._skip_retries[key] -= 1
            return False
        # Quit, so that a server that counts connections no longer counts this one.
        await self.close()
        return True

    @property
    def place(self) -> str:
        """Host and port of the server."""
        return f"{self._settings.host}:{self._settings.port}"

    async def check(self) -> RelayDown | None:
        """Connect and log in without sending.

        Returns the fault that keeps all mail from leaving, or None.
        """
        try:
            await self._opened()
        except _Stopped as stopped:
            return stopped.outcome if isinstance(stopped.outcome, RelayDown) else None
        return None

    async def close(self) -> None:
        """Quit the session, if the server still responds, and close the connection."""
        if self._dialogue is not None:
            with suppress(ConnectionBroken, TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await self._dialogue.quit()
        self._drop()
        # The event loop may end right after this, and closes the socket in its next iteration.
        await asyncio.sleep(0)

    @property
    def is_open(self) -> bool:
        """Whether the connection is open and logged in."""
        return self._dialogue is not None and self._dialogue.is_open

    async def _send_once(
        self,
        sender: str,
        recipient: str,
        message: bytes,
        clear_to_send: ClearToSend,
        *,
        together: bool,
    ) -> Delivered:
        try:
            dialogue = await self._opened()
            self._require_size(message)
            commands = self._commands(sender, recipient, message)
            together = together and "pipelining" in self._extensions
            envelope = sender, recipient
            await self._offer(dialogue, commands, envelope, together=together)
            await clear_to_send()
            return await self._hand_over(dialogue, message, envelope)
        except _Stopped:
            raise
        except BaseException:
            # If sending is cancelled, the next replies of the server belong to this mail: drop the
            # connection.
            self._drop()
            raise

    def _require_size(self, message: bytes) -> None:
        if 0 < self._most_bytes < len(message):
            words = (
                f"The mail is {len(message):,} bytes long, and the mail server takes "
                f"{self._most_bytes:,} at most."
            )
            raise _Stopped(Rejected(None, words, About.MESSAGE))

    def _commands(self, sender: str, recipient: str, message: bytes) -> tuple[bytes, ...]:
        utf8 = b"" if recipient.isascii() else b" SMTPUTF8"
        if utf8 and "smtputf8" not in self._extensions:
            words = "The mail server does not take addresses outside ASCII (SMTPUTF8)."
            raise _Stopped(Rejected(None, words))
        of_mail, of_recipient = self._report_wanted(recipient, message)
        return (
            b"MAIL FROM:<%b>%b%b" % (sender.encode(), utf8, of_mail),
            b"RCPT TO:<%b>%b" % (recipient.encode(), of_recipient),
            b"DATA",
        )

    def _report_wanted(self, recipient: str, message: bytes) -> tuple[bytes, bytes]:
        """Return the DSN parameters of the sender and of the recipient (N15, RFC 3461).

        A delivery report then names the mail. Both are empty if the server does not support DSN.
        """
        if "dsn" not in self._extensions:
            return b"", b""
        known_by = envelope_id(message)
        named = f" ENVID={known_by}".encode() if known_by else b""
        original = f" ORCPT=rfc822;{xtext(recipient)}".encode() if recipient.isascii() else b""
        return b" RET=HDRS" + named, original

    async def _offer(
        self,
        dialogue: Dialogue,
        commands: tuple[bytes, ...],
        envelope: tuple[str, str],
        *,
        together: bool,
    ) -> None:
        """Offer a mail to the server, up to the first refusal."""
        for step, command in enumerate(commands):
            try:
                if not together:
                    dialogue.write_commands(command)
                elif step == _MAIL:
                    dialogue.write_commands(*commands)
                reply = await dialogue.reply()
            except ConnectionBroken as broken:
                raise self._unanswered(step, broken, together) from broken
            if reply.code != _START_INPUT if step == _DATA else reply.code // 100 != 2:
                stopped = self._refused(_STAGES[step], reply, envelope)
                await self._start_over(dialogue, step, len(commands) - 1 - step if together else 0)
                raise stopped

    async def _hand_over(
        self, dialogue: Dialogue, message: bytes, envelope: tuple[str, str]
    ) -> Delivered:
        try:
            dialogue.write_message(message)
        except ConnectionBroken as broken:
            # Nothing was written: the connection was idle for too long.
            raise self._broken(broken) from broken
        try:
            reply = await dialogue.reply()
        except ConnectionBroken as broken:
            raise self._broken(broken, uncertain=True) from broken
        if reply.code != _ACCEPTED:
            stopped = self._refused(Stage.MESSAGE, reply, envelope)
            await self._start_over(dialogue, _DATA, 0)
            raise stopped
        self._carried += 1
        return Delivered(reply.code, self._words(reply.text))

    def _unanswered(self, step: int, broken: ConnectionBroken, together: bool) -> _Stopped:
        if step == _MAIL:
            return self._down(Fault.UNREACHABLE, broken, unclear=together, crowded=True)
        return self._broken(broken)

    def _refused(self, stage: Stage, reply: Reply, envelope: tuple[str, str]) -> _Stopped:
        """Return the outcome of a refusal, by its subject (N13).

        A connection that is out of step, or about to be closed, is dropped.
        """
        sender, recipient = envelope
        subject = about(stage, reply.text, sender=sender, recipient=recipient)
        if reply.code in _LOGIN_NEEDED and subject not in (About.TLS, About.ACCOUNT):
            subject = About.LOGIN
        words = self._words(reply.text)
        out_of_step = reply.code < 400 or reply.code in _OUT_OF_STEP
        if reply.code == _CLOSING or out_of_step:
            self._drop()
        fault = None if out_of_step and subject is About.NAME else _FAULTS[subject]
        if fault is None and stage is Stage.MAIL and not out_of_step:
            fault = self._fault_at_mail(subject, reply)
        if fault is not None:
            crowded = subject is About.CONNECTIONS or fault is Fault.UNREACHABLE
            return _Stopped(
                RelayDown(fault, reply.code, words, crowded, reply.code != _CLOSING), about=subject
            )
        if reply.code // 100 == 5 and not out_of_step and subject is not About.SESSION:
            return _Stopped(Rejected(reply.code, words, subject))
        return _Stopped(Deferred(reply.code, words, reply.code < 400, subject))

    def _fault_at_mail(self, subject: About, reply: Reply) -> Fault | None:
        """Return the fault of a refusal at MAIL FROM, at which the recipient cannot be the reason.

        Returns None if the refusal may be about this mail only, or is temporary.
        """
        if reply.code == _CLOSING:
            return Fault.UNREACHABLE
        if reply.code // 100 != 5 or subject in (About.SESSION, About.MESSAGE):
            return None
        return Fault.BUSY if subject is About.SERVER else Fault.SENDER

    async def _start_over(self, dialogue: Dialogue, refused: int, unread: int) -> None:
        """Reset the connection for the next mail, or drop it.

        ``unread`` replies follow the ``refused`` one, to commands that were sent together with it.
        """
        if not dialogue.is_open:
            return
        try:
            replies = [await dialogue.reply() for _ in range(unread)]
            if replies and replies[-1].code == _START_INPUT:
                # The server waits for a message, although no recipient was accepted. If that is not
                # certain, the dot must not be sent: it would end a message.
                if refused != _RCPT:
                    raise ConnectionBroken
                dialogue.write_commands(b".")
                await dialogue.reply()
            dialogue.write_commands(b"RSET")
            if (await dialogue.reply()).code // 100 != 2:
                raise ConnectionBroken
        except ConnectionBroken:
            self._drop()

    async def _opened(self) -> Dialogue:
        if self._dialogue is not None and self._dialogue.is_open:
            return self._dialogue
        smtp = await self._logged_in()
        self._extensions = frozenset(filter(smtp.supports_extension, _WANTED))
        most = smtp.esmtp_extensions.get("size", "")
        self._most_bytes = int(most) if most.isascii() and most.isdigit() else 0
        self._carried = 0
        transport = cast(asyncio.Transport, smtp.transport)
        self._dialogue = Dialogue(transport, self._settings.timeout)
        return self._dialogue

    async def _logged_in(self) -> SMTP:
        try:
            return await self._connected_once()
        except TokenRefused:
            # The token may have been revoked or expired: try a new one, once.
            try:
                return await self._connected_once()
            except TokenRefused as refused:
                raise self._not_logged_in(refused.answer, refused.words) from None

    async def _connected_once(self) -> SMTP:
        smtp = self._unconnected()
        try:
            await self._connect(smtp)
            await self._log_in(smtp)
            if smtp.transport is None:
                raise self._down(Fault.UNREACHABLE, "The mail server closed the connection.")
        except BaseException:
            if smtp.transport is not None:
                cast(asyncio.Transport, smtp.transport).abort()
            smtp.close()
            raise
        return smtp

    def _unconnected(self) -> SMTP:
        settings = self._settings
        if not settings.host:
            words = "No mail server is set up: set host in [smtp] of config.toml."
            raise _Stopped(RelayDown(Fault.UNREACHABLE, None, words))
        try:
            context = context_of(settings)
        except Refused as refused:
            raise self._down(Fault.TLS, refused.message) from None
        source = settings.source_address
        return SMTP(
            hostname=settings.host,
            port=settings.port,
            timeout=settings.timeout,
            local_hostname=self._name(),
            use_tls=settings.security is Security.TLS,
            start_tls=False,
            tls_context=context,
            source_address=(source, 0) if source else None,
        )

    def _name(self) -> str | None:
        """Return the name for EHLO; None for the name of this host."""
        if self._settings.helo or not self._settings.sender:
            return self._settings.helo or None
        with suppress(Refused):
            return sender_from(self._settings.sender).domain
        return None

    async def _connect(self, smtp: SMTP) -> None:
        try:
            await self._greeted(smtp)
        except _BROKEN as error:
            raise self._not_connected(error) from error
        await self._say_hello(smtp)
        if self._settings.security is not Security.STARTTLS:
            return
        try:
            await smtp.starttls()
            await smtp.ehlo()
        except _BROKEN as error:
            raise self._down(Fault.TLS, error) from error

    async def _greeted(self, smtp: SMTP) -> None:
        """Connect. If the server sends no greeting, probe once whether it expects TLS."""
        connecting = asyncio.ensure_future(smtp.connect())
        settings = self._settings
        try:
            silence = min(_SILENCE, settings.timeout / 2)
            if settings.security is not Security.TLS and not self._is_probed:
                await asyncio.wait({connecting}, timeout=silence)
                if not connecting.done() and smtp.transport is not None:
                    self._is_probed = True
                    if await speaks_tls(settings.host, settings.port, silence):
                        where = f"{settings.host}:{settings.port}"
                        words = f'{where} speaks TLS at once: set smtp.security = "tls".'
                        raise self._down(Fault.TLS, words)
            await connecting
        finally:
            connecting.cancel()

    def _not_connected(self, error: Exception) -> _Stopped:
        cause = error.__cause__
        if is_plain(cause):
            where = f"{self._settings.host}:{self._settings.port}"
            words = f'{where} speaks no TLS at first: set smtp.security = "starttls" ({error}).'
            return self._down(Fault.TLS, words)
        if isinstance(cause, SSLError):
            return self._down(Fault.TLS, error)
        return self._connection_refused(Stage.CONNECT, error)

    async def _say_hello(self, smtp: SMTP) -> None:
        try:
            try:
                await smtp.ehlo()
            except SMTPHeloError as error:
                if error.code not in _NO_EHLO:
                    raise
                await smtp.helo()
        except _BROKEN as error:
            raise self._connection_refused(Stage.HELO, error) from error

    def _connection_refused(self, stage: Stage, error: Exception) -> _Stopped:
        """Return the outcome of a refusal before any mail was offered."""
        code = error.code if isinstance(error, SMTPResponseException) else None
        if code is None:
            return self._down(Fault.UNREACHABLE, error, crowded=True)
        subject = about(stage, str(getattr(error, "message", "")))
        if subject is About.HOST:
            return self._down(Fault.HOST, error)
        by_name = stage is Stage.HELO and code // 100 == 5 and subject is not About.CONNECTIONS
        if by_name or subject is About.NAME:
            return self._down(Fault.NAME, error)
        return self._down(Fault.UNREACHABLE, error, crowded=True)

    async def _log_in(self, smtp: SMTP) -> None:
        try:
            await self._login.log_in(smtp)
        except LoginFailed as error:
            raise self._down(error.fault, str(error)) from None
        except SMTPResponseException as error:
            raise self._not_logged_in(error) from None
        except _BROKEN as error:
            raise self._down(Fault.UNREACHABLE, error, crowded=True) from None

    def _not_logged_in(self, error: SMTPResponseException, words: str = "") -> _Stopped:
        said = Reply(error.code, words or error.message)
        if about(Stage.LOGIN, error.message) is About.ACCOUNT:
            return self._down(Fault.ACCOUNT, said)
        if error.code // 100 == 4:
            return self._down(Fault.UNREACHABLE, said, crowded=True)
        return self._down(Fault.LOGIN, said)

    def _down(
        self,
        fault: Fault,
        reason: Reply | Exception | str,
        *,
        unclear: bool = False,
        crowded: bool = False,
    ) -> _Stopped:
        self._drop()
        code: int | None = getattr(reason, "code", None)
        words = getattr(reason, "text", None) or getattr(reason, "message", None) or str(reason)
        down = RelayDown(fault, code, self._words(words), crowded)
        return _Stopped(down, unclear=unclear)

    def _broken(self, error: ConnectionBroken, *, uncertain: bool = False) -> _Stopped:
        self._drop()
        return _Stopped(Deferred(None, self._words(str(error)), uncertain, About.SERVER))

    def _drop(self) -> None:
        if self._dialogue is not None:
            self._dialogue.drop()
        self._dialogue = None

    def _words(self, text: str) -> str:
        """Return a reply on one line, with passwords and tokens masked."""
        return self._login.without_secrets(clean_line(text))[:_LONGEST_WORDS]


def _key(outcome: Rejected | Deferred | RelayDown) -> str:
    """Return the key under which two refusals are equal: the code and the enhanced code, if any."""
    first = outcome.words.split(" ", 1)[0]
    return f"{outcome.code} {first if first[:1].isdigit() else ''}"
