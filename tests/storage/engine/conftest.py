"""Stores that are closed at the end of a test."""

from collections.abc import Callable, Iterator

import pytest

from studio_tui.storage.engine.opening import open_store
from studio_tui.storage.engine.store import Store

Open = Callable[[str], Store]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens stores, and closes them at the end."""
    stores: list[Store] = []

    def open_and_keep(url: str) -> Store:
        stores.append(open_store(url))
        return stores[-1]

    yield open_and_keep
    for store in stores:
        store.close()
