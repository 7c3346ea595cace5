"""A Studio on each engine, and an account without the rights of root."""

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
    studio,
)

__all__ = ["MovableClock", "admin", "clock", "database_url", "empty_database_url", "studio"]

_NOBODY = 65534


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder that belongs to an account whom permissions bind, and this process is that account.

    Root may read and write what it likes, which no person who runs the Studio may.
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
