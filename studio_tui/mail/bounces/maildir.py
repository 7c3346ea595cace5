"""A Maildir whose mails are each read once, in batches that bound memory.

A mail that was read is moved to ``cur`` with the Maildir flag *S* (seen). Mails with that flag are
skipped.
"""

import os
import stat
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from studio_tui.domain.outbox.bounces import WaitingMail
from studio_tui.domain.shared.disk import describe_os_error
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.mail.bounces.report import MOST_BYTES

_INFO = ":2,"
_SEEN = "S"


class Maildir:
    """A folder of mail with the subfolders ``new`` and ``cur``."""

    def __init__(self, folder: Path) -> None:
        """Raises `Refused` if ``folder`` is not a Maildir."""
        self._new, self._cur = folder / "new", folder / "cur"
        if not self._new.is_dir() or not self._cur.is_dir():
            raise Refused(f"{folder} is no Maildir: it has no folders “new” and “cur”.")
        self._skipped: set[Path] = set()
        """Files that could not be read or moved in this run."""

    def batches(self, most: int) -> Iterator[Sequence[WaitingMail]]:
        """Yield the unread mails in batches of at most ``most``.

        Raises `Unavailable` if a folder cannot be read.
        """
        for folder in (self._new, self._cur):
            # Moving files during a scan can hide some of them from it: repeat until none is found.
            while (yield from self._scan(folder, most)):
                pass

    def done(self, mails: Sequence[WaitingMail]) -> None:
        """Move these mails to ``cur`` and flag them as seen."""
        for mail in mails:
            path = Path(mail.name)
            place = self._cur / _seen(path.name)
            try:
                if place.exists():
                    self._skipped.add(path)
                else:
                    path.rename(place)
            except FileNotFoundError:
                # Another process has moved the file.
                continue
            except OSError as error:
                raise Unavailable(f"{path} cannot be moved: {describe_os_error(error)}.") from error

    def _scan(self, folder: Path, most: int) -> Generator[Sequence[WaitingMail], None, bool]:
        """Yield the unread mails of one scan of ``folder``; returns whether any was found."""
        batch: list[WaitingMail] = []
        found = False
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if _is_done(folder is self._cur, entry.name) or path in self._skipped:
                        continue
                    found = True
                    batch.append(self._read(path))
                    if len(batch) == most:
                        yield batch
                        batch = []
        except OSError as error:
            raise Unavailable(f"{folder} cannot be read: {error.strerror}.") from error
        if batch:
            yield batch
        return found

    def _read(self, path: Path) -> WaitingMail:
        source = None
        with suppress(OSError):
            # Opening a pipe would block, and a symbolic link may lead anywhere.
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
            with os.fdopen(os.open(path, flags), "rb") as file:
                if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    source = file.read(MOST_BYTES)
        if source is None:
            self._skipped.add(path)
        return WaitingMail(str(path), source)


def _is_done(in_cur: bool, name: str) -> bool:
    return name.startswith(".") or (in_cur and _SEEN in name.partition(_INFO)[2])


def _seen(name: str) -> str:
    """Return the name of a seen file in ``cur``, with its flags in ASCII order."""
    base, _, flags = name.partition(_INFO)
    return f"{base.partition(':')[0]}{_INFO}{''.join(sorted({*flags, _SEEN}))}"
