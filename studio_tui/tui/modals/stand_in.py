"""Somebody stands in for a leader or coach: asked, shown and ended (U14)."""

from collections.abc import Callable
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.domain.people.stand_ins import StandIn
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.written_dates import parse_day
from studio_tui.services.people import stand_ins as service
from studio_tui.services.people.stand_ins import StandInNamed, StandInWanted
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field, Form

_NAME, _END = "name", "end"


class NameStandIn(Dialog[bool]):
    """Asks who stands in for ``name``, from when until when, and hands what is entered to ``save``,
    whose second argument shows what is wrong with it. Whoever saves ends this with True."""

    AUTO_FOCUS = "Input"
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("save", "ctrl+s", "Save", "Name who stands in"),
    )

    def __init__(
        self,
        name: str,
        today: date,
        save: Callable[[dict[str, str], Callable[[StudioError], None]], None],
    ) -> None:
        super().__init__()
        self._name = name
        self._save = save
        self._form = Form(
            Field("by", "By", hint="Login or address of who stands in, for all their people."),
            Field("from", "From", today.isoformat(), is_day=True),
            Field("until", "Until", hint="The last day: +2w, fri, 31/3", is_day=True),
        )

    def compose(self) -> ComposeResult:
        """For whom, and the fields."""
        with Vertical(classes="dialog wide"):
            yield Static(line(f"Who stands in for {self._name}?"), classes="question")
            yield self._form
            yield Static("Ctrl+s saves.")

    def action_save(self) -> None:
        """Save it; what is wrong is said below the field."""
        self._save(self._form.values(), self._form.show_error)

    @on(Form.Submitted)
    def _entered(self) -> None:
        self.action_save()


def stand_in(screen: StudioScreen, leader_id: int, name: str) -> None:
    """Name who stands in for a leader or coach, or end what there is."""
    studio, actor = screen.studio, screen.actor

    def ask(found: tuple[StandIn, ...]) -> None:
        if not found:
            _name(screen, leader_id, name)
            return
        standing = ", ".join(f"{each.name} until {each.last_day}" for each in found)
        choices = [
            Choice(_NAME, "Name somebody else", "for other days"),
            Choice(_END, "End it", standing),
        ]
        screen.app.push_screen(Choose(f"Stands in for {name}: {standing}", choices), chosen)

    def chosen(choice: str | None) -> None:
        if choice == _NAME:
            _name(screen, leader_id, name)
        elif choice == _END:
            screen.write(
                lambda: service.end(studio, actor, leader_id),
                lambda _: screen.say(f"Nobody stands in for {name} any more; both are told."),
            )

    screen.read_to_open(
        "stand_in", lambda: service.of_leader(studio, actor, leader_id), ask, may_stay=True
    )


def _name(screen: StudioScreen, leader_id: int, name: str) -> None:
    studio, actor = screen.studio, screen.actor

    def save(values: dict[str, str], failed: Callable[[StudioError], None]) -> None:
        days, wrong = {}, {}
        for field in ("from", "until"):
            try:
                days[field] = parse_day(values[field], studio.today())
            except ValueError as error:
                wrong[field] = f"{error}"
        if wrong:
            failed(Invalid(wrong))
            return
        wanted = StandInWanted(values["by"], days["from"], days["until"])
        screen.write(lambda: service.name_stand_in(studio, actor, leader_id, wanted), named, failed)

    def named(done: StandInNamed) -> None:
        form.dismiss(True)
        (made,) = done.stand_ins
        screen.say(f"{made.name} stands in for {name} until {made.last_day}; both are told.")

    form = NameStandIn(name, studio.today(), save)
    screen.app.push_screen(form)
