"""Outbox: what waits, what went, what failed and why (N10)."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.outbox.notification import (
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.people.access import Action, Actor
from studio_tui.domain.shared.destinations import Mail, SentAgain
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.dry_run import dry_run_again
from studio_tui.tui.commands import Command
from studio_tui.tui.common_commands import RETRY
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.dry_run import DryRunScreen
from studio_tui.tui.modals.dry_run_words import Trial
from studio_tui.tui.modals.type_number import once_meant
from studio_tui.tui.moments import moment_and_zone
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.outbox.mail_beside import read_mail
from studio_tui.tui.screens.outbox.outbox_states import (
    BOUNCED,
    Shown,
    StateLine,
    shown_called,
    words_of,
)
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.audiences import typed_audience, typed_words
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.views import Narrowing
from studio_tui.tui.widgets.mail_rows import about, mail_columns
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import why_in_words

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

Chosen = Selection[NotificationFilter]

_OF_TODAY = "Only the mail of this line of Today (→ shows other mail)"
_SENT = frozenset({NotificationState.SENT})
_RETRIED = frozenset({NotificationState.FAILED, NotificationState.SENT})
"""Of what was sent, what came back."""
_DROPPED = frozenset({NotificationState.HELD, NotificationState.QUEUED, NotificationState.FAILED})
_NEWEST_FIRST = Sort("sent_at", descending=True)


class OutboxScreen(StudioScreen):
    """All mail, the newest first."""

    OWN_COMMANDS = (
        RETRY,
        Command(
            "again",
            "R",
            "Send again",
            "Send what was sent to the same person once more",
            footer=False,
            needs=Action.SEND_AGAIN,
            verb="outbox again ID",
        ),
        Command(
            "sent",
            "v",
            "What is sent",
            "See what retrying would send, and to whom",
            footer=False,
            verb="outbox retry ID --dry-run --mail",
        ),
        Command(
            "drop",
            "x",
            "Drop",
            "Drop what waits or failed",
            needs=Action.DROP_MAIL,
            verb="outbox drop ID",
        ),
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
        self._within = filter_ or NotificationFilter()

    def body(self) -> ComposeResult:
        """The states, the list, and what there is to know of the mail under the cursor."""
        zone = self.studio.zone
        states = StateLine(f"times in {zone.key}", _shown_by(self._within))
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
            kept_as="outbox",
            exported_by="outbox list --json",
            narrowing=Narrowing(
                lambda: states.chosen or "",
                lambda text: states.put(shown_called(text)),
                states.redraw,
            ),
            opens_as_kept=self._within == NotificationFilter(),
            beside=self._beside,
        )
        yield Static(classes="current")

    def find(
        self, text: str, sort: Sort
    ) -> tuple[NotificationFilter, Source[Notification, NotificationFilter]]:
        """The mails that match what is typed, in the state that is chosen."""
        shown = self.query_one(StateLine).chosen
        within = self._within if self._is_of_today else NotificationFilter()
        within = replace(within, text=typed_words(text), where=typed_audience(text))
        filter_ = replace(within, **_narrowed_to(shown))
        return filter_, outbox.source(self.studio, self.actor, filter_, sort)

    def on_mount(self) -> None:
        """Say what it is narrowed to."""
        self.set_class(self._is_of_today, "-narrowed")

    @property
    def _is_of_today(self) -> bool:
        """Whether only the mail of a line of Today is listed: as long as its state is."""
        narrowed = bool(self._within.ids) or self._within.push_id is not None
        return narrowed and self.query_one(StateLine).chosen == _shown_by(self._within)

    def reload(self) -> None:
        """Mail was written or sent."""
        self._browser.reload()
        states = self.query_one(StateLine)
        studio, actor = self.studio, self.actor
        self.read(
            "counts",
            lambda: (outbox.counts(studio, actor), outbox.bounced(studio, actor)),
            lambda counts: states.count(*counts),
        )

    def _beside(self, mail: Notification) -> Callable[[], Drawing]:
        return partial(read_mail, self.studio, self.actor, mail.id)

    # States

    def action_next_state(self) -> None:
        """Show the mail of the next state."""
        self.query_one(StateLine).step(1)

    def action_previous_state(self) -> None:
        """Show the mail of the state before."""
        self.query_one(StateLine).step(-1)

    def on_state_line_chosen(self, event: StateLine.Chosen) -> None:
        """List another state."""
        self.set_class(self._is_of_today, "-narrowed")
        listed = self._browser.list
        filter_, source = self.find(self._browser.filtered_by, listed.sort or _NEWEST_FIRST)
        listed.set_source(source, filter_, sort=listed.sort, keep=listed.current_id)
        none = f"No mail is {words_of(event.state)}." if event.state else "No mail yet."
        listed.set_empty(none)

    # One mail

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Read a mail."""
        self.shell.go_to(Mail(event.row.id))

    @on(RecordList.CursorMoved)
    @on(RecordList.SelectionChanged)
    @on(RecordList.LengthChanged)
    def _look_at_current(self) -> None:
        self.query_one(".current", Static).update(self._current_in_words())
        self.refresh_bindings()

    def _current_in_words(self) -> Content:
        mail = self._browser.list.current
        if mail is None:
            return Content("")
        if why := why_in_words(mail):
            return line(f"{mail.to}: {why}", "$error" if _may_be_retried(mail) else "$muted")
        words = f"{mail.to} · {about(mail)}"
        if mail.state is NotificationState.HELD:
            words += f" · leaves {moment_and_zone(mail.due_at, self.studio.zone)}"
        return line(words, "$muted")

    # Retry and drop

    def why_not_retry(self) -> str | None:
        """Only what failed or came back is sent once more."""
        listed = self._browser.list
        if listed.marked or (listed.current is not None and _may_be_retried(listed.current)):
            return None
        return "This mail did not fail, and did not come back: there is nothing to retry."

    def action_retry(self) -> None:
        """Send what failed or came back once more."""
        chosen = self._chosen_to_retry()

        def retry() -> None:
            self.write(
                lambda: outbox.retry(self.studio, self.actor, chosen),
                lambda count: self._done(_done_to(count, "will be tried once more")),
            )

        self._once_meant(chosen, "Send {mails} once more?", "They did not arrive before.", retry)

    def why_not_again(self) -> str | None:
        """Only what was sent is sent again."""
        return self._why_not(_SENT, "This mail was not sent: there is nothing to send again.")

    @work
    async def action_again(self) -> None:
        """Ask, and send a second time."""
        chosen = self._chosen(_SENT)
        question = Confirm(
            "Send again?",
            "Send again",
            detail="Whoever got it gets it a second time.",
            preview=lambda: self._show_sent(chosen, outbox.send_once_more),
        )
        if await self.app.push_screen_wait(question):
            detail = "Whoever got them gets them a second time."
            self._once_meant(chosen, "Send {mails} again?", detail, lambda: self._again(chosen))

    def why_not_sent(self) -> str | None:
        """Only what failed or came back is sent once more."""
        return self.why_not_retry()

    def action_sent(self) -> None:
        """Show what retrying would send, and what not."""
        self.shell.go_to(SentAgain(self._chosen_to_retry()))

    def _show_sent(
        self, chosen: Chosen, act: "Callable[[Studio, Actor, Chosen], outbox.Again]"
    ) -> None:
        studio, actor = self.studio, self.actor

        def trying(wanted: Callable[[], bool]) -> Trial:
            return Trial(*dry_run_again(studio, lambda: act(studio, actor, chosen), wanted))

        self.app.push_screen(DryRunScreen("What sending it once more would send", trying))

    def _again(self, chosen: Chosen) -> None:
        self.write(
            lambda: outbox.send_again(self.studio, self.actor, chosen),
            lambda count: self._done(f"{counted(count, 'mail')} to be sent again."),
        )

    def _once_meant(
        self, chosen: Chosen, question: str, detail: str, act: Callable[[], None]
    ) -> None:
        def ask(number: int) -> None:
            once_meant(
                self.app, number, question.format(mails=counted(number, "mail")), detail, act
            )

        self.read_to_open(
            "number",
            lambda: outbox.number_of(self.studio, self.actor, chosen),
            ask,
            may_stay=True,
        )

    def why_not_drop(self) -> str | None:
        """What was sent cannot be taken back."""
        return self._why_not(_DROPPED, "This mail neither waits nor failed: it cannot be dropped.")

    def action_drop(self) -> None:
        """Ask, with the number, and drop."""
        chosen = self._chosen(_DROPPED)
        self.read_to_open(
            "number",
            lambda: outbox.number_of(self.studio, self.actor, chosen),
            lambda count: self._ask(chosen, count),
            may_stay=True,
        )

    @work
    async def _ask(self, chosen: Chosen, count: int) -> None:
        if not count:
            self.complain("None of the marked mails waits or failed: there is nothing to drop.")
            return
        question = Confirm(
            f"Drop {counted(count, 'mail')}?",
            f"Drop {counted(count, 'mail')}",
            detail="What is dropped is not sent.",
        )
        if await self.app.push_screen_wait(question):
            self.write(
                lambda: outbox.drop(self.studio, self.actor, chosen),
                lambda count: self._done(_done_to(count, "dropped")),
            )

    def _done(self, sentence: str) -> None:
        self._browser.list.selection = Selection()
        self.say(sentence)

    def _why_not(self, states: Collection[NotificationState], reason: str) -> str | None:
        listed = self._browser.list
        if listed.marked:
            return None
        return None if listed.current is not None and listed.current.state in states else reason

    def _chosen(self, states: Collection[NotificationState]) -> Chosen:
        """What is marked, or else the mail under the cursor; of that, what is in ``states``."""
        chosen = self._browser.list.chosen
        for state in NotificationState:
            if state not in states:
                chosen = chosen.unmark_matching(NotificationFilter(state=state))
        return chosen

    def _chosen_to_retry(self) -> Chosen:
        chosen = self._chosen(_RETRIED)
        return chosen.unmark_matching(
            NotificationFilter(state=NotificationState.SENT, bounced=False)
        )

    @property
    def _browser(self) -> RecordBrowser[Any, NotificationFilter]:
        return self.query_one(RecordBrowser)


def _may_be_retried(mail: Notification) -> bool:
    return mail.state is NotificationState.FAILED or mail.bounce is not None


def _shown_by(filter_: NotificationFilter) -> Shown:
    return BOUNCED if filter_.bounced else filter_.state


def _narrowed_to(shown: Shown) -> dict[str, Any]:
    """What of a filter says what is listed."""
    if shown == BOUNCED:
        return {"state": None, "bounced": True}
    # What came back is listed by itself, as its row says and as the counts add up.
    return {"state": shown, "bounced": False if shown is NotificationState.SENT else None}


def _done_to(count: int, what: str) -> str:
    return (
        f"{counted(count, 'mail')} {what}."
        if count
        else "Nothing was done: the mail changed meanwhile."
    )
