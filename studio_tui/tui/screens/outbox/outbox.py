"""The Outbox screen: mail that waits, was sent or failed, with reasons (N10)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.outbox.notification import (
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.shared.destinations import Mail, SentAgain
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox
from studio_tui.tui.commands import Command
from studio_tui.tui.common_commands import RETRY
from studio_tui.tui.moments import moment_and_zone
from studio_tui.tui.screens.outbox.mail_acts import AGAIN, DROP, Chosen, MailActs, may_be_retried
from studio_tui.tui.screens.outbox.mail_details import read_mail_details
from studio_tui.tui.screens.outbox.outbox_states import (
    BOUNCED,
    ListedState,
    StateLine,
    label_of,
    listed_state_named,
)
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.audiences import filter_audience, filter_words
from studio_tui.tui.widgets.list.people_rows import RowPerson
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.views import FilterAccess
from studio_tui.tui.widgets.mail_rows import about, mail_columns
from studio_tui.wording.mail import why_in_words

_OF_TODAY = "Only the mail of this line of Today (→ shows other mail)"
_NEWEST_FIRST = Sort("sent_at", descending=True)


class OutboxScreen(MailActs):
    """All mail, the newest first."""

    OWN_COMMANDS = (
        RETRY,
        AGAIN,
        Command(
            "sent",
            "v",
            "What is sent",
            "See what retrying would send, and to whom",
            footer=False,
            verb="outbox retry ID --dry-run --mail",
        ),
        DROP,
        Command(
            "next_state",
            "right",
            "State",
            "Show only the mail of the next state",
            verb="outbox list --state STATE",
        ),
        Command.moving("previous_state", "left", "Show only the mail of the state before"),
    )

    def __init__(self, filter_: NotificationFilter | None = None) -> None:
        super().__init__()
        self._base_filter = filter_ or NotificationFilter()

    def body(self) -> ComposeResult:
        """Yield the states, the list and a line with details of the current mail."""
        zone = self.studio.zone
        states = StateLine(f"times in {zone.key}", _listed_by(self._base_filter))
        yield states
        yield Static(line(_OF_TODAY), classes="only")
        yield RecordBrowser(
            *mail_columns(zone),
            find=self.find,
            sort=_NEWEST_FIRST,
            noun=("mail", "mails"),
            marks=True,
            empty="No mail yet. It is written when users are assigned to a push.",
            audiences=True,
            person=lambda mail: RowPerson(mail.recipient_id, mail.recipient, mail.name),
            views_key="outbox",
            exported_by="outbox list --json",
            narrowing=FilterAccess(
                lambda: states.chosen or "",
                lambda text: states.set_state(listed_state_named(text)),
                states.redraw,
            ),
            opens_saved_view=self._base_filter == NotificationFilter(),
            details=self._details,
        )
        yield Static(classes="current")

    def find(
        self, text: str, sort: Sort
    ) -> tuple[NotificationFilter, Source[Notification, NotificationFilter]]:
        """Return the mails that match ``text`` and the selected state."""
        shown = self.query_one(StateLine).chosen
        base = self._base_filter if self._is_of_today else NotificationFilter()
        base = replace(base, text=filter_words(text), where=filter_audience(text))
        filter_ = replace(base, **_filter_fields(shown))
        return filter_, outbox.source(self.studio, self.actor, filter_, sort)

    def on_mount(self) -> None:
        """Show whether the list is limited to a line of Today."""
        self.set_class(self._is_of_today, "-narrowed")

    @property
    def _is_of_today(self) -> bool:
        """Whether the list is limited to a line of Today: until another state is selected."""
        narrowed = bool(self._base_filter.ids) or self._base_filter.push_id is not None
        return narrowed and self.query_one(StateLine).chosen == _listed_by(self._base_filter)

    def reload(self) -> None:
        """Read the list and the counts again: mail was queued or sent."""
        self._browser.reload()
        states = self.query_one(StateLine)
        studio, actor = self.studio, self.actor
        self.read(
            "counts",
            lambda: (outbox.counts(studio, actor), outbox.bounced(studio, actor)),
            lambda counts: states.count(*counts),
        )

    def _details(self, mail: Notification) -> Callable[[], Drawing]:
        return partial(read_mail_details, self.studio, self.actor, mail.id)

    # States

    def action_next_state(self) -> None:
        """Select the next state."""
        self.query_one(StateLine).step(1)

    def action_previous_state(self) -> None:
        """Select the previous state."""
        self.query_one(StateLine).step(-1)

    def on_state_line_chosen(self, event: StateLine.Chosen) -> None:
        """List the mail of the selected state."""
        self.set_class(self._is_of_today, "-narrowed")
        self._browser.show_narrowed()
        none = f"No mail is {label_of(event.state)}." if event.state else "No mail yet."
        self._browser.list.set_empty(none)

    # Current mail

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the mail."""
        self.shell.go_to(Mail(event.row.id))

    @on(RecordList.CursorMoved)
    @on(RecordList.SelectionChanged)
    @on(RecordList.LengthChanged)
    def _show_current(self) -> None:
        self.query_one(".current", Static).update(self._current_in_words())
        self.refresh_bindings()

    def _current_in_words(self) -> Content:
        mail = self._browser.list.current
        if mail is None:
            return Content("")
        whom = mail.to or mail.name
        if why := why_in_words(mail):
            return line(
                f"{mail.to or mail.name}: {why}", "$error" if may_be_retried(mail) else "$muted"
            )
        words = f"{whom} · {about(mail)}"
        if mail.state is NotificationState.HELD:
            words += f" · leaves {moment_and_zone(mail.due_at, self.studio.zone)}"
        return line(words, "$muted")

    # Retry and drop

    def chosen_mail(self) -> Chosen:
        """Return the marked mail, or the mail under the cursor."""
        return self._browser.list.chosen

    def current_mail(self) -> Notification | None:
        """Return the mail under the cursor."""
        return self._browser.list.current

    def has_marks(self) -> bool:
        """Return whether any mail is marked."""
        return bool(self._browser.list.marked)

    def report_done(self, sentence: str) -> None:
        """Report a completed action and clear the marks."""
        self._browser.list.selection = Selection()
        super().report_done(sentence)

    def why_not_sent(self) -> str | None:
        """Return why there is nothing to preview, or None if the mail failed or bounced."""
        return self.why_not_retry()

    def action_sent(self) -> None:
        """Preview the mail that retrying would send, and the mail it would skip."""
        self.shell.go_to(SentAgain(self.chosen_to_retry()))

    @property
    def _browser(self) -> RecordBrowser[Any, NotificationFilter]:
        return self.query_one(RecordBrowser)


def _listed_by(filter_: NotificationFilter) -> ListedState:
    return BOUNCED if filter_.bounced else filter_.state


def _filter_fields(shown: ListedState) -> dict[str, Any]:
    """Return the fields of the filter that select the listed state."""
    if shown == BOUNCED:
        return {"state": None, "bounced": True}
    # Bounced mail is listed separately, so that the counts of all states add up.
    return {"state": shown, "bounced": False if shown is NotificationState.SENT else None}
