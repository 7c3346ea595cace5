"""The base class of screens with a form.

A form is saved with a key and closed only after a confirmation if it has unsaved text. It never
overwrites what another user saved in the meantime without showing it (A4).
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.people.teams import Team
from studio_tui.domain.shared.errors import Conflict, StudioError
from studio_tui.services.people import teams
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.unsaved_changes import leave
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field, Form

Values = Mapping[str, str]
"""Field values by field name."""
_KEPT = "What you typed is kept; save again to put yours in its place."


class EntryScreen(StudioScreen):
    """A form filled with stored values. A subclass reads these and saves the changes."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("save", "ctrl+s", "Save", "Save what is typed"),
        Command("pick", "ctrl+o", "Choose", "Choose a team for the field with the cursor"),
    )
    TEAMS: ClassVar[Mapping[str, bool]] = {}
    """Names of the fields that hold teams, and whether they hold several."""
    LOST: ClassVar[str] = "What you typed would be lost."

    def __init__(self, title: str, fields: list[Field]) -> None:
        super().__init__()
        self._title = title
        self._form = Form(*fields)
        self.base: Values = self._form.values()
        """The stored values as they were last read."""
        self._saving = False

    def body(self) -> ComposeResult:
        """Yield the title, the form and the message about a conflict."""
        yield Static(line(self._title), classes="title")
        yield self._form
        yield Static(classes="theirs")

    @abstractmethod
    def save(self, changed: Values) -> None:
        """Save the fields in ``changed``, by `write` with `failed` as its error handler."""

    @abstractmethod
    def read_stored(self) -> None:
        """Read the stored values and pass them to `show_conflict`."""

    @property
    def unsaved(self) -> bool:
        """Whether the form has unsaved text."""
        return bool(self.changed)

    @property
    def values(self) -> dict[str, str]:
        """The current values of all fields."""
        return self._form.values()

    def fill(self, values: Values) -> None:
        """Update the stored values, and the fields without unsaved text."""
        typed, before = self._form.values(), self.base
        for name, value in values.items():
            if typed[name] == before[name]:
                self._form.field(name).value = value
        self.base = {**before, **values}

    def show_title(self, title: str) -> None:
        """Change the title."""
        self._title = title
        self.query_one(".title", Static).update(line(title))

    def failed(self, error: StudioError) -> None:
        """Display why the form cannot be saved; after a conflict, both versions."""
        self._saving = False
        if isinstance(error, Conflict):
            self.read_stored()
        else:
            self._form.show_error(error)

    def show_conflict(self, values: Values, labels: Values) -> None:
        """Display the version that another user saved next to the unsaved text.

        Saving again overwrites that version.
        """
        mine = self.changed
        differing = [name for name in mine if values[name] not in (self.base[name], mine[name])]
        self.fill(values)
        now = "; ".join(f"{labels[name]} is “{values[name] or 'empty'}”" for name in differing)
        words = f"Somebody else changed the same meanwhile: {now}. {_KEPT}" if now else ""
        self.query_one(".theirs", Static).update(line(words))
        self.set_class(bool(words), "-conflict")

    def action_save(self) -> None:
        """Save the changed fields."""
        if self._saving:
            return
        if not (changed := self.changed):
            self.show_message("Nothing is changed.")
            return
        self._saving = True
        self.save(changed)

    def why_not_pick(self) -> str | None:
        """Return why no team can be chosen, or None if the focused field holds teams."""
        if self._team_field is not None:
            return None
        return "Put the cursor into a field of teams first."

    def action_pick(self) -> None:
        """Let the user choose a team for the focused field."""
        field = self._team_field
        if field is not None:
            self.read_to_open(
                "teams",
                lambda: teams.every(self.studio, self.actor),
                lambda found: self._ask_for_team(field, found),
                may_stay=True,
            )

    def _ask_for_team(self, field: Field, found: Sequence[Team]) -> None:
        def chosen(path: str | None) -> None:
            if path is None:
                return
            paths = [part.strip() for part in field.value.split("|")] if field.value else []
            several = self.TEAMS[field.field_name]
            field.value = " | ".join(dict.fromkeys([*paths, path])) if several else path
            field.focus_entry()

        choices = [Choice(team.path, team.path, team.led_by) for team in found]
        empty = "There is no team yet." if not found else "Nothing matches."
        self.app.push_screen(Choose("Which team?", choices, empty=empty, long_titles=True), chosen)

    @property
    def _team_field(self) -> Field | None:
        """The focused field if it holds teams, else None."""
        for name in self.TEAMS:
            field = self._form.field(name)
            if field.has_focus_within:
                return field
        return None

    @on(events.DescendantFocus)
    def _refresh_commands(self) -> None:
        self.refresh_bindings()

    def action_back(self) -> None:
        """Close the screen, after a confirmation if unsaved text would be lost."""
        leave(self, self.unsaved, "Leave without saving?", self.LOST)

    @property
    def unsaved_summary(self) -> str:
        """A warning about unsaved text, which is lost if the Studio ends; empty for none."""
        return f"{self._title} is not saved." if self.unsaved else ""

    @property
    def changed(self) -> dict[str, str]:
        """The unsaved values by field name."""
        typed = self._form.values()
        return {name: value for name, value in typed.items() if value != self.base[name]}

    @on(Form.Submitted)
    async def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        await self.action_command("save")
