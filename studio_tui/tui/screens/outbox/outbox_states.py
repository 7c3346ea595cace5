"""The line of states above the outbox: the number of mails in each, and the selected state.

Bounced mail (N15) is shown like a state of its own, although its state is sent.
"""

from collections.abc import Mapping
from typing import Final, Literal

from textual.content import Content
from textual.message import Message

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.tui.widgets.labels import GAP, Label, LabelLine
from studio_tui.wording.mail import BOUNCED_LABEL, STATE_LABELS

_ALL = "all"
BOUNCED: Final = "bounced"
ListedState = NotificationState | Literal["bounced"] | None
"""The selected state; None for all mail."""
_ORDER: tuple[ListedState, ...] = (None, *NotificationState, BOUNCED)
_STYLES = DefaultTable({NotificationState.FAILED: "$error"}, otherwise="$muted")


def listed_state_named(text: str) -> ListedState:
    """Return the state with this name; an empty name stands for all mail.

    Raises `ValueError` if the name is unknown.
    """
    return BOUNCED if text == BOUNCED else NotificationState(text) if text else None


def label_of(shown: ListedState) -> str:
    """Return the label of a state."""
    if shown is None:
        return _ALL
    return BOUNCED_LABEL if shown == BOUNCED else STATE_LABELS[NotificationState(shown)]


class StateLine(LabelLine):
    """A line to select a state: ``all 310  waiting 3  sent 302  failed 5``.

    States without mail are omitted. The time zone is displayed at the right if it fits.
    """

    @dataclass
    class Chosen(Message):
        """Posted when another state is selected; None for all mail."""

        state: ListedState

    def __init__(self, zone: str, chosen: ListedState = None) -> None:
        super().__init__()
        self._zone = zone
        self._counts: Mapping[NotificationState, int] | None = None
        self._bounced = 0
        self.chosen: ListedState = chosen
        """The selected state; None for all mail."""
        self._draw()

    def count(self, counts: Mapping[NotificationState, int], bounced: int) -> None:
        """Display the number of mails in each state, and how many sent mails bounced."""
        self._counts, self._bounced = counts, bounced
        self._draw()

    def step(self, by: int) -> None:
        """Select the state ``by`` positions to the right."""
        shown = self._shown()
        self._choose(shown[(shown.index(self.chosen) + by) % len(shown)])

    def set_state(self, state: ListedState) -> None:
        """Select a state without posting `Chosen`.

        The caller updates the list and calls `redraw`.
        """
        self.chosen = state

    def redraw(self) -> None:
        """Draw the selected state."""
        self._draw()

    def on_label_line_pressed(self, event: LabelLine.Pressed) -> None:
        """Select the state that was clicked."""
        event.stop()
        self._choose(listed_state_named("" if event.key == _ALL else event.key))

    def _choose(self, state: ListedState) -> None:
        if state != self.chosen:
            self.chosen = state
            self._draw()
            self.post_message(self.Chosen(state))

    def on_resize(self) -> None:
        """Draw the line again: the time zone may fit or no longer fit."""
        self._draw()

    def _shown(self) -> list[ListedState]:
        return [s for s in _ORDER if s in (None, self.chosen) or self._count_of(s)]

    def _draw(self) -> None:
        states = [Label(state or _ALL, self._label(state)) for state in self._shown()]
        zone = Label("", Content.styled(self._zone, "$muted"))
        room = self.size.width - sum(label.width + GAP for label in states)
        self.show(states, [zone] if room >= zone.width + GAP else [])

    def _label(self, state: ListedState) -> Content:
        count = self._count_of(state)
        style = "$muted"
        if state and count:
            style = "$error" if state == BOUNCED else _STYLES[NotificationState(state)]
        if state == self.chosen:
            style = "bold underline"
        shown = "" if self._counts is None else f" {count:,}"
        return Content.assemble(
            (label_of(state), style),
            (shown, style.replace(" underline", "")),
        )

    def _count_of(self, state: ListedState) -> int:
        counts = self._counts or {}
        if state == BOUNCED:
            return self._bounced
        if state is None:
            return sum(counts.values())
        bounced = self._bounced if state is NotificationState.SENT else 0
        return counts.get(NotificationState(state), 0) - bounced
