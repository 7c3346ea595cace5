"""Requests to a token endpoint (RFC 6749): by HTTPS, with a timeout, not following redirects."""

import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode, urlsplit

from studio_tui.config.smtp_settings import is_loopback
from studio_tui.mail.oauth2.advice import advice_on
from studio_tui.mail.oauth2.answers import MOST_BYTES, NoToken, Token, json_object, masked, token_in
from studio_tui.mail.oauth2.waiting import with_timeout
from studio_tui.mail.secrets import Secret

_EACH_WAIT = 10.0
"""Maximum timeout in seconds of each network operation."""
_MOST_BYTES_MORE = MOST_BYTES + 1


async def ask(
    url: str,
    fields: Mapping[str, str],
    secret: Secret,
    context: ssl.SSLContext | None,
    seconds: float,
) -> Token:
    """Post ``fields``, which include ``secret``, and return the token. Raises `NoToken`.

    ``seconds`` limits the whole request, because an endpoint may send its response byte by byte.
    """
    what, each_wait = named(url), min(_EACH_WAIT, seconds)
    try:
        status, content = await with_timeout(
            lambda: _post(url, fields, context, each_wait), seconds
        )
    except TimeoutError:
        raise NoToken(f"{what} does not answer in time.") from None
    if len(content) > MOST_BYTES:
        raise NoToken(f"{what} answers with more than {MOST_BYTES // 1000} kB: it is not read.")
    if status // 100 == 3:
        raise NoToken(
            f"{what} sends on to another address ({status}): write the right one into token_url."
        )
    if status != 200:
        raise NoToken(_refusal(what, status, content, secret))
    return token_in(json_object(content, what), what)


def named(url: str) -> str:
    """Return the URL of an endpoint for messages, without its query, which may contain secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _refusal(what: str, status: int, content: bytes, secret: Secret) -> str:
    try:
        answer: Mapping[str, Any] = json_object(content, what)
    except NoToken:
        answer = {}
    said = " ".join(
        masked(each, secret)
        for each in (answer.get("error"), answer.get("error_description"))
        if isinstance(each, str)
    )
    if status >= 500 or status == 429:
        return f"{what} has trouble of its own ({status}{f': {said}' if said else ''})."
    advice = advice_on(said)
    return f"{what} gives no token ({status}): {said or 'no reason is said'}" + (
        f" — {advice}" if advice else ""
    )


def _post(
    url: str, fields: Mapping[str, str], context: ssl.SSLContext | None, each_wait: float
) -> tuple[int, bytes]:
    # Imported lazily: the import is slow, and only fetching a token needs it.
    from http.client import HTTPException
    from urllib import request
    from urllib.error import HTTPError, URLError

    class Stay(request.HTTPRedirectHandler):
        """Rejects redirects: a secret is sent only to the address in the settings."""

        def redirect_request(self, *_: object) -> None:
            return None

    handlers: list[request.BaseHandler] = [Stay(), request.HTTPSHandler(context=context)]
    if is_loopback(urlsplit(url).hostname or ""):
        handlers.append(request.ProxyHandler({}))
    headers = {"Accept": "application/json", "User-Agent": "studio-tui"}
    asked = request.Request(url, urlencode(fields).encode(), headers, method="POST")  # noqa: S310 - checked with the settings
    what = named(url)
    try:
        with request.build_opener(*handlers).open(asked, timeout=each_wait) as answer:
            return answer.status, answer.read(_MOST_BYTES_MORE)
    except HTTPError as error:
        with error, suppress(OSError, HTTPException):
            return error.code, error.read(_MOST_BYTES_MORE)
        return error.code, b""
    except TimeoutError:
        raise NoToken(f"{what} does not answer in time.") from None
    except URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise NoToken(f"{what} does not answer in time.") from None
        raise NoToken(f"{what} cannot be reached: {masked(str(error.reason))}.") from None
    except (OSError, HTTPException, ValueError) as error:
        raise NoToken(f"{what} gives no answer that is HTTP: {masked(str(error))}.") from None
