"""Reminding only managers, about all their people with conversations still to hold (S2, P15)."""

from collections.abc import Mapping

from studio_tui.domain.pushes.push import Push, SkippedPerson
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import remind
from studio_tui.services.pushes import remind_everywhere as everywhere
from studio_tui.services.pushes.push_reminders import ManagersPreview, RemindPreview, RemindResult
from studio_tui.tui.screens.pushes.remind import RemindScreen, pushes_to_undo
from studio_tui.wording.counting import counted

_NAMED = 3
"""Maximum number of managers listed by name; above it, only their number is shown."""


class RemindManagersScreen(RemindScreen):
    """A `RemindScreen` for ``managers`` (names by user id). Their people get no mail."""

    RECIPIENT = "manager"
    NO_RECIPIENTS = "Nobody to remind: they are asked for nothing more, or were just reminded."
    ALSO_NOTIFIED = "Their people are told nothing."

    def __init__(self, push: Push | None, managers: Mapping[int, str]) -> None:
        super().__init__(push, Selection(), _whom(tuple(managers.values())))
        self._managers = tuple(managers)

    def count_recipients(self, again: bool) -> ManagersPreview:
        """Return how many managers would be reminded. Called off the event loop."""
        studio, actor, managers = self.studio, self.actor, self._managers
        if self.push is None:
            return everywhere.preview_managers(studio, actor, managers, again=again)
        return remind.preview_managers(studio, actor, self.push, managers, again=again)

    def send(self, again: bool, progress: Progress = ignore_progress) -> RemindResult:
        """Send the reminders and return the result. Called off the event loop."""
        studio, actor, managers = self.studio, self.actor, self._managers
        if self.push is None:
            return everywhere.remind_managers(
                studio, actor, managers, again=again, progress=progress
            )
        return remind.remind_managers(
            studio, actor, self.push, managers, again=again, progress=progress
        )

    def read_skipped(
        self, preview: RemindPreview | ManagersPreview, again: bool
    ) -> list[SkippedPerson]:
        """Return an empty list: skipped managers are counted, not named."""
        return []

    def result_in_words(self, reminded: RemindResult) -> str:
        """Return how many managers were reminded, with the undo hint."""
        if self.push is None:
            mails = counted(reminded.managers_told, "mail")
            return f"{mails} to managers of {pushes_to_undo(reminded)}, nobody else told"
        return f"{counted(reminded.managers_told, 'manager')} reminded (z undo), nobody else told"


def _whom(names: tuple[str, ...]) -> str:
    if len(names) > _NAMED:
        return f"The marked managers: {len(names):,}"
    return f"Only {', '.join(names)}; not their people"
