"""The token shared by all connections of a process: fetched once, renewed before it expires."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from studio_tui.config.clock import seconds_since_boot
from studio_tui.config.settings import Grant, Smtp
from studio_tui.domain.shared.errors import Refused
from studio_tui.mail.oauth2 import command, endpoint, service_account
from studio_tui.mail.oauth2.answers import NoToken, Token
from studio_tui.mail.secrets import Secret
from studio_tui.mail.transport.tls import context_of

_MARGIN = 300.0
"""Seconds before its expiry at which a token is renewed; a fifth of its lifetime if that is
less."""

Fetch = Callable[[], Awaitable[Token]]


class Tokens:
    """A cache of the token to log in with. It is kept in memory only, and its `repr` is masked."""

    def __init__(self, fetch: Fetch, elapsed: Callable[[], float] = seconds_since_boot) -> None:
        """``fetch`` gets a new token or raises `NoToken`; ``elapsed`` returns monotonic seconds."""
        self._fetch = fetch
        self._elapsed = elapsed
        self._cached: Secret | None = None
        self._renew_at = self._ends_at = float("-inf")
        self._fetching: asyncio.Task[Secret] | None = None

    @property
    def seconds_left(self) -> float:
        """Remaining lifetime in seconds of the newest token."""
        return max(self._ends_at - self._elapsed(), 0)

    async def token(self) -> Secret:
        """Return a valid token, renewed if it expires soon. Raises `NoToken`."""
        if self._cached is not None and self._elapsed() < self._renew_at:
            return self._cached
        try:
            return await self._fetched()
        except NoToken:
            if self._cached is not None and self._elapsed() < self._ends_at:
                return self._cached
            raise

    def forget(self, token: Secret) -> None:
        """Discard a token that the mail server refused, so that the next one is fetched anew."""
        if token == self._cached:
            self._cached = None

    async def _fetched(self) -> Secret:
        """Fetch a new token, once for all concurrent callers."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._renewed())
            self._fetching.add_done_callback(_retrieve_exception)
        return await asyncio.shield(self._fetching)

    async def _renewed(self) -> Secret:
        began = self._elapsed()
        token = await self._fetch()
        self._cached = token.secret
        self._ends_at = began + token.seconds
        self._renew_at = self._ends_at - min(_MARGIN, token.seconds / 5)
        return token.secret


def tokens_of(smtp: Smtp, secret: Secret | None) -> Tokens | None:
    """Return the tokens for these settings; None if the login is by password."""
    if not smtp.by_token:
        return None
    if smtp.token_command:
        return Tokens(partial(command.run, smtp.token_command, smtp.timeout))
    return Tokens(partial(_from_endpoint, smtp, secret))


def xoauth2(username: str, token: Secret) -> str:
    """Return the initial response of a login by XOAUTH2, before its base64 encoding."""
    return f"user={username}\1auth=Bearer {token.reveal()}\1\1"


async def _from_endpoint(smtp: Smtp, secret: Secret | None) -> Token:
    if secret is None:
        raise NoToken("There is no client secret: put it in place by “studio-tui mail password”.")
    wanted, url = smtp.oauth2, smtp.oauth2.token_url
    try:
        context = context_of(smtp)
    except Refused as refused:
        raise NoToken(refused.message) from None
    if wanted.grant is Grant.SERVICE_ACCOUNT:
        account = service_account.account_in(secret)
        url = url or account.token_url
        if not url:
            raise NoToken("The key of the service account names no token_uri: set token_url.")
        signed = service_account.assertion(account, url, wanted.scope, smtp.username)
        fields = {"grant_type": service_account.GRANT, "assertion": signed.reveal()}
        return await endpoint.ask(url, fields, signed, context, smtp.timeout)
    fields = {
        "grant_type": "client_credentials",
        "client_id": wanted.client_id,
        "client_secret": secret.reveal(),
    }
    if wanted.scope:
        fields["scope"] = wanted.scope
    return await endpoint.ask(url, fields, secret, context, smtp.timeout)


def _retrieve_exception(task: "asyncio.Task[Secret]") -> None:
    """Retrieve the exception of a task, so that asyncio does not log it if no caller is left."""
    if not task.cancelled():
        task.exception()
