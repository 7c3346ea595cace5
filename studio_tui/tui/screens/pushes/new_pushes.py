"""The dialog that creates one or several pushes of a template (P1, P2, S10)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, PushDraft
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.written_dates import months_later
from studio_tui.domain.templates.template import Template
from studio_tui.services.audiences import members
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.pushes import audiences, pushes
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.modals.type_number import confirm_if_many
from studio_tui.tui.modals.unsaved_changes import leave
from studio_tui.tui.moments import day
from studio_tui.tui.screens.pushes.new_pushes_row import (
    FIELDS,
    EnteredPush,
    PushRow,
    drafts_of,
)
from studio_tui.tui.service_calls import ServiceCalls
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import LineInput
from studio_tui.tui.widgets.toggle import Toggle
from studio_tui.wording.counting import counted
from studio_tui.wording.pushes import reminders_in_words

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_Matching = tuple[Audience, int]
"""An audience and the number of users who match it."""
_HEADINGS = {**FIELDS, "available_from": "From"}
_MAX_PUSHES = 50
_LABEL = "Assign users"
_PICKED = "who is picked then; or a filter, as hired within 90 days"


class NewPushes(ServiceCalls, Dialog[list[Push]]):
    """A dialog that creates pushes of a template. Its result is the created pushes, or None.

    Enter moves from field to field and then to the button, so creating takes one more key press.
    """

    AUTO_FOCUS = "PushRow Input"

    OWN_COMMANDS = (
        Command(
            "create",
            "ctrl+s",
            "Assign users",
            "Create the pushes and go on to their users",
            verb="pushes create TEMPLATE --name NAME --from DATE --deadline DATE",
        ),
        Command("add", "ctrl+n", "Add a push", "Set up one more push"),
        Command("remove", "ctrl+r", "Remove", "Remove the push with the cursor"),
    )

    def __init__(self, template: Template) -> None:
        super().__init__()
        self._template = template
        self._rows: list[PushRow] = []
        self._audience_input = LineInput(placeholder=_PICKED)
        self._audience_input.add_class("audience")

    def compose(self) -> ComposeResult:
        """Yield a row for each push, the audience, the reminders and two buttons."""
        self._rows = [PushRow(self._defaults(), self.studio.today())]
        with Vertical(classes="dialog pushes"):
            yield Static(line(f"Push “{self._template.name}”"), classes="question")
            with Horizontal(classes="heading"):
                yield Static(classes="number")
                for name, label in _HEADINGS.items():
                    yield Static(label, classes=name)
            yield VerticalScroll(*self._rows, can_focus=False, classes="rows")
            yield Static(classes="more")
            with Horizontal(classes="for"):
                yield Static("For", classes="label")
                yield self._audience_input
            yield Static(classes="said")
            yield Toggle("And who comes to match until it is closed", on=True)
            usual = pushes.default_reminders(self.studio)
            yield Static(f"Reminders: {reminders_in_words(usual)}.", classes="reminders")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(_LABEL, id="create", compact=True)

    def on_mount(self) -> None:
        """Number the rows and show which commands are available."""
        self._number_rows()

    @property
    def unsaved(self) -> bool:
        """Whether the form differs from its defaults."""
        return self.entered != [self._defaults()] or bool(self._audience)

    @property
    def entered(self) -> list[EnteredPush]:
        """The entered text of each push."""
        return [row.entered for row in self._rows]

    def why_not_remove(self) -> str | None:
        """Return why no row can be removed, or None. At least one push must remain."""
        return None if len(self._rows) > 1 else "This is the only push; escape leaves."

    def why_not_add(self) -> str | None:
        """Return why no row can be added, or None. The number of pushes is limited."""
        return None if len(self._rows) < _MAX_PUSHES else f"At most {_MAX_PUSHES} pushes at once."

    async def action_add(self) -> None:
        """Add a row with the days of the last one."""
        last = self._rows[-1].entered
        row = PushRow(EnteredPush("", last.available_from, last.deadline), self.studio.today())
        self._rows.append(row)
        await self.query_one(".rows", VerticalScroll).mount(row)
        self._number_rows()
        row.focus_entry()
        row.scroll_visible(animate=False)

    async def action_remove(self) -> None:
        """Remove the focused row, or the last one if no row has the focus."""
        rows = self._rows
        place = next((n for n, row in enumerate(rows) if row.has_focus_within), len(rows) - 1)
        removed = rows.pop(place)
        rows[max(place - 1, 0)].focus_entry()
        await removed.remove()
        self._number_rows()

    def action_create(self) -> None:
        """Create all pushes, or display the validation errors at their fields (P1)."""
        try:
            drafts = drafts_of(self.entered, self.studio.today())
        except Invalid as error:
            self._show_errors(error)
            return
        if self._audience:
            # Count the recipients before any mail is queued.
            self._match(partial(self._confirm_and_create, drafts))
        else:
            self._create(drafts, None)

    def _confirm_and_create(self, drafts: Sequence[PushDraft], found: _Matching) -> None:
        self._show_matching(found)
        audience, number = found
        assigned = number * len(drafts)
        detail = f"{counted(number, 'user')} in each of {counted(len(drafts), 'push', 'pushes')}."
        act = partial(self._create, drafts, audience)
        confirm_if_many(self.app, assigned, f"Assign {assigned:,} users?", detail, act)

    def _create(self, drafts: Sequence[PushDraft], audience: Audience | None) -> None:
        template_id, once = self._template.id, not self.query_one(Toggle).on
        self.write(
            lambda: audiences.create_for(
                self.studio, self.actor, template_id, drafts, audience, once=once
            ),
            self.dismiss,
            self._show_errors,
            opens_screen=True,
        )

    @property
    def _audience(self) -> str:
        return self._audience_input.value.strip()

    @on(Input.Changed, ".audience")
    def _audience_typed(self, event: Input.Changed) -> None:
        event.stop()
        self.set_class(bool(self._audience), "-for")
        self._show_audience(Content(""))
        if self._audience:
            self._match(self._show_matching)
        else:
            self.shell.bridge.drop(self, "audience")

    @on(Input.Submitted, ".audience")
    def _audience_entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

    def _match(self, then: Callable[[_Matching], None]) -> None:
        """Resolve the audience, count its users and pass both to ``then``."""
        reads = partial(_matching, self.studio, self.actor, self._audience)
        self.shell.bridge.read(self, "audience", reads, then, self._show_audience_error)

    def _show_matching(self, found: _Matching) -> None:
        _, number = found
        words = f"{counted(number, 'user matches', 'users match')} today."
        self._show_audience(line(words, "$muted"), f"Assign {counted(number, 'user')}")

    def _show_audience_error(self, error: StudioError) -> None:
        self._show_audience(line(error.message, "$error"))

    def _show_audience(self, text: Content, label: str = _LABEL) -> None:
        self.query_one(".said", Static).update(text)
        button = self.query_one("#create", Button)
        button.label = label
        # Without a new layout the button keeps the width of its previous label.
        button.refresh(layout=True)

    def action_cancel(self) -> None:
        """Close the dialog, after a confirmation if entered text would be lost."""
        leave(self, self.unsaved, "Leave without creating?", "What you entered would be lost.")

    def _defaults(self) -> EnteredPush:
        today = self.studio.today()
        return EnteredPush("", day(today), day(months_later(today, 1)))

    def _number_rows(self) -> None:
        rows = self._rows
        for number, row in enumerate(rows, start=1):
            row.number(number if len(rows) > 1 else 0)
        more = "+ one more (ctrl+n)" if len(rows) < _MAX_PUSHES else ""
        less = "remove this one (ctrl+r)" if len(rows) > 1 else ""
        self.query_one(".more", Static).update("   ".join(filter(None, (more, less))))
        self.refresh_bindings()

    def _show_errors(self, error: StudioError) -> None:
        if not isinstance(error, Invalid):
            self.show_error(error.message)
            return
        rows = self._rows
        for number, row in enumerate(rows):
            suffix = f".{number}" if len(rows) > 1 else ""
            row.errors = {n: error.fields[n + suffix] for n in FIELDS if n + suffix in error.fields}
        wrong = next((row for row in rows if row.errors), None)
        if wrong is not None:
            wrong.focus_entry(next(name for name in FIELDS if name in wrong.errors))
            # Wait for the layout of the line with the error message below the row.
            self.call_after_refresh(wrong.scroll_visible, animate=False)

    @on(PushRow.Submitted)
    def _row_entered(self, event: PushRow.Submitted) -> None:
        following = self._rows[self._rows.index(event.row) + 1 :]
        if following:
            following[0].focus_entry()
        else:
            self.query_one("#create").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "create":
            self.action_create()
        else:
            self.action_cancel()


def _matching(studio: "Studio", actor: Actor, text: str) -> _Matching:
    audience = audience_of(studio, actor, text)
    return audience, members.count(studio, actor, audience)
