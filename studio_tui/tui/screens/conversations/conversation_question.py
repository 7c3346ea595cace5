"""The pane of one question: the texts of the other participants and the reader's own answer."""

from collections.abc import Callable
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static, TextArea

from studio_tui.domain.conversations.conversation import MAX_ANSWER, Entry, Reading, choices
from studio_tui.domain.shared.text import clean_text
from studio_tui.domain.templates.template import QuestionKind
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.moments import moment
from studio_tui.tui.runtime import external_editor as outside
from studio_tui.tui.screens.conversations.conversation_drafts import Blocker, Draft, stored_answer
from studio_tui.tui.screens.conversations.conversation_reading import texts_of_others
from studio_tui.tui.screens.conversations.conversation_words import own_label, question_text
from studio_tui.tui.text import block, line
from studio_tui.tui.widgets.editor import Editor, EditorState, in_lines
from studio_tui.tui.widgets.options import Options

_NEARLY = MAX_ANSWER * 9 // 10
"""Number of characters from which on the limit is displayed."""
_TWO_VERSIONS = "Changed somewhere else in the meantime: ^s to keep one, or both"


class QuestionPane(Commands, Vertical):
    """The full question and its entry field.

    The callbacks run synchronously, because the next key press may already be queued: ``typed`` on
    each change, ``step`` to go to another question by an offset (0: the agenda), and ``outside`` to
    open an external editor.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("leave", "escape", "Agenda", "Go to the agenda"),
        Command("next", "tab,ctrl+n", "Next", "Go to the next question"),
        Command("previous", "shift+tab", "Previous", "Go to the previous question"),
        Command("editor", "ctrl+o", "Editor", "Write in an editor of your own ($EDITOR)"),
    )

    def __init__(
        self,
        typed: Callable[[Draft, str], None],
        step: Callable[[int], None],
        outside: Callable[[Draft], None],
    ) -> None:
        super().__init__()
        self._typed = typed
        self._step = step
        self._edit_externally = outside
        self._draft: Draft | None = None
        self._pages: dict[Draft, EditorState] = {}
        self._others_text: Callable[[int], Content] = lambda width: Content("")

    def compose(self) -> ComposeResult:
        """Compose the question, the texts of others, and the entry fields."""
        yield Static(classes="topic")
        yield Static(classes="question")
        with VerticalScroll(classes="told", can_focus=False):
            yield Static()
        yield Static(classes="label")
        with Horizontal(classes="own"):
            yield Editor()
            yield Options(self._option_taken)
            with VerticalScroll(classes="theirs", can_focus=False):
                yield Static(line("The other version", "$warning"))
                yield Static(classes="text")
        yield Static(classes="saved")

    @property
    def draft(self) -> Draft | None:
        """The draft being written; None if the reader cannot write here."""
        return self._draft

    @property
    def others_view(self) -> VerticalScroll:
        """The scrollable view of the texts of other participants."""
        return self.query_one(".told", VerticalScroll)

    @property
    def entry_widget(self) -> Editor | Options | None:
        """The widget in which the reader writes; None without a draft."""
        if self._draft is None:
            return None
        text = self._draft.asked.question.kind is QuestionKind.TEXT
        return self.query_one(Editor) if text else self.query_one(Options)

    def show(self, reading: Reading, entry: Entry, draft: Draft | None, zone: ZoneInfo) -> None:
        """Show a question, or update the display if it is already shown."""
        topic = self.query_one(".topic", Static)
        topic.update(line(entry.asked.topic, "$key"))
        topic.display = bool(entry.asked.topic)
        taken_out = " (taken out: no longer asked)" if entry.asked.removed else ""
        self.query_one(".question", Static).update(line(question_text(entry) + taken_out, "bold"))
        self._others_text = lambda width: texts_of_others(reading, entry, draft, width)
        self._draw_others()
        label = own_label(reading, draft.part) if draft else ""
        self.query_one(".label", Static).update(line(label, "$muted"))
        if draft is not self._draft:
            self._switch_to(draft)
            self.others_view.scroll_home(animate=False)
        elif draft is not None:
            self.fill(draft)
        self.show_saving(zone)

    def fill(self, draft: Draft) -> None:
        """Show the text of a draft that changed elsewhere: by another user or in an editor."""
        if draft is not self._draft:
            self._pages.pop(draft, None)
        elif draft.asked.question.kind is QuestionKind.TEXT:
            self.query_one(Editor).write(draft.text)
        else:
            self.query_one(Options).show(choices(draft.asked.question), draft.text)

    def show_saving(self, zone: ZoneInfo) -> None:
        """Show whether the draft is saved, and the other version in case of a conflict."""
        draft = self._draft
        theirs = draft.theirs if draft else None
        self.set_class(theirs is not None, "-overtaken")
        self.query_one(".theirs .text", Static).update(block(theirs.text if theirs else ""))
        self.query_one(".saved", Static).update(_saving(draft, zone) if draft else Content(""))

    def save_input(self) -> None:
        """Pass the text of the editor to ``typed``, including the last key press."""
        if self._draft is not None and isinstance(self.entry_widget, Editor):
            self._typed(self._draft, self.query_one(Editor).text)

    def action_leave(self) -> None:
        """Go to the agenda."""
        self._step(0)

    def action_next(self) -> None:
        """Go to the next question."""
        self._step(1)

    def action_previous(self) -> None:
        """Go to the previous question."""
        self._step(-1)

    def why_not_editor(self) -> str | None:
        """Return why no external editor can be opened, or None."""
        if not isinstance(self.entry_widget, Editor):
            return "This question is answered by choosing."
        return outside.why_no_editor()

    def action_editor(self) -> None:
        """Edit the draft in an external editor."""
        if self._draft is not None:
            self._edit_externally(self._draft)

    def on_resize(self) -> None:
        """Wrap the texts for the new width."""
        self._draw_others()

    def _draw_others(self) -> None:
        if not self.size.width:
            return
        told = self._others_text(max(self.size.width - 2, 20))
        self.others_view.query_one(Static).update(told)
        self.others_view.display = bool(told.plain)

    def _switch_to(self, draft: Draft | None) -> None:
        editor, options = self.query_one(Editor), self.query_one(Options)
        if self._draft is not None and isinstance(self.entry_widget, Editor):
            self._pages[self._draft] = editor.state()
        self._draft = draft
        widget = self.entry_widget
        editor.display, options.display = widget is editor, widget is options
        if draft is not None and widget is editor:
            page = self._pages.pop(draft, None)
            editor.restore(page if page and page.text == draft.text else EditorState(draft.text))
        elif draft is not None:
            options.show(choices(draft.asked.question), draft.text)

    @on(TextArea.Changed)
    def _text_typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.save_input()

    def _option_taken(self, option: str) -> None:
        if self._draft is not None:
            self._typed(self._draft, option)


def _saving(draft: Draft, zone: ZoneInfo) -> Content:
    length = len(draft.text)
    if draft.blocker is Blocker.OVERTAKEN:
        return line(_TWO_VERSIONS, "$warning")
    if draft.blocker is Blocker.TOO_LONG:
        return line(f"Not saved: {draft.why}", "$error")
    if draft.blocker is Blocker.REFUSED:
        return line(f"Not saved: {draft.why} What you typed is kept here.", "$error")
    if draft.blocker is Blocker.UNAVAILABLE:
        return line(f"Not saved yet, tried again soon: {draft.why}", "$warning")
    room = f" · {length:,} of {MAX_ANSWER:,} characters" if length >= _NEARLY else ""
    if draft.unsaved:
        return line(f"Saving…{room}", "$muted")
    at = stored_answer(draft.entry, draft.part).written_at
    return line((f"Saved {moment(at, zone)}" if at else "") + room, "$muted")


def both_versions(mine: str, theirs: str) -> str:
    """Return both versions of a text, one after the other."""
    return in_lines(clean_text(f"{theirs.rstrip()}\n\n{mine.lstrip()}"))
