"""One mail, as the recipient got it or as it would go now (N10)."""

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.outbox import ReadMail
from studio_tui.tui.commands import Command
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.outbox.mail_words import state_in_full
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.facts import Fact, Facts
from studio_tui.tui.widgets.mail_text import MailText


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
            ("State", state_in_full(mail.notification, self.studio.zone)),
            ("From", mail.sender),
            ("To", f"{mail.notification.name} <{mail.notification.to}>"),
            ("Subject", line(mail.subject, "bold")),
            *([("Date", mail.date)] if mail.date else []),
            ("Message-ID", mail.message_id),
        ]
