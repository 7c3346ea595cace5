"""The dialog that inserts a topic or a question from the question library (T2)."""

from collections.abc import Iterator, Sequence

from studio_tui.domain.shared.text import fold
from studio_tui.domain.templates.library import LibraryChoice, LibraryTopic
from studio_tui.domain.templates.outline import items
from studio_tui.domain.templates.template import Definition, Question, Topic
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.wording.counting import counted


class LibraryPicker(Choose[LibraryChoice]):
    """A dialog that returns the chosen topic or question.

    ``whole`` also offers topics as a whole. Questions of ``definition`` are marked as already
    asked.
    """

    def __init__(
        self, topics: Sequence[LibraryTopic], definition: Definition, *, whole: bool
    ) -> None:
        super().__init__(
            "Insert out of the question library",
            list(_choices(topics, _asked(definition), whole)),
            empty="Nothing matches. Admins keep the library: l on the Templates screen.",
            long_titles=True,
        )


def _choices(
    topics: Sequence[LibraryTopic], asked: frozenset[str], whole: bool
) -> Iterator[Choice[LibraryChoice]]:
    for kept in topics:
        topic = kept.topic
        if whole:
            count = counted(len(topic.questions), "question")
            yield Choice(LibraryChoice(topic, True), topic.name, f"all {count}")
        for question in topic.questions:
            there = "asked · " if fold(question.text) in asked else ""
            alone = LibraryChoice(Topic(topic.name, (question,)), False)
            yield Choice(alone, question.text, there + topic.name)


def _asked(definition: Definition) -> frozenset[str]:
    return frozenset(
        fold(item.thing.text) for item in items(definition) if isinstance(item.thing, Question)
    )
