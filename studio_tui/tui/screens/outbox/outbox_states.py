"""The line of states above the outbox: how many are in each, and which of them are listed."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.content import Content
from textual.message import Message

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.shared.enum_tables import OfSome
from studio_tui.tui.widgets.labels import GAP, Label, LabelLine
from studio_tui.wording.mail import STATE_LABELS

_ALL = "all"
_ORDER: tuple[NotificationState | None, ...] = (None, *NotificationState)
_STYLES = OfSome({NotificationState.FAILED: "$error"}, otherwise="$muted")


class StateLine(LabelLine):
    """``all 310  waiting 3  sent 302  failed 5``, one of them chosen, and at the right in which
    zone times are. A state without any mail is left out."""

    @dataclass
    class Chosen(Message):
        """Another state was chosen; None: all of them."""

        state: NotificationState | None

    def __init__(self, zone: str, chosen: NotificationState | None = None) -> None:
        super().__init__()
        self._zone = zone
        self._counts: Mapping[NotificationState, int] | None = None
        self.chosen = chosen
        """The state that is listed, None for all."""
        self._draw()

    def count(self, counts: Mapping[NotificationState, int]) -> None:
        """Show how many are in each state."""
        self._counts = counts
        self._draw()

    def step(self, by: int) -> None:
        """Choose the state ``by`` places further on."""
        shown = self._shown()
        self._choose(shown[(shown.index(self.chosen) + by) % len(shown)])

    def put(self, state: NotificationState | None) -> None:
        """List this state, and let whoever says so list it and `redraw`."""
        self.chosen = state

    def redraw(self) -> None:
        """Show which state is listed."""
        self._draw()

    def on_label_line_pressed(self, event: LabelLine.Pressed) -> None:
        """Choose the state that was clicked."""
        event.stop()
        self._choose(None if event.key == _ALL else NotificationState(event.key))

    def _choose(self, state: NotificationState | None) -> None:
        if state is not self.chosen:
            self.chosen = state
            self._draw()
            self.post_message(self.Chosen(state))

    def on_resize(self) -> None:
        """The zone is shown where there is room for it."""
        self._draw()

    def _shown(self) -> list[NotificationState | None]:
        return [s for s in _ORDER if s in (None, self.chosen) or self._count_of(s)]

    def _draw(self) -> None:
        states = [Label(state or _ALL, self._label(state)) for state in self._shown()]
        zone = Label("", Content.styled(self._zone, "$muted"))
        room = self.size.width - sum(label.width + GAP for label in states)
        self.show(states, [zone] if room >= zone.width + GAP else [])

    def _label(self, state: NotificationState | None) -> Content:
        count = self._count_of(state)
        style = _STYLES[state] if state and count else "$muted"
        if state is self.chosen:
            style = "bold underline"
        shown = "" if self._counts is None else f" {count:,}"
        return Content.assemble(
            (STATE_LABELS[state] if state else _ALL, style),
            (shown, style.replace(" underline", "")),
        )

    def _count_of(self, state: NotificationState | None) -> int:
        counts = self._counts or {}
        return sum(counts.values()) if state is None else counts.get(state, 0)
