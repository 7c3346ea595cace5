"""What the import screens ask off the loop: read a file and compare it, with progress and an end to
it when nobody wants it any more (U6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from studio_tui.config.session import require_files
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.hr_file import FileHints, HrFile
from studio_tui.domain.shared.errors import Refused, Stopped, StudioError
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.people import hr_files, imports
from studio_tui.services.people.import_plan import ImportPlan
from studio_tui.services.people.unattended import WaitingImport
from studio_tui.services.system.context import Studio
from studio_tui.tui.runtime.job import Job

Mapped = Mapping[str, str]
"""What columns are said to be: heading → field, as ``--map`` gives it."""

_READING = 0.6
"""How much of the whole is done once the file is read; comparing it is the rest."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A file that was read, and what importing it would do."""

    path: Path
    mapped: Mapped
    told: FileHints
    file: HrFile
    plan: ImportPlan
    waiting: WaitingImport | None = None
    """Where it is the unattended import that waits."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a file cannot be imported as it is, and its headings where it has any."""

    reason: StudioError
    headings: tuple[str, ...] = field(default=())


def path_of(entered: str) -> Path:
    """The file that somebody entered: ``~`` is their home, quotes around it do not count.

    Raises `Refused` where there can be none.
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
    studio: Studio, actor: Actor, path: Path, mapped: Mapped, told: FileHints, job: Job
) -> Compared | Unreadable:
    """Read a file and say what importing it would do; nothing is changed.

    ``mapped`` and ``told`` are what somebody has said of its columns, and of how it is written.
    """
    try:
        _require_file(path)
        file = hr_files.read(
            path, mapped, progress=lambda share: job.tell(share * _READING), form=told
        )
        plan = imports.preview(
            studio,
            actor,
            file,
            progress=lambda share: job.tell(_READING + share * (1 - _READING)),
        )
    except Stopped:
        raise
    except StudioError as error:
        return Unreadable(error, _headings(path, told))
    return Compared(path, mapped, told, file, plan)


def _require_file(path: Path) -> None:
    # Opening a pipe would wait for whoever writes into it.
    try:
        special = path.exists() and not (path.is_file() or path.is_dir())
    except (OSError, ValueError):
        raise Refused("There can be no file of that name.") from None
    if special:
        raise Refused(f"{clean_line(path.name)} is a device or a pipe, not a file.")


def _headings(path: Path, told: FileHints) -> tuple[str, ...]:
    """The headings of a file, none where it has none that can be read."""
    try:
        return hr_files.headings_in(path, told)
    except StudioError:
        return ()
