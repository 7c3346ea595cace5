"""Error messages of the file system, with advice."""

import errno

_ROOM = "make room and try again"
_ELSEWHERE = "choose a place in which you may write"
_WHAT_TO_DO = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EIO: "see what the system says of the disk (“dmesg”), and try again",
    errno.EACCES: _ELSEWHERE,
    errno.EPERM: _ELSEWHERE,
    errno.EROFS: _ELSEWHERE,
    errno.ENAMETOOLONG: "choose a shorter one",
}


def describe_os_error(error: OSError) -> str:
    """Return why a file cannot be written, with advice if there is any.

    The message does not end in a full stop.
    """
    what = error.strerror or "the system does not say why"
    to_do = _WHAT_TO_DO.get(error.errno or 0)
    return f"{what}; {to_do}" if to_do else what


def is_of_disk(error: OSError) -> bool:
    """Return whether ``error`` is caused by the disk or its permissions, not by a program."""
    return error.errno in _WHAT_TO_DO
