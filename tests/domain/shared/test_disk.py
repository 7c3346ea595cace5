"""Errors of the operating system about a file, with a remedy."""

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
def test_a_known_error_has_a_remedy(code: int, to_do: str) -> None:
    error = OSError(code, os.strerror(code))
    assert to_do in describe_os_error(error)
    assert is_of_disk(error)


def test_an_unknown_error_is_reported_unchanged() -> None:
    assert describe_os_error(OSError(errno.ELOOP, "Too many levels")) == "Too many levels"
    assert describe_os_error(OSError()) == "the system does not say why"
    assert not is_of_disk(OSError("no number"))
