"""The assignment view: mark users or import those of an earlier push, then assign them (P3)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.check import PushWarning
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.bulk_confirmation import MANY
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox.dry_run import dry_run
from studio_tui.services.pushes import assign, check, pushes
from studio_tui.services.pushes.assign import AssignPreview, AssignResult
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.dry_run import DryRunScreen
from studio_tui.tui.modals.dry_run_words import DryRunResult
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.modals.type_number import confirm_if_many
from studio_tui.tui.modals.unsaved_changes import leave
from studio_tui.tui.moments import day
from studio_tui.tui.runtime.coalesced_query import CoalescedQuery
from studio_tui.tui.runtime.job import PROGRESS_DELAY, Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.assign_columns import COLUMNS
from studio_tui.tui.screens.pushes.assign_marked import MarkedScreen
from studio_tui.tui.screens.pushes.assign_source import Candidate, CandidateSource
from studio_tui.tui.screens.pushes.selection_words import filter_in_words, selection_in_words
from studio_tui.tui.text import line
from studio_tui.tui.widgets.list.audiences import filter_audience, filter_words
from studio_tui.tui.widgets.list.people_rows import RowPerson
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import when_mail_leaves
from studio_tui.wording.pushes import checks_in_brief, checks_in_words, state_in_words

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_NOBODY = (
    "Mark users with space, an earlier push's users with i; what is typed after / is added with + "
    "and taken away with -."
)
_NOBODY_MARKED = f"Nobody is marked. {_NOBODY}"
_NOT_READ = "The filter is wrong, or not written to its end: the line below it says what would do."
_COUNTING = "One moment: the marked users are being counted."


class AssignScreen(StudioScreen):
    """All active users with marks, a preview of assigning them, and the Assign button."""

    OWN_COMMANDS = (
        Command(
            "assign",
            "ctrl+s",
            "Assign",
            "Assign the marked users",
            verb="pushes assign PUSH LOGIN",
        ),
        Command(
            "import_list",
            "i",
            "Earlier push",
            "Mark the users of an earlier push",
            verb="pushes assign PUSH --from-push OTHER",
        ),
        Command(
            "add",
            "plus",
            "Add these",
            "Mark all that the filter finds, beside who is marked",
            verb="pushes assign PUSH --where FILTER",
        ),
        Command(
            "take_away",
            "minus",
            "Take away",
            "Unmark all that the filter finds",
            verb="pushes assign PUSH --where 'FILTER and not FILTER'",
        ),
        Command("marked", "f", "Marked", "See only the marked users, and take some out"),
        Command(
            "sent",
            "v",
            "What is sent",
            "See who would get what, before anything is sent",
            footer=False,
            verb="pushes assign PUSH LOGIN --dry-run --mail",
        ),
        Command(
            "checks",
            "C",
            "Look over",
            "See what may be wrong, and with whom",
            footer=False,
            verb="pushes check PUSH",
        ),
        Command(
            "no_manager",
            "M",
            "No manager",
            "See who would have no manager",
            footer=False,
            verb="pushes check PUSH",
        ),
    )

    def __init__(self, push: Push) -> None:
        super().__init__()
        self.push = push
        self._preview: AssignPreview | None = None
        self._assigning = False
        self._imported: dict[int, str] = {}
        """Names of the pushes whose users were imported, by id."""
        self._counting: CoalescedQuery[AssignPreview] = CoalescedQuery(self, self._counted)
        self._warned: list[PushWarning] = []
        self._checked: tuple[Selection[UserFilter], AssignPreview] | None = None
        self._checking: CoalescedQuery[list[PushWarning]] = CoalescedQuery(self, self._show_warned)
        self._browser: RecordBrowser[Candidate, UserFilter] = RecordBrowser(
            *COLUMNS,
            find=self.find,
            sort=Sort("name"),
            noun=("user", "users"),
            marks=True,
            empty="No users yet.\nGo to Users and import them.",
            audiences=True,
            person=lambda row: RowPerson(row.id, row.user.login, row.user.name),
            views_key="assign",
            exported_by="users list",
        )

    def body(self) -> ComposeResult:
        """Yield the push, the users, the selection in words and the preview."""
        yield Static(classes="title")
        yield self._browser
        yield Static(classes="sum")
        yield Static(classes="effect")
        with Horizontal(classes="next"):
            yield Static(classes="attention")
            yield Button("Assign users", id="assign", compact=True)

    def on_mount(self) -> None:
        """Display the push and an empty preview: no user is marked yet."""
        self._name_push(self.push)
        self._show_preview(None)

    def find(self, text: str, sort: Sort) -> tuple[UserFilter, Source[Candidate, UserFilter]]:
        """Return the users who match all words of ``text``, or the audience it contains."""
        filter_ = UserFilter(
            filter_words(text), where=filter_audience(text), candidate_for=self.push.id
        )
        users = assign.candidates(self.studio, self.actor, filter_, sort)
        return filter_, CandidateSource(users, assign.of_push(self.push))

    @property
    def selection(self) -> Selection[UserFilter]:
        """The marked users."""
        return self._list.selection

    @property
    def preview(self) -> AssignPreview | None:
        """The result of assigning the marked users.

        None if no user is marked, or until it is counted.
        """
        return self._preview

    @property
    def unsaved(self) -> bool:
        """Whether leaving would lose marks."""
        return not self.selection.empty

    def reload(self) -> None:
        """Read the push and the users again, and count the preview again."""
        push_id = self.push.id
        self.read("push", lambda: pushes.show(self.studio, self.actor, push_id), self._name_push)
        self._browser.reload()
        self._count()

    def why_not_assign(self) -> str | None:
        """Return why nobody can be assigned, or None if a marked user is not in the push yet."""
        if self.selection.empty:
            return _NOBODY_MARKED
        if self._assigning or self._preview is None:
            return _COUNTING
        if not self._preview.adding:
            return "Everyone marked is in the push already, or has left."
        return None

    def why_not_add(self) -> str | None:
        """Return why the filter cannot be marked, or None if it is complete and valid."""
        return None if self._browser.reads_as_typed else _NOT_READ

    def why_not_take_away(self) -> str | None:
        """Return why the filter cannot be unmarked, or None. It needs marks and a valid filter."""
        if self.selection.empty:
            return _NOBODY_MARKED
        return self.why_not_add()

    def why_not_marked(self) -> str | None:
        """Return why the marked users cannot be listed, or None if any are marked."""
        return _NOBODY_MARKED if self.selection.empty else None

    def why_not_sent(self) -> str | None:
        """Return why there is no mail to preview, or None if there is a recipient."""
        return self.why_not_assign()

    def why_not_checks(self) -> str | None:
        """Return why there are no warnings to read, or None if a check found any."""
        if self.selection.empty:
            return _NOBODY_MARKED
        return None if self._warned else "Nothing was found that may be wrong."

    def why_not_no_manager(self) -> str | None:
        """Return why the list would be empty, or None if a marked user has no manager."""
        if self._preview is None or not self._preview.without_manager:
            return "Nobody marked is without a manager."
        return None

    def action_assign(self) -> None:
        """Assign the marked users, and notify them and their managers (P6)."""
        adding = self._preview.adding if self._preview else 0
        question = f"Assign {adding:,} users to “{self.push.name}”?"
        detail = self._effect(self._preview).plain
        expected = adding if adding > MANY else None
        confirm_if_many(self.app, adding, question, detail, lambda: self._assign(expected))

    def _assign(self, expected: int | None) -> None:
        push, selection = self.push, self.selection
        self._assigning = True
        self._checking.drop()
        self.refresh_bindings()
        studio, actor = self.studio, self.actor
        adding = self._preview.adding if self._preview else 0
        job = Job(f"Assigning {counted(adding, 'user', 'users')}")
        self.write(
            lambda: assign.assign(
                studio, actor, push, selection, expected=expected, progress=job.report_progress
            ),
            self._assigned,
            self._refused,
            job,
            opens_screen=True,
        )

    def action_import_list(self) -> None:
        """Let the user choose an earlier push to import its users from (P3)."""
        self.read_to_open("pushes", lambda: pushes.every(self.studio, self.actor), self._ask_push)

    def action_add(self) -> None:
        """Mark all users who match the filter: an audience or words (P13)."""
        filter_ = self._browser.filter
        self._list.selection = self.selection.mark_matching(filter_)
        self.show_message(
            f"Added: {filter_in_words(filter_, self._imported)}. f shows who is marked."
        )

    def action_take_away(self) -> None:
        """Unmark all users who match the filter."""
        filter_ = self._browser.filter
        self._list.selection = self.selection.unmark_matching(filter_)
        self.show_message(f"Taken away: {filter_in_words(filter_, self._imported)}.")

    def action_marked(self) -> None:
        """Show only the marked users."""
        self.app.push_screen(MarkedScreen(self.push, self.selection), self._apply_selection)

    def action_sent(self) -> None:
        """Preview the recipients, the reasons and the mail itself (P14)."""
        title = f"What assigning them to “{self.push.name}” would send"
        studio, actor, push, selection = self.studio, self.actor, self.push, self.selection
        trial = partial(_trial, studio, actor, push, selection)
        self.app.push_screen(DryRunScreen(title, trial))

    def action_checks(self) -> None:
        """Show the warnings and the users they concern. No warning blocks assigning (P19)."""
        title = f"What may be wrong with “{self.push.name}”"
        self.app.push_screen(ReadText(title, checks_in_words(self._warned)))

    def action_no_manager(self) -> None:
        """Show only the marked users without a manager (U4)."""
        users = self._preview.without_manager if self._preview else ()
        self.app.push_screen(MarkedScreen(self.push, self.selection, users), self._apply_selection)

    def action_back(self) -> None:
        """Close the screen, after a confirmation if marks would be lost."""
        leave(self, self.unsaved, "Leave without assigning?", "Your marks would be lost.")

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the person: their pushes and the mail they received (P16)."""
        self.go_to(to.Person(event.row.id))

    def on_record_list_selection_changed(self, event: RecordList.SelectionChanged) -> None:
        """Preview the new selection.

        The list posts another message once it has counted the selection; that one only updates the
        selection in words.
        """
        if event.count is None or not event.count:
            self._preview = None
            self._clear_checks()
            self._count()
        self._show_selection()

    @property
    def _list(self) -> RecordList[Candidate, UserFilter]:
        return self._browser.list

    def _name_push(self, push: Push) -> None:
        self.push = push
        until = f" · {state_in_words(push)} · {day(push.available_from)} to {day(push.deadline)}"
        title = Content.assemble(
            line("Assign users to "), line(push.name), (until, "$muted not bold")
        )
        self.query_one(".title", Static).update(title)

    def _count(self) -> None:
        """Count the preview again. The previous result stays visible until then."""
        push, selection = self.push, self.selection
        self.refresh_bindings()
        if selection.empty:
            self._counting.drop()
            self._clear_checks()
            self._show_preview(None)
            return
        self.set_timer(PROGRESS_DELAY, self._say_counting)
        self._counting.ask(
            lambda: assign.preview(self.studio, self.actor, push, selection), about=selection
        )

    def _say_counting(self) -> None:
        if self._preview is None and not self.selection.empty:
            self._show_preview(None)
            self.query_one(".effect", Static).update(Content.styled(_COUNTING, "$muted"))

    def _counted(self, preview: AssignPreview) -> None:
        """Display the preview, then run the checks, which may take longer (P19)."""
        known, self._checked = self._checked, (self.selection, preview)
        self._show_preview(preview)
        if self._checked == known:
            return
        studio, actor, push, selection = self.studio, self.actor, self.push, self.selection
        self._checking.ask(lambda: check.check(studio, actor, push, selection), about=selection)

    def _clear_checks(self) -> None:
        self._checking.drop()
        self._warned, self._checked = [], None

    def _show_warned(self, warned: list[PushWarning]) -> None:
        self._warned = warned
        self._show_preview(self._preview)

    def _show_preview(self, preview: AssignPreview | None) -> None:
        self._preview = preview
        adding = preview.adding if preview else 0
        button = self.query_one("#assign", Button)
        button.label = f"Assign {counted(adding, 'user', 'users')}" if adding else "Assign users"
        button.disabled = not adding
        self.query_one(".effect", Static).update(self._effect(preview))
        self.query_one(".attention", Static).update(_attention(preview, self._warned))
        self.refresh_bindings()

    def _show_selection(self) -> None:
        """Display the selection in words if it contains filters, not only single users."""
        words = selection_in_words(self.selection, self._imported)
        self.query_one(".sum", Static).update(Content.assemble(("Marked: ", "$muted"), words))
        self.set_class(bool(self.selection.filters), "-sum")

    def _effect(self, preview: AssignPreview | None) -> Content:
        if preview is None:
            return Content.styled(_NOBODY, "$muted")
        users = counted(preview.adding, "user")
        managers = counted(preview.managers, "manager")
        if not preview.adding:
            return Content("Nobody would be added.")
        if not preview.users_told and not preview.managers:
            return Content(f"{users}, told of this push before: nobody gets mail again.")
        told = counted(preview.users_told, "user")
        leaves = when_mail_leaves(preview.leaves_at, self.studio.now(), self.studio.zone)
        return Content(f"{told} and {managers} get mail {leaves}; v shows it.")

    def _assigned(self, assigned: AssignResult) -> None:
        self._show_users()
        self.show_message(self._done(assigned))

    def _done(self, assigned: AssignResult) -> str:
        users = counted(assigned.added, "user")
        if not assigned.users_told and not assigned.managers_told:
            return f"{users} assigned, told of this push before: nobody gets mail again."
        managers = counted(assigned.managers_told, "manager")
        leaves = when_mail_leaves(assigned.leaves_at, self.studio.now(), self.studio.zone)
        return f"{users} assigned (z undo), {managers} told; mail leaves {leaves}."

    def _show_users(self) -> None:
        push, beneath = to.Push(self.push.id), self.app.screen_stack[-2]
        came_from = beneath.destination if isinstance(beneath, StudioScreen) else None
        if isinstance(came_from, to.Push) and came_from.id == push.id:
            cast(StudioScreen, beneath).show_result_of(push)
            self.dismiss()
        else:
            self.shell.go_to(push, instead=True)

    def _refused(self, error: StudioError) -> None:
        self._assigning = False
        self.show_error(error.message)
        self._preview = None
        self._count()

    def _ask_push(self, every: list[Push]) -> None:
        choices = [
            Choice(push, push.name, f"{counted(push.progress.assigned, 'user', 'users')}, {hint}")
            for push in every
            if push.id != self.push.id and push.progress.assigned
            for hint in (state_in_words(push),)
        ]
        if not choices:
            self.show_error("No other push has users yet.")
            return
        self.app.push_screen(Choose("Mark the users of", choices), self._import)

    def _import(self, push: Push | None) -> None:
        if push is not None:
            self._imported[push.id] = push.name
            self._list.selection = self.selection.mark_matching(assign.of_push(push))
            users = counted(push.progress.assigned, "user")
            self.show_message(
                f"{users} of “{push.name}” marked. f shows them; space takes one out."
            )

    def _apply_selection(self, selection: Selection[UserFilter] | None) -> None:
        if selection is not None:
            self._list.selection = selection

    @on(Button.Pressed, "#assign")
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.action_command("assign")


def _trial(
    studio: "Studio",
    actor: Actor,
    push: Push,
    selection: Selection[UserFilter],
    wanted: Callable[[], bool],
) -> DryRunResult:
    run = dry_run(
        studio,
        lambda: assign.assign(studio, actor, push, selection),
        lambda assigned: assigned.activity_id,
        wanted,
    )
    return DryRunResult(run, assign.skipped(studio, actor, push, selection))


def _attention(preview: AssignPreview | None, warned: Sequence[PushWarning]) -> Content:
    if preview is None:
        return Content("")
    parts = []
    if preview.without_manager:
        verb = "has" if len(preview.without_manager) == 1 else "have"
        words = f"{preview.without_manager_in_words} {verb} no manager (M)"
        parts.append((words, "$warning"))
    if preview.already:
        parts.append((f"{preview.already:,} in the push already", "$muted"))
    if preview.left:
        parts.append((f"{preview.left:,} left, not assigned", "$muted"))
    if words := checks_in_brief(warned):
        parts.append((f"{words} (C)", "$warning"))
    return Content(" · ").join(Content.styled(text, style) for text, style in parts)
