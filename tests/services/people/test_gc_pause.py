"""The search for cycles rests while a file is read, and no longer."""

import gc

import pytest

from studio_tui.domain.shared.errors import Refused
from studio_tui.services.people.gc_pause import gc_paused
from studio_tui.services.people.hr_files import read


def test_it_rests_and_goes_on() -> None:
    with gc_paused():
        assert not gc.isenabled()
        with gc_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_a_refusal() -> None:
    with pytest.raises(Refused):
        read(b"")
    assert gc.isenabled()
