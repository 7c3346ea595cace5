"""The demo: a made-up organisation and what happened in it, played through the real services.

No mail leaves the machine: it goes into a folder beside the database, both of which go when the
demo ends. The same on every run.
"""

from studio_tui.demo.opened import Demo
from studio_tui.demo.opening import open_demo

__all__ = ["Demo", "open_demo"]
