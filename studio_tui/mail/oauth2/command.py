"""Retrieval of a token from a program: ``smtp.token_command``."""

import os
import selectors
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from studio_tui.mail.oauth2.answers import MOST_BYTES, NoToken, Token, bare_token
from studio_tui.mail.oauth2.waiting import with_timeout
from studio_tui.mail.secrets import SECRET_VARIABLES

_GRACE = 5.0
"""Seconds to wait for a program to end after it was killed."""


async def run(command: str, seconds: float) -> Token:
    """Return the token that ``command`` prints within ``seconds``. It is run without a shell.

    Raises `NoToken`.
    """
    words = shlex.split(command)
    what = f"smtp.token_command ({Path(words[0]).name})"
    late = NoToken(f"{what} was not done after {seconds:.0f} seconds.")
    try:
        printed, code = await with_timeout(lambda: _run(words, what, seconds), seconds + _GRACE)
    except TimeoutError:
        raise late from None
    if len(printed) > MOST_BYTES:
        raise NoToken(f"{what} prints more than {MOST_BYTES // 1000} kB: that is no token.")
    if code:
        ended = f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
        raise NoToken(f"{what} {ended}: run it by hand, as this account, to see what it says.")
    return bare_token(printed.decode(errors="replace").strip(), what)


def _run(words: list[str], what: str, seconds: float) -> tuple[bytes, int]:
    """Return the output of a program, just beyond `MOST_BYTES` at most, and its exit code."""
    until = time.monotonic() + seconds
    try:
        process = subprocess.Popen(  # noqa: S603 - the program that the settings name
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # Discard the error output: it may contain secrets, which cannot be recognised.
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no name of a program"
        raise NoToken(f"{what} cannot be run: {why}.") from None
    with process:
        try:
            printed = _printed(process.stdout, until)
            if len(printed) <= MOST_BYTES:
                process.wait(max(until - time.monotonic(), 0.01))
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        finally:
            # Kill the whole process group, with all child processes.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return printed, process.returncode


def _printed(source: IO[bytes] | None, until: float) -> bytes:
    """Read the output until its end. Raises `TimeoutError`."""
    content = bytearray()
    if source is None:
        return b""
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while len(content) <= MOST_BYTES:
            if not selector.select(max(until - time.monotonic(), 0)):
                raise TimeoutError
            chunk = os.read(source.fileno(), MOST_BYTES)
            if not chunk:
                break
            content += chunk
    return bytes(content)
