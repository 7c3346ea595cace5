"""The frame around every screen: the places above, the status line and the commands below."""

from textual.app import App
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from studio_tui.domain.today.today import Badge
from studio_tui.tui.commands import Command, Commands, Offer, is_typed_as_text, offers
from studio_tui.tui.shell import ShownPlace, shell_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.labels import GAP, Label, LabelLine

_BAR_LAYOUTS = ((" ", False), ("", False), ("", True))
"""Layouts of the top bar, from wide to narrow: the text at the edges of each place, and whether its
short title is used."""


class TopBar(LabelLine):
    """The places on the left; the organisation and the user on the right."""

    def on_mount(self) -> None:
        """Draw the bar for the first time."""
        self.update()

    def update(self) -> None:
        """Redraw the bar after a change of the actor, the current place or the badges."""
        app = shell_of(self)
        found = app.open_places()
        keys = len(found) > 1
        places, gap = [], 1
        for edge, short in _BAR_LAYOUTS:
            places = [
                # A single place needs no key.
                Label(place.id, self._place_in_words(place, edge, keys=keys, short=short))
                for place in found
            ]
            fitting = self._gap_for(places, 0 if edge else 1)
            if fitting is not None:
                gap = fitting
                break
        self._set_gap(gap)
        identity = self._identity(places)
        self.show(places, [Label("", line(identity, "$muted"))] if identity else [])

    def _place_in_words(self, place: ShownPlace, edge: str, *, keys: bool, short: bool) -> Content:
        app = shell_of(self)
        badge = app.badge(place.id) or Badge()
        number = f" {badge}" if badge.number else ""
        key = f"{edge}{place.key} " if keys else edge
        title = (place.short if short else "") or place.title
        if place.id == app.current_mode:
            here = "$place-text on $place $place-style"
            return Content.styled(f"{key}{title}{number}{edge}", here)
        if not number:
            return Content.assemble((key, "$muted"), f"{title}{edge}")
        style = "$error bold" if badge.urgent else "$muted"
        return Content.assemble((key, "$muted"), title, (number, style), edge)

    def on_resize(self) -> None:
        """Fit the texts to the new width."""
        self.update()

    def _gap_for(self, places: list[Label], least: int) -> int | None:
        """Return the largest gap with which all places fit; None if none from ``least`` on does."""
        room = self.size.width - sum(place.width for place in places)
        gaps = range(GAP, least - 1, -1)
        return next((gap for gap in gaps if gap * (len(places) - 1) <= room), None)

    def _set_gap(self, gap: int) -> None:
        if gap != self.gap:
            self.gap = gap
            self.refresh()

    def _identity(self, places: list[Label]) -> str:
        """Return the longest text that identifies the user and fits next to the places."""
        app = shell_of(self)
        room = self.size.width - sum(place.width + GAP for place in places)
        fitting = (text for text in app.identities if line(text).cell_length <= room)
        return next(fitting, "")

    def on_label_line_pressed(self, event: LabelLine.Pressed) -> None:
        """Switch to the clicked place."""
        event.stop()
        shell_of(self).go(event.key)


class StatusLine(Static):
    """The most urgent message of the app; wraps to several lines if it is long."""

    def on_mount(self) -> None:
        """Draw the current message."""
        self.refresh_status()

    def on_resize(self) -> None:
        """Fit the message to the new width."""
        self.refresh_status()

    def refresh_status(self) -> None:
        """Draw the current message if it has changed."""
        app = shell_of(self)
        content = app.status
        if not (isinstance(self.content, Content) and content.is_same(self.content)):
            self.update(content)


class CommandBar(LabelLine):
    """The footer: the commands that are available with the current focus."""

    def on_mount(self) -> None:
        """Redraw whenever the focus or a result of ``why_not_…`` changes."""
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
            if not (shown and command.keys) or is_typed_as_text(screen, command):
                continue
            side = right if isinstance(offer.node, App) else left
            side.append(Label(command.id, _command_label(offer)))
        self.show(left, right)

    def on_label_line_pressed(self, event: LabelLine.Pressed) -> None:
        """Run the clicked command."""
        event.stop()
        for offer in offers(self.screen):
            if offer.command.id == event.key:
                offer.start()
                return


def _is_way_out(screen: Screen[object], command: Command) -> bool:
    """Return whether ``command`` is the only displayed way to leave the focused text input."""
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
