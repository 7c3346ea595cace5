"""A push once more, on other days: asked with everything proposed, then done (P17)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.domain.pushes.push import Push, PushDraft
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.written_dates import parse_day
from studio_tui.services.pushes import duplicate as service
from studio_tui.services.pushes.assign import Assigned
from studio_tui.services.pushes.duplicate import Proposal
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.modals.dry_run import show_sent
from studio_tui.tui.modals.type_number import once_meant
from studio_tui.tui.moments import day
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field, Form
from studio_tui.wording.counting import counted

_DAYS = ("available_from", "deadline")


def duplicate(screen: StudioScreen, push: Push, then: Callable[[Assigned], None]) -> None:
    """Ask for the name and the days of a push like ``push``, with what is proposed filled in, make
    it, and hand on what was done."""
    studio, actor = screen.studio, screen.actor

    def ask(proposal: Proposal) -> None:
        def meant(draft: PushDraft) -> None:
            question = f"Assign {proposal.people:,} users to “{draft.name}” and tell them?"
            detail = "Their managers are told as well."
            once_meant(screen.app, proposal.people, question, detail, lambda: make(draft))

        def make(draft: PushDraft) -> None:
            job = Job(f"Making “{draft.name}”")
            screen.write(
                lambda: service.duplicate(studio, actor, push, draft, progress=job.tell),
                made,
                form.show_error,
                job,
            )

        def made(done: Assigned) -> None:
            form.dismiss(True)
            then(done)

        form = DuplicatePush(screen, push, proposal, meant)
        screen.app.push_screen(form)

    screen.read_to_open("duplicate", lambda: service.propose(studio, actor, push), ask)


def duplicated_in_words(done: Assigned) -> str:
    """What making it did, for the status line."""
    if not done.added:
        return f"“{done.push.name}” is created; nobody is assigned to it."
    managers = counted(done.managers_told, "manager")
    users = counted(done.added, "user")
    return f"“{done.push.name}” is created: {users} assigned, {managers} told (z undo)."


class DuplicatePush(Dialog[bool]):
    """Name and days of the push to be made; ``save`` is handed them. Whoever saves ends this with
    True."""

    AUTO_FOCUS = "Input"
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(
            "save",
            "ctrl+s",
            "Assign users",
            "Make the push and assign its people",
            verb="pushes duplicate PUSH --name NAME --from DAY --deadline DAY",
        ),
        Command("sent", "ctrl+t", "What is sent", "See what it would send, and to whom"),
    )

    def __init__(
        self,
        screen: StudioScreen,
        push: Push,
        proposal: Proposal,
        save: Callable[[PushDraft], None],
    ) -> None:
        super().__init__()
        self._home = screen
        self._push = push
        self._proposal = proposal
        self._save = save
        draft = proposal.draft
        self._form = Form(
            Field("name", "Name", draft.name),
            Field("available_from", "Available from", day(draft.available_from), is_day=True),
            Field("deadline", "Deadline", day(draft.deadline), is_day=True),
        )

    def compose(self) -> ComposeResult:
        """Which push, the fields, and who is told."""
        people = counted(self._proposal.people, "user")
        still = "who is" if self._proposal.people == 1 else "who are"
        with Vertical(classes="dialog wide"):
            yield Static(line(f"Another push like “{self._push.name}”"), classes="question")
            yield self._form
            yield Static(f"Ctrl+s assigns the {people} of it {still} still there, and tells them.")

    def show_error(self, error: StudioError) -> None:
        """Say beside the fields what is wrong."""
        self._form.show_error(error)

    def action_save(self) -> None:
        """Hand on what is entered, or say beside the fields why not."""
        if (draft := self._entered()) is not None:
            self._save(draft)

    def action_sent(self) -> None:
        """Show what making it would send."""
        if (draft := self._entered()) is not None:
            home, push = self._home, self._push
            title = f"What making “{draft.name}” would send"
            show_sent(home, title, lambda: service.duplicate(home.studio, home.actor, push, draft))

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        self.action_save()

    def _entered(self) -> PushDraft | None:
        values, wrong = self._form.values(), dict[str, str]()
        days = dict[str, date]()
        for name in _DAYS:
            try:
                days[name] = parse_day(values[name], self._home.studio.today())
            except ValueError as error:
                wrong[name] = str(error)
        if wrong:
            self._form.show_error(Invalid(wrong))
            return None
        first, last = days["available_from"], days["deadline"]
        return replace(
            self._proposal.draft, name=values["name"], available_from=first, deadline=last
        )
