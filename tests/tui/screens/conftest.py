"""A Studio of Example NV for tests of screens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.screens.organisation import Example, example


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Example]:
    """A new Studio that contains only its admin, with a clock that stands still."""
    with example(tmp_path) as one:
        yield one
