"""The places of the Studio: the top-level screens that the top bar lists."""

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
    """A top-level screen that can be reached from every other screen."""

    id: str
    title: str
    key: str
    """The digit that switches to the place."""
    screen: Callable[[], Screen[Any]]
    needs: Action | None = None
    """The right that the actor must have to see it."""
    destination: Destination | None = None
    """The destination that opens the place from any screen."""
    short: str = ""
    """The title for narrow terminals; empty: the same as ``title``."""
    verb: str = ""
    """The shell command that shows the same."""

    @property
    def command(self) -> Command:
        """The command that switches to the place."""
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
    """Return the id of the place that a command switches to; None for any other command."""
    return command.id.removeprefix(_GO) if command.id.startswith(_GO) else None
