"""``python -m studio_tui`` is ``studio-tui``."""

from studio_tui.main import run

run()
