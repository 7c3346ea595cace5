"""A preview of retrying failed or bounced mail (P14)."""

from collections.abc import Callable

from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.dry_run import dry_run_of_resend
from studio_tui.tui.modals.dry_run import DryRunScreen
from studio_tui.tui.modals.dry_run_words import DryRunResult


class SentAgainScreen(DryRunScreen):
    """A dry run of retrying ``chosen``, which is rolled back."""

    def __init__(self, chosen: Selection[NotificationFilter]) -> None:
        self._chosen = chosen
        super().__init__("What sending it once more would send", self._try)

    def _try(self, wanted: Callable[[], bool]) -> DryRunResult:
        studio, actor, chosen = self.studio, self.actor, self._chosen
        again = dry_run_of_resend(studio, lambda: outbox.try_again(studio, actor, chosen), wanted)
        return DryRunResult(*again)
