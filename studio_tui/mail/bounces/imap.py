"""An IMAP folder whose mails are each read once and then flagged as *seen*.

If the connection breaks, a new one is opened and reading continues with the unseen mails.
"""

import asyncio
import binascii
import imaplib
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from time import sleep
from typing import TypeVar

from studio_tui.config.settings import Auth, Bounces, Security, Settings
from studio_tui.domain.outbox.bounces import WaitingMail
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.bounces.report import MOST_BYTES
from studio_tui.mail.oauth2.answers import NoToken
from studio_tui.mail.oauth2.tokens import Tokens, tokens_of, xoauth2
from studio_tui.mail.secrets import HIDDEN, OF_BOUNCES, Secret, as_smtp, find
from studio_tui.mail.transport.tls import context_of

_AT_A_TIME = 20
"""Mails that are fetched at a time. Each may be as large as `MOST_BYTES`."""
_WINDOW = 20_000
"""Sequence numbers that are searched at a time, because the response is a single line."""
_MOST_BREAKS = 4
"""Consecutive broken connections, without any progress in between, after which reading fails."""
_PAUSE = 2.0
_UID = re.compile(rb"\bUID (\d+)")
_MOST_RECEIVED = _AT_A_TIME * (MOST_BYTES + 10_000)
"""Bytes that the server may send in response to one request."""
_LEAST_COUNTED = 100
"""Bytes that a line counts as at least, because each takes time."""
_LONGEST_WORDS = 300
_Value = TypeVar("_Value")
Login = Callable[[imaplib.IMAP4], None]
"""A function that logs in. Raises `imaplib.IMAP4.error` if the login is refused."""


class ImapFolder:
    """The folder of the mail server that ``settings`` name."""

    def __init__(
        self, settings: Bounces, context: ssl.SSLContext, login: Login, pause: float = _PAUSE
    ) -> None:
        self._settings, self._context, self._login = settings, context, login
        self._pause = pause
        self._server: _Server | None = None
        self._places = 0
        self._valid = ""
        """The UIDVALIDITY of the folder, which changes if the server renumbers its mails."""
        self._breaks = 0

    def batches(self, most: int) -> Iterator[Sequence[WaitingMail]]:
        """Yield the unseen mails in batches of at most ``most``.

        Raises `Unavailable` if the server cannot be reached, and `Refused` if it refuses the login
        or the folder.
        """
        try:
            failed: set[str] = set()
            for start in range(1, self._with_retries(lambda _: self._places) + 1, _WINDOW):
                yield from self._window(start, min(most, _AT_A_TIME), failed)
        finally:
            self._close()

    def done(self, mails: Sequence[WaitingMail]) -> None:
        """Flag these mails as seen."""
        numbers, valid = ",".join(mail.name for mail in mails), self._valid

        def mark(server: imaplib.IMAP4) -> None:
            if self._valid == valid:
                _ok(server.uid("STORE", numbers, "+FLAGS.SILENT", "(\\Seen)"))

        if numbers:
            self._with_retries(mark)
            self._breaks = 0

    def _window(self, start: int, most: int, failed: set[str]) -> Iterator[Sequence[WaitingMail]]:
        places = f"{start}:{start + _WINDOW - 1}"
        found = self._with_retries(lambda server: _numbers(server, places, self._places))
        for first in range(0, len(found), most):
            numbers = [each for each in found[first : first + most] if each not in failed]
            if numbers:
                fetch = _Fetch(numbers)
                fetched = self._with_retries(fetch)
                failed |= set(numbers) - fetched.keys()
                yield [WaitingMail(each, fetched.get(each)) for each in numbers]

    def _with_retries(self, ask: Callable[[imaplib.IMAP4], _Value]) -> _Value:
        """Return the result of ``ask``, retrying over a new connection if this one breaks."""
        while True:
            try:
                server = self._opened()
                server.begin_request()
                return ask(server)
            except (imaplib.IMAP4.abort, OSError) as error:
                self._close()
                self._breaks += 1
                if self._breaks >= _MOST_BREAKS:
                    raise Unavailable(self._error_in_words("does not answer", error)) from error
                sleep(self._pause * 2 ** (self._breaks - 1))
            except imaplib.IMAP4.error as error:
                raise Unavailable(
                    self._error_in_words("refuses what it is asked", error)
                ) from error
            except (TypeError, ValueError) as error:
                # imaplib reads numbers and text without checking them.
                raise Unavailable(self._error_in_words("does not speak IMAP", error)) from error

    def _opened(self) -> "_Server":
        if self._server is None:
            server = self._connected()
            try:
                self._login_to(server)
                self._select(server)
            except BaseException:
                _hang_up(server)
                raise
            self._server = server
        return self._server

    def _connected(self) -> "_Server":
        wanted = self._settings
        if wanted.security is Security.TLS:
            return _TlsServer(
                wanted.host, wanted.port, ssl_context=self._context, timeout=wanted.timeout
            )
        server = _Server(wanted.host, wanted.port, timeout=wanted.timeout)
        if wanted.security is Security.STARTTLS:
            try:
                server.starttls(self._context)
            except BaseException:
                _hang_up(server)
                raise
        return server

    def _login_to(self, server: imaplib.IMAP4) -> None:
        try:
            self._login(server)
        except (imaplib.IMAP4.abort, NoToken):
            raise
        except imaplib.IMAP4.error as error:
            words = self._error_in_words("refuses the login", error)
            raise Refused(f"{words} Check bounces.username and the password.") from error

    def _select(self, server: imaplib.IMAP4) -> None:
        folder = _in_utf7(self._settings.folder)
        quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
        try:
            found = _ok(server.select(f'"{quoted}"'))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            words = self._error_in_words(f"has no folder “{self._settings.folder}”", error)
            raise Refused(f"{words} Check bounces.folder.") from error
        self._places = int(found[0] or 0)
        _, valid = server.response("UIDVALIDITY")
        self._valid = str(valid[0]) if valid else ""

    def _error_in_words(self, what: str, error: Exception) -> str:
        said = error.args[-1] if error.args else error
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        place = f"{self._settings.host}:{self._settings.port}"
        return f"The mailbox at {place} {what}: {clean_line(words)[:_LONGEST_WORDS]}."

    def _close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            _hang_up(server)


class _Server(imaplib.IMAP4):
    """A connection with limited responses: imaplib keeps all that the server sends.

    Raises ValueError if a response is longer than any that is needed.
    """

    _received = 0

    def begin_request(self) -> None:
        """Forget what the server sent before, and count from here on."""
        self._received = 0
        self.untagged_responses.clear()

    def read(self, size: int) -> bytes:
        """Read ``size`` bytes, a number that the server sent."""
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        """Read a line, whose length imaplib limits."""
        line = super().readline()
        self._count(max(len(line), _LEAST_COUNTED))
        return line

    def _count(self, size: int) -> None:
        self._received += size
        if self._received > _MOST_RECEIVED:
            raise ValueError("it sends more than was asked for")


class _TlsServer(_Server, imaplib.IMAP4_SSL):
    """The same over TLS."""


class _Fetch:
    """A request that fetches mails by their UIDs."""

    def __init__(self, numbers: Sequence[str]) -> None:
        self._numbers = ",".join(numbers)

    def __call__(self, server: imaplib.IMAP4) -> dict[str, bytes]:
        """Return the mails by their UIDs. Mails that were deleted are missing."""
        parts = _ok(server.uid("FETCH", self._numbers, f"(UID BODY.PEEK[]<0.{MOST_BYTES}>)"))
        found: dict[str, bytes] = {}
        for place, part in enumerate(parts):
            if isinstance(part, tuple):
                after = parts[place + 1] if place + 1 < len(parts) else b""
                number = _UID.search(part[0]) or _UID.search(
                    after if isinstance(after, bytes) else b""
                )
                if number:
                    found[number[1].decode()] = part[1]
        return found


def folder_of(settings: Settings) -> ImapFolder:
    """Return the folder of ``[bounces]``.

    Raises `Refused` if no folder or no password is set up.
    """
    wanted = settings.bounces
    if not wanted.host or not wanted.username:
        raise Refused(
            "No mailbox is set up: set host and username in [bounces] of config.toml first."
        )
    context = context_of(settings.smtp) or ssl.create_default_context()
    if wanted.auth is Auth.OAUTH2:
        tokens = None
        if settings.smtp.by_token:
            found = find(settings.smtp) if settings.smtp.has_secret else None
            tokens = tokens_of(settings.smtp, found.password if found else None)
        if tokens is None:
            raise Refused('bounces.auth is "oauth2", and smtp.auth is not: set both.')
        return ImapFolder(wanted, context, _ByToken(wanted.username, tokens))
    password = find(as_smtp(wanted), place=OF_BOUNCES)
    if password is None:
        raise Refused(
            f"There is no password for {wanted.username}: “studio-tui mail password --bounces” "
            "keeps one."
        )
    return ImapFolder(wanted, context, _ByPassword(wanted.username, password.password))


class _ByPassword:
    def __init__(self, username: str, password: Secret) -> None:
        self._username, self._password = username, password

    def __call__(self, server: imaplib.IMAP4) -> None:
        try:
            # Only AUTHENTICATE can transmit characters outside of ASCII.
            if "AUTH=PLAIN" in server.capabilities:
                said = f"\0{self._username}\0{self._password.reveal()}".encode()
                server.authenticate("PLAIN", lambda _: said)
            else:
                server.login(self._username, self._password.reveal())
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            words = str(error).replace(self._password.reveal(), HIDDEN)
            raise imaplib.IMAP4.error(words) from None


class _ByToken:
    """Login by XOAUTH2. A refused token is replaced by a new one, once."""

    def __init__(self, username: str, tokens: Tokens) -> None:
        self._username, self._tokens = username, tokens

    def __call__(self, server: imaplib.IMAP4) -> None:
        token = self._token()
        try:
            self._authenticate(server, token)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            self._tokens.forget(token)
            self._authenticate(server, self._token())

    def _token(self) -> Secret:
        try:
            return asyncio.run(self._tokens.token())
        except NoToken as error:
            raise Unavailable(str(error)) from error

    def _authenticate(self, server: imaplib.IMAP4, token: Secret) -> None:
        answers = iter((xoauth2(self._username, token).encode(),))
        # After a refusal, the server's challenge is answered by an empty response.
        server.authenticate("XOAUTH2", lambda _: next(answers, b""))


def _numbers(server: imaplib.IMAP4, places: str, total: int) -> list[str]:
    if not total:
        return []
    found = _ok(server.uid("SEARCH", places, "UNSEEN"))
    return [str(int(each)) for each in bytes(found[0] or b"").split()]


def _ok(answer: tuple[str, Sequence[object]]) -> list[bytes]:
    """Return the data of a response. Raises `imaplib.IMAP4.error` if it is a refusal."""
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(data[0] if data else kind)
    return list(data)  # type: ignore[arg-type] # the stubs are less specific


def _hang_up(server: imaplib.IMAP4) -> None:
    with suppress(imaplib.IMAP4.error, OSError, TypeError, ValueError):
        server.logout()
    # If the server does not respond to the logout, the socket is still open.
    with suppress(OSError):
        server.shutdown()


def _in_utf7(name: str) -> str:
    """Return the name of a folder in the modified UTF-7 of IMAP (RFC 3501, 5.1.3)."""
    return re.sub(
        "[^ -~]+|&",
        lambda found: "&-" if found[0] == "&" else f"&{_base64(found[0])}-",
        name,
    )


def _base64(text: str) -> str:
    encoded = binascii.b2a_base64(text.encode("utf-16-be"), newline=False)
    return encoded.decode().rstrip("=").replace("/", ",")
