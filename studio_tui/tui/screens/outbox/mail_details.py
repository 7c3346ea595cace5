"""The detail pane of the outbox: the state, subject and text of a mail (S6)."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.content import Content

from studio_tui.domain.people.access import Actor
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.outbox import ReadMail
from studio_tui.tui.screens.outbox.mail_words import state_in_full
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.wording.mail import addressed

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio


def read_mail_details(studio: "Studio", actor: Actor, notification_id: int) -> Drawing:
    """Read a mail as it was sent, or as it would be sent now. Raises `NotFound`."""
    return partial(_draw, outbox.read(studio, actor, notification_id), studio.zone)


def _draw(mail: ReadMail, zone: ZoneInfo, _: int, __: int) -> Iterator[Content]:
    to = mail.notification
    yield line(mail.subject, "bold")
    yield line(f"to {addressed(to.name, to.to)}", "$muted")
    yield state_in_full(to, zone)
    yield Content("")
    yield block(mail.plain)
