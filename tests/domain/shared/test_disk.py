"""What the system says of a file, with what to do about it."""

import errno
import os

import pytest

from studio_tui.domain.shared.disk import describe_os_error, is_of_disk


@pytest.mark.parametrize(
    ("code", "to_do"),
    [
        (errno.ENOSPC, "No space left on device; make room"),
        (errno.EIO, "see what the system says of the disk"),
        (errno.EROFS, "choose a place in which you may write"),
    ],
)
def test_what_to_do_is_said(code: int, to_do: str) -> None:
    error = OSError(code, os.strerror(code))
    assert to_do in describe_os_error(error)
    assert is_of_disk(error)


def test_what_nobody_knows_a_way_out_of_is_said_as_it_is() -> None:
    assert describe_os_error(OSError(errno.ELOOP, "Too many levels")) == "Too many levels"
    assert describe_os_error(OSError()) == "the system does not say why"
    assert not is_of_disk(OSError("no number"))
