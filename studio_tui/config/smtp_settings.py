"""Normalisation and validation of ``[smtp]``.

A host may be copied from elsewhere with spaces around it, with a port, in the brackets of an IPv6
address, or as a URL. An unambiguous value is normalised; others are refused.
"""

import re
import shlex
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from studio_tui.config.providers import PRESETS
from studio_tui.domain.shared.errors import Refused

_INVISIBLE = "\ufeff\u200b\u2060"
"""Invisible characters that may be copied along."""
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):/+(?P<rest>.*)", re.DOTALL)
_PLACE = re.compile(r"(?P<host>\[[^\[\]]*\]|[^\[\]:]*)(?::(?P<port>\d{1,5}))?/*")
_NAME = re.compile(r"(?=.{1,253}$)[\w-]{1,63}(?:\.[\w-]{1,63})*\.?")
_LITERAL = re.compile(r"\[[0-9A-Za-z:.]+\]")
_IMPLICIT_TLS = {"smtps", "submissions", "ssl", "tls"}
_SCHEMES = {"smtp", "submission", *_IMPLICIT_TLS}
_SECURITIES = (
    'write "starttls" (protection is asked for, mostly on port 587 or 25), '
    '"tls" (protected from the start, mostly on port 465) or "none"'
)
_TLS_PORT = 465


def normalise_smtp(table: MutableMapping[str, Any]) -> None:
    """Normalise the values of ``[smtp]`` in place.

    A value that cannot be parsed is left unchanged; `require_usable` refuses it when it is needed.
    Raises `Refused` for contradictory values and for a host with login data.
    """
    _trim(table)
    if isinstance(inner := table.get("oauth2"), dict):
        _trim(inner)
    if isinstance(table.get("auth"), str):
        table["auth"] = _auth(table["auth"])
    if isinstance(table.get("provider"), str) and table["provider"]:
        for name, value in _preset(table["provider"]).items():
            table.setdefault(name, value)
    if isinstance(table.get("security"), str):
        table["security"] = _security(table["security"])
    if isinstance(table.get("host"), str):
        _split_host(table, table["host"])


def _trim(table: MutableMapping[str, Any]) -> None:
    for key, value in table.items():
        if isinstance(value, str):
            table[key] = value.strip(_INVISIBLE).strip().strip(_INVISIBLE)


def require_usable(host: str, helo: str) -> None:
    """Raise `Refused`, with an example, if one of the values is not a host name."""
    if not _is_address(host) and not _NAME.fullmatch(host):
        raise Refused(
            f"smtp.host: “{host}” is not a mail server: "
            'write a name or an address, such as host = "mail.example.org".'
        )
    known = not helo or _NAME.fullmatch(helo) or _LITERAL.fullmatch(helo)
    if not known or not helo.isascii():
        raise Refused(
            f"smtp.helo: “{helo}” is not the name of a host: write the full name of the machine "
            'that sends, such as helo = "studio.example.org".'
        )


def _preset(written: str) -> Mapping[str, int]:
    preset = PRESETS.get(written.lower())
    if preset is None:
        known = ", ".join(f'"{name}"' for name in PRESETS)
        raise Refused(f"smtp.provider: “{written}” is not known: write one of {known}.")
    return preset


def _auth(written: str) -> str:
    if written.lower() not in ("password", "oauth2"):
        raise Refused(
            f'smtp.auth: “{written}” is not known: write "password", or "oauth2" (by a token).'
        )
    return written.lower()


def check_command(written: str) -> None:
    """Raise ValueError if the text is not a command."""
    try:
        words = shlex.split(written)
    except ValueError as error:
        raise ValueError(f"a quotation mark has no end ({error})") from error
    if written and not words:
        raise ValueError("it names no program")


def check_token_url(written: str) -> None:
    """Raise ValueError if the URL is invalid, or if it would send a secret unencrypted."""
    example = "write it like https://login.example.org/token"
    try:
        url = urlsplit(written)
        port_is_one = url.port != 0
    except ValueError:
        raise ValueError(f"this is no address: {example}") from None
    if not written:
        return
    if url.username or url.password:
        # The value may contain a password, so the message does not repeat it.
        raise ValueError(f"it holds a login: {example}")
    if url.scheme not in ("http", "https") or not url.hostname or not port_is_one:
        raise ValueError(f"“{written}” is no address: {example}")
    if url.scheme == "http" and not is_loopback(url.hostname):
        raise ValueError(f"“{written}” is not protected: use https://")


def check_source(written: str) -> None:
    """Raise ValueError if the text is not an IP address."""
    if written and not _is_address(written):
        raise ValueError(f"“{written}” is no address of a machine: write it like 192.0.2.10")


def check_servers(written: tuple[str, ...]) -> None:
    """Raise ValueError if one of the texts is not a mail server."""
    for each in written:
        if _host_and_port(each.strip()) is None:
            raise ValueError(
                f"“{each}” is not a mail server: "
                'write it like next_hosts = ["backup.example.org", "[::1]:2525"]'
            )


def servers_in_order(host: str, port: int, others: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return (host, port) of each server in order; ``port`` is the default of the others."""
    found = [(host, port)]
    for each in others:
        if (place := _host_and_port(each.strip())) is not None:
            found.append((place[0], port if place[1] is None else place[1]))
    return found


def is_loopback(host: str) -> bool:
    """Return whether data sent to this host stays on this machine."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host.lower() == "localhost"


def _security(written: str) -> str:
    if written.lower() not in ("starttls", "tls", "none"):
        raise Refused(f"smtp.security: “{written}” is not known: {_SECURITIES}.")
    return written.lower()


def _split_host(table: MutableMapping[str, Any], written: str) -> None:
    url = _URL.fullmatch(written)
    rest = url["rest"] if url else written
    if "@" in rest:
        # The value may contain a password, so the message does not repeat it.
        raise Refused(
            "smtp.host holds a login: write the server alone into smtp.host and the login into "
            "smtp.username, and put the password in place by “studio-tui mail password”."
        )
    scheme = url["scheme"].lower() if url else "smtp"
    place = _host_and_port(rest)
    if scheme not in _SCHEMES or place is None:
        return
    host, port = place
    if scheme in _IMPLICIT_TLS:
        _set_tls(table, scheme, port)
    if port is not None:
        _set_port(table, port)
    table["host"] = host


def _host_and_port(text: str) -> tuple[str, int | None] | None:
    if _is_address(text):
        return text, None
    place = _PLACE.fullmatch(text)
    if place is None:
        return None
    host = place["host"]
    inside = host.removeprefix("[").removesuffix("]")
    if not _is_address(inside) and (host != inside or not _NAME.fullmatch(host)):
        return None
    return inside, int(place["port"]) if place["port"] else None


def _is_address(text: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(text))
    return False


def _set_tls(table: MutableMapping[str, Any], scheme: str, port: int | None) -> None:
    if table.get("security", "tls") != "tls":
        raise Refused(
            f"smtp.host says “{scheme}://”, which is protected from the start, and smtp.security "
            f'is "{table["security"]}": set security = "tls", or leave “{scheme}://” out.'
        )
    table["security"] = "tls"
    if port is None:
        table.setdefault("port", _TLS_PORT)


def _set_port(table: MutableMapping[str, Any], port: int) -> None:
    if str(table.get("port", port)) != str(port):
        raise Refused(
            f"smtp.host names port {port}, and smtp.port is {table['port']}: "
            "leave the port out of smtp.host."
        )
    table["port"] = port
