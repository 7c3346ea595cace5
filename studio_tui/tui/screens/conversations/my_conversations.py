"""My conversations: the user's people and their open, planned and last conversations (C1)."""

from dataclasses import replace

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.conversations.conversation import (
    ConversationRequest,
    MyConversation,
    MyConversationFilter,
)
from studio_tui.domain.pushes.push import Flag
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.services import conversations
from studio_tui.tui.commands import Command
from studio_tui.tui.common_commands import STAND_IN
from studio_tui.tui.modals import hand_over
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.stand_in import stand_in
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.conversations import my_conversations_actions
from studio_tui.tui.screens.conversations.my_conversations_words import (
    NOBODY,
    my_conversation_columns,
    my_conversation_detail,
    why_not_cancel,
    why_not_hand_over,
    why_not_not_mine,
    why_not_plan,
    why_not_record,
)
from studio_tui.tui.widgets.list.lazy_source import LazySource
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.shown_rows import shown_rows
from studio_tui.tui.widgets.list.views import FilterAccess
from studio_tui.wording.pushes import FLAG_LABELS

_WAITING = "waits for you"
_ORDER = Sort("")
_NOTHING = (
    "Nothing is asked of you, and you neither lead nor coach anybody.\n"
    "Press + to ask one of your leaders or coaches for a conversation."
)
_NOTHING_WAITS = "Nothing waits for you.\nPress f to see everything."
_MANAGER_COMMANDS = {"start", "cancel", "record", "not_mine", "hand_over"}
"""Commands of leaders and coaches for their people, which users cannot run on themselves (C2, C3).
"""
_OFFERED_COMMANDS = ("plan", "start", "record", "not_mine", "hand_over", "history")
"""Commands that Enter offers on a row without a conversation to open."""


def _hidden_search_text(item: MyConversation) -> str:
    overdue = FLAG_LABELS[Flag.OVERDUE] if item.overdue else ""
    return f"{item.login} {item.push} {item.template} {item.conductor} {overdue}"


class MyConversationsScreen(StudioScreen):
    """The list of the user's own conversations and those with their people, overdue ones first."""

    OWN_COMMANDS = (
        Command(
            "plan",
            "p",
            "Plan",
            "Plan this conversation, or move it",
            verb="conversations plan PUSH USER --at INSTANT",
        ),
        Command(
            "start",
            "b",
            "Begin",
            "Begin the talk now, planned or not",
            verb="conversations start PUSH USER",
        ),
        Command(
            "cancel",
            "c",
            "Cancel",
            "Cancel what is planned",
            verb="conversations cancel PUSH USER",
        ),
        Command(
            "record",
            "h",
            "Held",
            "Record it as held",
            verb="conversations finish PUSH USER --at INSTANT",
        ),
        Command(
            "waiting",
            "f",
            "Waiting",
            "Show only what waits for you, or everything",
            verb="conversations list --asked",
        ),
        Command(
            "new",
            "plus",
            "New",
            "Plan another with them; about you, with a manager of yours",
            verb="conversations plan USER --template TEMPLATE --at INSTANT",
        ),
        Command(
            "not_mine",
            "N",
            "Not mine",
            "Say that it is not yours, or that it is again",
            verb="conversations not-mine PUSH USER",
        ),
        Command(
            "history",
            "t",
            "Conversations",
            "Show the conversations held with them",
            verb="conversations history --user USER",
        ),
        Command(
            "hand_over",
            "H",
            "Hand over",
            "Name who is to hold it",
            verb="conversations hand-over PUSH USER CONDUCTOR",
        ),
        STAND_IN,
    )

    def __init__(self) -> None:
        super().__init__()
        self._only_asked = False

    def body(self) -> ComposeResult:
        """Compose the quick filter, the list, and the details of the current row."""
        self._browser: RecordBrowser[MyConversation, MyConversationFilter] = RecordBrowser(
            *my_conversation_columns(self.zone),
            find=self.find,
            sort=_ORDER,
            noun=("line", "lines"),
            empty=_NOTHING,
            views_key="my_conversations",
            exported_by="conversations list --json",
            narrowing=FilterAccess(
                lambda: _WAITING if self._only_asked else "",
                self._set_waiting,
                self._draw_waiting,
            ),
        )
        yield Static("Only what waits for you (f shows everything)", classes="quick")
        yield self._browser
        yield Static(classes="detail")

    def find(
        self, text: str, sort: Sort
    ) -> tuple[MyConversationFilter, Source[MyConversation, MyConversationFilter]]:
        """Return the filter and the rows whose visible text contains all words of ``text``."""
        filter_ = MyConversationFilter(text, asked=self._only_asked)
        studio, actor, columns = self.studio, self.actor, self._browser.every_column

        def found() -> Source[MyConversation, MyConversationFilter]:
            every = conversations.source(studio, actor, replace(filter_, text=""))
            return shown_rows(every, columns, text, sort, _ORDER, _hidden_search_text)

        return filter_, LazySource(found)

    def reload(self) -> None:
        """Read the list again."""
        self._browser.reload()

    def is_offered(self, command: Command) -> bool:
        """Return whether to offer a command. Managers' commands are hidden on the own row (A2)."""
        if command.id in _MANAGER_COMMANDS:
            item = self._current
            if item is None or (item.mine and why_not_cancel(item, self.actor) is not None):
                return False
            if item.mine and command.id != "cancel":
                return False
        return super().is_offered(command)

    def action_stand_in(self) -> None:
        """Name or remove a stand-in for the user (U14)."""
        stand_in(self, self.actor.user_id, self.actor.name)

    def why_not_plan(self) -> str | None:
        """Return why the row cannot be planned or moved, or None."""
        return why_not_plan(self._current, self.actor, self.studio.today())

    def why_not_start(self) -> str | None:
        """Return why no talk can be begun, or None. Only leaders and coaches begin a talk (C2)."""
        item = self._current
        if item is None:
            return NOBODY
        return "It is your leaders and coaches who begin a talk." if item.mine else None

    def why_not_cancel(self) -> str | None:
        """Return why the row cannot be cancelled, or None.

        It must be planned and the actor's own (C3).
        """
        return why_not_cancel(self._current, self.actor)

    def why_not_record(self) -> str | None:
        """Return why the row cannot be recorded as held, or None."""
        item = self._current
        if item is not None and item.status is None:
            return f"Nothing is asked about {item.name}: b begins a talk."
        return why_not_record(item, self.actor, self.studio.today())

    def why_not_not_mine(self) -> str | None:
        """Return why the user cannot decline the row, or None. It must be asked by a push (P10)."""
        return why_not_not_mine(self._current, self.actor)

    def why_not_hand_over(self) -> str | None:
        """Return why the row cannot be handed over, or None. It must be asked by a push (P10)."""
        return why_not_hand_over(self._current, self.studio.today())

    def action_plan(self) -> None:
        """Plan or move the conversation of the row (C2, C5)."""
        if (item := self._current) is not None:
            ask = ConversationRequest(item.user_id, item.push_id) if item.push_id else None
            self.go_to(to.PlanConversation(item.user_id, item.name, ask, item.conversation_id))

    def action_new(self) -> None:
        """Plan another conversation with the person of the row, or with the user's own manager."""
        item = self._current
        if item is None or item.mine:
            self.go_to(to.PlanConversation(self.actor.user_id, self.actor.name))
        else:
            self.go_to(to.PlanConversation(item.user_id, item.name))

    def action_start(self) -> None:
        """Begin a talk (C2)."""
        if (item := self._current) is not None:
            my_conversations_actions.start(self, item)

    def action_cancel(self) -> None:
        """Cancel the planned conversation (C3)."""
        if (item := self._current) is not None:
            my_conversations_actions.cancel(self, item)

    def action_record(self) -> None:
        """Record a conversation as held (C2)."""
        if (item := self._current) is not None:
            my_conversations_actions.record_held(self, item)

    def action_not_mine(self) -> None:
        """Decline to hold the conversation of the row, or take that back (P10)."""
        if (item := self._current) is not None:
            my_conversations_actions.not_mine(self, item)

    def action_hand_over(self) -> None:
        """Name the conductor of the conversation (P10)."""
        if (item := self._current) is not None:
            hand_over.ask_of(self, item)

    def action_history(self) -> None:
        """Open the history of the person under the cursor, or of everybody if the list is empty."""
        item = self._current
        self.go_to(to.History(item.user_id, item.name) if item else to.History())

    def action_waiting(self) -> None:
        """Toggle between the rows that wait for the user and all rows."""
        self._only_asked = not self._only_asked
        self._draw_waiting()
        self._browser.list.set_empty(_NOTHING_WAITS if self._only_asked else _NOTHING)
        self._browser.show_narrowed()

    def _set_waiting(self, narrowed: str) -> None:
        if narrowed not in ("", _WAITING):
            raise ValueError(narrowed)
        self._only_asked = bool(narrowed)

    def _draw_waiting(self) -> None:
        self.set_class(self._only_asked, "-narrowed")

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the conversation of the row, or offer commands if it has none yet."""
        item: MyConversation = event.row
        if item.conversation_id is not None:
            self.go_to(to.Conversation(item.conversation_id))
        else:
            self._offer(item)

    def on_record_list_cursor_moved(self, event: RecordList.CursorMoved) -> None:
        """Show the details of the current row and update its available commands."""
        self.query_one(".detail", Static).update(my_conversation_detail(event.row, self.zone))
        self.refresh_bindings()

    @property
    def _current(self) -> MyConversation | None:
        return self._browser.list.current

    def _offer(self, item: MyConversation) -> None:
        does = {command.id: command for command in self.commands()}
        choices = []
        for command in (does[each] for each in _OFFERED_COMMANDS):
            why_not = self.why_not(command)
            hint = why_not or command.help
            choices.append(
                Choice(command.id, command.label, hint, command.shown_key, possible=not why_not)
            )
        choices.sort(key=lambda choice: not choice.possible)
        title = "About yourself:" if item.mine else f"With {item.name}:"
        self.app.push_screen(
            Choose(title, choices), lambda id_: self._do(id_) if id_ is not None else None
        )

    def _do(self, command_id: str) -> None:
        self.call_later(self.action_command, command_id)
