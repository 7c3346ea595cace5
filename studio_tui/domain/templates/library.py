"""The question library: topics with questions from which templates are composed (T2)."""

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import has_words
from studio_tui.domain.templates.template import Topic


@dataclass(frozen=True, slots=True)
class LibraryTopic:
    """A topic of the library as lists show it."""

    id: int
    topic: Topic
    version: int

    @property
    def name(self) -> str:
        """Name of the topic."""
        return self.topic.name


@dataclass(frozen=True, slots=True)
class LibraryChoice:
    """A choice from the library: a whole topic, or a topic reduced to the one chosen question."""

    topic: Topic
    whole: bool


@dataclass(frozen=True, slots=True)
class LibraryFilter:
    """The filter of a list of topics: every word must occur in the name or the questions."""

    text: str = ""

    def matches(self, topic: LibraryTopic) -> bool:
        """Return whether every word occurs."""
        texts = (topic.name, *(question.text for question in topic.topic.questions))
        return has_words(" ".join(texts), self.text)


@dataclass(frozen=True, slots=True)
class Topics:
    """Several topics in one text file."""

    topics: tuple[Topic, ...] = ()
