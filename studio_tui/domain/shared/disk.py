"""What the system says of a file or a disk, with what to do about it."""

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


def in_words(error: OSError) -> str:
    """Why a file cannot be written, and what to do where that is known; without a full stop."""
    what = error.strerror or "the system does not say why"
    to_do = _WHAT_TO_DO.get(error.errno or 0)
    return f"{what}; {to_do}" if to_do else what


def is_of_disk(error: OSError) -> bool:
    """Whether it is the disk that fails, and no fault of a program."""
    return error.errno in _WHAT_TO_DO
