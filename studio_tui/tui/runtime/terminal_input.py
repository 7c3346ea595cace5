"""Terminal input that survives invalid bytes and reports.

Textual reads the terminal in a thread. A byte that is not UTF-8, or a malformed report, raises an
exception there, which makes Textual end the app: unsaved input would be lost.
"""

from codecs import getincrementaldecoder
from functools import partial
from typing import Any

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

_PAUSE = 0.05
"""Seconds before reading continues, so that a permanent error does not occupy a processor."""


def _lenient_decoder(encoding: str) -> Any:
    """Return an incremental decoder class that replaces undecodable bytes by U+FFFD."""
    return partial(getincrementaldecoder(encoding), errors="replace")


class LenientDriver(LinuxDriver):
    """A driver that continues to read after invalid input."""

    def run_input_thread(self) -> None:
        """Read the terminal as Textual does, and restart after an error."""
        # Textual looks the name up in its module when it starts to read.
        linux_driver.getincrementaldecoder = _lenient_decoder  # type: ignore[attr-defined]
        while True:
            try:
                return super().run_input_thread()
            except OSError:
                # The terminal was closed.
                raise
            except Exception:
                # The input that was read together with it is lost.
                if self.exit_event.wait(_PAUSE):
                    return None
