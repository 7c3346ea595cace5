"""What a terminal sends is read for as long as the Studio runs, whatever it is.

Textual reads it in a thread. There a byte that is no UTF-8, or a report that makes no sense, raises
an exception, with which Textual ends the app: what was typed is lost.
"""

from codecs import getincrementaldecoder
from functools import partial
from typing import Any

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

_PAUSE = 0.05
"""Seconds before reading goes on: what fails at once again and again takes no processor."""


def _forgiving_decoder(encoding: str) -> Any:
    """As `codecs.getincrementaldecoder`; what cannot be decoded becomes U+FFFD."""
    return partial(getincrementaldecoder(encoding), errors="replace")


class LenientDriver(LinuxDriver):
    """Reads on after what it does not understand."""

    def run_input_thread(self) -> None:
        """As Textual's."""
        # Textual takes the name from its module as it begins to read.
        linux_driver.getincrementaldecoder = _forgiving_decoder  # type: ignore[attr-defined]
        while True:
            try:
                return super().run_input_thread()
            except OSError:
                # The terminal is gone.
                raise
            except Exception:
                # What came with it is dropped.
                if self.exit_event.wait(_PAUSE):
                    return None
