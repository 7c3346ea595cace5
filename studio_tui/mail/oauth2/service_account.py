"""A token request with the key of a service account, as at Google: a signed JWT (RFC 7523)."""

import json
import time
from base64 import urlsafe_b64encode
from typing import Any

from studio_tui.config.smtp_settings import check_token_url
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.mail.oauth2.answers import NoToken
from studio_tui.mail.secrets import Secret

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account and its private key."""

    email: str
    token_url: str
    key_id: str
    key: Secret


def account_in(written: Secret) -> ServiceAccount:
    """Parse the JSON key of a service account. Raises `NoToken`."""
    try:
        found = json.loads(written.reveal())
        account = ServiceAccount(
            str(found["client_email"]),
            str(found.get("token_uri") or ""),
            str(found.get("private_key_id") or ""),
            Secret(str(found["private_key"])),
        )
        check_token_url(account.token_url)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NoToken(
            "The secret is no key of a service account: put the whole JSON file in place, by "
            "“studio-tui mail password < key.json”."
        ) from None
    return account


def assertion(account: ServiceAccount, url: str, scope: str, mailbox: str) -> Secret:
    """Return the signed JWT by which the account requests ``scope`` on behalf of ``mailbox``."""
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise NoToken(
            "Signing for a service account needs a library: pip install 'studio-tui[google]'."
        ) from None
    try:
        key = load_pem_private_key(account.key.reveal().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise NoToken("The private key of the service account cannot be read: have a new one made.")
    now = int(time.time())
    header = {"alg": "RS256", "typ": "JWT"} | ({"kid": account.key_id} if account.key_id else {})
    body = {
        "iss": account.email,
        "scope": scope,
        "aud": url,
        "sub": mailbox,
        "iat": now,
        "exp": now + _SECONDS,
    }
    said = f"{_part(header)}.{_part(body)}"
    signature = key.sign(said.encode(), PKCS1v15(), SHA256())
    return Secret(f"{said}.{_base64(signature)}")


def _part(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
