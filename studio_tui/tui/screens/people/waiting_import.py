"""The unattended import that waits, compared again and shown as a preview (U10)."""

from pathlib import Path

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.people.hr_file import FileHints
from studio_tui.domain.shared.errors import StudioError
from studio_tui.services.people import unattended
from studio_tui.services.people.unattended import WaitingImport
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.people.import_plan import (
    ImportDecision,
    ImportFinished,
    ImportPlanScreen,
    PreviewOutdated,
    close_with_result,
)
from studio_tui.tui.screens.people.import_reading import ComparedFile
from studio_tui.tui.text import line
from studio_tui.tui.widgets.progress import ProgressLine


class WaitingImportScreen(StudioScreen):
    """A screen that reads the waiting import and then opens its preview."""

    def body(self) -> ComposeResult:
        """Yield the title and the progress."""
        yield Static(line("Import that waits", "bold"), classes="title")
        yield ProgressLine()

    def on_mount(self) -> None:
        """Start the comparison."""
        self._compare()

    def action_back(self) -> None:
        """Stop the comparison and close the screen."""
        progress = self.query_one(ProgressLine)
        if progress.job is not None:
            progress.stop()
        self.dismiss()

    def _compare(self) -> None:
        job = Job("Comparing what waits")
        self.query_one(ProgressLine).start(job)
        studio, actor = self.studio, self.actor
        self.read(
            "waiting",
            lambda: unattended.compare_waiting(studio, actor, progress=job.report_progress),
            self._show,
            self._failed,
        )

    def _show(self, found: WaitingImport) -> None:
        self.query_one(ProgressLine).done()
        compared = ComparedFile(
            Path(found.last.name), {}, FileHints(), found.file, found.plan, waiting=found
        )
        self.app.push_screen(ImportPlanScreen(compared), self._decided)

    def _failed(self, error: StudioError) -> None:
        self.dismiss()
        self.show_message(error.message)

    def _decided(self, decided: ImportDecision) -> None:
        match decided:
            case PreviewOutdated(why=why):
                self.show_error(why)
                self._compare()
            case ImportFinished():
                close_with_result(self, decided)
            case _:
                self.dismiss()
