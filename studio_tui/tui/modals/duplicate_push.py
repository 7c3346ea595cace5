"""A dialog that duplicates a push on other days, with a proposal filled in (P17)."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from studio_tui.domain.pushes.push import Push, PushDraft
from studio_tui.domain.shared.errors import Invalid
from studio_tui.services.pushes import duplicate as service
from studio_tui.services.pushes.assign import AssignResult
from studio_tui.services.pushes.duplicate import DuplicateProposal
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.ask_form import AskForm, days_in
from studio_tui.tui.modals.dry_run import show_sent
from studio_tui.tui.modals.type_number import confirm_if_many
from studio_tui.tui.moments import day
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.widgets.field import Field
from studio_tui.wording.counting import counted


def duplicate(screen: StudioScreen, push: Push, then: Callable[[AssignResult], None]) -> None:
    """Ask for the name and the days of a push like ``push``, and create it.

    ``then`` receives the result.
    """
    studio, actor = screen.studio, screen.actor

    def ask(proposal: DuplicateProposal) -> None:
        def meant(draft: PushDraft) -> None:
            question = f"Assign {proposal.people:,} users to “{draft.name}” and tell them?"
            detail = "Their managers are told as well."
            confirm_if_many(screen.app, proposal.people, question, detail, lambda: make(draft))

        def make(draft: PushDraft) -> None:
            job = Job(f"Making “{draft.name}”")
            screen.write(
                lambda: service.duplicate(studio, actor, push, draft, progress=job.report_progress),
                made,
                form.show_error,
                job,
            )

        def made(done: AssignResult) -> None:
            form.dismiss(True)
            then(done)

        form = DuplicatePush(screen, push, proposal, meant)
        screen.app.push_screen(form)

    screen.read_to_open("duplicate", lambda: service.propose(studio, actor, push), ask)


def duplicated_in_words(done: AssignResult) -> str:
    """Return a sentence about the created push for the status line."""
    if not done.added:
        return f"“{done.push.name}” is created; nobody is assigned to it."
    managers = counted(done.managers_told, "manager")
    users = counted(done.added, "user")
    return f"“{done.push.name}” is created: {users} assigned, {managers} told (z undo)."


class DuplicatePush(AskForm):
    """Asks for the name and the days of the new push and passes its draft to ``save``."""

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
        proposal: DuplicateProposal,
        save: Callable[[PushDraft], None],
    ) -> None:
        draft = proposal.draft
        fields = (
            Field("name", "Name", draft.name),
            Field("available_from", "Available from", day(draft.available_from), is_day=True),
            Field("deadline", "Deadline", day(draft.deadline), is_day=True),
        )
        people = counted(proposal.people, "user")
        still = "who is" if proposal.people == 1 else "who are"
        super().__init__(
            f"Another push like “{push.name}”",
            fields,
            lambda *_: self._with_draft(save),
            f"Ctrl+s assigns the {people} of it {still} still there, and tells them.",
        )
        self._home = screen
        self._push = push
        self._proposal = proposal

    def action_sent(self) -> None:
        """Show the mail that creating the push would send."""
        self._with_draft(self._show_sent)

    def _show_sent(self, draft: PushDraft) -> None:
        home, push = self._home, self._push
        title = f"What making “{draft.name}” would send"
        show_sent(home, title, lambda: service.duplicate(home.studio, home.actor, push, draft))

    def _with_draft(self, then: Callable[[PushDraft], None]) -> None:
        """Pass the entered draft to ``then``, or show the errors below the fields."""
        values = self._form.values()
        try:
            days = days_in(values, ("available_from", "deadline"), self._home.studio.today())
        except Invalid as error:
            self.show_error(error)
            return
        first, last = days["available_from"], days["deadline"]
        draft = self._proposal.draft
        then(replace(draft, name=values["name"], available_from=first, deadline=last))
