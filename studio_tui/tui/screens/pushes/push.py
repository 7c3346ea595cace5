"""The screen of one push: its users and its settings (P8, P9)."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.people.access import Action
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.pushes.push import AssignmentFilter, Push, PushState
from studio_tui.domain.shared import destinations as to
from studio_tui.services.activity import activity
from studio_tui.services.activity.activity import ActivityLine
from studio_tui.services.pushes import pushes
from studio_tui.tui.commands import Command
from studio_tui.tui.common_commands import EXCUSE, HAND_OVER, HELD, LONGER, REMIND
from studio_tui.tui.modals import push_closing
from studio_tui.tui.modals.choose_by import choose_by
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.modals.unsaved_changes import leave
from studio_tui.tui.moments import day
from studio_tui.tui.runtime.coalesced_query import CoalescedQuery
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.push_activity import activity_in_words
from studio_tui.tui.screens.pushes.push_course import PushCourse
from studio_tui.tui.screens.pushes.push_groups import PushGroups
from studio_tui.tui.screens.pushes.push_settings import PushSettings
from studio_tui.tui.screens.pushes.push_users import PushUsers
from studio_tui.tui.screens.pushes.status_bar import StatusBar
from studio_tui.tui.shell import TargetHandle
from studio_tui.tui.text import line
from studio_tui.tui.widgets.tabs import TabLine
from studio_tui.wording.push_acts import why_not_change, why_not_remind, why_not_reopen
from studio_tui.wording.pushes import attention_in_words, progress_in_words, state_in_words

USERS, GROUPS, COURSE, SETTINGS = "users", "groups", "course", "settings"
_LEAVE, _LOST = "Leave without saving?", "What you changed in the settings would be lost."
_TABS = ((USERS, "Users"), (GROUPS, "By manager"), (COURSE, "Course"), (SETTINGS, "Settings"))
_USER_COMMANDS = {
    *("held", "unassign", "narrow", "remind", "remind_all", "hand_over", "talk", "excuse"),
    "longer",
}
_WHILE_OPEN = {"remind", "remind_all", "reopen"}
_PERMITTED_TO_MANAGERS = {"held", "hand_over"}
"""Commands that an admin may use for every user, and a manager for their own people."""


_Shown = PushUsers | PushGroups | PushCourse
_Pane = _Shown | PushSettings


class PushScreen(StudioScreen):
    """A push with the tabs Users, By manager, Course and Settings."""

    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]

    OWN_COMMANDS = (
        Command(
            "assign",
            "A",
            "Assign",
            "Choose more users for this push",
            needs=Action.ASSIGN,
            verb="pushes assign PUSH LOGIN",
        ),
        HELD,
        REMIND,
        Command(
            "remind_all",
            "E",
            "Remind all",
            "Remind everyone listed who has not held it",
            footer=False,
            needs=Action.REMIND,
            verb="pushes remind PUSH",
        ),
        HAND_OVER,
        Command(
            "talk",
            "t",
            "Conversation",
            "Open the conversation",
            footer=False,
            verb="conversations show PUSH USER",
        ),
        Command(
            "unassign",
            "u",
            "Unassign",
            "Take users out of this push",
            needs=Action.ASSIGN,
            verb="pushes unassign PUSH LOGIN",
        ),
        EXCUSE,
        LONGER,
        Command(
            "narrow",
            "f",
            "Show",
            "Show only those of a status, or who need attention",
            verb="conversations list --push PUSH --status STATUS",
        ),
        Command(
            "by_manager",
            "m",
            "By manager",
            "See the people by manager, late first",
            verb="pushes show PUSH --by manager",
        ),
        Command(
            "group",
            "B",
            "Group by",
            "See the people by manager, team, department or language",
            footer=False,
            verb="pushes show PUSH --by team",
        ),
        Command(
            "course",
            "v",
            "Course",
            "See how it went day after day",
            footer=False,
            verb="pushes report PUSH",
        ),
        Command(
            "settings",
            "e",
            "Settings",
            "Change name and days, or close it",
            verb="pushes edit PUSH",
        ),
        Command(
            "end",
            "c",
            "Close",
            "End this push",
            footer=False,
            needs=Action.EDIT_PUSHES,
            verb="pushes close PUSH",
        ),
        Command(
            "reopen",
            "r",
            "Reopen",
            "Open a closed push again",
            footer=False,
            needs=Action.EDIT_PUSHES,
            verb="pushes reopen PUSH",
        ),
        Command(
            "activity",
            "y",
            "Activity",
            "Read who did what to this push",
            footer=False,
            needs=Action.READ_ACTIVITY,
            verb="activity list --push PUSH",
        ),
    )

    def __init__(
        self, push_id: int, tab: str = USERS, filter_: AssignmentFilter | None = None
    ) -> None:
        super().__init__()
        self.push_id = push_id
        self._only = (filter_.flag or filter_.status) if filter_ else None
        self._push: Push | None = None
        self._first_tab = tab
        self._counting = CoalescedQuery(self, self._show_push)
        self._target: TargetHandle | None = None
        self._by = GroupBy.MANAGER

    def body(self) -> ComposeResult:
        """Yield the header, the tabs and the container that is filled once the push is read."""
        with Vertical(classes="head"):
            yield Static(classes="title")
            yield Static(classes="when")
            yield StatusBar()
            yield Static(classes="progress")
        yield TabLine(_TABS)
        yield Vertical(classes="panes")

    def on_mount(self) -> None:
        """Select the requested tab."""
        self.query_one(TabLine).choose(self._first_tab)

    @property
    def push(self) -> Push | None:
        """The push as it was last read; None before the first read."""
        return self._push

    @property
    def unsaved(self) -> bool:
        """Whether the settings have unsaved changes."""
        return any(pane.unsaved for pane in self.query(PushSettings))

    def reload(self) -> None:
        """Read the push and its users again."""
        known = {self.push_id: self._push.progress} if self._push and self._push.counted else {}
        self.read_first(
            "push",
            lambda: pushes.show(self.studio, self.actor, self.push_id, known),
            self._show_first,
        )
        for pane in self._lists:
            if isinstance(pane, PushUsers) or pane.display:
                pane.reload()

    def show_result_of(self, destination: to.Destination) -> None:
        """Show the Users tab: the user returns after assigning users."""
        self.show_users()

    def show_users(self) -> None:
        """Select the Users tab."""
        self.query_one(TabLine).choose(USERS)

    def may_do(self, command: Command) -> bool:
        """Return whether ``command`` is permitted.

        Commands on users need a visible list of users.
        """
        if command.id in _USER_COMMANDS and self._users is None:
            return command.id == "remind" and self._groups is not None and super().may_do(command)
        if (
            command.id in _PERMITTED_TO_MANAGERS
            and self._users is not None
            and not self._users.may_record()
        ):
            return False
        # The commands share a key: a closed push can be reopened, any other can send reminders.
        if command.id in _WHILE_OPEN and self._is_closed != (command.id == "reopen"):
            return False
        return super().may_do(command)

    def is_offered(self, command: Command) -> bool:
        """Return whether ``command`` is shown. By manager is hidden while that list is visible."""
        return command.id != "by_manager" or self._groups is None or self._by is not GroupBy.MANAGER

    def why_not_held(self) -> str | None:
        """Return why the conversation cannot be recorded as held, or None.

        It needs a conductor and can be recorded only once.
        """
        return self._users.why_not_held() if self._users else None

    def why_not_talk(self) -> str | None:
        """Return why no conversation can be opened, or None if one is planned or has begun."""
        return self._users.why_not_talk() if self._users else None

    def why_not_unassign(self) -> str | None:
        """Return why nobody can be unassigned, or None.

        It needs a user, in a push that is not closed.
        """
        return self._users.why_not_unassign() if self._users else None

    def why_not_excuse(self) -> str | None:
        """Return why nobody can be excused, or None.

        It needs a user, in a push that is not closed.
        """
        return self._users.why_not_unassign() if self._users else None

    def why_not_longer(self) -> str | None:
        """Return why no own deadline can be set, or None.

        It needs a user, in a push that is not closed.
        """
        return self.why_not_excuse()

    def why_not_remind(self) -> str | None:
        """Return why nobody can be reminded, or None. It needs an open push and a user or group."""
        listed = self._users or self._groups
        return why_not_remind(self._push) or (listed.why_not_remind() if listed else None)

    def why_not_remind_all(self) -> str | None:
        """Return why nobody can be reminded, or None if the push is open."""
        return why_not_remind(self._push)

    def why_not_hand_over(self) -> str | None:
        """Return why nothing can be handed over, or None.

        It needs a possible conductor and a conversation still to be held.
        """
        return self._users.why_not_hand_over() if self._users else None

    def action_remind(self) -> None:
        """Preview a reminder of the marked rows, or of the row under the cursor (P15)."""
        if (listed := self._users or self._groups) is not None:
            listed.remind()

    def action_remind_all(self) -> None:
        """Preview a reminder of everyone listed (P15)."""
        if self._users is not None:
            self._users.remind_all()

    def action_hand_over(self) -> None:
        """Choose another conductor for a conversation (P10)."""
        if self._users is not None:
            self._users.hand_over()

    def action_held(self) -> None:
        """Record the conversation of the user under the cursor as held (C2)."""
        if self._users is not None:
            self._users.record_held()

    def action_talk(self) -> None:
        """Open the conversation of the user under the cursor (C6)."""
        if self._users is not None:
            self._users.open_talk()

    def action_unassign(self) -> None:
        """Unassign users (P11)."""
        if self._users is not None:
            self._users.unassign()

    def action_excuse(self) -> None:
        """Excuse users, or withdraw the excuse (P18)."""
        if self._users is not None:
            self._users.excuse()

    def action_longer(self) -> None:
        """Give users their own, later deadline (P18)."""
        if self._users is not None:
            self._users.give_longer()

    def action_narrow(self) -> None:
        """Let the user choose a status or flag to filter by."""
        if self._users is not None:
            self._users.narrow()

    def why_not_assign(self) -> str | None:
        """Return why no users can be assigned, or None. A closed push is read-only."""
        return why_not_change(self._push)

    def why_not_end(self) -> str | None:
        """Return why the push cannot be closed, or None. It may be closed already."""
        return why_not_change(self._push)

    def why_not_reopen(self) -> str | None:
        """Return why the push cannot be reopened, or None if it is closed."""
        return why_not_reopen(self._push)

    def action_assign(self) -> None:
        """Open the assignment view."""
        if self._push is not None:
            self.go_to(to.Assign(self._push))

    async def action_by_manager(self) -> None:
        """Show the people grouped by manager (S2)."""
        await self._group_by(GroupBy.MANAGER)

    def action_group(self) -> None:
        """Let the user choose what to group the people by (S2)."""
        self.app.push_screen(choose_by(self._by), self._group_by)

    def action_course(self) -> None:
        """Show the course of the push against the expected pace (S2)."""
        self.query_one(TabLine).choose(COURSE)

    def action_settings(self) -> None:
        """Select the Settings tab."""
        self.query_one(TabLine).choose(SETTINGS)

    def action_end(self) -> None:
        """Close the push (P9)."""
        if self._push is not None:
            push_closing.close(self, self._push)

    def action_reopen(self) -> None:
        """Reopen the push (P5)."""
        if self._push is not None:
            push_closing.reopen(self, self._push)

    def action_activity(self) -> None:
        """Show the activity of the push (A3)."""
        self.read_to_open(
            "activity",
            lambda: activity.of_push(self.studio, self.actor, self.push_id),
            self._show_activity,
        )

    def action_back(self) -> None:
        """Return to the first tab, then to the previous screen.

        Asks for confirmation if unsaved changes would be lost.
        """
        tabs = self.query_one(TabLine)
        if self._users is not None and self._users.group is not None:
            self._users.show_group(None)
            tabs.choose(GROUPS)
        elif tabs.chosen != self._first_tab:
            tabs.choose(self._first_tab)
        else:
            leave(self, self.unsaved, _LEAVE, _LOST)

    @property
    def _is_closed(self) -> bool:
        return self._push is not None and self._push.state is PushState.CLOSED

    @property
    def _users(self) -> PushUsers | None:
        """The list of users; None if it is not visible."""
        pane = self.query_one_optional(PushUsers)
        return pane if pane is not None and pane.display else None

    @property
    def _groups(self) -> PushGroups | None:
        """The list of groups; None if it is not visible."""
        pane = self.query_one_optional(PushGroups)
        return pane if pane is not None and pane.display else None

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        if event.key == SETTINGS or not self.unsaved:
            self._switch()
            return
        # Unsaved changes must not stay in a hidden tab, where a later save would include them.
        self.query_one(TabLine).choose(SETTINGS)
        question = Confirm(_LEAVE, "Leave", no="Stay", detail=_LOST)
        self.app.push_screen(question, self._leave_settings)

    def _leave_settings(self, yes: bool | None) -> None:
        if yes:
            for pane in self.query(PushSettings):
                pane.revert()
            self.show_users()

    def _show_first(self, push: Push) -> None:
        """Display the push without its progress, which takes longer, and start counting it."""
        self._show_push(push)
        self._counting.ask(lambda: pushes.show(self.studio, self.actor, self.push_id))

    def _show_push(self, push: Push) -> None:
        self._push = push
        self.query_one(".title", Static).update(line(push.name))
        self.query_one(".when", Static).update(_when(push))
        if push.counted:
            self.query_one(StatusBar).show(push.progress)
        self.query_one(".progress", Static).update(_progress(push, self.size.width - 2))
        self.call_later(self._fill)
        for pane in self._lists:
            pane.push = push
        if push.counted:
            for settings in self.query(PushSettings):
                settings.update_push(push)
        self.refresh_bindings()

    async def _fill(self) -> None:
        """Mount the panes whose data is ready.

        Groups and course are mounted when their tab is first selected. Settings need the counted
        progress to display how many users a change notifies.
        """
        push, panes = self._push, self.query_one(".panes")
        new: list[_Pane] = []
        if push is not None and not self.query(PushUsers):
            new.append(PushUsers(push, id=USERS, only=self._only))
        if push is not None and self.query_one(TabLine).chosen == GROUPS:
            # Groups and course are read only when their tab is selected.
            new += [] if self.query(PushGroups) else [PushGroups(push, self._by, id=GROUPS)]
        if push is not None and self.query_one(TabLine).chosen == COURSE:
            new += [] if self.query(PushCourse) else [PushCourse(push, id=COURSE)]
        if push is not None and push.counted and not self.query(PushSettings):
            new.append(PushSettings(push, id=SETTINGS))
        await panes.mount(*new)
        chosen = self.query_one(TabLine).chosen
        for pane in new:
            pane.display = pane.id == chosen
        if any(pane.display for pane in new):
            self._switch()
        if self._target is not None and self._has_pane(self.query_one(TabLine).chosen):
            self._target.ready()
            self._target = None

    def _has_pane(self, tab: str) -> bool:
        return any(pane.id == tab for pane in self._panes)

    def _await_pane(self, tab: str) -> None:
        """Queue keys for a pane that is not mounted yet.

        Settings wait for the progress to be counted, groups and course for their tab to be
        selected.
        """
        if self._target is None and not self._has_pane(tab):
            self._target = self.shell.keys.expect(self, self._give_up_pane)
            self.call_later(self._fill)

    def _give_up_pane(self) -> None:
        self._target = None
        if self._first_tab == self.query_one(TabLine).chosen != USERS:
            self.dismiss()
        else:
            self.show_users()

    def _switch(self) -> None:
        chosen = self.query_one(TabLine).chosen
        for pane in self._panes:
            pane.display = pane.id == chosen
            if pane.display:
                pane.focus_first()
        if chosen != USERS:
            self._await_pane(chosen)
        self.refresh_bindings()

    @property
    def _lists(self) -> list[_Shown]:
        return [*self.query(PushUsers), *self.query(PushGroups), *self.query(PushCourse)]

    @property
    def _panes(self) -> list[_Pane]:
        return [*self._lists, *self.query(PushSettings)]

    async def _group_by(self, by: GroupBy | None) -> None:
        if by is None:
            return
        tabs = self.query_one(TabLine)
        if by is not self._by:
            self._by = by
            tabs.rename(GROUPS, f"By {by}")
            await self.query(PushGroups).remove()
            await self._fill()
        tabs.choose(GROUPS)

    @on(StatusBar.Picked)
    def _show_status(self, event: StatusBar.Picked) -> None:
        for users in self.query(PushUsers):
            users.show_status(event.status)
        self.show_users()

    @on(PushUsers.Narrowed)
    def _mark_status(self, event: PushUsers.Narrowed) -> None:
        self.query_one(StatusBar).mark(event.status)

    @on(PushGroups.Opened)
    def _show_people(self, event: PushGroups.Opened) -> None:
        for users in self.query(PushUsers):
            users.show_group(event.group)
        self.show_users()

    def _show_activity(self, lines: list[ActivityLine]) -> None:
        name = self._push.name if self._push else ""
        text = activity_in_words(lines, self.studio.zone)
        self.app.push_screen(ReadText(f"Activity of “{name}”", text))


def _when(push: Push) -> Content:
    style = "$error" if push.overdue else ""
    state = line(state_in_words(push), style)
    days = f" · {day(push.available_from)} to {day(push.deadline)} · "
    return Content.assemble(state, days, line(push.template.name))


def _progress(push: Push, room: int) -> Content:
    """Return the progress and the flags that need attention.

    Both are on one line if they fit into ``room`` cells.
    """
    progress = push.progress
    if not push.counted:
        return Content("…")
    words = progress_in_words(progress)
    calls = attention_in_words(progress)
    between = " · " if len(words) + len(calls) + 3 <= room else "\n"
    return Content.assemble(words, (f"{between}{calls}" if calls else "", "$warning"))
