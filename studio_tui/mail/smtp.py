"""One connection to the mail server (N7): connect, log in, hand over, and say what came of it.

Nothing is tried twice here, except that a connection which the server closed while it lay idle is
opened again. What to do about an outcome is the worker's to decide.
"""

from base64 import b64encode
from contextlib import suppress
from ssl import SSLError

from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPResponseException

from studio_tui.config.settings import Security, Smtp
from studio_tui.domain.errors import Refused
from studio_tui.domain.text import clean_line
from studio_tui.mail.addresses import deliverable
from studio_tui.mail.outcomes import Deferred, Delivered, Fault, Outcome, Rejected, RelayDown
from studio_tui.mail.password import HIDDEN, Secret

_LONGEST_WORDS = 500
_CLOSING = 421
_LOGIN_NEEDED = frozenset({530, 534, 535, 538})
# The server lost the thread of the dialogue: that is not the mail's fault.
_OUT_OF_STEP = frozenset({500, 502, 503})
# No answer, no such host, a broken connection, a host name that is none.
_BROKEN = (SMTPException, OSError, ValueError)
_GOODBYE_SECONDS = 5


class _Stopped(Exception):
    """The dialogue ended before the mail was delivered."""

    def __init__(self, outcome: Rejected | Deferred | RelayDown) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class SmtpConnection:
    """A `Carrier` to the server of ``settings``; connects when the first mail is sent."""

    def __init__(self, settings: Smtp, password: Secret | None = None) -> None:
        self._settings = settings
        self._password = password
        self._smtp: SMTP | None = None

    async def send(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Hand over ``message``: headers and all, from one bare address to another."""
        try:
            envelope = deliverable(sender), deliverable(recipient)
        except Refused as refused:
            return Rejected(None, refused.message)
        was_open = self._smtp is not None and self._smtp.is_connected
        outcome = await self._send_once(*envelope, message)
        if was_open and isinstance(outcome, RelayDown) and outcome.fault is Fault.UNREACHABLE:
            outcome = await self._send_once(*envelope, message)
        return outcome

    async def check(self) -> RelayDown | None:
        """Connect and log in without sending: what keeps all mail from leaving, or None."""
        try:
            await self._opened()
        except _Stopped as stopped:
            return stopped.outcome if isinstance(stopped.outcome, RelayDown) else None
        return None

    async def close(self) -> None:
        """Take leave of the server, if it still listens."""
        if self._smtp is not None and self._smtp.is_connected:
            with suppress(*_BROKEN):
                await self._smtp.quit(timeout=_GOODBYE_SECONDS)
        self._drop()

    async def _send_once(self, sender: str, recipient: str, message: bytes) -> Outcome:
        try:
            smtp = await self._opened()
            await self._name_sender(smtp, sender, utf8=not recipient.isascii())
            await self._name_recipient(smtp, recipient)
            return await self._hand_over(smtp, message)
        except _Stopped as stopped:
            return stopped.outcome
        except BaseException:
            # Cancelled in the middle: what the server answers next would be for this mail.
            self._drop()
            raise

    async def _name_sender(self, smtp: SMTP, sender: str, *, utf8: bool) -> None:
        if utf8 and not smtp.supports_extension("smtputf8"):
            words = "The mail server does not take addresses outside ASCII (SMTPUTF8)."
            raise _Stopped(Rejected(None, words))
        options = (b"SMTPUTF8",) if utf8 else ()
        try:
            reply = await smtp.execute_command(b"MAIL", b"FROM:<%b>" % sender.encode(), *options)
        except _BROKEN as error:
            raise self._down(Fault.UNREACHABLE, error) from error
        if reply.code // 100 != 2:
            raise await self._sender_refused(smtp, reply)

    async def _sender_refused(self, smtp: SMTP, reply: SMTPResponse) -> _Stopped:
        if reply.code == _CLOSING:
            return self._down(Fault.UNREACHABLE, reply)
        if reply.code in _LOGIN_NEEDED:
            return self._down(Fault.LOGIN, reply)
        if reply.code // 100 == 5 and reply.code not in _OUT_OF_STEP:
            return self._down(Fault.SENDER, reply)
        return await self._refused(smtp, reply)

    async def _name_recipient(self, smtp: SMTP, recipient: str) -> None:
        try:
            reply = await smtp.execute_command(b"RCPT", b"TO:<%b>" % recipient.encode())
        except _BROKEN as error:
            raise self._broken(error) from error
        if reply.code // 100 != 2:
            raise await self._refused(smtp, reply)

    async def _hand_over(self, smtp: SMTP, message: bytes) -> Delivered:
        try:
            reply = await smtp.data(message)
        except SMTPResponseException as error:
            raise await self._refused(smtp, SMTPResponse(error.code, error.message)) from error
        except _BROKEN as error:
            raise self._broken(error, uncertain=True) from error
        return Delivered(reply.code, self._words(reply.message))

    async def _refused(self, smtp: SMTP, reply: SMTPResponse) -> _Stopped:
        """What a refusal of this mail means; the connection is made fit for the next."""
        words = self._words(reply.message)
        if reply.code < 400 or reply.code == _CLOSING or reply.code in _OUT_OF_STEP:
            self._drop()
            return _Stopped(Deferred(reply.code, words, uncertain=reply.code < 400))
        try:
            await smtp.rset()
        except _BROKEN:
            self._drop()
        permanent = reply.code // 100 == 5
        return _Stopped((Rejected if permanent else Deferred)(reply.code, words))

    async def _opened(self) -> SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        self._smtp = smtp = self._unconnected()
        try:
            await self._connect(smtp)
            await self._log_in(smtp)
        except BaseException:
            self._drop()
            raise
        return smtp

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

    def _down(self, fault: Fault, reason: SMTPResponse | Exception | str) -> _Stopped:
        self._drop()
        code = getattr(reason, "code", None)
        words = getattr(reason, "message", None) or str(reason)
        return _Stopped(RelayDown(fault, code, self._words(words)))

    def _broken(self, error: Exception, *, uncertain: bool = False) -> _Stopped:
        self._drop()
        return _Stopped(Deferred(None, self._words(str(error)), uncertain))

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

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
