"""The Today screen: all cases that need attention, the most urgent first (S1).

The user deals with them one after another.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from studio_tui.config.session import why_no_files
from studio_tui.domain.people.access import Action
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.today.leads_to import destination_of, destination_of_step
from studio_tui.domain.today.today import STEPS, Case, FirstStep
from studio_tui.services.outbox import outbox
from studio_tui.services.pushes import pushes
from studio_tui.services.today import today as service
from studio_tui.services.today.today import Today, mails_of, people_of
from studio_tui.tui.commands import Command
from studio_tui.tui.common_commands import RETRY
from studio_tui.tui.modals.type_number import confirm_if_many
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.today.lines import (
    Line,
    can_remind,
    can_retry,
    columns,
    full_text,
    lines_of,
)
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.filter_bar import FilterBar
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.pane import ListWithPane
from studio_tui.tui.widgets.list.record_list import HeadedList, RecordList
from studio_tui.wording.counting import counted
from studio_tui.wording.days import weekday_in_words
from studio_tui.wording.mail import tried_again_in_words
from studio_tui.wording.today import NOTHING

if TYPE_CHECKING:
    from studio_tui.domain.pushes.push import Push
    from studio_tui.tui.modals.put_off import Until

_RELOAD_SECONDS = 60.0
"""Seconds between two reloads. Cases depend on the time, so they change without a write."""
_NO_LINE = "There is no line here."


class TodayScreen(StudioScreen):
    """The cases of Today, with commands that deal with the current case."""

    OWN_COMMANDS = (
        # The commands share a key: mail is retried, people are reminded.
        RETRY,
        Command(
            "remind",
            "r",
            "Remind",
            "See what reminding these would send",
            needs=Action.REMIND,
            verb="pushes remind PUSH --overdue",
        ),
        Command(
            "sent",
            "v",
            "What is sent",
            "See what retrying would send, and to whom",
            verb="outbox retry ID --dry-run --mail",
        ),
        Command(
            "snooze",
            "Z",
            "Snooze",
            "Put it off until a day or until it changes, or bring it back",
            verb="today --snooze KIND",
        ),
        Command(
            "by_manager",
            "m",
            "By manager",
            "See the people of all open pushes by manager, late first",
            needs=Action.READ_PUSHES,
            verb="today --by manager",
        ),
        Command(
            "group",
            "B",
            "Group by",
            "See the people of all open pushes by manager, team, department or language",
            footer=False,
            needs=Action.READ_PUSHES,
            verb="today --by team",
        ),
        Command(
            "settings",
            "e",
            "Settings",
            "Change name and days of its push, or close it",
            footer=False,
            needs=Action.EDIT_PUSHES,
            verb="pushes edit PUSH",
        ),
        Command(
            "end",
            "c",
            "Close",
            "End its push",
            footer=False,
            needs=Action.EDIT_PUSHES,
            verb="pushes close PUSH",
        ),
        Command(
            "show",
            "f",
            "Show",
            "Show what is put off as well, or hide it",
            footer=False,
            verb="today --all",
        ),
        Command("filter", "slash", "Filter", "Show only what matches what you type"),
        Command("clear_filter", "escape", "Clear", "Take the filter away", footer=False),
        Command(
            "import",
            "i",
            "Import",
            "Import users from a CSV file",
            footer=False,
            needs=Action.IMPORT_USERS,
            verb="users import FILE",
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        self._found: Today | None = None
        self._day: date | None = None
        self._shows_snoozed = False

    def body(self) -> ComposeResult:
        """Yield the filter, the list and a line with the full text of the current row."""
        studio = self.studio
        self._list: HeadedList[Line, str] = HeadedList(
            *columns(studio.today, studio.zone), heading=False, empty=""
        )
        self._bar = FilterBar(self._filter, self._list)
        self._with_pane = ListWithPane(self._list, self._details)
        yield self._bar
        yield self._with_pane
        yield Static(classes="current")

    def on_mount(self) -> None:
        """Focus the list and start the reload timer."""
        self.set_focus(self._list)
        self.set_interval(_RELOAD_SECONDS, self._reload_if_current)

    def reload(self) -> None:
        """Read the cases again. The cursor stays on its row."""
        studio, actor = self.studio, self.actor
        self.read_first("today", lambda: service.show(studio, actor), self._show)

    # Actions on the current row

    def may_do(self, command: Command) -> bool:
        """Return whether ``command`` is permitted for the current case."""
        if command.id in ("retry", "sent") and not can_retry(self._case):
            return False
        if command.id == "remind" and can_retry(self._case):
            return False
        if command.id == "clear_filter" and not (self._found and self._bar.text):
            return False
        return super().may_do(command)

    def is_offered(self, command: Command) -> bool:
        """Return whether ``command`` is shown. Remind needs a case that a reminder can solve."""
        return command.id != "remind" or can_remind(self._case)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the screen on which the case or step can be dealt with."""
        at: Line = event.row
        if at.case is not None:
            self.shell.go_to(destination_of(at.case))
        elif at.step is not None:
            self._begin(at.step)

    def why_not_retry(self) -> str | None:
        """Return why the mail cannot be retried, or None.

        If there is too much mail and no push, it can be retried only in the outbox.
        """
        try:
            return None if self._case and mails_of(self._case) else _NO_LINE
        except Refused as error:
            return error.message

    def action_retry(self) -> None:
        """Retry the mail of the current case."""
        if (case := self._case) is None:
            return
        studio, actor, chosen = self.studio, self.actor, mails_of(case)

        def retry() -> None:
            self.write(
                lambda: outbox.try_again(studio, actor, chosen),
                lambda done: self.show_message(
                    tried_again_in_words(len(done.sent), done.to_the_same)
                ),
            )

        question = f"Send {counted(case.count, 'mail')} once more?"
        confirm_if_many(self.app, case.count, question, "They did not arrive before.", retry)

    def why_not_sent(self) -> str | None:
        """Return why there is nothing to preview, or None if the mail can be retried."""
        return self.why_not_retry()

    def action_sent(self) -> None:
        """Preview the mail that retrying would send, and the mail it would skip."""
        if (case := self._case) is not None:
            self.shell.go_to(to.SentAgain(mails_of(case)))

    def why_not_remind(self) -> str | None:
        """Return why nobody can be reminded, or None if a reminder is the remedy."""
        if self._case is None:
            return _NO_LINE
        return None if can_remind(self._case) else "Nobody is reminded of this: enter goes there."

    def action_remind(self) -> None:
        """Preview a reminder of the people of the current case (P15)."""
        if (case := self._case) is not None:
            self._with_push(case, lambda push: self._remind(case, push))

    def action_by_manager(self) -> None:
        """Show the people of all open pushes grouped by manager (S2)."""
        self._group_by(GroupBy.MANAGER)

    def action_group(self) -> None:
        """Let the user choose what to group the people of all open pushes by (S2)."""
        # Imported lazily: the dialog is not needed to draw the first screen.
        from studio_tui.tui.modals.choose_by import choose_by

        self.app.push_screen(choose_by(), self._group_by)

    def why_not_settings(self) -> str | None:
        """Return why there are no settings to open, or None if the case has a push."""
        return None if self._case and self._case.push_id else "This line is about no push."

    def action_settings(self) -> None:
        """Open the settings of the push of the current case."""
        if (case := self._case) is not None and case.push_id is not None:
            self.shell.go_to(to.Push(case.push_id, "settings"))

    def why_not_end(self) -> str | None:
        """Return why nothing can be closed, or None if the case has a push."""
        return self.why_not_settings()

    def action_end(self) -> None:
        """Close the push of the current case (P9)."""
        # Imported lazily: closing is not needed to draw the first screen.
        from studio_tui.tui.modals import push_closing

        if (case := self._case) is not None:
            self._with_push(case, lambda push: push_closing.close(self, push))

    def why_not_snooze(self) -> str | None:
        """Return why the row cannot be snoozed, or None if it is a case."""
        return None if self._case else "Only what needs somebody can be put off."

    def action_snooze(self) -> None:
        """Snooze the current case until a chosen day, or wake it if it is snoozed."""
        # Imported lazily: parsing days is not needed to draw the first screen.
        from studio_tui.tui.modals.put_off import SnoozeDialog

        case = self._case
        if case is None:
            return
        studio, actor = self.studio, self.actor
        if case.snoozed:
            self.write(
                lambda: service.wake(studio, actor, [case]), lambda _: self._done("Brought back.")
            )
            return
        about = f"{case.words}, {case.push}" if case.push else case.words
        asked = SnoozeDialog(f"Put off “{about}”?", studio.today())
        self.app.push_screen(asked, lambda until: self._snooze(case, until))

    def action_show(self) -> None:
        """Show or hide the snoozed cases."""
        self._shows_snoozed = not self._shows_snoozed
        self._show_lines()

    def action_filter(self) -> None:
        """Focus the filter."""
        self._bar.focus_input()

    def action_clear_filter(self) -> None:
        """Clear the filter."""
        self._bar.clear()

    def why_not_import(self) -> str | None:
        """Return why no file can be imported, or None.

        An SSH session has no access to files of the host.
        """
        return why_no_files("ssh … users import - < people.csv")

    def action_import(self) -> None:
        """Open the import."""
        self.shell.go_to(to.ImportUsers())

    @property
    def _case(self) -> Case | None:
        at = self._list.current if self._found is not None else None
        return at.case if at is not None else None

    def _group_by(self, by: GroupBy | None) -> None:
        if by is not None:
            self.shell.go_to(to.OpenGroups(by))

    def _begin(self, step: FirstStep) -> None:
        destination = destination_of_step(step)
        if destination is None:
            self.show_message(STEPS[step][1])
        elif isinstance(destination, to.ImportUsers) and (why := self.why_not_import()):
            self.show_error(why)
        else:
            self.shell.go_to(destination)

    def _with_push(self, case: Case, then: "Callable[[Push], None]") -> None:
        """Read the push of a case and pass it to ``then``."""
        studio, actor, push_id = self.studio, self.actor, case.push_id
        if push_id is not None:
            call = partial(pushes.show, studio, actor, push_id)
            self.read_to_open("push", call, then, may_stay=True)

    def _remind(self, case: Case, push: "Push") -> None:
        whom = f"{case.words}: {case.text}" if case.text else case.words
        self.shell.go_to(
            to.Remind(push, people_of(case), whom), lambda reminded: self._go_on(case, reminded)
        )

    def _go_on(self, case: Case, reminded: bool | None) -> None:
        """Move to the next row after a reminder: the case stays until the people have held it."""
        if reminded and self._list.current_id == case.id:
            self._list.action_cursor_down()

    def _snooze(self, case: Case, until: "Until | None") -> None:
        if until is None:
            return
        studio, actor = self.studio, self.actor
        when = weekday_in_words(until.day, studio.today()) if until.day else "it changes"
        self.write(
            lambda: service.snooze(studio, actor, [case], until.day),
            lambda _: self._done(f"Put off until {when}: f shows it."),
        )

    def _done(self, sentence: str) -> None:
        self.show_message(sentence)
        self.reload()

    # Display

    def _reload_if_current(self) -> None:
        if self.app.screen is self:
            self.reload()

    def _details(self, at: Line) -> Callable[[], Drawing]:
        # Imported lazily: the detail pane is not needed to draw the first screen.
        from studio_tui.tui.screens.today.case_details import read_case_details

        return partial(read_case_details, self.studio, self.actor, at)

    def _show(self, found: Today) -> None:
        self._with_pane.reload()
        day = self.studio.today()
        if (found, day) != (self._found, self._day):
            self._found, self._day = found, day
            self._show_lines()

    def _filter(self, text: str) -> None:
        if (source := self._source()) is not None:
            self._list.set_source(source, text, keep=self._list.current_id)

    def _show_lines(self) -> None:
        source = self._source()
        if source is None:
            return
        if self._list.length:
            self._list.reload(source)
        else:
            self._list.set_source(source, self._bar.text)

    def _source(self) -> MemorySource[Line, str] | None:
        found, text = self._found, self._bar.text
        if found is None:
            return None
        self._list.set_empty(f"Nothing matches “{text}”." if text else self._empty_text(found))
        self._bar.summarise(self._summary(found))
        return MemorySource(lines_of(found, text, with_snoozed=self._shows_snoozed))

    def _empty_text(self, found: Today) -> str:
        away = counted(len(found.snoozed), "line is", "lines are")
        return f"{NOTHING}\n{away} put off: f shows them." if found.snoozed else NOTHING

    def _summary(self, found: Today) -> Content:
        parts = [weekday_in_words(self.studio.today(), date.min), counted(len(found.cases), "line")]
        if found.snoozed:
            parts.append(f"{len(found.snoozed):,} put off")
        return Content(" · ".join(parts))

    @on(RecordList.CursorMoved)
    def _show_current(self) -> None:
        studio = self.studio
        text = full_text(self._list.current, studio.today(), studio.zone)
        self.query_one(".current", Static).update(line(text, "$muted"))
        self.refresh_bindings()
