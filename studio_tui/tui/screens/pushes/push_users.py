"""The Users tab of a push: its users and the status of their conversations (P8)."""

from collections.abc import Callable
from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from studio_tui.domain.people.access import Action, may
from studio_tui.domain.pushes.groups import PeopleGroup
from studio_tui.domain.pushes.push import Assignment, AssignmentFilter, Flag, Push, Status
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.bulk_confirmation import MANY
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import assign
from studio_tui.tui.modals import excuse as excusing
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.hand_over import hand_over
from studio_tui.tui.modals.record_held import record_held
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.assignment_cells import flags, reminded, status
from studio_tui.tui.screens.pushes.people_details import read_assignment_details
from studio_tui.tui.screens.pushes.push_words import NOBODY_YET
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.audiences import filter_audience, filter_words
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.people_rows import RowPerson
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.views import FilterAccess
from studio_tui.wording.counting import counted
from studio_tui.wording.push_acts import why_not_change, why_not_hand_over, why_not_held
from studio_tui.wording.pushes import (
    FLAG_LABELS,
    STATUS_LABELS,
    group_in_words,
)

_EMPTY_FILTER = "Nobody here is {}.\nPress f to see everyone."
_EMPTY_GROUP = "Nobody is here: only {}.\nPress f to see everyone."
QuickFilter = Status | Flag | None
"""The status or flag that the list is filtered by; None for no filter."""


class PushUsers(Vertical):
    """The users of ``push``, with marks."""

    @dataclass
    class Narrowed(Message):
        """Posted when the list is filtered by ``status``; None: by no status."""

        status: Status | None

    def __init__(self, push: Push, *, id: str, only: QuickFilter = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.push = push
        self._quick_filter: QuickFilter = only
        self.group: PeopleGroup | None = None
        """The group whose people are shown; None for all people."""
        self._browser: RecordBrowser[Assignment, AssignmentFilter] = RecordBrowser(
            Column("name", "Name", lambda a: a.name, width=16, flex=2, max_width=40, sortable=True),
            Column(
                "status",
                "Status",
                lambda a: status(a, self._zone),
                width=26,
                flex=3,
                max_width=44,
                sortable=True,
            ),
            Column("flags", "Attention", flags, width=19, max_width=34, flex=1, sortable=True),
            Column(
                "managers",
                "Managers",
                _managers,
                width=16,
                flex=2,
                max_width=50,
                hide_order=1,
                sortable=True,
            ),
            Column(
                "reminded",
                "Reminded",
                lambda a: reminded(a, self._zone),
                width=15,
                hide_order=2,
                sortable=True,
            ),
            find=self.find,
            sort=Sort("name"),
            noun=("user", "users"),
            marks=True,
            empty=NOBODY_YET,
            audiences=True,
            person=lambda each: RowPerson(each.user_id, each.login, each.name),
            views_key="push_users",
            exported_by="pushes export PUSH",
            narrowing=FilterAccess(
                lambda: str(self._quick_filter or ""),
                self._set_quick_filter,
                self._draw_quick_filter,
            ),
            opens_saved_view=only is None,
            details=self._details,
        )

    def compose(self) -> ComposeResult:
        """Yield the line with the current filter, and the list."""
        yield Static(classes="quick")
        yield self._browser

    def on_mount(self) -> None:
        """Apply the initial filter."""
        if self._quick_filter is not None:
            self._show_only(self._quick_filter, None)

    def find(
        self, text: str, sort: Sort
    ) -> tuple[AssignmentFilter, Source[Assignment, AssignmentFilter]]:
        """Return the assignments that match ``text``, the chosen status or flag, and the group."""
        quick = self._quick_filter
        filter_ = AssignmentFilter(
            filter_words(text),
            where=filter_audience(text),
            status=quick if isinstance(quick, Status) else None,
            flag=quick if isinstance(quick, Flag) else None,
            group=self.group.key if self.group else None,
        )
        home = self._home
        return filter_, assign.source(home.studio, home.actor, self.push, filter_, sort)

    def on_resize(self) -> None:
        """Refresh the list after it has laid out its columns for the new size."""
        self.call_after_refresh(self._browser.list.refresh)

    def focus_first(self) -> None:
        """Focus the list."""
        self.screen.set_focus(self._browser.list)

    def reload(self) -> None:
        """Read the list again."""
        self._browser.reload()

    def may_record(self) -> bool:
        """Return whether the actor may record the current conversation as held (C2).

        An admin may for every user, a manager for their own people.
        """
        return may(self._home.actor, Action.FINISH_ANY) or self._is_mine(self._current)

    def why_not_held(self) -> str | None:
        """Return why the conversation cannot be recorded as held, or None.

        It needs a conductor and can be recorded only once.
        """
        if self._browser.list.marked:
            return None
        return why_not_held(self.push, self._current, self._home.studio.zone)

    def why_not_talk(self) -> str | None:
        """Return why no conversation can be opened, or None if one is planned or has begun."""
        assignment = self._current
        if assignment is None:
            return "There is nobody here."
        if assignment.conversation_id is None:
            return f"Nothing is planned with {assignment.name} yet."
        return None

    def open_talk(self) -> None:
        """Open the conversation of the user under the cursor (C6).

        The screen shows only what the actor may read.
        """
        if (assignment := self._current) and assignment.conversation_id is not None:
            self._home.go_to(to.Conversation(assignment.conversation_id))

    def why_not_remind(self) -> str | None:
        """Return why nobody can be reminded, or None if a user is marked or under the cursor."""
        return "There is nobody here." if self._browser.list.chosen.empty else None

    def why_not_unassign(self) -> str | None:
        """Return why nobody can be unassigned, or None.

        It needs a user, in a push that is not closed.
        """
        if self._browser.list.chosen.empty:
            return "There is nobody here."
        return why_not_change(self.push)

    def why_not_hand_over(self) -> str | None:
        """Return why nothing can be handed over, or None.

        It needs a possible conductor and a conversation still to be held.
        """
        if self._browser.list.marked:
            return None
        return why_not_hand_over(self.push, self._current)

    def hand_over(self) -> None:
        """Choose another conductor for the marked users, or for the user under the cursor (P10)."""
        self._with_chosen(partial(hand_over, self._home, self.push))

    def remind(self) -> None:
        """Preview a reminder of the marked users, or of the user under the cursor (P15)."""
        listed = self._browser.list
        if listed.marked:
            count = listed.selected_count
            whom = "The marked users" + ("" if count is None else f": {count:,}")
        else:
            whom = f"Only {listed.current.name} (E: everyone listed)" if listed.current else ""
        self._remind(listed.chosen, whom)

    def remind_all(self) -> None:
        """Preview a reminder of everyone listed, marked or not (P15)."""
        self._remind(Selection.matching(self._browser.filter), self._everyone_listed())

    def record_held(self) -> None:
        """Record the conversations of the marked users or the current one as held (C2).

        A dialog asks who held them.
        """
        self._with_chosen(partial(record_held, self._home, self.push))

    def unassign(self) -> None:
        """Unassign the marked users, or the user under the cursor if none are marked (P11)."""
        selection = self._browser.list.chosen
        _, source = self.find("", Sort("name"))
        self._home.read_to_open(
            "unassign",
            lambda: source.selected(selection),
            lambda count: self._ask_unassign(selection, count),
        )

    def excuse(self) -> None:
        """Excuse the marked users or the user under the cursor, or withdraw the excuse (P18)."""
        one = None if self._browser.list.marked else self._current
        excusing.excuse(
            self._home,
            self.push,
            self._browser.list.chosen,
            self._whom(),
            self._clear,
            reason=one.excuse if one else "",
        )

    def give_longer(self) -> None:
        """Set an own deadline for the marked users, or for the user under the cursor (P18)."""
        one = None if self._browser.list.marked else self._current
        excusing.give_longer(
            self._home,
            self.push,
            self._browser.list.chosen,
            self._whom(),
            self._clear,
            until=one.deadline if one and one.has_longer else None,
        )

    def narrow(self) -> None:
        """Let the user choose a status or flag to filter by."""
        self.app.push_screen(Choose("Show", self._quick_choices()), self._narrow)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the person: their pushes and the mail they received (P16)."""
        event.stop()
        self._home.go_to(to.Person(event.row.user_id))

    def on_record_list_cursor_moved(self) -> None:
        """Refresh the available commands, which depend on the current user."""
        self.screen.refresh_bindings()

    @property
    def _home(self) -> StudioScreen:
        return cast(StudioScreen, self.screen)

    def _details(self, assignment: Assignment) -> Callable[[], Drawing]:
        home = self._home
        return partial(read_assignment_details, home.studio, home.actor, self.push, assignment)

    @property
    def _zone(self) -> ZoneInfo:
        return self._home.studio.zone

    @property
    def _current(self) -> Assignment | None:
        return self._browser.list.current

    def _with_chosen(self, act: Callable[[list[Assignment]], None]) -> None:
        """Call ``act`` with the marked rows, or with the row under the cursor (S8)."""
        listed, home, push = self._browser.list, self._home, self.push
        if not listed.marked:
            act([listed.current] if listed.current else [])
            return
        count = listed.selected_count
        if count is None or count > MANY:
            home.show_error(f"Too many for this at once: mark at most {MANY:,}.")
            return
        selection = listed.chosen
        home.read_to_open(
            "chosen",
            lambda: assign.chosen(home.studio, home.actor, push, selection, MANY),
            act,
            may_stay=True,
        )

    def _remind(self, chosen: Selection[AssignmentFilter], whom: str) -> None:
        self._home.go_to(to.Remind(self.push, chosen, whom), self._unmark)

    def _is_mine(self, assignment: Assignment | None) -> bool:
        me = self._home.actor.user_id
        return assignment is not None and me in {m.user_id for m in assignment.managers}

    def _unmark(self, reminded: bool | None) -> None:
        if reminded:
            self._clear()

    def _clear(self) -> None:
        self._browser.list.selection = Selection()

    def _whom(self) -> str:
        """Return the chosen users in words, for a question."""
        listed = self._browser.list
        if listed.marked or listed.current is None:
            count = listed.selected_count
            return "the marked users" if count is None else counted(count, "user")
        return listed.current.name

    def _everyone_listed(self) -> str:
        words = [word for word in (self._narrowed_in_words(), self._browser.text) if word]
        return f"Everyone listed: {', '.join(words)}" if words else "Everyone in it"

    def _narrowed_in_words(self) -> str:
        of = f"of {group_in_words(self.group.key.by, self.group)}" if self.group else ""
        return ", ".join(word for word in (of, _words(self._quick_filter)) if word)

    def _ask_unassign(self, selection: Selection[AssignmentFilter], count: int) -> None:
        if not count:
            self._home.show_error("Nobody to unassign: they are not in it any more.")
            return
        users = counted(count, "user")
        question = Confirm(
            f"Take {users} out of “{self.push.name}”?",
            f"Unassign {users}",
            detail="What they wrote stays; mail that waits is dropped.\n"
            "Assigning them again takes it back.",
        )
        self.app.push_screen(question, lambda yes: self._unassign(selection) if yes else None)

    def _unassign(self, selection: Selection[AssignmentFilter]) -> None:
        def gone(count: int) -> None:
            self._browser.list.selection = Selection()
            users = counted(count, "user")
            home.show_message(f"{users} unassigned; assigning them again (A) takes it back.")

        home, push = self._home, self.push
        studio, actor, job = home.studio, home.actor, Job("Unassigning")
        home.write(
            lambda: assign.unassign(studio, actor, push, selection, progress=job.report_progress),
            gone,
            job=job,
        )

    def _quick_choices(self) -> list[Choice[str]]:
        progress = self.push.progress if self.push.counted else None
        everyone = [Choice("", "everyone", f"{progress.assigned:,}" if progress else "")]
        statuses = [
            Choice(str(status), STATUS_LABELS[status], _number(progress, status))
            for status in Status
        ]
        flags = [Choice(str(flag), FLAG_LABELS[flag], _number(progress, flag)) for flag in Flag]
        return everyone + statuses + flags

    def _narrow(self, chosen: str | None) -> None:
        if chosen is None:
            return
        self._show_only(_quick_filter_named(chosen), self.group if chosen else None)

    def show_group(self, group: PeopleGroup | None) -> None:
        """Show the people of a group, with any status; None shows everybody (S2)."""
        self._show_only(None, group)

    def show_status(self, status: Status | None) -> None:
        """Show only users with ``status``; None shows all statuses."""
        self._show_only(status, self.group)

    def _show_only(self, quick: QuickFilter, group: PeopleGroup | None) -> None:
        self._quick_filter, self.group = quick, group
        words = self._narrowed_in_words()
        self._browser.list.set_empty(
            (_EMPTY_GROUP if group else _EMPTY_FILTER).format(words) if words else NOBODY_YET
        )
        self._browser.show_narrowed()
        self._draw_quick_filter()

    def _set_quick_filter(self, narrowed: str) -> None:
        self._quick_filter, self.group = _quick_filter_named(narrowed), None

    def _draw_quick_filter(self) -> None:
        quick, words = self._quick_filter, self._narrowed_in_words()
        self.post_message(self.Narrowed(quick if isinstance(quick, Status) else None))
        way = "f shows others, esc the groups" if self.group else "f shows others"
        self.query_one(".quick", Static).update(line(f"Only: {words} ({way})"))
        self.set_class(bool(words), "-narrowed")


def _quick_filter_named(narrowed: str) -> QuickFilter:
    """Return the status or flag with this name, or None if it is empty.

    Raises `ValueError` if the name is unknown.
    """
    if not narrowed:
        return None
    return Status(narrowed) if narrowed in set(Status) else Flag(narrowed)


def _managers(assignment: Assignment) -> str | StyledText:
    names = ", ".join(manager.name for manager in assignment.managers)
    return names or StyledText("nobody", Tone.WARN)


def _number(progress: object, quick: Status | Flag) -> str:
    number = getattr(progress, str(quick), None)
    return "" if number is None else f"{number:,}"


def _words(quick: QuickFilter) -> str:
    if quick is None:
        return ""
    return STATUS_LABELS[quick] if isinstance(quick, Status) else FLAG_LABELS[quick]
