"""A Studio on each engine, and a process without the rights of root."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.conftest import (
    MovableClock,
    admin,
    clock,
    database_url,
    empty_database_url,
    people,
    studio,
)

__all__ = [
    "MovableClock",
    "admin",
    "clock",
    "database_url",
    "empty_database_url",
    "people",
    "studio",
]

_NOBODY = 65534


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A directory of an unprivileged account, which is the effective user of this process.

    Root ignores permissions, which bind everybody who runs the Studio.
    """
    before = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        if before == 0:
            os.chown(name, _NOBODY, _NOBODY)
            os.seteuid(_NOBODY)
        try:
            yield Path(name)
        finally:
            os.seteuid(before)
