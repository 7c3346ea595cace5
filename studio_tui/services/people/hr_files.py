"""HR files where they lie: opened here, and understood by `domain.people.hr_file` (U6)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from studio_tui.domain.people import hr_file
from studio_tui.domain.people.hr_file import FileHints, HrFile
from studio_tui.domain.shared.cancellation import Progress, unwatched
from studio_tui.domain.shared.errors import Unavailable
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.people.collecting import no_cycles_made

_NO_HINTS = FileHints()
_NO_MAPPING: Mapping[str, str] = {}


def read(
    source: Path | BinaryIO | bytes,
    mapping: Mapping[str, str] = _NO_MAPPING,
    *,
    name: str = "",
    progress: Progress = unwatched,
    form: FileHints = _NO_HINTS,
) -> HrFile:
    """Read what an HR system exported; what is told of it is as for `hr_file.read`.

    ``name`` is what messages call what has no path. A binary file stays open, and is its owner's
    to close. Raises `Unavailable` where the file cannot be read, and `Refused` where it is no list
    of people.
    """
    with no_cycles_made(), _opened(source, name) as (binary, called):
        return hr_file.read(binary, mapping, name=called, progress=progress, form=form)


def headings_in(path: Path, form: FileHints = _NO_HINTS) -> tuple[str, ...]:
    """The headings of a file, each once; raises as `read` does."""
    with _opened(path) as (binary, name):
        return hr_file.headings_in(binary, name=name, form=form)


@contextmanager
def _opened(source: Path | BinaryIO | bytes, name: str = "") -> Iterator[tuple[BinaryIO, str]]:
    """The bytes of ``source``, and what messages call it: a path by its own name."""
    if isinstance(source, Path):
        with _open_path(source) as binary:
            yield binary, source.name
    else:
        yield BytesIO(source) if isinstance(source, bytes) else source, name


def _open_path(path: Path) -> BinaryIO:
    name = clean_line(path.name) or "The file"
    if path.is_dir():
        raise Unavailable(f"{name} is a folder: name the file in it that is to be imported.")
    try:
        return path.open("rb")
    except OSError as error:
        raise Unavailable(f"{name} cannot be read: {error.strerror}.") from error
