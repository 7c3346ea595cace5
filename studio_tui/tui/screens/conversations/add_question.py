"""Dialogs that add a question to a conversation: from the library or a custom one (T2)."""

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from studio_tui.domain.conversations.conversation import AskedQuestion
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.text import fold
from studio_tui.domain.templates.library import LibraryTopic
from studio_tui.domain.templates.template import Question, QuestionKind
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.shell import bridge_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field, Form

ConversationRequest = Callable[[str, Question], AskedQuestion]
"""A callback that adds a question under a topic; may raise `StudioError`."""

_YES_NO = fold("yes/no")


class ChooseQuestion(Choose[tuple[str, Question]]):
    """A dialog that returns a question of the library and its topic.

    Returns ``OWN`` if the user wants to write a custom question.
    """

    OWN = ("", Question(""))

    @classmethod
    def of(cls, topics: Sequence[LibraryTopic], asked: Sequence[AskedQuestion]) -> "ChooseQuestion":
        """Return the dialog with the questions of ``topics`` that are not in ``asked`` yet."""
        there = {fold(each.question.text) for each in asked if not each.removed}
        choices: list[Choice[tuple[str, Question]]] = [
            Choice(cls.OWN, "One of my own", "Write a question")
        ]
        choices += [
            Choice((topic.name, question), question.text, topic.name)
            for topic in topics
            for question in topic.topic.questions
            if fold(question.text) not in there
        ]
        return cls("Add a question", choices)


class OwnQuestion(Dialog[AskedQuestion]):
    """A dialog for a custom question; it closes with the question once ``ask`` accepts it."""

    OWN_COMMANDS = (Command("go_on", "ctrl+s", "Add", "Ask this question"),)

    def __init__(self, topic: str, ask: ConversationRequest) -> None:
        super().__init__()
        self._ask = ask
        self._form = Form(
            Field("text", "Question", hint="What you want to talk about"),
            Field("topic", "Topic", topic, hint="The heading it stands under"),
            Field("options", "Answers", hint="Empty: a text. Or: yes/no; a | b | c; low > high"),
        )

    def compose(self) -> ComposeResult:
        """Compose the title and the form."""
        with Vertical(classes="dialog wide"):
            yield Static(line("A question of my own"), classes="question")
            yield self._form

    @on(Form.Submitted)
    def action_go_on(self) -> None:
        """Add the question with the values of the form."""
        values = self._form.values()
        question = question_of(values["text"], values["options"])
        topic = values["topic"]
        bridge_of(self).write(self, lambda: self._ask(topic, question), self.dismiss, self._refuse)

    def _refuse(self, error: StudioError) -> None:
        if isinstance(error, Invalid):
            error = Invalid({_field_of(path): reason for path, reason in error.fields.items()})
        self._form.show_error(error)


def question_of(text: str, options: str) -> Question:
    """Return the question for the values of the form.

    ``options`` are empty for a text, ``yes/no``, choices separated by ``|``, or the labels of a
    rating from low to high separated by ``>``.
    """
    if fold(options.replace(" ", "")) == _YES_NO:
        return Question(text, QuestionKind.YES_NO)
    for sign, kind in ((">", QuestionKind.RATING), ("|", QuestionKind.CHOICE)):
        if sign in options:
            return Question(text, kind, tuple(part.strip() for part in options.split(sign)))
    if options.strip():
        return Question(text, QuestionKind.CHOICE, (options.strip(),))
    return Question(text)


def _field_of(path: str) -> str:
    """Return the name of the field for a key path such as ``questions[0].options[1]``."""
    if ".options" in path:
        return "options"
    return "text" if ".text" in path else "topic"
