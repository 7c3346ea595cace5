"""Trial reading of an old workbook (``.xls``) in a process of its own (U9).

Unlike the ZIP archive of a newer workbook, its format cannot be inspected before the library reads
it. For a damaged file, the library may abort the process, write to the terminal or use up all
memory.
"""

import subprocess
import sys
from typing import BinaryIO

_SECONDS = 60
_TRIAL = """
import io, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1024**3, 1024**3))
except (ImportError, OSError, ValueError):
    pass
import python_calamine
try:
    book = python_calamine.CalamineWorkbook.from_object(io.BytesIO(sys.stdin.buffer.read()))
    for name in book.sheet_names:
        for row in book.get_sheet_by_name(name).iter_rows():
            pass
except Exception:
    # An ordinary error: the caller gets it as well when it reads the workbook.
    pass
except BaseException:
    sys.exit(3)
"""


def survives_reading(binary: BinaryIO) -> bool:
    """Return whether the library survives reading the workbook, with or without an error.

    Rewinds the file afterwards.
    """
    binary.seek(0)
    try:
        done = subprocess.run(  # noqa: S603 - all arguments are constants
            [sys.executable, "-I", "-c", _TRIAL],
            input=binary.read(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        binary.seek(0)
    return done.returncode == 0
