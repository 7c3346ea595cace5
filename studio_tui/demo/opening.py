"""Opening the demo. The story is played once, cached, and copied on each later run."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir

from platformdirs import user_cache_path

from studio_tui.config.assets import asset
from studio_tui.config.clock import OffsetClock
from studio_tui.config.private_files import make_folder, require_own_folder
from studio_tui.config.settings import APP
from studio_tui.config.work_folder import work_folder
from studio_tui.demo.demo import DATABASE, Demo, reopen
from studio_tui.demo.story.constants import DEMO_NOW
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.clock import Clock

_PACKAGE = Path(__file__).resolve().parent.parent


@contextmanager
def open_demo(clock: Clock | None = None, progress: Progress = ignore_progress) -> Iterator[Demo]:
    """Open a demo in which the whole story has been played.

    Without ``clock``, time runs on from `DEMO_NOW`. ``progress`` is called with the played fraction
    of the story, from 0 to 1. The demo works in a private temporary folder, which is removed at the
    end.
    """
    with work_folder(Path(gettempdir()), "studio-tui-demo-") as folder:
        kept = _kept()
        make_folder(kept.parent)
        require_own_folder(kept.parent)
        if not kept.is_file():
            _play_into(kept, progress)
        shutil.copy(kept, folder / DATABASE)
        demo = reopen(folder, clock or OffsetClock(DEMO_NOW))
        try:
            yield demo
        finally:
            demo.studio.close()


def _kept() -> Path:
    """Return the path of the cached database for this version of the program and its data."""
    return user_cache_path(APP) / f"demo-{_fingerprint()}.db"


def _play_into(kept: Path, progress: Progress) -> None:
    with work_folder(kept.parent) as folder:
        from studio_tui.demo.story_player import play

        play(folder, progress).studio.close()
        # Another process may have finished first and may be copying its database, so keep that
        # file.
        for old in set(kept.parent.glob("demo-*.db")) - {kept}:
            with suppress(FileNotFoundError):
                old.unlink()
        (folder / DATABASE).replace(kept)


def _fingerprint() -> str:
    found = hashlib.sha256()
    for path in sorted((*_PACKAGE.rglob("*.py"), *asset("data").rglob("*.*"))):
        of = path.stat()
        found.update(f"{path.name} {of.st_size} {of.st_mtime_ns}".encode())
    return found.hexdigest()[:16]
