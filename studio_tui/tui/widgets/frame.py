"""The frame around every screen: the places above, messages and commands below."""

from typing import TYPE_CHECKING, cast

from textual.app import App
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from studio_tui.tui.commands import Command, Commands, Offer, offers, typed_away
from studio_tui.tui.text import line
from studio_tui.tui.widgets.labels import GAP, Label, LabelLine

if TYPE_CHECKING:
    from studio_tui.tui.app import StudioApp


class TopBar(LabelLine):
    """The places one can go to, and at the right the organisation and who you are."""

    def on_mount(self) -> None:
        """Draw what is known."""
        self.update()

    def update(self) -> None:
        """Draw the places again: the actor is known, or another place is open."""
        app = cast("StudioApp", self.app)
        found = app.open_places()
        places = [
            # Where there is nowhere else to go, no key goes there.
            Label(
                place.id,
                _place_label(
                    place.key if len(found) > 1 else "",
                    place.title,
                    here=place.id == app.current_mode,
                ),
            )
            for place in found
        ]
        self._close_up(places)
        identity = self._identity(places)
        self.show(places, [Label("", line(identity, "$muted"))] if identity else [])

    def on_resize(self) -> None:
        """Say as much of who you are as there is room for."""
        self.update()

    def _close_up(self, places: list[Label]) -> None:
        """Let the places stand closer where they do not fit side by side otherwise."""
        gap, width = GAP, sum(place.width for place in places)
        while gap and width + gap * (len(places) - 1) > self.size.width:
            gap -= 1
        if gap != self.gap:
            self.gap = gap
            self.refresh()

    def _identity(self, places: list[Label]) -> str:
        """The organisation and who you are, or who you are, or nothing: the places come first."""
        app = cast("StudioApp", self.app)
        room = self.size.width - sum(place.width + GAP for place in places)
        fitting = (text for text in app.identities if line(text).cell_length <= room)
        return next(fitting, "")

    def on_label_line_pressed(self, event: LabelLine.Pressed) -> None:
        """Go to a place."""
        event.stop()
        cast("StudioApp", self.app).go(event.key)


class StatusLine(Static):
    """What just happened, or else what is always worth knowing: one line, more where it is long."""

    def on_mount(self) -> None:
        """Draw what the app has to say."""
        self.refresh_status()

    def refresh_status(self) -> None:
        """Draw what the app has to say, if that is new."""
        app = cast("StudioApp", self.app)
        content = app.status
        if not (isinstance(self.content, Content) and content.is_same(self.content)):
            self.update(content)


class CommandBar(LabelLine):
    """The commands of where the focus is: the footer."""

    def on_mount(self) -> None:
        """Follow the focus and the answers of ``why_not_…``."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)
        self._draw(self.screen)

    def _bindings_updated(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self._draw(screen)

    def _draw(self, screen: Screen[object]) -> None:
        left: list[Label] = []
        right: list[Label] = []
        for offer in offers(screen):
            command = offer.command
            shown = command.footer or _is_way_out(screen, command)
            if not (shown and command.keys) or typed_away(screen, command):
                continue
            side = right if isinstance(offer.node, App) else left
            side.append(Label(command.id, _command_label(offer)))
        self.show(left, right)

    def on_label_line_pressed(self, event: LabelLine.Pressed) -> None:
        """Do a command."""
        event.stop()
        for offer in offers(self.screen):
            if offer.command.id == event.key:
                offer.start()
                return


def _place_label(key: str, title: str, *, here: bool) -> Content:
    key = f" {key} " if key else " "
    if here:
        return Content.styled(f"{key}{title} ", "$place-text on $place $place-style")
    return Content.assemble((key, "$muted"), f"{title} ")


def _is_way_out(screen: Screen[object], command: Command) -> bool:
    """Whether it is how one leaves what one is typing in: there, nothing else says so."""
    focused = screen.focused
    if command.id != "back" or focused is None or not focused.check_consume_key("a", "a"):
        return False
    inner = [
        other
        for node in focused.ancestors_with_self
        if isinstance(node, Commands) and not isinstance(node, Screen | App)
        for other in node.commands()
    ]
    return all("escape" not in other.keys.split(",") for other in inner)


def _command_label(offer: Offer) -> Content:
    command = offer.command
    if offer.why_not:
        return Content.styled(
            f"{command.shown_key} {command.label}", "$unavailable $unavailable-style"
        )
    return Content.assemble((command.shown_key, "$key bold"), " ", (command.label, ""))
