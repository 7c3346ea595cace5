"""One mail, as the recipient got it or as it would go now (N10)."""

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.outbox import ReadMail
from studio_tui.tui.commands import Command
from studio_tui.tui.moments import moment_and_zone
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.facts import Fact, Facts
from studio_tui.tui.widgets.mail_text import MailText
from studio_tui.wording.mail import STATE_LABELS


class MailScreen(StudioScreen):
    """A mail, by the id of its notification."""

    OWN_COMMANDS = (
        Command(
            "source",
            "v",
            "Source",
            "Show the mail byte for byte, or as it is read",
            verb="outbox show ID",
        ),
    )

    def __init__(self, notification_id: int) -> None:
        super().__init__()
        self._notification_id = notification_id
        self._mail: ReadMail | None = None
        self._raw = False

    def body(self) -> ComposeResult:
        """The headers above the text."""
        yield Facts()
        with MailText():
            yield Static()

    def on_mount(self) -> None:
        """The keys scroll the text."""
        self.set_focus(self.query_one(MailText))

    def reload(self) -> None:
        """It may have been sent meanwhile."""
        self.read_first(
            "mail",
            lambda: outbox.read(self.studio, self.actor, self._notification_id),
            self._show,
        )

    def why_not_source(self) -> str | None:
        """What was not sent has no source yet."""
        if self._mail is None or self._mail.source is not None:
            return None
        return "There is no source: this mail was not sent."

    def action_source(self) -> None:
        """Show the source, or the text again."""
        self._raw = not self._raw
        self._draw()

    def _show(self, mail: ReadMail) -> None:
        self._mail = mail
        self._draw()
        self.refresh_bindings()

    def _draw(self) -> None:
        mail = self._mail
        if mail is None:
            return
        self.query_one(Facts).show(self._facts(mail))
        source = mail.source if self._raw else None
        text = mail.plain if source is None else source.decode(errors="replace")
        self.query_one("MailText Static", Static).update(block(text))

    def _facts(self, mail: ReadMail) -> list[Fact]:
        return [
            ("State", self._state(mail.notification)),
            ("From", mail.sender),
            ("To", f"{mail.notification.name} <{mail.notification.to}>"),
            ("Subject", line(mail.subject, "bold")),
            *([("Date", mail.date)] if mail.date else []),
            ("Message-ID", mail.message_id),
        ]

    def _state(self, notification: Notification) -> Content:
        zone = self.studio.zone
        due = moment_and_zone(notification.due_at, zone)
        why = f": {notification.error}" if notification.error else ""
        match notification.state:
            case NotificationState.SENT:
                return line(f"sent {moment_and_zone(notification.sent_at, zone)}", "$success")
            case NotificationState.FAILED:
                return line(f"failed{why}", "$error")
            case NotificationState.DROPPED:
                return line(f"dropped{why}. This is how it would have read", "$warning")
            case NotificationState.HELD:
                return line(f"waits until {due}. This is how it would go now", "$warning")
            case state:
                return line(
                    f"{STATE_LABELS[state]}, due {due}{why}. This is how it would go now",
                    "$warning",
                )
