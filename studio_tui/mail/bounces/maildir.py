"""A Maildir whose mail is read once each: ``new`` and ``cur``, however many there are.

What was read is in ``cur`` with the flag *S* (seen), as Maildir has it; what has that flag is not
read.
"""

import os
import stat
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from studio_tui.domain.outbox.bounces import WaitingMail
from studio_tui.domain.shared.disk import in_words
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.mail.bounces.report import MOST_BYTES

_INFO = ":2,"
_SEEN = "S"


class Maildir:
    """The mail of a folder that holds ``new`` and ``cur``."""

    def __init__(self, folder: Path) -> None:
        """Raises `Refused` where it is no Maildir."""
        self._new, self._cur = folder / "new", folder / "cur"
        if not self._new.is_dir() or not self._cur.is_dir():
            raise Refused(f"{folder} is no Maildir: it has no folders “new” and “cur”.")
        self._left: set[Path] = set()
        """What could not be read or moved in this run."""

    def batches(self, most: int) -> Iterator[Sequence[WaitingMail]]:
        """What was not read yet, up to ``most`` at a time; raises `Unavailable` where a folder
        cannot be read."""
        for folder in (self._new, self._cur):
            # While files are moved, a folder may hide some of them from who is reading it.
            while (yield from self._once_through(folder, most)):
                pass

    def done(self, mails: Sequence[WaitingMail]) -> None:
        """Move these to ``cur``, as seen."""
        for mail in mails:
            path = Path(mail.name)
            place = self._cur / _seen(path.name)
            try:
                if place.exists():
                    self._left.add(path)
                else:
                    path.rename(place)
            except FileNotFoundError:
                # Somebody else has moved it.
                continue
            except OSError as error:
                raise Unavailable(f"{path} cannot be moved: {in_words(error)}.") from error

    def _once_through(
        self, folder: Path, most: int
    ) -> Generator[Sequence[WaitingMail], None, bool]:
        """Whether there was anything."""
        batch: list[WaitingMail] = []
        found = False
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if _is_done(folder is self._cur, entry.name) or path in self._left:
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
            # A pipe would keep us waiting, and a link may lead anywhere.
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
            with os.fdopen(os.open(path, flags), "rb") as file:
                if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    source = file.read(MOST_BYTES)
        if source is None:
            self._left.add(path)
        return WaitingMail(str(path), source)


def _is_done(in_cur: bool, name: str) -> bool:
    return name.startswith(".") or (in_cur and _SEEN in name.partition(_INFO)[2])


def _seen(name: str) -> str:
    """The name of a file in ``cur`` that was seen: its flags are in the order of ASCII."""
    base, _, flags = name.partition(_INFO)
    return f"{base.partition(':')[0]}{_INFO}{''.join(sorted({*flags, _SEEN}))}"
