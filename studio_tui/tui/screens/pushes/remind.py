"""A preview of a reminder: recipients, skipped users with reasons, and the mail (P14, P15)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from studio_tui.domain.pushes.push import Assignment, AssignmentFilter, Push, SkippedPerson
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox.dry_run import DryRun, dry_run, dry_run_of
from studio_tui.services.pushes import remind
from studio_tui.services.pushes import remind_everywhere as everywhere
from studio_tui.services.pushes.push_reminders import ManagersPreview, RemindPreview, RemindResult
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dry_run_words import DryRunResult, in_words
from studio_tui.tui.modals.type_number import confirm_if_many
from studio_tui.tui.moments import moment_and_zone
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.push_words import managers_told
from studio_tui.tui.text import line
from studio_tui.tui.widgets.mail_text import MailText
from studio_tui.tui.widgets.toggle import Toggle
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import when_mail_leaves

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio

_EVERYWHERE = "all open pushes"
_AGAIN = "Remind also those reminded a short while ago (a)"


class RemindScreen(StudioScreen):
    """A preview of reminding ``selection`` of a push, or of all open pushes if it is None.

    ``whom`` describes the selection in words. The result of the screen is True once the reminders
    are sent.
    """

    OWN_COMMANDS = (
        Command("remind", "ctrl+s", "Remind", "Send the reminder", verb="pushes remind PUSH LOGIN"),
        Command(
            "again",
            "a",
            "Also recent",
            "Remind also those who were reminded a short while ago",
            verb="pushes remind PUSH --again",
        ),
    )

    RECIPIENT = "user"
    """Singular noun for a recipient."""
    NO_RECIPIENTS = "Nobody to remind: everyone chosen has held it, has left or was just reminded."
    ALSO_NOTIFIED = "Their managers are told as well."
    """Sentence about further recipients, displayed before sending."""

    def __init__(
        self, push: Push | None, selection: Selection[AssignmentFilter], whom: str
    ) -> None:
        super().__init__()
        self.push = push
        self._selection = selection
        self._whom = whom
        self._preview: RemindPreview | ManagersPreview | None = None
        self._reminding = False

    def body(self) -> ComposeResult:
        """Yield the title, the selection in words, the preview and the button."""
        title = Content.assemble(line(f"Remind {self.RECIPIENT}s of "), line(self._of))
        yield Static(title, classes="title")
        yield Static(line(self._whom), classes="whom")
        yield Toggle(_AGAIN)
        with MailText():
            yield Static("One moment: it is tried, and taken back.")
        yield Static(classes="effect")
        with Horizontal(classes="next"):
            yield Static(classes="attention")
            yield Button("Remind", id="remind", compact=True, disabled=True)

    def on_mount(self) -> None:
        """Focus the preview, so that the arrow keys scroll it."""
        self.set_focus(self.query_one(MailText))

    @property
    def preview(self) -> RemindPreview | ManagersPreview | None:
        """The counted recipients; None until they are counted."""
        return self._preview

    def reload(self) -> None:
        """Count again. The dry run is repeated only if the result differs."""
        self.read("preview", partial(self.count_recipients, self._again), self._counted)

    def count_recipients(self, again: bool) -> RemindPreview | ManagersPreview:
        """Return how many users would be reminded. Called off the event loop."""
        if self.push is None:
            return everywhere.preview(self.studio, self.actor, self._selection, again=again)
        return remind.preview(self.studio, self.actor, self.push, self._selection, again=again)

    def send(self, again: bool, progress: Progress = ignore_progress) -> RemindResult:
        """Send the reminders and return the result. Called off the event loop."""
        studio, actor, selection = self.studio, self.actor, self._selection
        if self.push is None:
            return everywhere.remind(studio, actor, selection, again=again, progress=progress)
        return remind.remind(studio, actor, self.push, selection, again=again, progress=progress)

    def read_skipped(
        self, preview: RemindPreview | ManagersPreview, again: bool
    ) -> list[SkippedPerson]:
        """Return the users who would be skipped, with reasons. Called off the event loop."""
        push, selection = self.push, self._selection
        if push is None:
            return everywhere.skipped(self.studio, self.actor, selection, again=again)
        found = remind.skipped(self.studio, self.actor, push, selection, again=True)
        if isinstance(preview, RemindPreview) and not again:
            found += _recently(preview.recently, self.studio.zone)
        return found

    def why_not_remind(self) -> str | None:
        """Return why no reminder can be sent, or None if there is a recipient."""
        if self._reminding or self._preview is None:
            return "One moment: those chosen are being counted."
        if not self._preview.reminding:
            return self.NO_RECIPIENTS
        return None

    def action_remind(self) -> None:
        """Remind the selected users and notify their managers (P15)."""
        number = self._preview.reminding if self._preview else 0
        question = f"Remind {number:,} {self.RECIPIENT}s of {self._of_quoted}?"
        confirm_if_many(self.app, number, question, self.ALSO_NOTIFIED, self._remind)

    def _remind(self) -> None:
        self._reminding = True
        self.refresh_bindings()
        reminded = self._preview.reminding if self._preview else 0
        job = Job(f"Reminding {counted(reminded, self.RECIPIENT)}")
        call = partial(self.send, self._again, job.report_progress)
        self.write(call, self._reminded, self._refused, job)

    def action_again(self) -> None:
        """Include or exclude users who were reminded a short while ago."""
        self.query_one(Toggle).action_change()

    @property
    def _of(self) -> str:
        return self.push.name if self.push else _EVERYWHERE

    @property
    def _of_quoted(self) -> str:
        return f"“{self.push.name}”" if self.push else _EVERYWHERE

    @property
    def _again(self) -> bool:
        return self.query_one(Toggle).on

    def _counted(self, preview: RemindPreview | ManagersPreview) -> None:
        if preview == self._preview:
            return
        self._preview = preview
        button = self.query_one("#remind", Button)
        reminded = counted(preview.reminding, self.RECIPIENT)
        button.label = f"Remind {reminded}" if preview.reminding else "Remind"
        button.disabled = not preview.reminding
        self.query_one(".attention", Static).update(_attention(preview, again=self._again))
        self.refresh_bindings()
        self._start_dry_run(preview)

    def _start_dry_run(self, preview: RemindPreview | ManagersPreview) -> None:
        studio, trying = self.studio, self._dry_run_call(preview)

        def tried() -> tuple[Content, str]:
            trial = trying()
            return in_words(trial, studio.zone), _effect(studio, preview, trial)

        self.read("trial", tried, self._show_dry_run, self._show_dry_run_error)

    def _dry_run_call(self, preview: RemindPreview | ManagersPreview) -> Callable[[], DryRunResult]:
        again = self._again

        def trying() -> DryRunResult:
            skipped = self.read_skipped(preview, again)
            if not preview.reminding:
                return DryRunResult(skipped=skipped)
            return DryRunResult(self._dry_run(again), skipped)

        return trying

    def _dry_run(self, again: bool) -> DryRun:
        studio, send = self.studio, partial(self.send, again)
        if self.push is None:
            # One action per push, so there is no single activity id.
            return dry_run_of(studio, self.actor, send, lambda: self.is_attached)
        return dry_run(studio, send, lambda done: done.activity_id, lambda: self.is_attached)

    def _show_dry_run(self, tried: tuple[Content, str]) -> None:
        text, effect = tried
        self._text.update(text)
        self.query_one(".effect", Static).update(effect)

    def _show_dry_run_error(self, error: StudioError) -> None:
        self._text.update(line(error.message, "$error"))

    def _reminded(self, reminded: RemindResult) -> None:
        when = when_mail_leaves(reminded.leaves_at, self.studio.now(), self.studio.zone)
        self.dismiss(True)
        self.show_message(f"{self.result_in_words(reminded)}; mail leaves {when}.")

    def result_in_words(self, reminded: RemindResult) -> str:
        """Return how many users were reminded, with the undo hint."""
        if self.push is None:
            mails = counted(reminded.users_told + reminded.managers_told, "mail")
            return f"{mails} of {pushes_to_undo(reminded)}"
        users = counted(reminded.users_told, "user")
        return f"{users} reminded (z undo), {counted(reminded.managers_told, 'manager')} told"

    def _refused(self, error: StudioError) -> None:
        self._reminding = False
        self.show_error(error.message)
        self._preview = None
        self.reload()

    @property
    def _text(self) -> Static:
        return self.query_one("MailText Static", Static)

    @on(Toggle.Changed)
    def _toggled(self) -> None:
        self.reload()

    @on(Button.Pressed, "#remind")
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.action_command("remind")


def pushes_to_undo(reminded: RemindResult) -> str:
    """Return the number of pushes with the undo hint: ``2 pushes (z undo, one after another)``."""
    each = ", one after another" if reminded.pushes > 1 else ""
    return f"{counted(reminded.pushes, 'push', 'pushes')} (z undo{each})"


def _effect(studio: "Studio", preview: RemindPreview | ManagersPreview, trial: DryRunResult) -> str:
    told = trial.run.notifications
    if not told:
        return "Nobody is reminded."
    when = when_mail_leaves(min(each.due_at for each in told), studio.now(), studio.zone)
    if isinstance(preview, ManagersPreview):
        gets = "gets" if preview.reminding == 1 else "get"
        managers = counted(preview.reminding, "manager")
        mail = "mail" if len(told) == preview.reminding else f"{len(told):,} mails"
        return f"{managers} {gets} {mail} {when}; their people get none."
    users = counted(preview.reminding, "user")
    return f"{users} and {managers_told(told)} get mail {when}."


def _recently(recently: Sequence[Assignment], zone: ZoneInfo) -> list[SkippedPerson]:
    return [
        SkippedPerson(
            each.login, each.name, f"was reminded {moment_and_zone(each.reminded_at, zone)}"
        )
        for each in recently
    ]


def _attention(preview: RemindPreview | ManagersPreview, *, again: bool) -> Content:
    if isinstance(preview, ManagersPreview):
        recently, others = preview.recently, {"asked for nothing more": preview.nothing}
    else:
        recently = preview.recently_count
        others = {"held already": preview.done, "left": preview.left}
    parts = [(f"{recently:,} reminded a short while ago", "$warning")] if recently else []
    parts = [] if again else parts
    parts += [(f"{number:,} {words}", "$muted") for words, number in others.items() if number]
    shown = Content(" · ").join(Content.styled(text, style) for text, style in parts)
    return Content.assemble(("Not reminded: ", "$muted"), shown) if parts else Content("")
