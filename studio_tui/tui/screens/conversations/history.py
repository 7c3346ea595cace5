"""Held and cancelled conversations of the user, a person, or everybody in sight (C1, C6)."""

from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationState,
    HistoryFilter,
)
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.services import conversations
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.moments import moment
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import filled, line
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.views import FilterAccess
from studio_tui.wording.conversations import STATE_LABELS

_NEWEST = Sort("at", descending=True)
_OVER = (ConversationState.DONE, ConversationState.CANCELLED)


class HistoryScreen(StudioScreen):
    """Finished and cancelled conversations, newest first. With ``user_id`` None, of everybody."""

    OWN_COMMANDS = (
        Command(
            "narrow",
            "f",
            "Show",
            "Show only what was held, or what was cancelled",
            verb="conversations history --state STATE",
        ),
        Command(
            "everybody",
            "E",
            "Everybody",
            "Show everybody's, or only theirs",
            verb="conversations history",
        ),
    )

    def __init__(self, user_id: int | None = None, name: str = "") -> None:
        super().__init__()
        self._user_id = user_id
        self._user = name
        self._everybody = user_id is None
        self._state: ConversationState | None = None

    def body(self) -> ComposeResult:
        """Compose the title and the list."""
        yield Static(classes="title")
        self._browser: RecordBrowser[Conversation, HistoryFilter] = RecordBrowser(
            *_columns(self.zone),
            find=self.find,
            sort=_NEWEST,
            noun=("conversation", "conversations"),
            empty=self._empty(),
            views_key="history",
            exported_by="conversations history --csv",
            narrowing=FilterAccess(
                lambda: str(self._state or ""), self._set_state, self._show_title
            ),
        )
        yield self._browser

    def on_mount(self) -> None:
        """Show the title."""
        self._show_title()

    def find(
        self, text: str, sort: Sort
    ) -> tuple[HistoryFilter, Source[Conversation, HistoryFilter]]:
        """Return the filter and the rows that match all words of ``text`` and the filters."""
        user_id = None if self._everybody else self._user_id
        filter_ = HistoryFilter(text, user_id, self._state)
        return filter_, conversations.history(self.studio, self.actor, filter_, sort)

    def reload(self) -> None:
        """Read the list again."""
        self._browser.reload()

    def why_not_everybody(self) -> str | None:
        """Return why the list cannot be switched to one person, or None."""
        return "This is everybody's." if self._user_id is None else None

    def action_everybody(self) -> None:
        """Toggle between everybody in sight and one person."""
        self._everybody = not self._everybody
        self._show()

    def action_narrow(self) -> None:
        """Let the user choose which states to show."""
        choices = [Choice("", "everything"), *(Choice(str(s), STATE_LABELS[s]) for s in _OVER)]
        self.app.push_screen(Choose("Show", choices), self._narrow)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the conversation, with the parts that the reader may read (C6)."""
        self.go_to(to.Conversation(event.row.id))

    def _narrow(self, chosen: str | None) -> None:
        if chosen is not None:
            self._state = ConversationState(chosen) if chosen else None
            self._show()

    def _show(self) -> None:
        self._browser.list.set_empty(self._empty())
        self._browser.show_narrowed()
        self._show_title()

    def _set_state(self, narrowed: str) -> None:
        self._state = ConversationState(narrowed) if narrowed else None

    def _show_title(self) -> None:
        whose = (
            line("History of everybody", "bold")
            if self._everybody
            else filled("[bold]History of $name[/]", name=self._user)
        )
        words = f"  only what was {STATE_LABELS[self._state]} (f)" if self._state else ""
        self.query_one(".title", Static).update(whose + line(words, "$key") if words else whose)

    def _empty(self) -> str:
        if self._state is not None:
            return f"Nothing was {STATE_LABELS[self._state]} yet.\nPress f to see everything."
        if self._everybody:
            return "No conversation was held or cancelled yet."
        return f"Nothing was held or cancelled with {self._user} yet.\nPress E for everybody's."


def _columns(zone: ZoneInfo) -> tuple[Column[Conversation], ...]:
    return (
        Column(
            "at", zone.key, lambda c: _when(c, zone), width=17, flex=1, max_width=26, sortable=True
        ),
        Column("name", "Who", lambda c: c.name, width=15, flex=2, max_width=36, sortable=True),
        Column(
            "what", "What", lambda c: c.push or c.template.name, 16, 3, max_width=50, sortable=True
        ),
        Column("state", "", _state, width=9, sortable=True, name="State"),
        Column(
            "conductor",
            "With",
            lambda c: c.conductor,
            width=12,
            flex=2,
            max_width=36,
            sortable=True,
        ),
    )


def _when(conversation: Conversation, zone: ZoneInfo) -> str:
    return moment(conversation.finished_at or conversation.cancelled_at, zone)


def _state(conversation: Conversation) -> StyledText:
    held = conversation.state is ConversationState.DONE
    return StyledText(STATE_LABELS[conversation.state], Tone.GOOD if held else Tone.MUTED)
