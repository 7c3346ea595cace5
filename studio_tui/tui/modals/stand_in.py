"""Dialogs that name, show and end the stand-ins of a leader or coach (U14)."""

from collections.abc import Callable
from datetime import date
from typing import ClassVar

from studio_tui.domain.people.stand_ins import StandIn
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.services.people import stand_ins as service
from studio_tui.services.people.stand_ins import StandInRequest, StandInResult
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.ask_form import AskForm, Save, days_in
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.widgets.field import Field

_NAME, _END = "name", "end"


class NameStandIn(AskForm):
    """Asks who stands in for ``name``, and from when until when."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("save", "ctrl+s", "Save", "Name who stands in"),
    )

    def __init__(self, name: str, today: date, save: Save) -> None:
        fields = (
            Field("by", "By", hint="Login or address of who stands in, for all their people."),
            Field("from", "From", today.isoformat(), is_day=True),
            Field("until", "Until", hint="The last day: +2w, fri, 31/3", is_day=True),
        )
        super().__init__(f"Who stands in for {name}?", fields, save, "Ctrl+s saves.")


def stand_in(screen: StudioScreen, leader_id: int, name: str) -> None:
    """Name a stand-in for a leader or coach, or end the existing ones."""
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
                lambda _: screen.show_message(
                    f"Nobody stands in for {name} any more; both are told."
                ),
            )

    screen.read_to_open(
        "stand_in", lambda: service.of_leader(studio, actor, leader_id), ask, may_stay=True
    )


def _name(screen: StudioScreen, leader_id: int, name: str) -> None:
    studio, actor = screen.studio, screen.actor

    def save(values: dict[str, str], failed: Callable[[StudioError], None]) -> None:
        try:
            days = days_in(values, ("from", "until"), studio.today())
        except Invalid as error:
            failed(error)
            return
        wanted = StandInRequest(values["by"], days["from"], days["until"])
        screen.write(lambda: service.name_stand_in(studio, actor, leader_id, wanted), named, failed)

    def named(done: StandInResult) -> None:
        form.dismiss(True)
        (made,) = done.stand_ins
        screen.show_message(
            f"{made.name} stands in for {name} until {made.last_day}; both are told."
        )

    form = NameStandIn(name, studio.today(), save)
    screen.app.push_screen(form)
