"""Actions on mail in the outbox and on the page of one mail: retry, send again, drop (N10)."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from textual import work

from studio_tui.domain.outbox.notification import (
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.people.access import Action, Actor
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.dry_run import dry_run_of_resend
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.dry_run import DryRunScreen
from studio_tui.tui.modals.dry_run_words import DryRunResult
from studio_tui.tui.modals.type_number import confirm_if_many
from studio_tui.tui.screen import StudioScreen
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import CHANGED_MEANWHILE, tried_again_in_words

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

Chosen = Selection[NotificationFilter]

AGAIN = Command(
    "again",
    "R",
    "Send again",
    "Send what was sent to the same person once more",
    footer=False,
    needs=Action.SEND_AGAIN,
    verb="outbox again ID",
)
DROP = Command(
    "drop",
    "x",
    "Drop",
    "Drop what waits or failed",
    needs=Action.DROP_MAIL,
    verb="outbox drop ID",
)

_SENT = frozenset({NotificationState.SENT})
_RETRIED = frozenset({NotificationState.FAILED, NotificationState.SENT})
"""States of mail that can be retried. Of sent mail, only bounced mail can be."""
_DROPPED = frozenset({NotificationState.HELD, NotificationState.QUEUED, NotificationState.FAILED})


class MailActs(StudioScreen):
    """A base class of screens on which mail is retried, sent again and dropped.

    A subclass returns the mail to act on, and lists the commands in its own order.
    """

    def chosen_mail(self) -> Chosen:
        """Return the mail to act on (S8)."""
        raise NotImplementedError

    def current_mail(self) -> Notification | None:
        """Return the mail under the cursor, or None if there is none."""
        raise NotImplementedError

    def has_marks(self) -> bool:
        """Return whether mails are marked. These may be in different states."""
        return False

    def report_done(self, sentence: str) -> None:
        """Report a completed action."""
        self.show_message(sentence)

    def why_not_retry(self) -> str | None:
        """Return why the mail cannot be retried, or None if it failed or bounced."""
        current = self.current_mail()
        if self.has_marks() or (current is not None and may_be_retried(current)):
            return None
        return "This mail did not fail, and did not come back: there is nothing to retry."

    def action_retry(self) -> None:
        """Send failed or bounced mail once more."""
        chosen = self.chosen_to_retry()

        def retry() -> None:
            self.write(
                lambda: outbox.try_again(self.studio, self.actor, chosen),
                lambda done: self.report_done(
                    tried_again_in_words(len(done.sent), done.to_the_same)
                ),
            )

        self._confirm_if_many(
            chosen, "Send {mails} once more?", "They did not arrive before.", retry
        )

    def why_not_again(self) -> str | None:
        """Return why the mail cannot be sent again, or None if it was sent."""
        return self._why_not(_SENT, "This mail was not sent: there is nothing to send again.")

    @work
    async def action_again(self) -> None:
        """Send sent mail a second time, after a confirmation."""
        chosen = self._chosen(_SENT)
        question = Confirm(
            "Send again?",
            "Send again",
            detail="Whoever got it gets it a second time.",
            preview=lambda: self._show_sent(chosen, outbox.send_once_more),
        )
        if await self.app.push_screen_wait(question):
            detail = "Whoever got them gets them a second time."
            self._confirm_if_many(
                chosen, "Send {mails} again?", detail, lambda: self._again(chosen)
            )

    def _show_sent(
        self, chosen: Chosen, act: "Callable[[Studio, Actor, Chosen], outbox.ResendResult]"
    ) -> None:
        studio, actor = self.studio, self.actor

        def trying(wanted: Callable[[], bool]) -> DryRunResult:
            return DryRunResult(
                *dry_run_of_resend(studio, lambda: act(studio, actor, chosen), wanted)
            )

        self.app.push_screen(DryRunScreen("What sending it once more would send", trying))

    def _again(self, chosen: Chosen) -> None:
        self.write(
            lambda: outbox.send_again(self.studio, self.actor, chosen),
            lambda count: self.report_done(f"{counted(count, 'mail')} to be sent again."),
        )

    def _confirm_if_many(
        self, chosen: Chosen, question: str, detail: str, act: Callable[[], None]
    ) -> None:
        def ask(number: int) -> None:
            confirm_if_many(
                self.app, number, question.format(mails=counted(number, "mail")), detail, act
            )

        self._with_number(chosen, ask)

    def _with_number(self, chosen: Chosen, then: Callable[[int], object]) -> None:
        """Count ``chosen`` and pass the number to ``then``, which asks for a confirmation."""
        self.read_to_open(
            "number",
            lambda: outbox.number_of(self.studio, self.actor, chosen),
            then,
            may_stay=True,
        )

    def why_not_drop(self) -> str | None:
        """Return why the mail cannot be dropped, or None. Sent mail cannot be dropped."""
        return self._why_not(_DROPPED, "This mail neither waits nor failed: it cannot be dropped.")

    def action_drop(self) -> None:
        """Drop mail, after a confirmation with the number of mails."""
        chosen = self._chosen(_DROPPED)
        self._with_number(chosen, lambda count: self._ask(chosen, count))

    @work
    async def _ask(self, chosen: Chosen, count: int) -> None:
        if not count:
            self.show_error("None of the marked mails waits or failed: there is nothing to drop.")
            return
        question = Confirm(
            f"Drop {counted(count, 'mail')}?",
            f"Drop {counted(count, 'mail')}",
            detail="What is dropped is not sent.",
        )
        if await self.app.push_screen_wait(question):
            self.write(
                lambda: outbox.drop(self.studio, self.actor, chosen),
                lambda count: self.report_done(
                    f"{counted(count, 'mail')} dropped." if count else CHANGED_MEANWHILE
                ),
            )

    def _why_not(self, states: Collection[NotificationState], reason: str) -> str | None:
        current = self.current_mail()
        if self.has_marks() or (current is not None and current.state in states):
            return None
        return reason

    def _chosen(self, states: Collection[NotificationState]) -> Chosen:
        """Return the part of the chosen mail that is in one of ``states``."""
        chosen = self.chosen_mail()
        for state in NotificationState:
            if state not in states:
                chosen = chosen.unmark_matching(NotificationFilter(state=state))
        return chosen

    def chosen_to_retry(self) -> Chosen:
        """Return the part of the chosen mail that failed or bounced."""
        chosen = self._chosen(_RETRIED)
        return chosen.unmark_matching(
            NotificationFilter(state=NotificationState.SENT, bounced=False)
        )


def may_be_retried(mail: Notification) -> bool:
    """Return whether the mail failed or bounced."""
    return mail.state is NotificationState.FAILED or mail.bounce is not None
