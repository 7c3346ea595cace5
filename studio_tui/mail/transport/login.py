"""Login of an SMTP connection: by password, or by a token (XOAUTH2)."""

import json
from base64 import b64decode, b64encode

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPResponseException

from studio_tui.config.settings import Smtp
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.oauth2.advice import advice_on_login
from studio_tui.mail.oauth2.answers import NoToken
from studio_tui.mail.oauth2.tokens import Tokens, xoauth2
from studio_tui.mail.secrets import HIDDEN, Secret
from studio_tui.mail.transport.outcomes import BY_TOKEN, Fault

_CHALLENGE = 334
_LOGGED_IN = 235
_MOST_VALUES = 5
"""Maximum number of values that are reported from the JSON of an error."""


class LoginFailed(Exception):
    """The login failed for a reason other than a reply of the server."""

    def __init__(self, fault: Fault, words: str) -> None:
        super().__init__(words)
        self.fault = fault


class TokenRefused(Exception):
    """The server refused this token. Another token may be accepted."""

    def __init__(self, answer: SMTPResponseException, words: str) -> None:
        """``answer`` is the reply of the server, ``words`` the message to report."""
        super().__init__(words)
        self.answer = answer
        self.words = words


class Login:
    """Logs in according to the settings, and removes secrets from messages."""

    def __init__(self, settings: Smtp, password: Secret | None, tokens: Tokens | None) -> None:
        self._settings = settings
        self._password = password
        self._tokens = tokens
        self._used_token: Secret | None = None

    async def log_in(self, smtp: SMTP) -> None:
        """Log in, if the settings have a user name.

        Raises `LoginFailed`, `TokenRefused`, or exceptions of aiosmtplib.
        """
        if not self._settings.username:
            return
        if self._tokens is not None:
            await self._by_token(smtp, self._tokens)
            return
        if self._password is None:
            who = self._settings.username
            words = f"No password for {who}: put it in place by “studio-tui mail password”."
            raise LoginFailed(Fault.LOGIN, words)
        # Try one method only: each failed login may bring the server closer to locking the account.
        await self._by_password(smtp, self._password.reveal())

    def without_secrets(self, words: str) -> str:
        """Return ``words`` with the password and the token masked, in every encoding."""
        for secret in self._secrets_in_all_encodings():
            words = words.replace(secret, HIDDEN)
        return words

    async def _by_password(self, smtp: SMTP, password: str) -> None:
        offered, username = smtp.supported_auth_methods, self._settings.username
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
            if "xoauth2" in smtp.server_auth_methods:
                words += ' It offers XOAUTH2: set smtp.auth = "oauth2".'
            raise LoginFailed(Fault.LOGIN, words)

    async def _by_token(self, smtp: SMTP, tokens: Tokens) -> None:
        if "xoauth2" not in smtp.server_auth_methods:
            offered = ", ".join(each.upper() for each in smtp.server_auth_methods) or "none"
            words = f"{BY_TOKEN}the mail server offers no login by XOAUTH2, but: {offered}."
            raise LoginFailed(Fault.LOGIN, words)
        try:
            token = await tokens.token()
        except NoToken as error:
            raise LoginFailed(Fault.TOKEN, str(error)) from None
        self._used_token = token
        challenge = ""
        answer = await smtp.execute_command(
            b"AUTH", b"XOAUTH2", b64encode(xoauth2(self._settings.username, token).encode())
        )
        if answer.code == _CHALLENGE:
            # An error, described in JSON. The server refuses the login after an empty response.
            challenge = _challenge_in_words(answer.message)
            answer = await smtp.execute_command(b"")
        if answer.code == _LOGGED_IN:
            return
        refused = SMTPAuthenticationError(answer.code, answer.message)
        if answer.code // 100 == 4:
            raise refused
        tokens.forget(token)
        said = clean_line(answer.message) + (f" ({challenge})" if challenge else "")
        raise TokenRefused(refused, f"{BY_TOKEN}{said} — {advice_on_login(said)}")

    def _secrets_in_all_encodings(self) -> list[str]:
        found = []
        if self._password is not None:
            password = self._password.reveal()
            plain = f"\0{self._settings.username}\0{password}"
            found += [password, _base64(password), _base64(plain)]
        if self._used_token is not None:
            token = self._used_token.reveal()
            # The combined form must be replaced before its parts.
            said = xoauth2(self._settings.username, self._used_token)
            found += [_base64(said), token, _base64(token)]
        return found


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _challenge_in_words(challenge: str) -> str:
    """Return the error of a ``334`` challenge as text.

    JSON becomes a list of names and values; anything else is unchanged.
    """
    try:
        text = b64decode(challenge.strip(), validate=True).decode()
    except ValueError:
        return clean_line(challenge)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return clean_line(text)
    if not isinstance(found, dict):
        return clean_line(text)
    return ", ".join(
        clean_line(f"{name} {value}") for name, value in list(found.items())[:_MOST_VALUES]
    )
