"""Whether an old workbook (``.xls``) can be read at all, found out in a process of its own (U9).

Nothing of its format can be looked at before a library reads it, as the ZIP of a newer one can. In
a damaged one the library stops the whole process, writes of its own accord to the terminal, or
takes all memory.
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
    # It can be asked, and says what is wrong.
    pass
except BaseException:
    sys.exit(3)
"""


def reads_apart(binary: BinaryIO) -> bool:
    """Whether reading a workbook ends, be it with an error, and leaves its process alive. The file
    is at its beginning afterwards."""
    binary.seek(0)
    try:
        done = subprocess.run(  # noqa: S603 - no word of it is anybody else's
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
