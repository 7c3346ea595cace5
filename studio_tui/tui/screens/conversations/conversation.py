"""The screen of one conversation: prepare, talk, finish, read (C2 to C4, C6, T2, T4)."""

from collections.abc import Hashable
from typing import ClassVar

from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.conversations.conversation import (
    CONTENT,
    AskedQuestion,
    Conversation,
    Reading,
    Relation,
    WrittenText,
)
from studio_tui.domain.shared.errors import Refused, StudioError
from studio_tui.domain.templates.template import QuestionKind
from studio_tui.services import conversations
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.runtime import external_editor
from studio_tui.tui.screens.conversations.conversation_actions import ConversationActions
from studio_tui.tui.screens.conversations.conversation_agenda import (
    Agenda,
    AgendaQuestion,
    agenda_lines,
)
from studio_tui.tui.screens.conversations.conversation_drafts import (
    Blocker,
    Draft,
    Drafts,
    writable_part,
)
from studio_tui.tui.screens.conversations.conversation_question import QuestionPane, both_versions
from studio_tui.tui.screens.conversations.conversation_reading import whole_text
from studio_tui.tui.screens.conversations.conversation_words import (
    closed_notice,
    earlier_in_words,
    progress_in_words,
    title,
)
from studio_tui.tui.text import line
from studio_tui.tui.widgets.editor import in_lines
from studio_tui.tui.widgets.pages import Pages

_WIDEST = 100
"""Widest line of text, in cells, that is still easy to read."""
_INNER = frozenset({Relation.USER, Relation.CONDUCTOR})


class ConversationScreen(ConversationActions):
    """The agenda next to the current question, or the whole conversation as text for a reader.

    Answers are saved while the user types. An answer that cannot be saved stays on the screen (C4).
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(
            "open",
            "enter",
            "Write",
            "Write under the question the cursor is on",
            verb="conversations write PUSH USER --question N --text TEXT",
        ),
        Command("save", "ctrl+s", "Save", "Save now, or decide between two versions", footer=False),
        Command(
            "earlier",
            "y",
            "Earlier",
            "Bring back what you wrote here before",
            footer=False,
            verb="conversations write PUSH USER --question N --restore",
        ),
        Command("read_down", "pagedown,space", "Read on", "Scroll what others wrote", footer=False),
        Command("read_up", "pageup", "Read back", "Scroll what others wrote back", footer=False),
    )
    AUTO_FOCUS = ""

    def __init__(self, conversation_id: int) -> None:
        super().__init__(conversation_id)
        self._drafts = Drafts(self, conversation_id, self._saving_changed)
        self._agenda: tuple[AgendaQuestion, ...] = ()
        self._key: Hashable = None
        self._leaving = False
        self._why_unreadable = ""

    def body(self) -> ComposeResult:
        """Compose the head, and below it the agenda with a question, or the pages of a reader."""
        with Vertical(classes="head"):
            yield Static(classes="title")
            yield Static(classes="when")
            yield Static(classes="closed")
        with Horizontal(classes="work"):
            with Vertical(classes="agenda"):
                yield Static(classes="count")
                yield Agenda(self._go)
            yield QuestionPane(self._drafts.typed, self._step, self._edit_externally)
        with Pages():
            yield Static()

    # State and display

    @property
    def asked(self) -> AskedQuestion | None:
        """The question under the cursor; None if the cursor is on a kept draft or nowhere."""
        at = self._at
        return at.entry.asked if at and at.key == at.entry.asked.id else None

    @property
    def open_questions(self) -> int:
        """The number of questions without an answer."""
        answered, all_ = self._count()
        return all_ - answered

    @property
    def writing(self) -> bool:
        """Whether the reader may write in the conversation; if not, the text is shown read-only."""
        return self._reading is not None and bool(self._reading.writes) and not self._why_unreadable

    def reload(self) -> None:
        """Read the conversation again.

        For a reader who is neither user nor conductor, first check the version and read the content
        only if it changed, because each reading is recorded (A3).
        """
        reading = self._reading
        if reading is None or reading.relations & _INNER or not reading.parts & CONTENT:
            self._read()
        else:
            self.read(
                "glance",
                lambda: conversations.show(self.studio, self.actor, self.conversation_id),
                self._version_checked,
                self._reading_failed,
            )

    def show_question(self, asked: AskedQuestion) -> None:
        """Move the cursor to a question that was just added."""
        self._key = asked.id

    def _read(self) -> None:
        known = self._reading
        self.read_first(
            "conversation",
            lambda: conversations.read(self.studio, self.actor, self.conversation_id, known=known),
            self._reading_arrived,
            self._reading_failed,
        )

    def _version_checked(self, conversation: Conversation) -> None:
        if self._reading is None or conversation.version != self._reading.conversation.version:
            self._read()

    def _reading_arrived(self, reading: Reading) -> None:
        first, self._reading, self._why_unreadable = self._reading is None, reading, ""
        pane = self.query_one(QuestionPane)
        pane.save_input()
        for draft in self._drafts.update(reading):
            pane.fill(draft)
        self._list_agenda()
        if first:
            self._key = self._first_open()
        self._show()

    def _reading_failed(self, error: StudioError) -> None:
        self.show_error(error.message)
        if isinstance(error, Refused):
            self._why_unreadable = error.message
            self._drafts.flush()
            self._show()

    def _list_agenda(self) -> None:
        reading = self._reading
        if reading is None:
            return
        listed, there = [], set[Draft]()
        for entry in reading.entries:
            draft = self._drafts.under(entry.asked, writable_part(reading, entry.asked))
            there |= {draft} if draft else set()
            listed.append(AgendaQuestion(entry.asked.id, entry, draft))
        kept = [draft for draft in self._drafts if draft not in there]
        listed += [AgendaQuestion((each.asked.id, each.part), each.entry, each) for each in kept]
        self._agenda = tuple(listed)

    def _first_open(self) -> Hashable:
        """Return the key of the first question without an answer, or of the first question."""
        empty = (at.key for at in self._agenda if at.draft and not at.draft.answers)
        return next(empty, self._agenda[0].key if self._agenda else None)

    def _show(self) -> None:
        reading = self._reading
        if reading is not None:
            self.query_one(".title", Static).update(line(title(reading)))
            self.query_one(".when", Static).update(line(progress_in_words(reading, self.zone)))
            closed = self.query_one(".closed", Static)
            closed.update(line(closed_notice(reading), "$warning"))
            closed.display = bool(closed_notice(reading))
        work, pages = self.query_one(".work"), self.query_one(Pages)
        changed = work.display != self.writing or pages.display == self.writing
        work.display, pages.display = self.writing, not self.writing
        if self.writing:
            self._show_work()
        else:
            self._show_pages()
        if changed or self.focused is None:
            self.set_focus(self.query_one(Agenda) if self.writing else pages)
        self.refresh_bindings()

    def _show_work(self) -> None:
        if self._at is None:
            self._key = self._nearest()
        self.query_one(Agenda).show(tuple(agenda_lines(self._agenda)), self._key)
        answered, all_ = self._count()
        self.query_one(".count", Static).update(line(f"{answered} of {all_} answered", "$muted"))
        at, reading = self._at, self._reading
        if at is not None and reading is not None:
            self.query_one(QuestionPane).show(reading, at.entry, at.draft, self.zone)

    def _show_pages(self) -> None:
        width = min(self.size.width - 4, _WIDEST)
        kept = self._drafts.unsaved
        text = Content("")
        if self._reading is not None:
            text = whole_text(self._reading, kept, width, self._why_unreadable)
        self.query_one(Pages).query_one(Static).update(text)

    @property
    def _at(self) -> AgendaQuestion | None:
        return next((each for each in self._agenda if each.key == self._key), None)

    def _nearest(self) -> Hashable:
        """Return the key to go to if the current question was removed: its draft, if retained."""
        draft = self.query_one(QuestionPane).draft
        kept = (each.key for each in self._agenda if draft is not None and each.draft is draft)
        return next(kept, self._first_open())

    def _count(self) -> tuple[int, int]:
        """Return the number of answered questions and the number of all questions."""
        drafts = [at.draft for at in self._agenda if at.draft and not at.entry.asked.removed]
        return sum(draft.answers for draft in drafts), len(drafts)

    def on_resize(self) -> None:
        """Wrap the text for the new width."""
        if not self.writing:
            self._show_pages()

    # Navigation

    def action_open(self) -> None:
        """Focus the entry field of the question under the cursor."""
        self.set_focus(self.query_one(QuestionPane).entry_widget or self.query_one(Agenda))

    def _step(self, by: int) -> None:
        keys = [each.key for each in self._agenda]
        if not by:
            self.set_focus(self.query_one(Agenda))
        elif self._key in keys:
            place = keys.index(self._key) + by
            if 0 <= place < len(keys):
                self._go(keys[place])
                self.action_open()

    def action_read_down(self) -> None:
        """Scroll down the texts of the other participants."""
        self.query_one(QuestionPane).others_view.scroll_page_down(animate=False)

    def action_read_up(self) -> None:
        """Scroll up the texts of the other participants."""
        self.query_one(QuestionPane).others_view.scroll_page_up(animate=False)

    def _go(self, key: Hashable) -> None:
        self.save_input()
        self._key = key
        self._show_work()
        self.refresh_bindings()

    # Saving

    @property
    def unsaved_summary(self) -> str:
        """A sentence about the answers that would be lost if the Studio ended; empty if none."""
        lost = self._drafts.unsaved
        if not lost:
            return ""
        what = "1 answer is" if len(lost) == 1 else f"{len(lost)} answers are"
        why = next((draft.why for draft in lost if draft.why), "the database does not answer")
        return f"{what} not saved: {why}"

    def save_input(self) -> None:
        """Save all typed text, including the last key press."""
        self.query_one(QuestionPane).save_input()
        self._drafts.flush()

    def action_save(self) -> None:
        """Save now; if two versions of the answer conflict, let the user choose between them."""
        draft = self.query_one(QuestionPane).draft
        if draft is not None and draft.blocker is Blocker.OVERTAKEN:
            self._choose_version(draft)
        else:
            self.save_input()

    def on_descendant_blur(self) -> None:
        """Save when a field loses the focus."""
        self.save_input()

    def on_screen_suspend(self) -> None:
        """Save when the screen is covered by another screen."""
        self.save_input()

    def action_back(self) -> None:
        """Leave once everything is saved; ask for confirmation if something cannot be saved."""
        self.save_input()
        if not self._drafts.unsaved:
            self.dismiss()
        elif self._drafts.is_saving and not self._leaving:
            self._leaving = True
            self.show_message("Saving…")
        else:
            self._ask_to_leave()

    def _ask_to_leave(self) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._drafts.forget()
                self.dismiss()

        self._leaving = False
        question = "Leave, and lose what is not saved?"
        self.app.push_screen(
            Confirm(question, "Leave", no="Stay", detail=self.unsaved_summary), answered
        )

    def _saving_changed(self, draft: Draft) -> None:
        if not self.is_mounted:
            return
        if self.writing:
            self.query_one(Agenda).show(tuple(agenda_lines(self._agenda)), self._key)
            answered, all_ = self._count()
            count = line(f"{answered} of {all_} answered", "$muted")
            self.query_one(".count", Static).update(count)
            if draft is self.query_one(QuestionPane).draft:
                self.query_one(QuestionPane).show_saving(self.zone)
        else:
            self._show_pages()
        if self._leaving and not self._drafts.is_saving:
            self._leaving = False
            if self._drafts.unsaved:
                self._ask_to_leave()
            else:
                self.dismiss()

    def _choose_version(self, draft: Draft) -> None:
        theirs = in_lines(draft.theirs.text) if draft.theirs else ""
        mine = draft.text
        choices = [
            Choice(mine, "Keep mine", "What you typed takes the place of the other version"),
            Choice(theirs, "Take the other", "What you typed is given up"),
        ]
        if draft.asked.question.kind is QuestionKind.TEXT:
            both = both_versions(mine, theirs)
            choices.append(Choice(both, "Keep both", "The other version, and yours below it"))

        def decided(text: str | None) -> None:
            if text is not None and draft.theirs is not None:
                self._drafts.resolve(draft, text)
                self.query_one(QuestionPane).fill(draft)

        self.app.push_screen(Choose("Two versions of this answer", choices), decided)

    # Earlier versions

    def action_earlier(self) -> None:
        """List the replaced versions of this answer, so that the user can restore one (C4)."""
        at = self._at
        draft = at.draft if at is not None else None
        if draft is None:
            return
        self.save_input()
        question, part = draft.asked.id, draft.part
        self.read(
            "earlier",
            lambda: conversations.earlier(
                self.studio, self.actor, self.conversation_id, question, part
            ),
            lambda found: self._offer_earlier(draft, found),
        )

    def _offer_earlier(self, draft: Draft, found: list[WrittenText]) -> None:
        if not found:
            self.show_message("Nothing that you wrote here was replaced.")
            return
        choices = [Choice(each.text, *earlier_in_words(each, self.zone)) for each in found]

        def chosen(text: str | None) -> None:
            if text is not None:
                self._drafts.replace(draft, in_lines(text))
                self.query_one(QuestionPane).fill(draft)
                self.show_message(
                    "It stands here again; what it took the place of is kept: y shows it."
                )

        question = Choose("What you wrote here before", choices, long_titles=True)
        self.app.push_screen(question, chosen)

    # External editor

    def _edit_externally(self, draft: Draft) -> None:
        """Edit the draft in the user's external editor and clean the resulting text (A5)."""
        pane = self.query_one(QuestionPane)
        self.save_input()
        try:
            text = self._text_from_editor(draft.text)
        except StudioError as error:
            self.show_error(error.message)
        except SuspendNotSupported:
            self.show_error("This terminal cannot be handed to an editor.")
        else:
            self._drafts.typed(draft, text)
            pane.fill(draft)
            self.save_input()

    def _text_from_editor(self, text: str) -> str:
        failed: StudioError | None = None
        with self.app.suspend():
            # `suspend` resumes the app only if its block ends without an exception.
            try:
                text = in_lines(external_editor.edited(text, external_editor.editor()))
            except StudioError as error:
                failed = error
        if failed is not None:
            raise failed
        return text

    def may_do(self, command: Command) -> bool:
        """Return whether a command is available. Commands for writing need the right to write."""
        if command.id in ("open", "save", "read_down", "read_up") and not self.writing:
            return False
        if command.id == "open" and not isinstance(self.focused, Agenda):
            return False
        if command.id == "earlier" and not (self.writing and self._at and self._at.draft):
            return False
        return super().may_do(command)
