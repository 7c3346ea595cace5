"""Reading a file and comparing it with the stored users, off the event loop (U6).

Both report their progress and can be cancelled.
"""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from studio_tui.config.session import require_files
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.hr_file import FileHints, HrFile
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused, Stopped, StudioError
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.people import hr_files, imports
from studio_tui.services.people.import_plan import ImportPlan
from studio_tui.services.people.unattended import WaitingImport
from studio_tui.services.system.context import Studio
from studio_tui.tui.runtime.job import Job

ColumnMapping = Mapping[str, str]
"""The field for each column heading, as given with ``--map``."""

_READING = 0.6
"""Progress, as a fraction, after the file is read. The rest is the comparison."""


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A file that was read, and a preview of importing it."""

    path: Path
    mapped: ColumnMapping
    hints: FileHints
    file: HrFile
    plan: ImportPlan
    waiting: WaitingImport | None = None
    """The unattended import that waits, if the file is part of one."""


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """Why a file cannot be imported, and its headings if they can be read."""

    reason: StudioError
    headings: tuple[str, ...] = field(default=())


def path_of(entered: str) -> Path:
    """Return the path the user entered, with ``~`` expanded and surrounding quotes removed.

    Raises `Refused` if the text is empty or the home directory does not exist.
    """
    require_files()
    text = entered.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    if not text:
        raise Refused("Enter the path of a CSV file.")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise Refused("There is no such user, and no home of theirs.") from None


def compare(
    studio: Studio, actor: Actor, path: Path, mapped: ColumnMapping, hints: FileHints, job: Job
) -> ComparedFile | UnreadableFile:
    """Read a file and preview its import. Changes nothing.

    ``mapped`` and ``hints`` are the columns and the file format as the user specified them.
    """
    try:
        _require_file(path)
        file = hr_files.read(
            path, mapped, progress=lambda share: job.report_progress(share * _READING), form=hints
        )
        plan = imports.preview(
            studio,
            actor,
            file,
            progress=lambda share: job.report_progress(_READING + share * (1 - _READING)),
        )
    except Stopped:
        raise
    except StudioError as error:
        return UnreadableFile(error, _headings(path, hints))
    return ComparedFile(path, mapped, hints, file, plan)


def _require_file(path: Path) -> None:
    # Opening a pipe would block until another process writes to it.
    try:
        special = path.exists() and not (path.is_file() or path.is_dir())
    except (OSError, ValueError):
        raise Refused("There can be no file of that name.") from None
    if special:
        raise Refused(f"{clean_line(path.name)} is a device or a pipe, not a file.")


def _headings(path: Path, hints: FileHints) -> tuple[str, ...]:
    """Return the column headings of a file; empty if they cannot be read."""
    try:
        return hr_files.headings_in(path, hints)
    except StudioError:
        return ()
