"""A progress display on stderr for long operations, shown only on a terminal."""

import sys
from time import monotonic
from types import TracebackType

_DELAY = 0.5
"""Seconds before progress is first shown. Shorter operations show none."""
_ERASE = "\r\x1b[K"


class ProgressPrinter:
    """A progress callback that overwrites its line on stderr, and erases it at the end."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._watched = sys.stderr.isatty()
        self._began = monotonic()
        self._shown = -1

    def __enter__(self) -> "ProgressPrinter":
        return self

    def __call__(self, share: float) -> None:
        """Display that ``share``, from 0 to 1, is done."""
        percent = int(share * 100)
        if self._watched and percent > self._shown and monotonic() - self._began > _DELAY:
            self._shown = percent
            self._write(f"{_ERASE}{self._doing}… {percent} %")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown >= 0:
            self._write(_ERASE)

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
