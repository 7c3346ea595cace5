"""The form that plans a conversation: its topic, conductor, time, duration and place (C2, C5)."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from studio_tui.domain.conversations.conversation import Conversation, ConversationRequest, Plan
from studio_tui.domain.conversations.plan_form import (
    day_hint,
    default_plan,
    parse_plan,
    plan_fields,
    time_hint,
)
from studio_tui.domain.people.users import Manager
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Conflict, Invalid, StudioError
from studio_tui.services import conversations
from studio_tui.services.conversations import UsableSource
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.choose import Choice, manager_choice
from studio_tui.tui.modals.dry_run import show_sent
from studio_tui.tui.modals.unsaved_changes import leave
from studio_tui.tui.moments import day, moment_and_zone
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import filled, line
from studio_tui.tui.widgets.field import Field, Form
from studio_tui.tui.widgets.pick import Pick

_CONFLICT = (
    "Somebody else changed this conversation meanwhile. It is now planned for $at, $minutes "
    "minutes, at “$place”, with $conductor. What you typed is kept above; Plan again puts yours "
    "in its place."
)
_NOTHING = "There is nothing to plan: no push asks for it, and no template lets you begin it."
_NOBODY = "You have no leader or coach who could hold it: ask HR."
_READING = "One moment: what can be planned is being read."


@dataclass(frozen=True, slots=True)
class _FormData:
    """The data that the form is built from."""

    usable: Sequence[UsableSource]
    managers: Sequence[Manager]
    """The possible conductors; only read when users plan a conversation about themselves."""
    conversation: Conversation | None
    """The conversation to move; None when planning a new one."""


class PlanScreen(StudioScreen):
    """A form that plans a conversation with a user, or moves the one with ``conversation_id``.

    ``ask`` preselects what the conversation is about. Users who plan a conversation about
    themselves choose one of their managers to hold it.
    """

    OWN_COMMANDS = (
        Command(
            "plan",
            "ctrl+s",
            "Plan",
            "Plan it so, and invite both sides",
            verb="conversations plan PUSH USER --at INSTANT",
        ),
        Command(
            "sent",
            "ctrl+t",
            "What is sent",
            "See the invitations before they are sent",
            verb="conversations plan PUSH USER --at INSTANT --dry-run --mail",
        ),
    )

    def __init__(
        self,
        user_id: int,
        name: str,
        ask: ConversationRequest | None = None,
        conversation_id: int | None = None,
    ) -> None:
        super().__init__()
        self._user_id = user_id
        self._user = name
        self._ask = ask
        self._conversation_id = conversation_id
        self._basis: _FormData | None = None
        self._begun: dict[str, str] = {}
        self._what: Pick[ConversationRequest] = Pick(
            "What", "What is the conversation about?", id="what"
        )
        self._whom: Pick[str] = Pick("With", "Who is to hold it?", id="whom")

    def body(self) -> ComposeResult:
        """Compose the heading, the form, a conflicting change if any, and the button."""
        yield Static(self._heading(), classes="title")
        with VerticalScroll(can_focus=False):
            yield self._what
            yield self._whom
            yield Form(
                Field("date", "Date", placeholder="2026-03-31, tomorrow, fri", is_day=True),
                Field("time", "Time", placeholder="14:30"),
                Field("minutes", "Minutes"),
                Field("place", "Place", hint="a room, or a link; it stands in the invitation"),
            )
            yield Static(classes="theirs")
            with Horizontal(classes="buttons"):
                yield Button("Plan", id="plan", compact=True, disabled=True)
            yield Static(classes="effect")

    def on_mount(self) -> None:
        """Fill the form with a likely plan."""
        self._whom.display = self._own
        self._fill(default_plan(self.studio.now(), self.zone))
        self._field("date").focus_entry()

    @property
    def unsaved(self) -> bool:
        """Whether the form has values that are not planned yet."""
        return self._form.values() != self._begun

    def reload(self) -> None:
        """Read the form's data once, so that later reloads keep the typed values."""
        if self._basis is None:
            self.read_first("basis", self._read, self._show)

    def why_not_plan(self) -> str | None:
        """Return why the form cannot be submitted, or None. It needs a subject and a conductor."""
        if self._basis is None:
            return _READING
        if self._basis.conversation is None and not self._what.choices:
            return _NOTHING
        return _NOBODY if self._own and not self._whom.choices else None

    def action_plan(self) -> None:
        """Plan the conversation, or show the errors next to the fields."""
        try:
            plan = parse_plan(self._form.values(), self.studio.now(), self.zone)
        except Invalid as error:
            self._form.show_error(error)
        else:
            self.write(
                lambda: self._planned_with_warnings(plan),
                self._done,
                self._failed,
                opens_screen=True,
            )

    def why_not_sent(self) -> str | None:
        """Return why the invitations cannot be shown, or None: the same reasons as for planning."""
        return self.why_not_plan()

    def action_sent(self) -> None:
        """Show the invitations that planning would send, or show the errors next to the fields."""
        try:
            plan = parse_plan(self._form.values(), self.studio.now(), self.zone)
        except Invalid as error:
            self._form.show_error(error)
        else:
            show_sent(self, "What planning it so would send", lambda: self._planned(plan))

    def action_back(self) -> None:
        """Leave; ask for confirmation first if typed values would be lost."""
        leave(self, self.unsaved, "Leave without planning?", "What you typed would be lost.")

    @property
    def _own(self) -> bool:
        return self._user_id == self.actor.user_id

    @property
    def _form(self) -> Form:
        return self.query_one(Form)

    def _field(self, name: str) -> Field:
        return self._form.field(name)

    def _heading(self) -> Content:
        whom = "yourself" if self._own else self._user
        act = "Move the conversation" if self._conversation_id else "Plan a conversation"
        return filled(f"[bold]{act} with $name[/]", name=whom)

    def _fill(self, plan: Plan) -> None:
        self._begun = plan_fields(plan, self.zone)
        for name, value in self._begun.items():
            self._field(name).value = value

    def _read(self) -> _FormData:
        studio, actor, user_id = self.studio, self.actor, self._user_id
        if self._conversation_id is not None:
            found = conversations.read(studio, actor, self._conversation_id)
            return _FormData((), (), found.conversation)
        managers = conversations.conductors(studio, actor, user_id) if self._own else ()
        usable = conversations.usable(studio, actor, user_id)
        return _FormData([each for each in usable if each.template.planning], managers, None)

    def _show(self, basis: _FormData) -> None:
        typed = self.unsaved
        self._basis = basis
        current = basis.conversation
        if current is None:
            self._what.offer([_choice(each) for each in basis.usable], chosen=self._chosen(basis))
            self._whom.offer([manager_choice(each) for each in basis.managers])
        else:
            self._what.offer([_choice_of(current)])
            self._whom.display = False
        if current is not None and current.planned_for is not None and not typed:
            self._fill(Plan(current.planned_for, current.minutes, current.place))
        self.query_one("#plan", Button).disabled = self.why_not_plan() is not None
        self.query_one(".effect", Static).update(line(self.why_not_plan() or self._effect()))
        self.refresh_bindings()

    def _chosen(self, basis: _FormData) -> int:
        asks = [each.ask for each in basis.usable]
        return asks.index(self._ask) if self._ask in asks else 0

    def _effect(self) -> str:
        with_whom = "whoever holds it" if self._own else self._user
        return f"You and {with_whom} get an invitation for the calendar."

    def _planned(self, plan: Plan) -> Conversation:
        studio, actor = self.studio, self.actor
        current = self._basis.conversation if self._basis else None
        if current is not None:
            return conversations.move(studio, actor, current, plan)
        ask = self._what.value
        if ask is None:
            raise RuntimeError("a plan of nothing")
        conductor = self._whom.value if self._own else None
        return conversations.plan(studio, actor, ask, plan, conductor=conductor)

    def _planned_with_warnings(self, plan: Plan) -> tuple[Conversation, list[str]]:
        planned = self._planned(plan)
        return planned, conversations.warnings(self.studio, self.actor, planned)

    def _done(self, done: tuple[Conversation, list[str]]) -> None:
        planned, warnings = done
        leaves = self.studio.now() + self.studio.settings.notifications.hold_time
        at = moment_and_zone(planned.planned_for, self.zone)
        self.dismiss(planned)
        # The time is in the user's zone and short, so that the message fits on one line of 80
        # cells.
        told = f"invitations leave at {leaves.astimezone(self.zone):%H:%M}"
        # A message replaces the previous one, so all parts are joined into one message.
        self.show_message(" ".join((f"Planned for {at}; {told}.", *warnings)))

    def _failed(self, error: StudioError) -> None:
        if isinstance(error, Conflict) and (conversation_id := self._conversation_id) is not None:
            self.read(
                "theirs",
                lambda: conversations.read(self.studio, self.actor, conversation_id).conversation,
                self._show_theirs,
            )
        elif isinstance(error, Invalid):
            fields = dict(error.fields)
            fields["time"] = fields.pop("planned_for", "")
            self._form.show_error(Invalid({name: why for name, why in fields.items() if why}))
        else:
            self.show_error(error.message)

    def _show_theirs(self, theirs: Conversation) -> None:
        self._basis = _FormData((), (), theirs)
        self.add_class("-conflict")
        self.query_one(".theirs", Static).update(
            filled(
                _CONFLICT,
                at=moment_and_zone(theirs.planned_for, self.zone),
                minutes=str(theirs.minutes),
                place=theirs.place,
                conductor=theirs.conductor,
            )
        )

    @on(Input.Changed)
    def _typed(self) -> None:
        typed, now, zone = self._form.values(), self.studio.now(), self.zone
        self._field("date").hint = day_hint(typed, now, zone)
        self._field("time").hint = time_hint(typed, now, zone) or f"in {zone.key}"

    @on(Form.Submitted)
    async def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        await self.action_command("plan")

    @on(Button.Pressed, "#plan")
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.action_command("plan")


def _choice(usable: UsableSource) -> Choice[ConversationRequest]:
    if usable.deadline is None:
        return Choice(usable.ask, usable.name, "a template: no push asks for it")
    hint = f"asked by a push, by {day(usable.deadline)} · {usable.template.name}"
    return Choice(usable.ask, usable.name, hint)


def _choice_of(current: Conversation) -> Choice[ConversationRequest]:
    ask = ConversationRequest(current.user_id, current.push_id)
    name, by = current.push or current.template.name, day(current.deadline)
    return Choice(ask, name, f"by {by} · {current.template.name}" if by else "")
