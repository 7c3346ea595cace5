"""Everything that makes pictures drift is set before Textual is imported."""

import os

os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
for _name in ("NO_COLOR", "SSH_CONNECTION", "TEXTUAL_THEME", "TEXTUAL_FILTERS"):
    os.environ.pop(_name, None)

from tests.tui import idle  # noqa: E402 - it imports Textual

idle.use()
