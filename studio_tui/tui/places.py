"""The places of the Studio: what stands in the top bar."""

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from studio_tui.domain.people.access import Action
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.destinations import Destination
from studio_tui.tui.commands import Command

_GO = "go_"


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere one can go from everywhere."""

    id: str
    title: str
    key: str
    """The digit that goes there."""
    screen: Callable[[], Screen[Any]]
    needs: Action | None = None
    """The right it takes to see it."""
    destination: Destination | None = None
    """What goes there from any screen."""
    short: str = ""
    """Its title where there is little room; empty: the same."""
    verb: str = ""
    """What shows the same from a shell."""

    @property
    def command(self) -> Command:
        """The command that goes there."""
        return Command(
            _GO + self.id,
            self.key,
            self.title,
            f"Go to {self.title}",
            footer=False,
            needs=self.needs,
            verb=self.verb,
        )


def place_of(command: Command) -> str | None:
    """The id of the place a command goes to, None where it is another command."""
    return command.id.removeprefix(_GO) if command.id.startswith(_GO) else None
