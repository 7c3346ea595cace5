"""A session opened with an SSH key (A1), and its restrictions.

The process runs as the service account, for a person without an account on this host. The session
therefore ignores the environment that the client sent and has no access to the files of the host.
"""

import os
import pwd
import resource
from collections.abc import Mapping
from pathlib import Path

from studio_tui.domain.shared.errors import Forbidden, Refused

_OWN = ("TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE")
"""Variables that a client may set, in addition to ``LC_…``; they describe its terminal."""
_SSHD = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_PATH = "/usr/local/bin:/usr/bin:/bin"

_key: str | None = None


def begin_key_session(fingerprint: str, config: Path | None) -> None:
    """Make the owner of the key ``fingerprint`` the actor until the process ends.

    The environment is reset to the service account's own, the variables that describe the terminal,
    and ``config`` as the path of the configuration. Raises `Forbidden` inside such a session.
    """
    global _key  # noqa: PLW0603 - a fact about the process, like its account
    if _key is not None:
        raise Forbidden("This session belongs to another key already.")
    _key = fingerprint
    kept = _environment(os.environ, config)
    os.environ.clear()
    os.environ.update(kept)
    os.umask(0o077)
    # A core dump would write the memory of the process to disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def account_entry() -> pwd.struct_passwd:
    """Return the password database entry of the account that this process runs as.

    Raises `Refused` for a user id without a name, as in some containers.
    """
    number = os.getuid()
    try:
        return pwd.getpwuid(number)
    except KeyError as error:
        raise Refused(
            f"The account {number} has no name on this host, so that nobody knows who you are: "
            "add it to /etc/passwd, or run the Studio as an account that is there."
        ) from error


def account_name() -> str:
    """Return the name of the account that this process runs as.

    Raises `Refused` for a user id without a name.
    """
    return account_entry().pw_name


def session_key() -> str | None:
    """Return the fingerprint of the key that opened this session; None for a local account."""
    return _key


def client_address() -> str:
    """Return the client address that sshd reports; empty for a local session.

    Only in the session of a key it is reliable: a local account can set the variable itself.
    """
    return os.environ.get("SSH_CONNECTION", "").partition(" ")[0]


def restricted_session() -> bool:
    """Return whether an SSH key opened this session: no editor, pager or file of the host."""
    return _key is not None


def why_no_files(instead: str = "") -> str | None:
    """Return why files of the host cannot be accessed, or None if they can.

    The sentence suggests the command ``instead``.
    """
    if not restricted_session():
        return None
    use = f": use “{instead}”" if instead else ""
    return f"Over SSH no file of the host is read or written{use}."


def require_files() -> None:
    """Raise `Forbidden` if files of the host cannot be accessed."""
    if why := why_no_files():
        raise Forbidden(why)


def _environment(sent: Mapping[str, str], config: Path | None) -> dict[str, str]:
    account = account_entry()
    kept = {
        name: value
        for name, value in sent.items()
        if name in (*_OWN, *_SSHD) or name.startswith("LC_")
    }
    kept |= {"HOME": account.pw_dir, "USER": account.pw_name, "LOGNAME": account.pw_name}
    kept["PATH"] = _PATH
    if config is not None:
        kept["STUDIO_CONFIG"] = str(config)
    return kept
