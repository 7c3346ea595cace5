"""Storage and lookup of the password of the mail server (N11).

The password is looked up in this order: the environment, a systemd credential, a file next to
``config.toml`` that only its owner can read, the system's keyring. It is never in the database, the
configuration, a log, a traceback or on the screen. With OAuth 2, the client secret or the key of a
service account takes its place.
"""

import codecs
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from studio_tui.config.private_files import replace_file
from studio_tui.config.settings import APP, Bounces, Grant, Smtp, config_path
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.disk import describe_os_error
from studio_tui.domain.shared.errors import Refused, Unavailable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

VARIABLE = "STUDIO_SMTP_PASSWORD"
CLIENT_SECRET = "STUDIO_SMTP_OAUTH2_CLIENT_SECRET"  # noqa: S105 - the name of a variable
"""The variable of the client secret. With token login, it takes precedence over `VARIABLE`."""
FILE = "smtp-password"
BOUNCES_VARIABLE = "STUDIO_BOUNCES_PASSWORD"
BOUNCES_FILE = "bounces-password"
SECRET_VARIABLES = frozenset(
    {
        *(VARIABLE, CLIENT_SECRET, BOUNCES_VARIABLE),
        *("STUDIO_DATABASE_URL", "STUDIO_DATABASE_LISTEN_URL", "PGPASSWORD"),
    }
)
"""All environment variables that may hold a secret."""
HIDDEN = "•••"
LONGEST = 4096
LONGEST_KEY = 16_384
"""Maximum number of characters of a JSON key, over all its lines."""
_ELSEWHERE = f"Unlock it, or use {VARIABLE} or the file {FILE} beside config.toml."


class Secret:
    """A password that is displayed only through `reveal`. Its `repr` is masked."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the password in plain text."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """The environment variable and the file that may hold a password, apart from the keyring."""

    variable: str = VARIABLE
    file: str = FILE


OF_SMTP = SecretPlace()
OF_BOUNCES = SecretPlace(BOUNCES_VARIABLE, BOUNCES_FILE)
"""The places of the password for the bounce mailbox (N15)."""


@dataclass(frozen=True, slots=True)
class FoundPassword:
    """A password and the description of its source: "the file /…/smtp-password"."""

    password: Secret
    where: str


def as_smtp(bounces: Bounces) -> Smtp:
    """Return the bounce mailbox as the server settings under which its password is stored."""
    return Smtp(host=bounces.host, username=bounces.username)


def find(
    smtp: Smtp, environ: Mapping[str, str] = os.environ, place: SecretPlace = OF_SMTP
) -> FoundPassword | None:
    """Return the password for ``smtp.username``, or None if there is none.

    Raises `Refused` if a file is readable by others or does not hold a valid password.
    """
    for variable in (CLIENT_SECRET, place.variable) if smtp.by_token else (place.variable,):
        if text := without_marks(environ.get(variable, "")):
            return FoundPassword(
                _checked(text, variable, smtp), f"the environment variable {variable}"
            )
    return (
        _in_credential(smtp, environ, place) or _in_file(smtp, environ, place) or _in_keyring(smtp)
    )


def where(
    smtp: Smtp, environ: Mapping[str, str] = os.environ, place: SecretPlace = OF_SMTP
) -> str | None:
    """Return a description of the source of the password, or None. Raises as `find` does."""
    found = find(smtp, environ, place)
    return found.where if found else None


def noun(smtp: Smtp) -> str:
    """Return the noun for the secret of these settings, such as "password"."""
    if smtp.by_token:
        is_key = smtp.oauth2.grant is Grant.SERVICE_ACCOUNT
        return "key of the service account" if is_key else "client secret"
    return "password"


def holder(smtp: Smtp) -> str:
    """Return the owner of the secret: the OAuth 2 application, else the login name."""
    return (smtp.oauth2.client_id if smtp.by_token else "") or smtp.username


def set_password(
    smtp: Smtp,
    password: Secret,
    environ: Mapping[str, str] = os.environ,
    place: SecretPlace = OF_SMTP,
) -> str:
    """Store ``password`` in the keyring, or in the file if the host has no keyring.

    Returns a description of the place. An existing file is overwritten, because it takes precedence
    over the keyring. Raises `Refused` if the password is invalid, and `Unavailable` if it could not
    be written.
    """
    password = _checked(password.reveal(), f"The {noun(smtp)}", smtp)
    path = password_file(environ, place)
    if not path.exists() and (keyring := _keyring()) is not None:
        return _put_in_keyring(keyring, smtp, password)
    _write(path, password)
    return f"the file {path}"


def password_file(environ: Mapping[str, str] = os.environ, place: SecretPlace = OF_SMTP) -> Path:
    """Return the path of the file that may hold the password."""
    return config_path(environ).parent / place.file


def without_marks(text: str) -> str:
    """Return a line without a leading byte order mark and without its line ending."""
    return text.removeprefix("\ufeff").removesuffix("\n").removesuffix("\r")


def _in_credential(
    smtp: Smtp, environ: Mapping[str, str], place: SecretPlace
) -> FoundPassword | None:
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    path = Path(folder) / place.file
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(f"The systemd credential {path} cannot be read: {error.strerror}.") from error
    return FoundPassword(_secret_in(content, path, smtp), f"the systemd credential {place.file}")


def _in_file(smtp: Smtp, environ: Mapping[str, str], place: SecretPlace) -> FoundPassword | None:
    path = password_file(environ, place)
    try:
        # Without O_NONBLOCK, opening a pipe would block.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error
    with os.fdopen(descriptor, "rb") as file:
        _require_private(os.fstat(file.fileno()), path)
        return FoundPassword(_secret_in(file.read(LONGEST_KEY + 1), path, smtp), f"the file {path}")


def _require_private(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Refused(f"{path} is not a file: put the password in one.")
    if status.st_uid != os.geteuid():
        raise Refused(f"{path} belongs to another account: make it yours, or remove it.")
    if status.st_mode & 0o077:
        raise Refused(f"{path} can be read by others: run “chmod 600 {path}”.")


def _secret_in(content: bytes, path: Path, smtp: Smtp) -> Secret:
    # PowerShell writes UTF-16 by default.
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = without_marks(content.decode("utf-16" if utf16 else "utf-8"))
    except UnicodeDecodeError:
        raise Refused(f"{path} does not hold a password as UTF-8 text.") from None
    return _checked(text, str(path), smtp)


def _checked(text: str, what: str, smtp: Smtp) -> Secret:
    """Return the secret of these settings. Raises `Refused` if ``text`` is not a valid one."""
    if not text:
        raise Refused(f"{what} is empty.")
    if smtp.by_token and smtp.oauth2.grant is Grant.SERVICE_ACCOUNT:
        return _key_in(text, what)
    if len(text) > LONGEST or any(sign in text for sign in "\0\r\n"):
        raise Refused(f"{what} is no password: one line of at most {LONGEST} characters.")
    return Secret(text)


def _key_in(text: str, what: str) -> Secret:
    try:
        found = json.loads(text) if len(text) <= LONGEST_KEY else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "private_key" not in found:
        raise Refused(f"{what} is no key of a service account: the whole JSON file is wanted.")
    return Secret(json.dumps(found))


def _write(path: Path, password: Secret) -> None:
    try:
        replace_file(path, password.reveal() + "\n")
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {describe_os_error(error)}.") from error


def _account(smtp: Smtp) -> str:
    return f"{smtp.username}@{smtp.host}"


def _keyring() -> "KeyringBackend | None":
    """Return the keyring of this account, or None if the host has none."""
    import keyring

    backend = keyring.get_keyring()
    return backend if backend.priority > 0 else None


def _in_keyring(smtp: Smtp) -> FoundPassword | None:
    backend = _keyring()
    if backend is None:
        return None
    from keyring.errors import KeyringError

    try:
        text = backend.get_password(APP, _account(smtp))
    except (KeyringError, OSError) as error:
        raise Unavailable(f"The keyring does not answer: {error}. {_ELSEWHERE}") from error
    return FoundPassword(Secret(text), f"the keyring ({backend.name})") if text else None


def _put_in_keyring(backend: "KeyringBackend", smtp: Smtp, password: Secret) -> str:
    from keyring.errors import KeyringError

    try:
        backend.set_password(APP, _account(smtp), password.reveal())
    except (KeyringError, OSError) as error:
        raise Unavailable(f"The keyring does not take it: {error}. {_ELSEWHERE}") from error
    return f"the keyring ({backend.name})"
