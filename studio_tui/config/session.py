"""A session that somebody opened with an SSH key (A1): what it may be told from outside.

The process runs as the service account, for somebody who has no account here. So what they can
reach is narrow: nothing of the environment that they sent counts, and no file of this host does.
"""

import os
import pwd
import resource
from collections.abc import Mapping
from pathlib import Path

from studio_tui.domain.shared.errors import Forbidden, Refused

_OWN = ("TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE")
"""What a terminal may say of itself; ``LC_…`` as well."""
_SSHD = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_PATH = "/usr/local/bin:/usr/bin:/bin"

_key: str | None = None


def begin_key_session(fingerprint: str, config: Path | None) -> None:
    """From here on, whoever asks is the owner of the key ``fingerprint``, until the process ends.

    The environment is made anew: the account's own, what a terminal says of itself, and
    ``config`` as the place of the configuration. Raises `Forbidden` inside such a session.
    """
    global _key  # noqa: PLW0603 - a fact about the process, like its account
    if _key is not None:
        raise Forbidden("This session belongs to another key already.")
    _key = fingerprint
    kept = _environment(os.environ, config)
    os.environ.clear()
    os.environ.update(kept)
    os.umask(0o077)
    # A crash leaves no memory of the process on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def account_entry() -> pwd.struct_passwd:
    """What the system knows of the account that this process runs as.

    Raises `Refused` for a number without a name, as a container may run a program.
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
    """The account of the operating system that this process runs as; raises `Refused` for one
    without a name."""
    return account_entry().pw_name


def session_key() -> str | None:
    """The fingerprint of the key that opened this session; None where the account counts."""
    return _key


def client_address() -> str:
    """The address that this session came from, as sshd says; empty where none did.

    In the session of a key only sshd can have said it. An account can tell itself anything.
    """
    return os.environ.get("SSH_CONNECTION", "").partition(" ")[0]


def restricted_session() -> bool:
    """Whether this session was opened by an SSH key: no editor, no pager, no file of this host."""
    return _key is not None


def why_no_files(instead: str = "") -> str | None:
    """Why no file of this host can be read or written, in a sentence that names the command to use
    ``instead``; None where it can."""
    if not restricted_session():
        return None
    use = f": use “{instead}”" if instead else ""
    return f"Over SSH no file of the host is read or written{use}."


def require_files() -> None:
    """Raise `Forbidden` where no file of this host can be read or written."""
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
