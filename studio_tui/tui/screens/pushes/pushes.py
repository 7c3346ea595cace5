"""The Pushes screen: running pushes, their progress and their deadlines (P2, P4, P5, P8)."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from textual.app import ComposeResult

from studio_tui.domain.people.access import Action
from studio_tui.domain.pushes.push import Progress, Push, PushFilter, PushState
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.services.pushes import course, pushes, repeats
from studio_tui.services.pushes.assign import AssignResult
from studio_tui.tui.commands import Command
from studio_tui.tui.modals import push_closing
from studio_tui.tui.modals.duplicate_push import duplicate, duplicated_in_words
from studio_tui.tui.modals.repeat_push import repeat
from studio_tui.tui.moments import day
from studio_tui.tui.runtime.coalesced_query import CoalescedQuery
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.course_drawing import course_cells, sparkline
from studio_tui.tui.screens.pushes.push_details import read_push_details
from studio_tui.tui.screens.pushes.push_words import done_in_cells
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.lazy_source import LazySource
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.shown_rows import shown_rows
from studio_tui.wording.counting import counted
from studio_tui.wording.push_acts import why_not_change, why_not_reopen
from studio_tui.wording.pushes import state_in_words

_HELD = 14
"""Minimum width of the progress column in cells."""
_COURSE = 8
"""Width of the course column in cells."""
_ORDER = Sort("deadline")


def _cell(push: Push, text: str) -> str | StyledText:
    return StyledText(text, Tone.MUTED) if push.state is PushState.CLOSED else text


def _state(push: Push) -> str | StyledText:
    tones = {PushState.OPEN: Tone.GOOD, PushState.DRAFT: Tone.WARN, PushState.CLOSED: Tone.MUTED}
    tone = Tone.BAD if push.overdue else tones.get(push.state)
    return StyledText(state_in_words(push), tone) if tone else state_in_words(push)


def _progress(push: Push) -> str | StyledText:
    progress = push.progress
    if not push.counted:
        return StyledText("…", Tone.MUTED)
    if not progress.assigned:
        return StyledText("nobody yet", Tone.MUTED)
    return _cell(push, done_in_cells(progress.done, progress.assigned, _HELD))


def _share(push: Push) -> float:
    progress = push.progress
    return progress.done / progress.assigned if push.counted and progress.assigned else -1.0


def _offer(push: Push) -> str:
    return f"Press A to assign users to “{push.name}”."


class PushesScreen(StudioScreen):
    """All pushes by deadline, closed pushes last."""

    OWN_COMMANDS = (
        Command(
            "assign",
            "A,a",
            "Assign users",
            "Choose the users of this push",
            needs=Action.ASSIGN,
            verb="pushes assign PUSH LOGIN",
        ),
        Command(
            "settings",
            "e",
            "Settings",
            "Change name, days, close",
            needs=Action.EDIT_PUSHES,
            verb="pushes edit PUSH",
        ),
        Command(
            "end",
            "c",
            "Close",
            "End this push",
            needs=Action.EDIT_PUSHES,
            verb="pushes close PUSH",
        ),
        Command(
            "duplicate",
            "d",
            "Duplicate",
            "Make another push like this one, with its people",
            footer=False,
            needs=Action.CREATE_PUSHES,
            verb="pushes duplicate PUSH --name NAME --from DAY --deadline DAY",
        ),
        Command(
            "repeat",
            "equals_sign",
            "Repeat",
            "Let this push come again by itself, or skip, change and stop that",
            footer=False,
            needs=Action.CREATE_PUSHES,
            verb="pushes repeat PUSH --every RHYTHM",
        ),
        Command(
            "calendar",
            "v",
            "Calendar",
            "See what happens on which day of the coming year",
            needs=Action.READ_PUSHES,
            in_palette=False,
            verb="calendar",
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
    )

    def __init__(self) -> None:
        super().__init__()
        self._new_ids: frozenset[int] = frozenset()
        self._unassigned_ids: list[int] = []
        """Ids of the new pushes that had no users when last read, in order of creation."""
        self._next_unassigned: Push | None = None
        """The new push that the screen offers to assign users to whenever the user returns to
        it."""
        self._known_progress: dict[int, Progress] = {}
        self._counting = CoalescedQuery(self, self._counted)
        self._held: dict[int, dict[date, int]] = {}
        """Number of conversations held, by push id and day."""
        self._reading_course = CoalescedQuery(self, self._show_course)
        self._repeating: frozenset[int] = frozenset()
        """Ids of the pushes that repeat."""
        self._reading_repeats = CoalescedQuery(self, self._show_repeats)
        self._browser: RecordBrowser[Push, PushFilter] = RecordBrowser(
            Column("new", "", self._sign, width=3, name="New"),
            Column(
                "name",
                "Name",
                lambda p: _cell(p, p.name),
                width=18,
                flex=3,
                max_width=60,
                sortable=True,
            ),
            Column(
                "template",
                "Template",
                self._template,
                width=16,
                flex=1,
                max_width=30,
                hide_order=3,
                sortable=True,
            ),
            Column("state", "State", _state, width=13, sortable=True),
            Column(
                "from",
                "From",
                lambda p: _cell(p, day(p.available_from)),
                hide_order=2,
                sortable=True,
                order=lambda p: p.available_from,
            ),
            Column("course", "Course", self._course, width=_COURSE, hide_order=1, drawn=True),
            Column("deadline", "Deadline", lambda p: _cell(p, day(p.deadline)), sortable=True),
            Column(
                "progress",
                "Held",
                _progress,
                width=_HELD,
                flex=1,
                max_width=22,
                sortable=True,
                order=_share,
            ),
            find=self.find,
            sort=_ORDER,
            noun=("push", "pushes"),
            empty="No pushes yet.\nGo to Templates and press p on one to set up pushes of it.",
            details=self._details,
            views_key="pushes",
            exported_by="pushes list --json",
        )

    def body(self) -> ComposeResult:
        """Yield the list."""
        yield self._browser

    def on_mount(self) -> None:
        """Start counting the progress. The list shows the pushes before it is counted."""
        self._count()

    def find(self, text: str, sort: Sort) -> tuple[PushFilter, Source[Push, PushFilter]]:
        """Return the pushes whose visible text contains all words of ``text``."""
        known, columns = self._known_progress, self._browser.every_column

        def found() -> Source[Push, PushFilter]:
            every = pushes.source(self.studio, self.actor, PushFilter(), known)
            return shown_rows(every, columns, text, sort, _ORDER)

        return PushFilter(text), LazySource(found)

    def show_result_of(self, destination: to.Destination) -> None:
        """Highlight the pushes just created and move the cursor to the first of them (P2)."""
        created = destination.created if isinstance(destination, to.Pushes) else ()
        if not created:
            return
        self._new_ids |= {push.id for push in created}
        self._unassigned_ids = [push.id for push in created]
        first = created[0]
        self._browser.show_row(first.id)
        made = counted(len(created), "push", "pushes")
        if first.state is PushState.DRAFT:
            self.show_message(f"{made} created. {_offer(first)}")
        else:
            users = counted(first.progress.assigned, "user")
            self.show_message(f"{made} created, with {users}: z takes that back until mail leaves.")

    def reload(self) -> None:
        """Read the list again."""
        self._browser.reload()
        self._count()

    def _count(self) -> None:
        self._counting.ask(lambda: pushes.every(self.studio, self.actor))
        self._reading_course.ask(lambda: course.held(self.studio, self.actor))
        self._reading_repeats.ask(lambda: frozenset(repeats.by_push(self.studio, self.actor)))

    def _show_repeats(self, again: frozenset[int]) -> None:
        if again != self._repeating:
            self._repeating = again
            self._browser.list.refresh()

    def _show_course(self, held: dict[int, dict[date, int]]) -> None:
        if held != self._held:
            self._held = held
            self._browser.list.refresh()

    def _counted(self, every: Sequence[Push]) -> None:
        known = {push.id: push.progress for push in every}
        if known != self._known_progress:
            self._known_progress = known
            self._browser.reload()
        self._go_to_next_new(every)

    def _go_to_next_new(self, every: Sequence[Push]) -> None:
        """Move to the next new push without users once the current one has users (P2)."""
        drafts = {push.id: push for push in every if push.state is PushState.DRAFT}
        here = self._browser.list.current_id
        assigned = here in self._unassigned_ids and here not in drafts
        self._unassigned_ids = [push_id for push_id in self._unassigned_ids if push_id in drafts]
        if assigned and self._unassigned_ids:
            self._next_unassigned = drafts[self._unassigned_ids[0]]
            self._browser.show_row(self._next_unassigned.id)
            self._offer_next()

    def on_screen_resume(self) -> None:
        """Offer to assign users to the next new push when the user returns from assigning."""
        self._offer_next()

    def _offer_next(self) -> None:
        if self._next_unassigned is None or self._next_unassigned.id not in self._unassigned_ids:
            return
        if self.is_current and self._browser.list.current_id == self._next_unassigned.id:
            self.show_message(_offer(self._next_unassigned))

    def why_not_assign(self) -> str | None:
        """Return why no users can be assigned, or None. A closed push is read-only."""
        return why_not_change(self._current)

    def why_not_end(self) -> str | None:
        """Return why the push cannot be closed, or None. It may be closed already."""
        return why_not_change(self._current)

    def why_not_reopen(self) -> str | None:
        """Return why the push cannot be reopened, or None if it is closed."""
        return why_not_reopen(self._current)

    def why_not_settings(self) -> str | None:
        """Return why there are no settings to open, or None if there is a current row."""
        return None if self._current else "There is no push here."

    def action_assign(self) -> None:
        """Open the assignment view for the push under the cursor."""
        if (push := self._current) is not None:
            self.go_to(to.Assign(push))

    def action_settings(self) -> None:
        """Open the settings of the push under the cursor."""
        if (push := self._current) is not None:
            self.go_to(to.Push(push.id, "settings"))

    def why_not_duplicate(self) -> str | None:
        """Return why no push can be duplicated, or None if there is a current row."""
        return self.why_not_settings()

    def action_duplicate(self) -> None:
        """Duplicate the push under the cursor with other days (P17)."""
        if (push := self._current) is not None:
            duplicate(self, push, self._duplicated)

    def _duplicated(self, done: AssignResult) -> None:
        self._new_ids |= {done.push.id}
        self._browser.show_row(done.push.id)
        self.show_message(duplicated_in_words(done))

    def why_not_repeat(self) -> str | None:
        """Return why no repeat can be set, or None if there is a current row."""
        return self.why_not_settings()

    def action_repeat(self) -> None:
        """Open the dialog that sets how the push under the cursor repeats (P17)."""
        if (push := self._current) is not None:
            repeat(self, push.id)

    def action_calendar(self) -> None:
        """Open the calendar of the coming year (P17)."""
        self.go_to(to.Calendar())

    def action_end(self) -> None:
        """Close the push under the cursor (P9)."""
        if (push := self._current) is not None:
            push_closing.close(self, push)

    def action_reopen(self) -> None:
        """Reopen the push under the cursor (P5)."""
        if (push := self._current) is not None:
            push_closing.reopen(self, push)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the push (P8)."""
        self.go_to(to.Push(event.row.id))

    def on_record_list_cursor_moved(self) -> None:
        """Refresh the available commands, which depend on the current push."""
        self.refresh_bindings()

    @property
    def _current(self) -> Push | None:
        return self._browser.list.current

    def _details(self, push: Push) -> Callable[[], Drawing]:
        return partial(read_push_details, self.studio, self.actor, push)

    def _sign(self, push: Push) -> str | StyledText:
        new = push.id in self._new_ids and push.state is PushState.DRAFT
        if new:
            return StyledText("new", Tone.MARK)
        return StyledText("=", Tone.MUTED) if push.id in self._repeating else ""

    def _course(self, push: Push) -> tuple[StyledText, ...]:
        if push.state not in (PushState.OPEN, PushState.SCHEDULED):
            return ()
        first, deadline = push.available_from, push.deadline
        held, today = self._held.get(push.id, {}), self.studio.today()
        return course_cells(sparkline(first, deadline, today, held, _COURSE), late=push.overdue)

    def _template(self, push: Push) -> StyledText:
        return StyledText(push.template.name, Tone.MUTED)
