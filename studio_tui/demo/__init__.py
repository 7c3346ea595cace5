"""The demo: a fictitious organisation with a history, played through the real services.

No mail leaves the machine: it is written to a folder next to the database. Both are removed when
the demo ends. Every run is identical.
"""

from studio_tui.demo.demo import Demo
from studio_tui.demo.opening import open_demo

__all__ = ["Demo", "open_demo"]
