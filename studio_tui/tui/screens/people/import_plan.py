"""The preview of an import, and the command that applies it (U6)."""

from functools import partial
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import ContentSwitcher, Static

from studio_tui.domain.people.hr_file import FileHints, Refusal, Remark
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Conflict, NothingToDo, StudioError
from studio_tui.services.outbox import outbox
from studio_tui.services.people import imports, unattended
from studio_tui.services.people.import_plan import ImportPlan, PlannedUser
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.modals.type_number import confirm_if_many
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.people.import_columns import (
    COLUMNS,
    Heading,
    ask_for_field,
    ask_for_word_meaning,
    planned_headings,
)
from studio_tui.tui.screens.people.import_form import FILE_FORMAT, FileFormatDialog
from studio_tui.tui.screens.people.import_reading import ComparedFile
from studio_tui.tui.screens.people.import_rows import (
    REFUSAL_COLUMNS,
    WARNING_COLUMNS,
    NumberedSource,
    remark_in_full,
    user_columns,
    user_in_full,
)
from studio_tui.tui.screens.people.resend_offer import offer_resend
from studio_tui.tui.text import line
from studio_tui.tui.widgets.labels import Label, LabelLine
from studio_tui.tui.widgets.list.memory_source import MemorySource
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.progress import ProgressLine
from studio_tui.tui.widgets.tabs import TabLine
from studio_tui.wording.counting import counted

_ADMINS = 5
"""Maximum number of new admins listed by name."""
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


@dataclass(frozen=True, slots=True)
class MeaningAssigned:
    """The user assigned a field to a column, or a meaning to a word.

    The file must be read again.
    """

    heading: str
    field: str


@dataclass(frozen=True, slots=True)
class PreviewOutdated:
    """The waiting import was replaced, or does more than the preview showed. Compare it again."""

    why: str


@dataclass(frozen=True, slots=True)
class ImportFinished:
    """The import was applied or discarded."""

    words: str
    """The result in a sentence."""
    bounced: tuple[int, ...] = ()
    """Ids of bounced mails whose recipient has another address after the import."""


ImportDecision = ImportFinished | MeaningAssigned | FileHints | PreviewOutdated | None
"""The result of the screen. Except after `ImportFinished` and None, the file is read again."""


def close_with_result(screen: StudioScreen, done: ImportFinished) -> None:
    """Close ``screen``, which read the file, and report the result.

    Offers to send mails again if they bounced from an address that the import corrected.
    """
    screen.dismiss()
    screen.shell.check_for_changes()
    screen.show_message(done.words)
    offer_resend(screen, done.bounced)


class ImportPlanScreen(StudioScreen):
    """A preview of importing a file. The result of the screen is an `ImportDecision`."""

    OWN_COMMANDS = (
        Command(
            "import",
            "i",
            "Import",
            "Import what the file says",
            footer=False,
            verb="users import FILE",
        ),
        Command(
            "skip",
            "S",
            "Skip refused",
            "Import all lines but those refused",
            footer=False,
            verb="users import FILE --skip-refused",
        ),
        Command(
            "discard",
            "D",
            "Delete",
            "Throw this import away: nothing is changed by it",
            verb="users import --waiting --discard",
        ),
        FILE_FORMAT,
        Command("next_list", "right", "Next list", "Go to the list to the right"),
        Command.moving("previous_list", "left", "Go to the list to the left"),
    )

    def __init__(self, compared: ComparedFile) -> None:
        super().__init__()
        self._compared = compared
        self._plan = compared.plan
        self._headings = planned_headings(self._plan.recognised, self._plan.ignored)

    def body(self) -> ComposeResult:
        """Yield the file, a list for each kind of change, and the available commands."""
        yield Static(self._read_in_words(), classes="title")
        tabs = TabLine([(key, f"{title} {n:,}") for key, title, n in self._tabs()])
        tabs.can_focus = False
        yield tabs
        with ContentSwitcher(initial=self._tabs()[0][0]):
            yield RecordList(*user_columns("Says"), id="added", empty="Nobody new.")
            yield RecordList(*user_columns("Changes"), id="changed", empty="Nobody changes.")
            yield RecordList(*user_columns("Changes as well"), id="left", empty="Nobody leaves.")
            yield RecordList(*user_columns("Changes as well"), id="returned", empty="Nobody.")
            yield RecordList(*REFUSAL_COLUMNS, id="refused", empty="No line is refused.")
            yield RecordList(*WARNING_COLUMNS, id="warnings", empty="No warnings.")
            yield RecordList(*COLUMNS, id="columns", empty="")
        yield Static(self._besides(), classes="besides")
        yield ProgressLine()
        yield LabelLine(id="offers")

    def on_mount(self) -> None:
        """Focus the first list and fill all lists after the first refresh."""
        self.set_focus(self._list(self._tabs()[0][0]))
        self._offer_commands()
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        plan = self._plan
        for name, rows in (
            ("added", plan.added),
            ("changed", plan.changed),
            ("left", plan.left),
            ("returned", plan.returned),
            ("refused", plan.refusals),
            ("warnings", plan.warnings),
        ):
            self._list(name).set_source(NumberedSource[Any](rows), "")
        self._list("columns").set_source(MemorySource(self._headings), "")

    # Lists

    def action_next_list(self) -> None:
        """Select the list to the right."""
        self.query_one(TabLine).action_next_tab()

    def action_previous_list(self) -> None:
        """Select the list to the left."""
        self.query_one(TabLine).action_previous_tab()

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        """Show and focus the selected list."""
        self.query_one(ContentSwitcher).current = event.key
        self.set_focus(self._list(event.key))

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Show the row in full, or let the user assign a meaning to a column or word."""
        if isinstance(event.row, Heading):
            if why := self.why_not_form():
                self.show_error(why)
            else:
                self._assign_field(event.row)
            return
        match event.row.item:
            case PlannedUser() as user:
                self.app.push_screen(ReadText(user.name, user_in_full(user)))
            case Refusal(word=str(word)) if word and not self._compared.waiting:
                self._assign_word_meaning(word)
            case Remark() as remark:
                title = "Refused" if isinstance(remark, Refusal) else "Warning"
                self.app.push_screen(ReadText(title, remark_in_full(remark)))

    @work
    async def _assign_field(self, heading: Heading) -> None:
        field = await self.app.push_screen_wait(ask_for_field(heading))
        if field is not None:
            self.dismiss(MeaningAssigned(heading.name, field))

    @work
    async def _assign_word_meaning(self, word: str) -> None:
        status = await self.app.push_screen_wait(ask_for_word_meaning(word))
        if status is not None:
            self.dismiss(MeaningAssigned(word, status))

    def why_not_form(self) -> str | None:
        """Return why the file format cannot be changed, or None.

        A waiting import is always read with the options it was given with.
        """
        if self._compared.waiting is None:
            return None
        return "What waits is read as it was given: throw it away, and import the file from here."

    def action_form(self) -> None:
        """Let the user correct the detected file format, and read the file again."""

        def specified(hints: FileHints | None) -> None:
            if hints is not None:
                self.dismiss(hints)

        found = self._form_in_words(", separated by ")
        self.app.push_screen(FileFormatDialog(self._compared.hints, found), specified)

    # Importing

    def may_do(self, command: Command) -> bool:
        """Return whether ``command`` is permitted.

        Skip needs refused lines, Delete a waiting import.
        """
        needed = {"skip": self._plan.refusals, "discard": self._compared.waiting}
        return bool(needed.get(command.id, True)) and super().may_do(command)

    def why_not_import(self) -> str | None:
        """Return why the file cannot be imported, or None.

        It is imported completely or not at all.
        """
        if self._plan.refusals:
            return self._why_refused()
        return self._why_nothing()

    def why_not_skip(self) -> str | None:
        """Return why nothing can be imported, or None. At least one line must remain."""
        return self._why_nothing()

    def action_import(self) -> None:
        """Import the whole file."""
        self._confirm_if_many(skip_refused=False)

    @work
    async def action_skip(self) -> None:
        """Import all lines except the refused ones, after a confirmation."""
        refused = counted(len(self._plan.refusals), "refused line")
        question = Confirm(
            f"Import {self._people()} without the {refused}?",
            f"Import and skip {refused}",
            detail="Who is on a refused line stays as they are, or is not added.",
        )
        if await self.app.push_screen_wait(question):
            self._confirm_if_many(skip_refused=True)

    @work
    async def action_discard(self) -> None:
        """Discard the waiting import, after a confirmation."""
        name = self._compared.path.name
        question = Confirm(
            f"Throw {name} away?",
            "Throw away",
            detail="Nothing is changed by it, and the same file does nothing when it comes again.",
        )
        if (waiting := self._compared.waiting) is None:
            return
        if await self.app.push_screen_wait(question):
            self.write(
                lambda: unattended.discard(self.studio, self.actor, seen=waiting.last),
                lambda _: self.dismiss(
                    ImportFinished(f"{name} is thrown away: nothing was changed by it.")
                ),
                self._failed,
            )

    def action_back(self) -> None:
        """Stop a running import or, if none is running, close the screen."""
        progress = self.query_one(ProgressLine)
        if progress.job is not None:
            progress.stop()
        else:
            self.dismiss(None)

    def _confirm_if_many(self, *, skip_refused: bool) -> None:
        left = len(self._plan.left)
        question = f"Mark {counted(left, 'user', 'users')} as left?"
        detail = "Nothing is asked of them any more, and they do not come in."
        act = partial(self._apply, skip_refused=skip_refused)
        confirm_if_many(self.app, left, question, detail, act)

    def _apply(self, *, skip_refused: bool) -> None:
        job = Job(f"Importing {self._people()}", in_place=True)
        self.query_one(ProgressLine).start(job)
        self.refresh_bindings()
        self.write(lambda: self._import(job, skip_refused), self.dismiss, self._failed, job)

    def _import(self, job: Job, skip_refused: bool) -> ImportFinished:
        studio, actor, compared = self.studio, self.actor, self._compared
        if compared.waiting is not None:
            plan = unattended.apply(
                studio, actor, seen=compared.waiting, progress=job.report_progress
            )
        else:
            plan = imports.apply(
                studio,
                actor,
                compared.file,
                skip_refused=skip_refused,
                progress=job.report_progress,
            )
        return ImportFinished(
            self._done_in_words(plan), outbox.bounced_with_new_address(studio, actor)
        )

    def _done_in_words(self, plan: ImportPlan) -> str:
        skipped = counted(len(plan.refusals), "line")
        refused = f", {skipped} skipped" if plan.refusals else ""
        admins = _admins(plan, "is an admin", "are admins")
        done = f"Imported {self._compared.path.name}: {plan.summary}{refused}."
        return f"{done} {admins}".rstrip()

    def _failed(self, error: StudioError) -> None:
        if self._compared.waiting is not None and isinstance(error, Conflict | NothingToDo):
            self.dismiss(PreviewOutdated(error.message))
            return
        self.query_one(ProgressLine).done()
        self.refresh_bindings()
        self.show_error(error.message)

    def _why_refused(self) -> str:
        lines = counted(len(self._plan.refusals), "line is", "lines are")
        if words := self._plan.unknown_words:
            return f"{lines} refused: press ⏎ on one to say what “{words[0]}” means."
        return f"{lines} refused: correct the file, or press S to import the others."

    def _why_nothing(self) -> str | None:
        if self.query_one(ProgressLine).job is not None:
            return "The import is under way; escape stops it."
        if self._plan.touched:
            return None
        return "There is nothing to import: everybody is as the file says already."

    # In words

    def _tabs(self) -> list[tuple[str, str, int]]:
        """Return the lists that are not empty, those that need a decision first."""
        plan = self._plan
        tabs = [
            ("refused", "Refused", len(plan.refusals)),
            ("added", "Added", len(plan.added)),
            ("changed", "Changed", len(plan.changed)),
            ("left", "Left", len(plan.left)),
            ("returned", "Returned", len(plan.returned)),
            ("warnings", "Warnings", len(plan.warnings)),
            ("columns", "Columns", len(self._headings)),
        ]
        return [tab for tab in tabs if tab[2]]

    def _read_in_words(self) -> Content:
        name = line(self._compared.path.name, "bold")
        if (waiting := self._compared.waiting) is not None:
            return Content.assemble(name, line(f"  waits: {waiting.last.why}", "$warning"))
        form = self._form_in_words(", ")
        return Content.assemble(name, (f"  {form} · nothing is changed yet", "$muted"))

    def _form_in_words(self, between: str) -> str:
        plan = self._plan
        if plan.sheet:
            return f"{plan.encoding}, sheet “{plan.sheet}”"
        return f"{plan.encoding}{between}{self._separator()}"

    def _separator(self) -> str:
        return _DELIMITERS.get(self._plan.delimiter, f"“{self._plan.delimiter}”")

    def _besides(self) -> Content:
        plan = self._plan
        words = [f"{plan.unchanged:,} unchanged"] if plan.unchanged else []
        if plan.teams_created:
            teams = counted(len(plan.teams_created), "new team")
            words.append(f"{teams}: {', '.join(plan.teams_created[:20])}")
        if plan.ignored:
            words.append(f"{counted(len(plan.ignored), 'column', 'columns')} ignored")
        besides = line(" · ".join(words), "$muted")
        if admins := _admins(plan, "becomes an admin", "become admins"):
            besides = Content.assemble(line(admins, "$warning"), "  ", besides)
        if not plan.refusals:
            return besides
        return Content.assemble(line(f"{self._why_refused()}  ", "$warning"), besides)

    def _offer_commands(self) -> None:
        plan = self._plan
        skip = f"Import and skip {counted(len(plan.refusals), 'refused line', 'refused lines')}"
        offers = [("import", "i", f"Import {self._people()}", not self.why_not_import())]
        if plan.refusals:
            offers.append(("skip", "S", skip, bool(plan.touched)))
        if self._compared.waiting is not None:
            offers.append(("discard", "D", "Throw it away", True))
        offers.append(("back", "esc", "Cancel", True))
        self.query_one("#offers", LabelLine).show([_offer(*offer) for offer in offers])

    async def on_label_line_pressed(self, event: LabelLine.Pressed) -> None:
        """Run the command that was clicked."""
        event.stop()
        await self.action_command(event.key)

    def _people(self) -> str:
        return counted(len(self._plan.touched), "user")

    def _list(self, name: str) -> RecordList[Any, str]:
        return self.query_one(f"#{name}", RecordList)


def _offer(id_: str, key: str, words: str, possible: bool) -> Label:
    if not possible:
        return Label(id_, Content.styled(f"{key} {words}", "$unavailable $unavailable-style"))
    return Label(id_, Content.assemble((key, "$key bold"), " ", words))


def _admins(plan: ImportPlan, one: str, several: str) -> str:
    """Return a sentence with the users who become admins; empty if there are none."""
    names = [f"{user.name} ({user.login})" for user in plan.new_admins]
    if not names:
        return ""
    more = f" and {len(names) - _ADMINS:,} more" if len(names) > _ADMINS else ""
    return f"{', '.join(names[:_ADMINS])}{more} {one if len(names) == 1 else several}."
