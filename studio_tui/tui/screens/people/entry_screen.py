"""A form on a screen of its own: saved with a key, left only when asked, and never overwritten by
what somebody else saves meanwhile (A4)."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.shared.errors import Conflict, StudioError
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.unsaved_changes import leave
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field, Form

Values = Mapping[str, str]
"""What stands in the fields, by their names."""
_KEPT = "What you typed is kept; save again to put yours in its place."


class EntryScreen(StudioScreen):
    """Fields that begin with what there is. A subclass reads that and saves what is changed."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("save", "ctrl+s", "Save", "Save what is typed"),
    )
    LOST: ClassVar[str] = "What you typed would be lost."

    def __init__(self, title: str, fields: list[Field]) -> None:
        super().__init__()
        self._title = title
        self._form = Form(*fields)
        self.base: Values = self._form.values()
        """What the fields begin with, as it was read last."""
        self._saving = False

    def body(self) -> ComposeResult:
        """What it is about, the fields, and what somebody else saved meanwhile."""
        yield Static(line(self._title), classes="title")
        yield self._form
        yield Static(classes="theirs")

    @abstractmethod
    def save(self, changed: Values) -> None:
        """Save the fields that were ``changed``, by `write`, with `failed` for what is refused."""

    @abstractmethod
    def read_theirs(self) -> None:
        """Read what there is now, and hand it to `show_theirs`."""

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that is not saved."""
        return bool(self.changed)

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields."""
        return self._form.values()

    def fill(self, values: Values) -> None:
        """What there is, as it was read: what nobody typed into shows it."""
        typed, before = self._form.values(), self.base
        for name, value in values.items():
            if typed[name] == before[name]:
                self._form.field(name).value = value
        self.base = {**before, **values}

    def show_title(self, title: str) -> None:
        """Another title."""
        self._title = title
        self.query_one(".title", Static).update(line(title))

    def failed(self, error: StudioError) -> None:
        """Say beside the fields why it cannot be saved; of what somebody else saved, both
        versions."""
        self._saving = False
        if isinstance(error, Conflict):
            self.read_theirs()
        else:
            self._form.show_error(error)

    def show_theirs(self, values: Values, labels: Values) -> None:
        """Show beside what is typed how somebody else left it; saving again puts it over that."""
        mine = self.changed
        differing = [name for name in mine if values[name] not in (self.base[name], mine[name])]
        self.fill(values)
        now = "; ".join(f"{labels[name]} is “{values[name] or 'empty'}”" for name in differing)
        words = f"Somebody else changed the same meanwhile: {now}. {_KEPT}" if now else ""
        self.query_one(".theirs", Static).update(line(words))
        self.set_class(bool(words), "-conflict")

    def action_save(self) -> None:
        """Save what is typed."""
        if self._saving:
            return
        if not (changed := self.changed):
            self.say("Nothing is changed.")
            return
        self._saving = True
        self.save(changed)

    def action_back(self) -> None:
        """Leave; ask first where something typed would be lost."""
        leave(self, self.unsaved, "Leave without saving?", self.LOST)

    @property
    def unkept(self) -> str:
        """What is typed is lost where the Studio ends."""
        return f"{self._title} is not saved." if self.unsaved else ""

    @property
    def changed(self) -> dict[str, str]:
        """What was typed that is not saved, by the names of the fields."""
        typed = self._form.values()
        return {name: value for name, value in typed.items() if value != self.base[name]}

    @on(Form.Submitted)
    async def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        await self.action_command("save")
