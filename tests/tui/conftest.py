"""Set everything that could change snapshots before Textual is imported."""

import os
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
# Update the layout at once, and not in the next sixtieth of a second.
os.environ["TEXTUAL_FPS"] = "500"
for _name in ("NO_COLOR", "SSH_CONNECTION", "TEXTUAL_THEME", "TEXTUAL_FILTERS"):
    os.environ.pop(_name, None)

from tests.tui import idle  # noqa: E402 - it imports Textual
from tests.tui.pictures import Pictures  # noqa: E402

idle.patch_pilots()


@pytest.fixture
def pictures(snapshot: SnapshotAssertion, tmp_path: Path) -> Pictures:
    """Compares snapshots of an app with the stored ones."""
    return Pictures(snapshot, tmp_path)
