"""The Settings tab of a push: name, days, automatic reminders, Close and Reopen (P9, P15)."""

from collections.abc import Mapping
from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from studio_tui.domain.people.access import Action, may
from studio_tui.domain.pushes.push import Push, PushDraft, PushState
from studio_tui.domain.shared.errors import Conflict, Invalid, StudioError
from studio_tui.domain.shared.written_dates import parse_day
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes.pushes import PushEditResult
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.modals import push_closing
from studio_tui.tui.modals.dry_run import show_sent
from studio_tui.tui.modals.type_number import confirm_if_many
from studio_tui.tui.moments import day, moment_and_zone
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.new_pushes_row import period_in_words
from studio_tui.tui.screens.pushes.push_form import days_of, draft_of, form_fields, form_values
from studio_tui.tui.text import filled
from studio_tui.tui.widgets.facts import Facts
from studio_tui.tui.widgets.field import Form
from studio_tui.tui.widgets.toggle import Toggle
from studio_tui.wording.counting import counted
from studio_tui.wording.push_acts import why_not_change

_CONFLICT = (
    "Somebody else saved this push meanwhile. It is now “$name”, from $first to $last, $state, "
    "with reminders $before days before the deadline and $after days after it. "
    "What you typed is kept above; Save again puts yours in its place."
)


class PushSettings(Commands, VerticalScroll, can_focus=False):
    """A form for the name, days and automatic reminders of a push, with Close or Reopen."""

    OWN_COMMANDS = (
        Command(
            "save",
            "ctrl+s",
            "Save",
            "Save the settings",
            needs=Action.EDIT_PUSHES,
            verb="pushes edit PUSH --name NAME --from DATE --deadline DATE",
        ),
        Command(
            "sent",
            "ctrl+t",
            "What is sent",
            "See what saving would send, and to whom",
            footer=False,
            needs=Action.EDIT_PUSHES,
            verb="pushes edit PUSH --dry-run --mail",
        ),
    )

    def __init__(self, push: Push, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._base = push
        self._form = Form(*form_fields(push))
        self._tell = Toggle("Tell those who know of the old deadline", on=True)

    def compose(self) -> ComposeResult:
        """Yield the form, the conflict message, the buttons and the read-only facts."""
        yield self._form
        yield self._tell
        yield Static(classes="theirs")
        with Horizontal(classes="buttons"):
            yield Button("Save", id="save", compact=True)
            yield Button("Close this push…", id="close", compact=True)
            yield Button("Reopen", id="reopen", compact=True)
        yield Facts()

    def on_mount(self) -> None:
        """Display the push and the available buttons."""
        self._show_base()

    @property
    def unsaved(self) -> bool:
        """Whether the form differs from the push as it was last read."""
        return self._form.values() != form_values(self._base)

    def revert(self) -> None:
        """Discard unsaved changes."""
        self._fill(self._base)
        self._tell.on = True
        self._show_theirs(None)
        self._show_base()

    def focus_first(self) -> None:
        """Focus the first field or, if the push cannot be changed, the available buttons."""
        if self._may_change:
            self._form.field("name").focus_entry()
        else:
            self.query("Button").filter(".-offered").focus()

    def update_push(self, push: Push) -> None:
        """Update the form to the current state of the push, unless it has unsaved changes (A4)."""
        if not self.unsaved:
            self._base = push
            self._fill(push)
        elif push.version == self._base.version:
            self._base = push
        self._show_base()

    def why_not_save(self) -> str | None:
        """Return why the push cannot be saved, or None. A closed push is read-only."""
        return why_not_change(self._base)

    def action_save(self) -> None:
        """Save the form, or display the validation errors at their fields."""
        try:
            draft = draft_of(self._form.values(), self._home.studio.today())
        except Invalid as error:
            self._form.show_error(error)
            return
        self._save(draft)

    def why_not_sent(self) -> str | None:
        """Return why there is nothing to preview, or None. A closed push is read-only."""
        return why_not_change(self._base)

    def action_sent(self) -> None:
        """Preview the mail about a changed deadline that saving would send."""
        try:
            draft = draft_of(self._form.values(), self._home.studio.today())
        except Invalid as error:
            self._form.show_error(error)
            return
        home, base, tell = self._home, self._base, self._tell.on
        title = f"What saving “{base.name}” so would send"
        show_sent(home, title, lambda: pushes.edit(home.studio, home.actor, base, draft, tell=tell))

    @property
    def _home(self) -> StudioScreen:
        return cast(StudioScreen, self.screen)

    @property
    def _moves_deadline(self) -> bool:
        """Whether saving would change the deadline of a push that still has open conversations."""
        try:
            typed = parse_day(self._form.field("deadline").value, self._home.studio.today())
        except ValueError:
            return False
        return typed != self._base.deadline and bool(self._base.progress.open)

    @property
    def _may_change(self) -> bool:
        allowed = may(self._home.actor, Action.EDIT_PUSHES)
        return allowed and self._base.state is not PushState.CLOSED

    def _fill(self, push: Push) -> None:
        for name, value in form_values(push).items():
            self._form.field(name).value = value

    def _save(self, draft: PushDraft) -> None:
        told = self._base.progress.open if self._tell.on and self._moves_deadline else 0
        question = f"Tell up to {told:,} users of another deadline?"
        detail = "Those who were told of the push and have not held it, and their managers."
        confirm_if_many(self.app, told, question, detail, lambda: self._write(draft))

    def _write(self, draft: PushDraft) -> None:
        home, base, tell = self._home, self._base, self._tell.on
        told = "; its new deadline is told" if tell and self._moves_deadline else ""
        typed, job = self._form.values(), Job("Saving")
        studio, actor = home.studio, home.actor
        home.write(
            lambda: pushes.edit_with_result(
                studio, actor, base, draft, tell=tell, progress=job.report_progress
            ),
            lambda edited: self._saved(edited.push, typed, _told(edited) or told),
            self._failed,
            job,
        )

    def _saved(self, push: Push, typed: Mapping[str, str], told: str) -> None:
        self._base = push
        if self._form.values() == typed:
            self._fill(push)
        self._tell.on = True
        self._show_theirs(None)
        self._show_base()
        self._home.show_message(f"“{push.name}” saved{told}.")

    def _failed(self, error: StudioError) -> None:
        if isinstance(error, Conflict):
            home, push_id = self._home, self._base.id
            home.read(
                "theirs",
                lambda: pushes.show(home.studio, home.actor, push_id),
                self._show_theirs,
            )
        else:
            self._form.show_error(error)

    def _show_theirs(self, theirs: Push | None) -> None:
        self.set_class(theirs is not None, "-conflict")
        if theirs is None:
            return
        self._update_unedited(theirs)
        self._base = theirs
        self.query_one(".theirs", Static).update(
            filled(
                _CONFLICT,
                name=theirs.name,
                first=day(theirs.available_from),
                last=day(theirs.deadline),
                state=theirs.state,
                before=_days(theirs.reminders.before),
                after=_days(theirs.reminders.after),
            )
        )
        self._show_base()

    def _update_unedited(self, theirs: Push) -> None:
        """Copy the other user's values into unedited fields, so that saving keeps them (A4)."""
        typed, before = self._form.values(), form_values(self._base)
        for name, value in form_values(theirs).items():
            if typed[name] == before[name]:
                self._form.field(name).value = value

    def _show_base(self) -> None:
        closed = self._base.state is PushState.CLOSED
        allowed = may(self._home.actor, Action.EDIT_PUSHES)
        self._offer("#save", allowed and not closed)
        self._offer("#close", allowed and not closed)
        self._offer("#reopen", allowed and closed)
        self._form.allow(self._may_change)
        self.query_one(Facts).show(self._facts())
        self._show_period()

    def _offer(self, button: str, offered: bool) -> None:
        widget = self.query_one(button, Button)
        widget.display = offered
        widget.set_class(offered, "-offered")

    def _facts(self) -> list[tuple[str, str]]:
        push, zone = self._base, self._home.studio.zone
        facts = [
            ("Template", push.template.name),
            ("Created", moment_and_zone(push.created_at, zone)),
        ]
        if push.closed_at is not None:
            facts.append(("Closed", moment_and_zone(push.closed_at, zone)))
        return facts

    def _show_period(self) -> None:
        if self._tell.has_focus and not self._moves_deadline:
            self._form.field("deadline").focus_entry()
        self._tell.display = self._moves_deadline
        lasts = period_in_words(days_of(self._form.values()), self._home.studio.today())
        self._form.field("deadline").hint = lasts

    @on(Input.Changed)
    def _changed(self) -> None:
        self._show_period()

    @on(Form.Submitted)
    async def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        await self.action_command("save")

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "save":
            await self.action_command("save")
        elif event.button.id == "close":
            push_closing.close(self._home, self._base)
        else:
            push_closing.reopen(self._home, self._base)


def _told(edited: PushEditResult) -> str:
    """Return the recipients: ``; its new deadline is told to 12 users, 3 managers (z undo)``.

    Returns an empty string if no mail was queued.
    """
    if edited.leaves_at is None:
        return ""
    users = counted(edited.users_told, "user")
    managers = counted(edited.managers_told, "manager")
    return f"; its new deadline is told to {users}, {managers} (z undo)"


def _days(days: tuple[int, ...]) -> str:
    return ", ".join(map(str, days)) or "no"
