"""The page of a user: facts, pushes, mail and activity (P16)."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import ContentSwitcher, Static

from studio_tui.config.session import restricted_session, why_no_files
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.people.access import Action, may
from studio_tui.domain.people.users import User
from studio_tui.domain.pushes.push import Assignment, Status
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.services.activity import activity
from studio_tui.services.activity.activity import ActivityLine
from studio_tui.services.people import users
from studio_tui.services.people.users import Involvement
from studio_tui.tui.commands import Command
from studio_tui.tui.common_commands import EXCUSE, HAND_OVER, HELD, LONGER, RETRY, STAND_IN
from studio_tui.tui.modals import join_pushes
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.modals.stand_in import stand_in
from studio_tui.tui.modals.why import AudienceExplanation
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.people import record_acts, user_acts
from studio_tui.tui.widgets.activity_rows import activity_columns, in_full
from studio_tui.tui.widgets.facts import Facts
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.mail_rows import mail_columns
from studio_tui.tui.widgets.tabs import TabLine
from studio_tui.tui.widgets.user_facts import facts_about, title_of
from studio_tui.wording.pushes import attention_of, status_in_words

_TABS = (("pushes", "Pushes"), ("mail", "Mail"), ("activity", "Activity"))
_TAB_OF_COMMAND = {
    "remind": "pushes",
    "held": "pushes",
    "hand_over": "pushes",
    "unassign": "pushes",
    "excuse": "pushes",
    "longer": "pushes",
    "retry": "mail",
    "again": "mail",
}
"""The tab in which each command is available."""
_PERMITTED_TO_MANAGERS = {"held", "hand_over"}
_IN_NONE = "They are in no push."


@dataclass(frozen=True, slots=True)
class PushOfUser:
    """A push of the user as a list row."""

    push: str
    assignment: Assignment

    @property
    def id(self) -> int:
        """The id of the assignment."""
        return self.assignment.id


class UserScreen(StudioScreen):
    """The page of the user with the id ``user_id``."""

    OWN_COMMANDS = (
        Command(
            "edit",
            "e",
            "Edit",
            "Change what is known of them",
            needs=Action.EDIT_PEOPLE,
            verb="users edit LOGIN --email ADDRESS",
        ),
        Command(
            "address",
            "e",
            "Address",
            "Correct the e-mail address",
            needs=Action.CORRECT_ADDRESSES,
            verb="users edit LOGIN --email ADDRESS",
        ),
        Command(
            "join",
            "A",
            "Assign",
            "Add them to one or several open pushes",
            needs=Action.ASSIGN,
            verb="pushes assign PUSH LOGIN",
        ),
        Command(
            "leave",
            "x",
            "Left",
            "Mark them as left, once it is seen what that touches",
            footer=False,
            needs=Action.EDIT_PEOPLE,
            verb="users leave LOGIN",
        ),
        Command(
            "take_back",
            "U",
            "Return",
            "Take them back, who had left",
            footer=False,
            needs=Action.EDIT_PEOPLE,
            verb="users return LOGIN",
        ),
        Command(
            "export_data",
            "w",
            "Export",
            "Write all that is kept about them into one archive",
            footer=False,
            needs=Action.PERSONAL_DATA,
            verb="users export-data LOGIN --output FILE.zip",
        ),
        Command(
            "merge",
            "d",
            "Merge",
            "Merge another record of theirs into this one",
            footer=False,
            needs=Action.MERGE_USERS,
            verb="users merge LOGIN OTHER",
        ),
        Command(
            "erase",
            "D",
            "Erase",
            "Take out who they were and what they wrote, for good",
            footer=False,
            needs=Action.PERSONAL_DATA,
            verb="users erase LOGIN",
        ),
        Command(
            "remind",
            "r",
            "Remind",
            "Remind them of this push",
            needs=Action.REMIND,
            verb="pushes remind PUSH LOGIN",
        ),
        HELD,
        HAND_OVER,
        EXCUSE,
        LONGER,
        replace(STAND_IN, needs=Action.NAME_STAND_INS),
        Command(
            "unassign",
            "u",
            "Unassign",
            "Take them out of this push",
            needs=Action.ASSIGN,
            verb="pushes unassign PUSH LOGIN",
        ),
        RETRY,
        Command(
            "again",
            "R",
            "Send again",
            "Send this mail a second time",
            needs=Action.SEND_AGAIN,
            verb="outbox again ID",
        ),
        Command("next_list", "right", "Next list", "Go to the list to the right"),
        Command(
            "talks",
            "t",
            "Conversations",
            "Show the conversations held with them",
            verb="conversations history --user USER",
        ),
        Command(
            "why",
            "ampersand",
            "Why in a filter",
            "Tell why a filter holds of them, or does not",
            footer=False,
            needs=Action.READ_USERS,
            verb="users why USER --where FILTER",
        ),
        Command.moving("previous_list", "left", "Go to the list to the left"),
    )

    def __init__(self, user_id: int) -> None:
        super().__init__()
        self._user_id = user_id
        self._user_name = ""
        self._user: User | None = None
        self._push_ids: frozenset[int] = frozenset()

    def body(self) -> ComposeResult:
        """Yield the facts and three lists."""
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

    def action_why(self) -> None:
        """Open the dialog that explains why a filter matches the user or not (P13)."""
        self.app.push_screen(AudienceExplanation(self._user_id, self._user_name))

    def on_mount(self) -> None:
        """Focus the list of pushes."""
        self.set_focus(self._list("pushes"))

    def reload(self) -> None:
        """Read the user again. Every list keeps its cursor."""
        self.read_first(
            "user", lambda: users.show(self.studio, self.actor, self._user_id), self._show
        )

    def may_do(self, command: Command) -> bool:
        """Return whether ``command`` is permitted in the visible tab."""
        shown = self.query_one_optional(ContentSwitcher)
        if command.id in _TAB_OF_COMMAND and (
            shown is None or shown.current != _TAB_OF_COMMAND[command.id]
        ):
            return False
        if command.id == "address" and may(self.actor, Action.EDIT_PEOPLE):
            return False
        if command.id in _PERMITTED_TO_MANAGERS and not self._may_record():
            return False
        return super().may_do(command)

    def why_not_address(self) -> str | None:
        """Return why the address cannot be edited, or None once the user is read."""
        return None if self._user else "One moment: they are being read."

    def why_not_join(self) -> str | None:
        """Return why the user cannot be assigned, or None. A user who left cannot be."""
        if self._user is not None and not self._user.active:
            return f"{self._user_name} has left: take them back first (U)."
        return self.why_not_address()

    def why_not_leave(self) -> str | None:
        """Return why the user cannot be marked as left, or None if they are active."""
        if self._user is not None and not self._user.active:
            return f"{self._user_name} has left already."
        return self.why_not_address()

    def why_not_take_back(self) -> str | None:
        """Return why the user cannot be taken back, or None if they have left."""
        if self._user is not None and self._user.active:
            return f"{self._user_name} has not left."
        return self.why_not_address()

    def why_not_export_data(self) -> str | None:
        """Return why no file can be written, or None.

        An SSH session has no access to files of the host.
        """
        return why_no_files() or self.why_not_address()

    def why_not_merge(self) -> str | None:
        """Return why no record can be merged, or None once the user is read."""
        return self.why_not_address()

    def why_not_erase(self) -> str | None:
        """Return why the user cannot be erased, or None.

        Only a user who has left can be erased, and not in an SSH session.
        """
        if restricted_session():
            return "Nobody is erased over SSH: on the host, by “studio-tui users erase”."
        if self._user is not None and self._user.active:
            return f"{self._user_name} has not left: mark them as left first (x)."
        return self.why_not_address()

    def why_not_remind(self) -> str | None:
        """Return why the user cannot be reminded, or None before the conversation is held."""
        return self._why_not_open()

    def why_not_held(self) -> str | None:
        """Return why the conversation cannot be recorded, or None before it is held."""
        return self._why_not_open()

    def why_not_hand_over(self) -> str | None:
        """Return why nothing can be handed over, or None before the conversation is held."""
        return self._why_not_open()

    def why_not_excuse(self) -> str | None:
        """Return why the user cannot be excused, or None before the conversation is held."""
        return self._why_not_open()

    def why_not_longer(self) -> str | None:
        """Return why no own deadline can be set, or None before the conversation is held."""
        return self._why_not_open()

    def why_not_unassign(self) -> str | None:
        """Return why the user cannot be unassigned, or None if there is a current push."""
        return None if self._in_push else _IN_NONE

    def why_not_retry(self) -> str | None:
        """Return why the mail cannot be retried, or None if it failed or bounced."""
        mail = self._list("mail").current
        if mail is not None and mail.bounce is not None:
            return None
        return self._why_not_mail(NotificationState.FAILED, "did not fail")

    def why_not_again(self) -> str | None:
        """Return why the mail cannot be sent again, or None if it was sent."""
        return self._why_not_mail(NotificationState.SENT, "was not sent")

    def action_address(self) -> None:
        """Correct the address of the user (U8)."""
        if self._user is not None:
            user_acts.correct_address(self, self._user)

    def action_edit(self) -> None:
        """Open the form of the user (U8)."""
        self.go_to(to.EditPerson(self._user_id))

    def action_join(self) -> None:
        """Assign the user to open pushes they are not in (U8)."""
        if self._user is not None:
            join_pushes.join(self, self._user, self._push_ids)

    def action_leave(self) -> None:
        """Mark the user as left (U8)."""
        if self._user is not None:
            user_acts.leave(self, self._user)

    def action_take_back(self) -> None:
        """Mark the user as active again (U8)."""
        if self._user is not None:
            user_acts.take_back(self, self._user)

    def action_export_data(self) -> None:
        """Write all stored data about the user to an archive (U13)."""
        if self._user is not None:
            record_acts.export_data(self, self._user)

    def action_merge(self) -> None:
        """Merge another record into that of the user (U11)."""
        if self._user is not None:
            record_acts.merge(self, self._user)

    def action_erase(self) -> None:
        """Preview what erasing the user removes, and erase them (U13)."""
        if self._user is not None:
            record_acts.erase(self, self._user)

    def action_remind(self) -> None:
        """Preview a reminder of the push under the cursor (P15)."""
        if (assignment := self._in_push) is not None:
            user_acts.remind(self, assignment)

    def action_held(self) -> None:
        """Record the conversation as held (C2)."""
        if (assignment := self._in_push) is not None:
            user_acts.record_held(self, assignment)

    def action_hand_over(self) -> None:
        """Choose another conductor for the conversation (P10)."""
        if (assignment := self._in_push) is not None:
            user_acts.hand_over(self, assignment)

    def action_stand_in(self) -> None:
        """Set or end the stand-in of the user (U14)."""
        if self._user is not None:
            stand_in(self, self._user.id, self._user.name)

    def action_excuse(self) -> None:
        """Excuse the user from the push under the cursor, or withdraw the excuse (P18)."""
        if (assignment := self._in_push) is not None:
            user_acts.excuse(self, assignment)

    def action_longer(self) -> None:
        """Set an own deadline for the user in the push under the cursor (P18)."""
        if (assignment := self._in_push) is not None:
            user_acts.give_longer(self, assignment)

    def action_unassign(self) -> None:
        """Unassign the user from the push under the cursor (P11)."""
        if (assignment := self._in_push) is not None:
            user_acts.unassign(self, assignment)

    def action_retry(self) -> None:
        """Retry the mail under the cursor, which failed or bounced."""
        if (mail := self._list("mail").current) is not None:
            user_acts.retry(self, mail)

    def action_again(self) -> None:
        """Send the mail under the cursor a second time."""
        if (mail := self._list("mail").current) is not None:
            user_acts.send_again(self, mail)

    def on_record_list_cursor_moved(self) -> None:
        """Refresh the available commands, which depend on the current row."""
        self.refresh_bindings()

    def action_next_list(self) -> None:
        """Select the list to the right."""
        self.query_one(TabLine).action_next_tab()

    def action_previous_list(self) -> None:
        """Select the list to the left."""
        self.query_one(TabLine).action_previous_tab()

    def action_talks(self) -> None:
        """Open the conversations held with the user (C6)."""
        self.go_to(to.History(self._user_id, self._user_name))

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        """Show and focus the selected list."""
        self.query_one(ContentSwitcher).current = event.key
        self.set_focus(self._list(event.key))
        self.refresh_bindings()

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open a push or a mail, or show a line of activity in full."""
        match event.row:
            case PushOfUser(assignment=assignment):
                self.go_to(to.Push(assignment.push_id))
            case Notification(id=notification_id):
                self.go_to(to.Mail(notification_id))
            case ActivityLine() as done:
                self.app.push_screen(ReadText(done.action, in_full(done, self.studio.zone)))

    def _show(self, found: Involvement) -> None:
        user = found.user
        self._user_name, self._user = user.name, user
        self.query_one(".title", Static).update(title_of(user))
        failed = sum(each.state is NotificationState.FAILED for each in found.notifications)
        self.query_one(Facts).show(facts_about(user, failed))
        self._push_ids = frozenset(assignment.push_id for _, assignment in found.pushes)
        self._fill("pushes", [PushOfUser(name, assignment) for name, assignment in found.pushes])
        self._fill("mail", found.notifications)
        if may(self.actor, Action.READ_ACTIVITY):
            self.read(
                "activity",
                lambda: activity.of_user(self.studio, self.actor, user.login),
                lambda lines: self._fill("activity", lines),
            )

    @property
    def _in_push(self) -> Assignment | None:
        """The assignment under the cursor; None if the list is empty."""
        row = self._list("pushes").current
        return row.assignment if row is not None else None

    def _may_record(self) -> bool:
        """Return whether the actor may record conversations of the user as held (C2).

        An admin may for every user, a manager for their own people.
        """
        managers = self._user.managers if self._user else ()
        mine = self.actor.user_id in {manager.user_id for manager in managers}
        return mine or may(self.actor, Action.FINISH_ANY)

    def _why_not_open(self) -> str | None:
        assignment = self._in_push
        if assignment is None:
            return _IN_NONE
        if assignment.status is Status.DONE:
            return f"{self._user_name}: {status_in_words(assignment, self.studio.zone)}."
        return None

    def _why_not_mail(self, state: NotificationState, words: str) -> str | None:
        mail = self._list("mail").current
        if mail is None:
            return "There is no mail here."
        return None if mail.state is state else f"This mail {words}."

    def _fill(self, name: str, rows: Any) -> None:
        listed = self._list(name)
        listed.set_source(MemorySource(rows), "", keep=listed.current_id)

    def _list(self, name: str) -> RecordList[Any, str]:
        return self.query_one(f"#{name}", RecordList)

    def _push_columns(self) -> tuple[Column[PushOfUser], ...]:
        zone = self.studio.zone
        return (
            Column("push", "Push", lambda row: row.push, width=20, flex=3, max_width=60),
            Column("status", "Status", lambda row: _status(row, zone), width=18, flex=2),
            Column("flags", "", _flags, width=12, flex=1),
        )


def _status(row: PushOfUser, zone: ZoneInfo) -> str | StyledText:
    words = status_in_words(row.assignment, zone)
    return StyledText(words, Tone.GOOD) if row.assignment.status is Status.DONE else words


def _flags(row: PushOfUser) -> str | StyledText:
    words = attention_of(row.assignment)
    return StyledText(words, Tone.WARN) if words else ""
