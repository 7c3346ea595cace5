"""The offer to send bounced mails again after an address was corrected (N15).

It follows a correction on the page of a user, in their form and by an import.
"""

from collections.abc import Sequence
from typing import cast

from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screen import StudioScreen
from studio_tui.wording.counting import counted


def offer_resend(screen: StudioScreen, mails: Sequence[int]) -> None:
    """Offer to send ``mails`` again: the ids that `outbox.bounced_with_new_address` returned.

    Does nothing for none.
    """
    if not mails:
        return
    # The screen that corrected the address may have closed itself, and a question on it would never
    # be answered. So the screen that is current afterwards asks.
    below = cast(StudioScreen, screen.app.screen)
    studio, actor = below.studio, below.actor
    chosen: Selection[NotificationFilter] = Selection.of(mails)

    def send(wanted: bool | None) -> None:
        if wanted:
            below.write(
                lambda: outbox.retry(studio, actor, chosen),
                lambda count: below.show_message(f"{counted(count, 'mail')} to be sent again."),
            )

    question = Confirm(
        f"Send {counted(len(mails), 'mail')} again?",
        "Send again",
        detail="It came back from the address before. Only what is still true is sent.",
    )
    below.call_later(lambda: below.app.push_screen(question, send))
