"""Actions on the whole record of a user: export, merge and erase (U11, U13)."""

from collections.abc import Callable

from studio_tui.domain.people.person_acts import EraseResult, MergeResult
from studio_tui.domain.people.users import User
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.text import fold
from studio_tui.services.people import erasing, merging, personal_data
from studio_tui.services.people.personal_data import ArchiveSummary
from studio_tui.tui.modals.ask_file import AskFile
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.excuse import SingleFieldDialog
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.widgets.field import Field
from studio_tui.wording.counting import counted
from studio_tui.wording.people import erased_in_words, merged_in_words

Failed = Callable[[StudioError], None]


def export_data(screen: StudioScreen, user: User) -> None:
    """Prompt for a file and write all stored data about the user to it."""
    studio, actor = screen.studio, screen.actor

    def written(made: ArchiveSummary | None) -> None:
        if made is None:
            return
        talks, mails = counted(made.conversations, "conversation"), counted(made.mails, "mail")
        summary = f"In the file: {talks}, {mails}, {counted(made.lines, 'line')} of activity."
        if made.closed:
            summary += f" {counted(made.closed, 'text')} not in it: README.txt in it says why."
        screen.show_message(summary)

    ask = AskFile[ArchiveSummary](
        f"Export all that is kept about {user.name}",
        lambda path, _: personal_data.export(studio, actor, user.login, path),
        value=f"{user.login}.zip",
        hint="A new file on the machine the Studio runs on, which only you can read",
    )
    screen.app.push_screen(ask, written)


def merge(screen: StudioScreen, user: User) -> None:
    """Prompt for another record, preview the merge, and merge it into that of the user."""
    studio, actor = screen.studio, screen.actor

    def merged(done: MergeResult) -> None:
        screen.show_message(
            f"{done.other.name} ({done.other.login}) is merged into {done.kept.name}."
        )

    def ask(found: MergeResult) -> None:
        other = found.other
        question = Confirm(
            f"Merge {other.name} ({other.login}) into {found.kept.name} ({found.kept.login})?",
            "Merge",
            detail="\n".join([*merged_in_words(found), "This cannot be undone."]),
        )

        def answered(yes: bool | None) -> None:
            if yes:
                screen.write(lambda: merging.merge(studio, actor, user.login, other.login), merged)

        screen.app.push_screen(question, answered)

    def look(name: str, failed: Failed) -> None:
        def found(what: MergeResult) -> None:
            form.dismiss(True)
            ask(what)

        screen.read(
            "merge", lambda: merging.preview(studio, actor, user.login, name.strip()), found, failed
        )

    field = Field("other", "Other record", hint="Its login or address. It is gone afterwards.")
    form = SingleFieldDialog(
        f"Which other record is {user.name} ({user.login}) as well?", field, look
    )
    screen.app.push_screen(form)


def erase(screen: StudioScreen, user: User) -> None:
    """Preview what erasing the user removes, prompt for their login, and erase them."""
    studio, actor = screen.studio, screen.actor

    def erased(done: EraseResult) -> None:
        screen.show_message(
            f"{done.placeholder} stands in the place. Backups made before still hold everything."
        )

    def ask(found: EraseResult) -> None:
        def save(typed: str, failed: Failed) -> None:
            if fold(typed.strip()) != fold(user.login):
                failed(Invalid({"login": f"Type {user.login}, or escape to leave it as it is."}))
                return
            form.dismiss(True)
            screen.write(
                lambda: erasing.erase(studio, actor, user.login),
                erased,
                job=Job("Erasing", can_stop=False),
            )

        form = SingleFieldDialog(
            f"Erase {found.user.name} for good?",
            Field("login", "Login", hint=f"Type {user.login} to erase them."),
            save,
            detail="\n".join(
                [
                    *erased_in_words(found),
                    "What others wrote stays, and so do all counts.",
                    "This cannot be taken back. Backups made before still hold everything.",
                ]
            ),
        )
        screen.app.push_screen(form)

    screen.read_to_open("erase", lambda: erasing.try_erasing(studio, actor, user.login), ask)
