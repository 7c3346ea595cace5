"""The creation of pushes: a dialog, for one or several of a template at once (P1, P2, S10)."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.written_dates import months_later
from studio_tui.domain.templates.template import Template
from studio_tui.services.pushes import pushes
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
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
from studio_tui.wording.pushes import reminders_in_words

_HEADINGS = {**FIELDS, "available_from": "From"}
_MOST = 50


class NewPushes(ServiceCalls, Dialog[list[Push]]):
    """Sets up pushes of a template; ends with those created, or with None.

    Enter goes from entry to entry and then to the button: creating takes one more.
    """

    AUTO_FOCUS = "Input"

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

    def compose(self) -> ComposeResult:
        """A row per push below a heading, what their reminders will be, and two buttons."""
        self._rows = [PushRow(self._defaults(), self.studio.today())]
        with Vertical(classes="dialog pushes"):
            yield Static(line(f"Push “{self._template.name}”"), classes="question")
            with Horizontal(classes="heading"):
                yield Static(classes="number")
                for name, label in _HEADINGS.items():
                    yield Static(label, classes=name)
            yield VerticalScroll(*self._rows, can_focus=False, classes="rows")
            yield Static(classes="more")
            usual = pushes.usual_reminders(self.studio)
            yield Static(f"Reminders: {reminders_in_words(usual)}.", classes="reminders")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Assign users", id="create", compact=True)

    def on_mount(self) -> None:
        """Say what more there may be."""
        self._count()

    @property
    def unsaved(self) -> bool:
        """Whether anything was entered."""
        return self.entered != [self._defaults()]

    @property
    def entered(self) -> list[EnteredPush]:
        """What is entered for each push."""
        return [row.entered for row in self._rows]

    def why_not_remove(self) -> str | None:
        """One push is the least."""
        return None if len(self._rows) > 1 else "This is the only push; escape leaves."

    def why_not_add(self) -> str | None:
        """There is an end to it."""
        return None if len(self._rows) < _MOST else f"At most {_MOST} pushes at once."

    async def action_add(self) -> None:
        """Add a row with the days of the last one."""
        last = self._rows[-1].entered
        row = PushRow(EnteredPush("", last.available_from, last.deadline), self.studio.today())
        self._rows.append(row)
        await self.query_one(".rows", VerticalScroll).mount(row)
        self._count()
        row.focus_entry()
        row.scroll_visible(animate=False)

    async def action_remove(self) -> None:
        """Remove the row with the cursor, or the last one."""
        rows = self._rows
        place = next((n for n, row in enumerate(rows) if row.has_focus_within), len(rows) - 1)
        removed = rows.pop(place)
        rows[max(place - 1, 0)].focus_entry()
        await removed.remove()
        self._count()

    def action_create(self) -> None:
        """Create them all, or say beside the fields why not (P1)."""
        try:
            drafts = drafts_of(self.entered, self.studio.today())
        except Invalid as error:
            self._refuse(error)
            return
        template_id = self._template.id
        self.write(
            lambda: pushes.create(self.studio, self.actor, template_id, drafts),
            self.dismiss,
            self._refuse,
            leads_on=True,
        )

    def action_cancel(self) -> None:
        """Leave; ask first where something entered would be lost."""
        leave(self, self.unsaved, "Leave without creating?", "What you entered would be lost.")

    def _defaults(self) -> EnteredPush:
        today = self.studio.today()
        return EnteredPush("", day(today), day(months_later(today, 1)))

    def _count(self) -> None:
        rows = self._rows
        for number, row in enumerate(rows, start=1):
            row.number(number if len(rows) > 1 else 0)
        more = "+ one more (ctrl+n)" if len(rows) < _MOST else ""
        less = "remove this one (ctrl+r)" if len(rows) > 1 else ""
        self.query_one(".more", Static).update("   ".join(filter(None, (more, less))))
        self.refresh_bindings()

    def _refuse(self, error: StudioError) -> None:
        if not isinstance(error, Invalid):
            self.complain(error.message)
            return
        rows = self._rows
        for number, row in enumerate(rows):
            suffix = f".{number}" if len(rows) > 1 else ""
            row.errors = {n: error.fields[n + suffix] for n in FIELDS if n + suffix in error.fields}
        wrong = next((row for row in rows if row.errors), None)
        if wrong is not None:
            wrong.focus_entry(next(name for name in FIELDS if name in wrong.errors))
            # Once the line below it, which says why, has its place.
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
