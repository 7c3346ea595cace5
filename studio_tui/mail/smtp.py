"""One connection to the mail server (N7): connect, log in, hand over, and say what came of it.

Nothing is tried twice here, except that a connection which the server closed while it lay idle is
opened again. What to do about an outcome is the worker's to decide.
"""

import asyncio
from base64 import b64encode
from contextlib import suppress
from ssl import SSLError
from typing import cast

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from studio_tui.config.settings import Security, Smtp
from studio_tui.domain.errors import Refused
from studio_tui.domain.text import clean_line
from studio_tui.mail.addresses import deliverable
from studio_tui.mail.dialogue import Broken, Dialogue, Reply
from studio_tui.mail.outcomes import (
    Deferred,
    Delivered,
    Fault,
    Leave,
    Outcome,
    Rejected,
    RelayDown,
    at_once,
)
from studio_tui.mail.password import HIDDEN, Secret

_LONGEST_WORDS = 500
_WANTED = ("pipelining", "smtputf8")
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
_GOODBYE_SECONDS = 5


class _Stopped(Exception):
    """The dialogue ended before the mail was delivered."""

    def __init__(self, outcome: Rejected | Deferred | RelayDown, *, unclear: bool = False) -> None:
        """``unclear``: of commands sent at once none was answered, so that it may be any of
        them."""
        super().__init__(outcome)
        self.outcome = outcome
        self.unclear = unclear


class SmtpConnection:
    """A `Carrier` to the server of ``settings``; connects when the first mail is sent.

    Where the server offers PIPELINING, sender, recipient and DATA go in one turn.
    """

    def __init__(self, settings: Smtp, password: Secret | None = None) -> None:
        self._settings = settings
        self._password = password
        self._dialogue: Dialogue | None = None
        self._extensions: frozenset[str] = frozenset()

    async def send(
        self, sender: str, recipient: str, message: bytes, leave: Leave = at_once
    ) -> Outcome:
        """Hand over ``message``: headers and all, from one bare address to another, once it may
        ``leave``."""
        try:
            envelope = deliverable(sender), deliverable(recipient)
        except Refused as refused:
            return Rejected(None, refused.message)
        was_open = self._is_open
        try:
            return await self._send_once(*envelope, message, leave, together=True)
        except _Stopped as stopped:
            outcome, unclear = stopped.outcome, stopped.unclear
        is_down = isinstance(outcome, RelayDown) and outcome.fault is Fault.UNREACHABLE
        if not is_down or not (was_open or unclear):
            return outcome
        try:
            # Step by step: so it is known for certain what the server stops at.
            return await self._send_once(*envelope, message, leave, together=False)
        except _Stopped as stopped:
            return stopped.outcome

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
                    await self._dialogue.take_leave()
        self._drop()
        # The loop may end right after this: a socket is closed in its next turn.
        await asyncio.sleep(0)

    @property
    def _is_open(self) -> bool:
        return self._dialogue is not None and self._dialogue.is_open

    async def _send_once(
        self, sender: str, recipient: str, message: bytes, leave: Leave, *, together: bool
    ) -> Delivered:
        try:
            dialogue = await self._opened()
            commands = self._commands(sender, recipient)
            together = together and "pipelining" in self._extensions
            await self._offer(dialogue, commands, together=together)
            await leave()
            return await self._hand_over(dialogue, message)
        except _Stopped:
            raise
        except BaseException:
            # Cancelled in the middle: what the server answers next would be for this mail.
            self._drop()
            raise

    def _commands(self, sender: str, recipient: str) -> tuple[bytes, ...]:
        utf8 = b"" if recipient.isascii() else b" SMTPUTF8"
        if utf8 and "smtputf8" not in self._extensions:
            words = "The mail server does not take addresses outside ASCII (SMTPUTF8)."
            raise _Stopped(Rejected(None, words))
        return (
            b"MAIL FROM:<%b>%b" % (sender.encode(), utf8),
            b"RCPT TO:<%b>" % recipient.encode(),
            b"DATA",
        )

    async def _offer(
        self, dialogue: Dialogue, commands: tuple[bytes, ...], *, together: bool
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
                stopped = self._sender_refused(reply) if step == _MAIL else self._refused(reply)
                await self._start_over(dialogue, step, len(commands) - 1 - step if together else 0)
                raise stopped

    async def _hand_over(self, dialogue: Dialogue, message: bytes) -> Delivered:
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
            stopped = self._refused(reply)
            await self._start_over(dialogue, _DATA, 0)
            raise stopped
        return Delivered(reply.code, self._words(reply.text))

    def _unanswered(self, step: int, broken: Broken, together: bool) -> _Stopped:
        if step == _MAIL:
            return self._down(Fault.UNREACHABLE, broken, unclear=together)
        return self._broken(broken)

    def _sender_refused(self, reply: Reply) -> _Stopped:
        if reply.code == _CLOSING:
            return self._down(Fault.UNREACHABLE, reply)
        if reply.code in _LOGIN_NEEDED:
            return self._down(Fault.LOGIN, reply)
        if reply.code // 100 == 5 and reply.code not in _OUT_OF_STEP:
            return self._down(Fault.SENDER, reply)
        return self._refused(reply)

    def _refused(self, reply: Reply) -> _Stopped:
        """What a refusal of this mail means; a connection that is out of step is dropped."""
        words = self._words(reply.text)
        if reply.code < 400 or reply.code == _CLOSING or reply.code in _OUT_OF_STEP:
            self._drop()
            return _Stopped(Deferred(reply.code, words, uncertain=reply.code < 400))
        permanent = reply.code // 100 == 5
        return _Stopped((Rejected if permanent else Deferred)(reply.code, words))

    async def _start_over(self, dialogue: Dialogue, refused: int, unread: int) -> None:
        """Make the connection fit for the next mail, or drop it.

        Commands that were sent together with the ``refused`` one have replies that are
        ``unread``.
        """
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
        self._extensions = frozenset(filter(smtp.supports_extension, _WANTED))
        transport = cast(asyncio.Transport, smtp.transport)
        self._dialogue = Dialogue(transport, self._settings.timeout)
        return self._dialogue

    def _unconnected(self) -> SMTP:
        settings = self._settings
        if not settings.host:
            words = "No mail server is set up: set host in [smtp] of config.toml."
            raise _Stopped(RelayDown(Fault.UNREACHABLE, None, words))
        return SMTP(
            hostname=settings.host,
            port=settings.port,
            timeout=settings.timeout,
            use_tls=settings.security is Security.TLS,
            start_tls=False,
        )

    async def _connect(self, smtp: SMTP) -> None:
        try:
            await smtp.connect()
            await smtp.ehlo()
        except _BROKEN as error:
            by_tls = isinstance(error.__cause__, SSLError)
            raise self._down(Fault.TLS if by_tls else Fault.UNREACHABLE, error) from error
        if self._settings.security is not Security.STARTTLS:
            return
        try:
            await smtp.starttls()
            await smtp.ehlo()
        except _BROKEN as error:
            raise self._down(Fault.TLS, error) from error

    async def _log_in(self, smtp: SMTP) -> None:
        username = self._settings.username
        if not username:
            return
        if self._password is None:
            words = f"No password for {username}: put it in place by “studio-tui mail password”."
            raise self._down(Fault.LOGIN, words)
        try:
            # One method only: every wrong try may bring a server closer to locking the account.
            await self._authenticate(smtp, username, self._password.reveal())
        except SMTPResponseException as error:
            later = error.code // 100 == 4
            raise self._down(Fault.UNREACHABLE if later else Fault.LOGIN, error) from None
        except _BROKEN as error:
            raise self._down(Fault.UNREACHABLE, error) from None

    async def _authenticate(self, smtp: SMTP, username: str, password: str) -> None:
        offered = smtp.supported_auth_methods
        if "plain" in offered:
            await smtp.auth_plain(username, password)
        elif "login" in offered:
            await smtp.auth_login(username, password)
        elif "cram-md5" in offered:
            await smtp.auth_crammd5(username, password)
        else:
            words = (
                "The mail server offers no login that the Studio knows (PLAIN, LOGIN, CRAM-MD5)."
            )
            raise self._down(Fault.LOGIN, words)

    def _down(
        self, fault: Fault, reason: Reply | Exception | str, *, unclear: bool = False
    ) -> _Stopped:
        self._drop()
        code: int | None = getattr(reason, "code", None)
        words = getattr(reason, "text", None) or getattr(reason, "message", None) or str(reason)
        return _Stopped(RelayDown(fault, code, self._words(words)), unclear=unclear)

    def _broken(self, error: Broken, *, uncertain: bool = False) -> _Stopped:
        self._drop()
        return _Stopped(Deferred(None, self._words(str(error)), uncertain))

    def _drop(self) -> None:
        if self._dialogue is not None:
            self._dialogue.drop()
        self._dialogue = None

    def _words(self, text: str) -> str:
        """What the server said, on one line, without the password in it."""
        words = clean_line(text)
        for secret in self._spellings():
            words = words.replace(secret, HIDDEN)
        return words[:_LONGEST_WORDS]

    def _spellings(self) -> list[str]:
        if self._password is None:
            return []
        password = self._password.reveal()
        plain = f"\0{self._settings.username}\0{password}"
        return [password, *(b64encode(text.encode()).decode() for text in (password, plain))]
