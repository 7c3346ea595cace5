"""The Activity screen: who changed what and when, with the old and new values (A3)."""

from textual.app import ComposeResult

from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.services.activity import activity
from studio_tui.services.activity.activity import ActivityFilter, ActivityLine
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.widgets.activity_rows import activity_columns, found_in, in_full
from studio_tui.tui.widgets.list.audiences import filter_audience, filter_words
from studio_tui.tui.widgets.list.lazy_source import LazySource
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.shown_rows import shown_rows

_NEWEST = Sort("at", descending=True)


class ActivityScreen(StudioScreen):
    """The latest activity, the newest first."""

    def body(self) -> ComposeResult:
        """Yield the list."""
        yield RecordBrowser(
            *activity_columns(self.studio.zone),
            find=self.find,
            sort=_NEWEST,
            noun=("line", "lines"),
            empty="Nothing was done yet.",
            audiences=True,
            views_key="activity",
            exported_by="activity export",
        )

    def find(self, text: str, sort: Sort) -> tuple[str, Source[ActivityLine, str]]:
        """Return the lines that contain the words of ``text`` and are about its audience (P13)."""
        about, words = ActivityFilter(where=filter_audience(text)), filter_words(text)
        return text, LazySource(lambda: self._lines(about, words, sort))

    def reload(self) -> None:
        """Read the list again: a new line was written."""
        self.query_one(RecordBrowser).reload()

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Show a line in full."""
        self.app.push_screen(ReadText(event.row.action, in_full(event.row, self.studio.zone)))

    def _lines(self, about: ActivityFilter, text: str, sort: Sort) -> Source[ActivityLine, str]:
        zone = self.studio.zone
        newest_first = activity.of_everything(self.studio, self.actor, about)
        every: MemorySource[ActivityLine, str] = MemorySource(newest_first)
        return shown_rows(
            every, activity_columns(zone), text, sort, _NEWEST, lambda done: found_in(done, zone)
        )
