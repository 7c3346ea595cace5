"""One connection to the mail server (N7): connect, log in, hand over, and say what came of it.

Nothing is tried twice here, with two exceptions: a connection which the server closed while it lay
idle is opened again, and what a connection that has carried mail is refused goes over a new one,
because a server may end a session without closing it. What to do about an outcome is the worker's
to decide.
"""

import asyncio
from contextlib import suppress
from ssl import SSLError
from typing import cast

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException

from studio_tui.config.settings import Security, Smtp
from studio_tui.domain.shared.enum_tables import OfSome
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.bounces.envelope_ids import envelope_id, xtext
from studio_tui.mail.oauth2.tokens import Tokens
from studio_tui.mail.secrets import Secret
from studio_tui.mail.transport.addresses import deliverable, sender_from
from studio_tui.mail.transport.login import Login, NoLogin, TokenRefused
from studio_tui.mail.transport.outcomes import (
    ClearToSend,
    Deferred,
    Delivered,
    Fault,
    Outcome,
    Rejected,
    RelayDown,
    at_once,
)
from studio_tui.mail.transport.pipelining import Broken, Dialogue, Reply
from studio_tui.mail.transport.refusals import About, Stage, about
from studio_tui.mail.transport.tls import context_of
from studio_tui.mail.transport.tls_probe import is_plain, speaks_tls

_LONGEST_WORDS = 500
_WANTED = ("pipelining", "smtputf8", "dsn")
"""Extensions that are used where the server offers them."""
_MAIL, _RCPT, _DATA = range(3)
"""The commands that offer a mail, in order."""
_TAKEN = 250
_GO_ON = 354
_CLOSING = 421
_LOGIN_NEEDED = frozenset({530, 534, 535, 538})
# The server lost the thread of the dialogue: that is not the mail's fault.
_OUT_OF_STEP = frozenset({500, 502, 503})
# No answer, no such host, a broken connection, a host name that is none.
_BROKEN = (SMTPException, OSError, ValueError)
_NO_EHLO = frozenset({500, 502})
"""A server that knows HELO only (RFC 5321, 4.1.4)."""
_GOODBYE_SECONDS = 5
_SILENCE = 3.0
"""Seconds without a greeting, after which it is asked whether the server speaks TLS."""
_IN_VAIN = 20
"""So many refusals are not tried over a new connection, after one for which that changed nothing:
such as a server that lets every unknown sender come back later."""
_FAULTS: OfSome[About, Fault | None] = OfSome(
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
"""What is about everybody's mail (N13), and what is then wrong."""
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
        """``unclear``: of commands sent at once none was answered, so that it may be any of
        them. ``about``: what it is about, where the outcome does not say."""
        super().__init__(outcome)
        self.outcome = outcome
        self.unclear = unclear
        if about is None:
            about = About.SERVER if isinstance(outcome, RelayDown) else outcome.about
        self.about = about


class SmtpConnection:
    """A `Transport` to the server of ``settings``; connects when the first mail is sent.

    Where the server offers PIPELINING, sender, recipient and DATA go in one turn.
    """

    def __init__(
        self, settings: Smtp, password: Secret | None = None, tokens: Tokens | None = None
    ) -> None:
        """``tokens`` are those to log in with, where ``settings`` say so (OAuth 2)."""
        self._settings = settings
        self._login = Login(settings, password, tokens)
        self._dialogue: Dialogue | None = None
        self._extensions: frozenset[str] = frozenset()
        self._most_bytes = 0
        self._carried = 0
        self._in_vain: dict[str, int] = {}
        self._is_probed = False

    async def send(
        self, sender: str, recipient: str, message: bytes, clear_to_send: ClearToSend = at_once
    ) -> Outcome:
        """Hand over ``message``: headers and all, from one bare address to another, once it may
        ``clear_to_send``."""
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
        if not await self._may_go_on(first, was_open, carried):
            return first.outcome
        try:
            # Step by step: so it is known for certain what the server stops at.
            return await self._send_once(*envelope, message, clear_to_send, together=False)
        except _Stopped as stopped:
            if (refusal := _key(first.outcome)) == _key(stopped.outcome):
                self._in_vain[refusal] = _IN_VAIN
            return stopped.outcome

    async def _may_go_on(self, stopped: _Stopped, was_open: bool, carried: int) -> bool:
        """Whether a new connection may get further; the old one is closed then."""
        outcome = stopped.outcome
        if isinstance(outcome, RelayDown) and outcome.fault is Fault.UNREACHABLE:
            return was_open or stopped.unclear
        if outcome.code is None or stopped.about in _OF_THIS_MAIL or not carried:
            return False
        key = _key(outcome)
        if stopped.about is not About.SESSION and self._in_vain.get(key, 0):
            self._in_vain[key] -= 1
            return False
        # A server that counts connections is to know that this one is over.
        await self.close()
        return True

    @property
    def place(self) -> str:
        """The server, as host and port."""
        return f"{self._settings.host}:{self._settings.port}"

    async def check(self) -> RelayDown | None:
        """Connect and log in without sending: what keeps all mail from leaving, or None."""
        try:
            await self._opened()
        except _Stopped as stopped:
            return stopped.outcome if isinstance(stopped.outcome, RelayDown) else None
        return None

    async def close(self) -> None:
        """Take leave of the server, if it still listens."""
        if self._dialogue is not None:
            with suppress(Broken, TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await self._dialogue.quit()
        self._drop()
        # The loop may end right after this: a socket is closed in its next turn.
        await asyncio.sleep(0)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, with somebody logged in."""
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
            self._require_room(message)
            commands = self._commands(sender, recipient, message)
            together = together and "pipelining" in self._extensions
            envelope = sender, recipient
            await self._offer(dialogue, commands, envelope, together=together)
            await clear_to_send()
            return await self._hand_over(dialogue, message, envelope)
        except _Stopped:
            raise
        except BaseException:
            # Cancelled in the middle: what the server answers next would be for this mail.
            self._drop()
            raise

    def _require_room(self, message: bytes) -> None:
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
        """What a report that the mail came back is to name (N15, RFC 3461): parameters of the
        sender and of the recipient, nothing where the server does not know them."""
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
        """Ask whether the server takes a mail, up to its first no."""
        for step, command in enumerate(commands):
            try:
                if not together:
                    dialogue.say(command)
                elif step == _MAIL:
                    dialogue.say(*commands)
                reply = await dialogue.reply()
            except Broken as broken:
                raise self._unanswered(step, broken, together) from broken
            if reply.code != _GO_ON if step == _DATA else reply.code // 100 != 2:
                stopped = self._refused(_STAGES[step], reply, envelope)
                await self._start_over(dialogue, step, len(commands) - 1 - step if together else 0)
                raise stopped

    async def _hand_over(
        self, dialogue: Dialogue, message: bytes, envelope: tuple[str, str]
    ) -> Delivered:
        try:
            dialogue.say_message(message)
        except Broken as broken:
            # Nothing was written: it waited for too long.
            raise self._broken(broken) from broken
        try:
            reply = await dialogue.reply()
        except Broken as broken:
            raise self._broken(broken, uncertain=True) from broken
        if reply.code != _TAKEN:
            stopped = self._refused(Stage.MESSAGE, reply, envelope)
            await self._start_over(dialogue, _DATA, 0)
            raise stopped
        self._carried += 1
        return Delivered(reply.code, self._words(reply.text))

    def _unanswered(self, step: int, broken: Broken, together: bool) -> _Stopped:
        if step == _MAIL:
            return self._down(Fault.UNREACHABLE, broken, unclear=together, crowded=True)
        return self._broken(broken)

    def _refused(self, stage: Stage, reply: Reply, envelope: tuple[str, str]) -> _Stopped:
        """What a refusal means, by what it can be about (N13).

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
        """Where only the sender was named, no recipient can be the reason."""
        if reply.code == _CLOSING:
            return Fault.UNREACHABLE
        if reply.code // 100 != 5 or subject in (About.SESSION, About.MESSAGE):
            return None
        return Fault.BUSY if subject is About.SERVER else Fault.SENDER

    async def _start_over(self, dialogue: Dialogue, refused: int, unread: int) -> None:
        """Make the connection fit for the next mail, or drop it.

        Commands that were sent together with the ``refused`` one have replies that are
        ``unread``.
        """
        if not dialogue.is_open:
            return
        try:
            replies = [await dialogue.reply() for _ in range(unread)]
            if replies and replies[-1].code == _GO_ON:
                # It waits for a message to nobody, though. Where it is not certain that there is
                # nobody, nothing must be said that ends a message.
                if refused != _RCPT:
                    raise Broken
                dialogue.say(b".")
                await dialogue.reply()
            dialogue.say(b"RSET")
            if (await dialogue.reply()).code // 100 != 2:
                raise Broken
        except Broken:
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
            # It may have been taken back, or have ended: a new one is tried once.
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
        """What the Studio calls itself; None: what this machine is called."""
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
        """Connect; a server that says nothing is asked, once, whether it waits for TLS."""
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
        return self._turned_away(Stage.CONNECT, error)

    async def _say_hello(self, smtp: SMTP) -> None:
        try:
            try:
                await smtp.ehlo()
            except SMTPHeloError as error:
                if error.code not in _NO_EHLO:
                    raise
                await smtp.helo()
        except _BROKEN as error:
            raise self._turned_away(Stage.HELO, error) from error

    def _turned_away(self, stage: Stage, error: Exception) -> _Stopped:
        """What a refusal before any mail was named means."""
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
        except NoLogin as error:
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

    def _broken(self, error: Broken, *, uncertain: bool = False) -> _Stopped:
        self._drop()
        return _Stopped(Deferred(None, self._words(str(error)), uncertain, About.SERVER))

    def _drop(self) -> None:
        if self._dialogue is not None:
            self._dialogue.drop()
        self._dialogue = None

    def _words(self, text: str) -> str:
        """What the server said, on one line, without a password or token in it."""
        return self._login.without_secrets(clean_line(text))[:_LONGEST_WORDS]


def _key(outcome: Rejected | Deferred | RelayDown) -> str:
    """By what two refusals are the same: the code, and the enhanced code where there is one."""
    first = outcome.words.split(" ", 1)[0]
    return f"{outcome.code} {first if first[:1].isdigit() else ''}"
