"""The question library: topics with questions, out of which templates are made (T2)."""

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
        """The name of the topic."""
        return self.topic.name


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is taken out of the library: a topic as a whole, or as the heading of the one question
    in it that was chosen."""

    topic: Topic
    whole: bool


@dataclass(frozen=True, slots=True)
class LibraryFilter:
    """Which topics a list shows: all words must be found in the name or in the questions."""

    text: str = ""

    def matches(self, topic: LibraryTopic) -> bool:
        """Whether every word is found."""
        texts = (topic.name, *(question.text for question in topic.topic.questions))
        return has_words(" ".join(texts), self.text)


@dataclass(frozen=True, slots=True)
class Topics:
    """Several topics, as one text file holds them."""

    topics: tuple[Topic, ...] = ()
