"""One user: who they are, which pushes they are in and what they have received (P16)."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import ContentSwitcher, Static

from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.people.access import Action, may
from studio_tui.domain.people.users import User
from studio_tui.domain.pushes.push import Assignment, Status
from studio_tui.services.activity import activity
from studio_tui.services.activity.activity import ActivityLine
from studio_tui.services.people import users
from studio_tui.services.people.users import Involvement
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.moments import day
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.activity.activity_rows import activity_columns, in_full
from studio_tui.tui.screens.outbox.mail import MailScreen
from studio_tui.tui.screens.outbox.mail_rows import mail_columns
from studio_tui.tui.text import filled, line
from studio_tui.tui.widgets.facts import Fact, Facts
from studio_tui.tui.widgets.list.columns import Column, Tone, Toned
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.tabs import TabLine
from studio_tui.wording.pushes import flags_in_words, status_in_words

_TABS = (("pushes", "Pushes"), ("mail", "Mail"), ("activity", "Activity"))


@dataclass(frozen=True, slots=True)
class InPush:
    """A user in a push, as a row."""

    push: str
    assignment: Assignment

    @property
    def id(self) -> int:
        """The id of the assignment."""
        return self.assignment.id


def facts_about(user: User) -> list[Fact]:
    """What there is to know of a user; what is not known has no line."""
    facts = [
        ("Login", f"{user.login} · {user.role}"),
        ("E-mail", user.email),
        ("Managers", _managers(user)),
        ("Teams", ", ".join(user.teams)),
        ("Leads", ", ".join(user.leads)),
        ("Coaches", ", ".join(user.coaches)),
        ("Department", user.department),
        ("Groups", ", ".join(user.groups)),
        ("Language", f"{user.language} · {user.time_zone}"),
        ("Hired", day(user.hired_on)),
    ]
    return [(label, value) for label, value in facts if value]


class UserScreen(StudioScreen):
    """A user, by id."""

    OWN_COMMANDS = (
        Command("next_list", "right", "Next list", "Go to the list to the right"),
        Command("talks", "t", "Conversations", "Show the conversations held with them"),
        Command.moving("previous_list", "left", "Go to the list to the left"),
    )

    def __init__(self, user_id: int) -> None:
        super().__init__()
        self._user_id = user_id
        self._user_name = ""

    def body(self) -> ComposeResult:
        """The facts above three lists."""
        zone = self.studio.zone
        yield Static(classes="title")
        with VerticalScroll(can_focus=False, classes="facts"):
            yield Facts()
        tabs = TabLine(_TABS if may(self.actor, Action.READ_ACTIVITY) else _TABS[:2])
        tabs.can_focus = False
        yield tabs
        with ContentSwitcher(initial="pushes"):
            yield RecordList(*self._push_columns(), id="pushes", empty="In no push yet.")
            yield RecordList(
                *mail_columns(zone, recipient=False),
                id="mail",
                empty="No mail to them yet.",
                newest_first=True,
            )
            yield RecordList(
                *activity_columns(zone),
                id="activity",
                empty="Nothing was done about them yet.",
                newest_first=True,
            )

    def on_mount(self) -> None:
        """Look at the pushes first."""
        self.set_focus(self._list("pushes"))

    def reload(self) -> None:
        """Read it all again; every list stays where it is."""
        self.read_first(
            "user", lambda: users.show(self.studio, self.actor, self._user_id), self._show
        )

    def action_next_list(self) -> None:
        """Go to the list to the right."""
        self.query_one(TabLine).action_next_tab()

    def action_previous_list(self) -> None:
        """Go to the list to the left."""
        self.query_one(TabLine).action_previous_tab()

    def action_talks(self) -> None:
        """Show which conversations were held with them (C6)."""
        from studio_tui.tui.screens.conversations.history import HistoryScreen

        self.app.push_screen(HistoryScreen(self._user_id, self._user_name))

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        """Show another list."""
        self.query_one(ContentSwitcher).current = event.key
        self.set_focus(self._list(event.key))

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open a push, read a mail or a line of activity."""
        match event.row:
            case InPush(assignment=assignment):
                self._open_push(assignment.push_id)
            case Notification(id=notification_id):
                self.app.push_screen(MailScreen(notification_id))
            case ActivityLine() as done:
                self.app.push_screen(ReadText(done.action, in_full(done, self.studio.zone)))

    def _open_push(self, push_id: int) -> None:
        # The screen of a push opens this one in turn.
        from studio_tui.tui.screens.pushes.push import PushScreen

        self.app.push_screen(PushScreen(push_id))

    def _show(self, found: Involvement) -> None:
        user = found.user
        self._user_name = user.name
        self.query_one(".title", Static).update(_title(user))
        self.query_one(Facts).show(facts_about(user))
        self._fill("pushes", [InPush(name, assignment) for name, assignment in found.pushes])
        self._fill("mail", found.notifications)
        if may(self.actor, Action.READ_ACTIVITY):
            self.read(
                "activity",
                lambda: activity.of_user(self.studio, self.actor, user.login),
                lambda lines: self._fill("activity", lines),
            )

    def _fill(self, name: str, rows: Any) -> None:
        listed = self._list(name)
        listed.set_source(MemorySource(rows), "", keep=listed.current_id)

    def _list(self, name: str) -> RecordList[Any, str]:
        return self.query_one(f"#{name}", RecordList)

    def _push_columns(self) -> tuple[Column[InPush], ...]:
        zone = self.studio.zone
        return (
            Column("push", "Push", lambda row: row.push, width=20, flex=3, most=60),
            Column("status", "Status", lambda row: _status(row, zone), width=18, flex=2),
            Column("flags", "", _flags, width=12, flex=1),
        )


def _title(user: User) -> Content:
    if user.active:
        return line(user.name, "bold")
    return filled("[bold]$name[/]  [$muted]has left[/]", name=user.name)


def _managers(user: User) -> str | Content:
    if not user.managers:
        return line("no manager: nobody is told, and nobody holds their conversations", "$warning")
    return ", ".join(f"{manager.name} ({manager.reason})" for manager in user.managers)


def _status(row: InPush, zone: ZoneInfo) -> str | Toned:
    words = status_in_words(row.assignment, zone)
    return Toned(words, Tone.GOOD) if row.assignment.status is Status.DONE else words


def _flags(row: InPush) -> str | Toned:
    words = flags_in_words(row.assignment.flags)
    return Toned(words, Tone.WARN) if words else ""
