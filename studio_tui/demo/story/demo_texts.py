"""The texts that people of the demo write in their conversations."""

from collections.abc import Sequence

from studio_tui.demo.story.keyed_random import KeyedRandom
from studio_tui.demo.story.plan import WordsPlan
from studio_tui.domain.conversations.conversation import AskedQuestion, Part, choices


class DemoTexts:
    """Texts drawn at random for each conversation and each side."""

    def __init__(self, plan: Sequence[WordsPlan], random: KeyedRandom) -> None:
        self._by_about = {words.about: words for words in plan}
        self._random = random

    def text(self, asked: AskedQuestion, part: Part, *key: object) -> str:
        """Return the text of ``part`` under a question; empty if there is none."""
        about = asked.question.text or str(asked.step)
        if options := choices(asked.question):
            # The average of two draws, so that middle options are chosen more often than extremes.
            throws = (self._random.below(len(options), part, n, about, *key) for n in range(2))
            return options[sum(throws) // 2]
        if (words := self._by_about.get(about)) is None:
            return ""
        texts = _by(words, part)
        return self._random.pick(texts, part, about, *key) if texts else ""


def _by(words: WordsPlan, part: Part) -> tuple[str, ...]:
    match part:
        case Part.USER_PREPARATION:
            return words.user
        case Part.CONDUCTOR_PREPARATION:
            return words.conductor
        case _:
            return words.noted
