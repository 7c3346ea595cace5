"""The screen of one mail, as it was sent or as it would be sent now (N10)."""

from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.shared.destinations import Destination, Person, Push
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.outbox import ReadMail
from studio_tui.tui.commands import Command
from studio_tui.tui.common_commands import RETRY
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.screens.outbox.mail_acts import AGAIN, DROP, Chosen, MailActs
from studio_tui.tui.screens.outbox.mail_words import state_in_full
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.facts import Fact, Facts
from studio_tui.tui.widgets.mail_text import MailText
from studio_tui.wording.mail import addressed


class MailScreen(MailActs):
    """A mail, by the id of its notification."""

    OWN_COMMANDS = (
        RETRY,
        AGAIN,
        DROP,
        Command(
            "open",
            "enter",
            "Open",
            "Go to who gets it, or to the push it tells of",
            verb="users show LOGIN",
        ),
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
        """Yield the headers and the text."""
        yield Facts()
        with MailText():
            yield Static()

    def on_mount(self) -> None:
        """Focus the text, so that the arrow keys scroll it."""
        self.set_focus(self.query_one(MailText))

    def reload(self) -> None:
        """Read the mail again: it may have been sent in the meantime."""
        self.read_first(
            "mail",
            lambda: outbox.read(self.studio, self.actor, self._notification_id),
            self._show,
        )

    def chosen_mail(self) -> Chosen:
        """Return a selection with only this mail."""
        return Selection.of([self._notification_id])

    def current_mail(self) -> Notification | None:
        """Return this mail, or None until it is read."""
        return self._mail.notification if self._mail is not None else None

    def why_not_open(self) -> str | None:
        """Return why nothing can be opened, or None once the mail is read."""
        return None if self._mail is not None else "The mail is being read."

    def action_open(self) -> None:
        """Open the recipient. If the mail is about a push, let the user choose between both."""
        mail = self.current_mail()
        if mail is None:
            return
        person: Destination = Person(mail.recipient_id)
        if mail.push_id is None:
            self.go_to(person)
            return
        choices: list[Choice[Destination]] = [
            Choice(person, mail.name, "who gets it"),
            Choice(Push(mail.push_id), mail.push, "the push it tells of"),
        ]
        self.app.push_screen(Choose("Where to?", choices), self._go)

    def _go(self, destination: Destination | None) -> None:
        if destination is not None:
            self.go_to(destination)

    def why_not_source(self) -> str | None:
        """Return why there is no source, or None if the mail was sent."""
        if self._mail is None or self._mail.source is not None:
            return None
        return "There is no source: this mail was not sent."

    def action_source(self) -> None:
        """Toggle between the source and the text."""
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
            ("To", addressed(mail.notification.name, mail.notification.to)),
            ("Subject", line(mail.subject, "bold")),
            *([("Date", mail.date)] if mail.date else []),
            ("Message-ID", mail.message_id),
        ]
