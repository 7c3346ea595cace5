"""The cyclic garbage collector is paused while a file is read, and only then."""

import gc

import pytest

from studio_tui.domain.shared.errors import Refused
from studio_tui.services.people.gc_pause import gc_paused
from studio_tui.services.people.hr_files import read


def test_the_collector_is_paused_and_resumed() -> None:
    with gc_paused():
        assert not gc.isenabled()
        with gc_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_is_resumed_after_a_refusal() -> None:
    with pytest.raises(Refused):
        read(b"")
    assert gc.isenabled()
