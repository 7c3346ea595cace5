"""Drafts of a conversation, saved while the user types (C4) with optimistic locking (A4).

A `Draft` is the text that one person writes under one question. `Drafts` saves each draft shortly
after the last key press, one write after another, and retains the drafts that cannot be saved.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import field
from enum import Enum, auto

from textual.timer import Timer

from studio_tui.domain.conversations.conversation import (
    MAX_ANSWER,
    AskedQuestion,
    Entry,
    Part,
    Reading,
    WriteConflict,
    WrittenText,
    clean_answer,
)
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused, StudioError
from studio_tui.domain.shared.text import clean_text
from studio_tui.domain.templates.template import QuestionKind
from studio_tui.services import conversations
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.widgets.editor import in_lines

_SAVE_DELAY = 0.4
"""Seconds between the last key press and saving."""
_MAX_SAVE_DELAY = 1.0
"""Maximum seconds between the first unsaved key press and saving, while the user keeps typing."""
_RETRY_DELAY = 2.0
"""Seconds before a failed write is retried."""


class Blocker(Enum):
    """The reason why a draft is not saved."""

    TOO_LONG = auto()
    """The text exceeds the maximum length of an answer; it is saved once it is shorter."""
    UNAVAILABLE = auto()
    """The database does not answer; the write is retried."""
    OVERTAKEN = auto()
    """The answer was changed elsewhere, perhaps by the same user; the user has to choose (A4)."""
    REFUSED = auto()
    """The user may not write here any more; the text stays on the screen."""


@dataclass(eq=False)
class Draft:
    """The text that one person writes under one question."""

    entry: Entry
    part: Part
    version: int
    """Last known version in the database."""
    saved: str
    """Text of that version, as it was typed."""
    text: str
    """Text on the screen."""
    blocker: Blocker | None = None
    why: str = ""
    """Sentence that explains the blocker; empty if there is none."""
    theirs: WrittenText | None = None
    """The stored version, if it conflicts with the draft."""
    pending_writes: int = 0
    """Number of writes in progress."""
    last_sent: str | None = None
    """Text of the last write."""
    sent: set[str] = field(default_factory=set)
    """Texts whose writes may have been committed although no answer arrived."""
    whole: bool = False
    """Whether the text replaces another as a whole; the service then stores the replaced text."""

    @property
    def asked(self) -> AskedQuestion:
        """The question that the draft answers."""
        return self.entry.asked

    @property
    def unsaved(self) -> bool:
        """Whether the text on the screen differs from the last saved text."""
        return self.text != self.saved

    @property
    def answers(self) -> bool:
        """Whether the text is not blank."""
        return bool(self.text.strip())


def writable_part(reading: Reading, asked: AskedQuestion) -> Part | None:
    """Return the part that the reader may write under a question, or None."""
    if asked.part in reading.writes:
        return asked.part
    if asked.part is Part.SUMMARY:
        return None
    own = reading.writes & {Part.USER_PREPARATION, Part.CONDUCTOR_PREPARATION}
    return next(iter(own), None)


def stored_answer(entry: Entry, part: Part) -> WrittenText:
    """Return the stored text of one part of an entry."""
    places = {
        Part.USER_PREPARATION: entry.user,
        Part.CONDUCTOR_PREPARATION: entry.conductor,
    }
    return places.get(part, entry.answer) or WrittenText()


class Drafts:
    """The drafts of one conversation.

    Calls ``changed`` with each draft whose saving state changes.
    """

    def __init__(
        self, screen: StudioScreen, conversation_id: int, changed: Callable[[Draft], None]
    ) -> None:
        self._screen = screen
        self._conversation_id = conversation_id
        self._changed = changed
        self._drafts: dict[tuple[int, Part], Draft] = {}
        self._timer: Timer | None = None
        self._since: float | None = None

    def __iter__(self) -> Iterator[Draft]:
        return iter(self._drafts.values())

    @property
    def unsaved(self) -> list[Draft]:
        """The drafts whose text is not in the database."""
        return [draft for draft in self if draft.unsaved]

    @property
    def is_saving(self) -> bool:
        """Whether a write is in progress."""
        return any(draft.pending_writes for draft in self)

    def under(self, asked: AskedQuestion, part: Part | None) -> Draft | None:
        """Return the draft under a question, or None if ``part`` is None or has no draft."""
        return self._drafts.get((asked.id, part)) if part else None

    def update(self, reading: Reading) -> list[Draft]:
        """Update the drafts from a new reading.

        Texts, questions and rights may have changed. Unsaved text is retained. Returns the
        existing drafts whose text changed.
        """
        found: dict[tuple[int, Part], Draft] = {}
        moved = []
        for entry in reading.entries:
            part = writable_part(reading, entry.asked)
            if part is None:
                continue
            draft = self._drafts.pop((entry.asked.id, part), None)
            if draft is None:
                now = stored_answer(entry, part)
                text = in_lines(now.text)
                draft = Draft(entry, part, now.version, text, text)
            elif self._update_draft(draft, entry):
                moved.append(draft)
            found[entry.asked.id, part] = draft
        for key, draft in self._drafts.items():
            if draft.unsaved or draft.pending_writes:
                found[key] = draft
        self._drafts = found
        return moved

    def typed(self, draft: Draft, text: str) -> None:
        """Store the typed text in the draft and schedule its saving."""
        if text == draft.text:
            return
        draft.text = text
        if draft.blocker is Blocker.TOO_LONG or len(text) > MAX_ANSWER:
            self._check_length(draft)
        self._schedule(_SAVE_DELAY)

    def replace(self, draft: Draft, text: str) -> None:
        """Replace the text as a whole and save immediately."""
        draft.whole = True
        self.typed(draft, text)
        self.flush()

    def flush(self) -> None:
        """Save all drafts that can be saved immediately."""
        self._stop()
        for draft in self:
            if draft.unsaved and draft.blocker in (None, Blocker.UNAVAILABLE):
                self._save(draft)

    def resolve(self, draft: Draft, text: str) -> None:
        """Resolve a conflict of two versions with ``text`` and save it."""
        if draft.theirs is not None:
            draft.version, draft.saved = draft.theirs.version, draft.theirs.text
        draft.blocker, draft.why, draft.theirs, draft.text = None, "", None, text
        self._check_length(draft)
        self.flush()
        self._changed(draft)

    def forget(self) -> None:
        """Discard all drafts, including unsaved ones."""
        self._stop()
        self._drafts.clear()

    def _update_draft(self, draft: Draft, entry: Entry) -> bool:
        now = stored_answer(entry, draft.part)
        draft.entry = entry
        if draft.blocker is Blocker.REFUSED:
            draft.blocker, draft.why = None, ""
            self._schedule(_SAVE_DELAY)
        if draft.unsaved or draft.pending_writes or now.version <= draft.version:
            return False
        text = in_lines(now.text)
        changed = text != draft.text
        draft.version, draft.saved, draft.text = now.version, text, text
        return changed

    def _check_length(self, draft: Draft) -> None:
        over = len(clean_text(draft.text)) - MAX_ANSWER
        if over > 0 and draft.asked.question.kind is QuestionKind.TEXT:
            draft.blocker = Blocker.TOO_LONG
            draft.why = f"{over:,} characters over {MAX_ANSWER:,}: not saved until it is shorter"
        elif draft.blocker is Blocker.TOO_LONG:
            draft.blocker, draft.why = None, ""
        self._changed(draft)

    def _schedule(self, seconds: float) -> None:
        now = time.monotonic()
        if self._since is None:
            self._since = now
        if self._timer is not None:
            self._timer.stop()
        left = max(self._since + max(_MAX_SAVE_DELAY, seconds) - now, 0.01)
        self._timer = self._screen.set_timer(min(seconds, left), self.flush)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._since = None

    def _save(self, draft: Draft) -> None:
        text = draft.text
        if draft.pending_writes and text == draft.last_sent:
            return
        draft.pending_writes += 1
        draft.last_sent = text
        draft.sent.add(text)
        self._changed(draft)
        self._screen.write(
            lambda: self._write(draft, text),
            lambda _: self._saved(draft),
            lambda error: self._failed(draft, text, error),
        )

    def _write(self, draft: Draft, text: str) -> WrittenText:
        """Write the text in a worker thread, after all earlier writes.

        Updates the draft here, because the screen may be closed before the result reaches it.
        """
        screen = self._screen
        written = conversations.write(
            screen.studio,
            screen.actor,
            self._conversation_id,
            draft.asked.id,
            draft.part,
            text,
            draft.version,
            whole=draft.whole,
        )
        draft.version, draft.saved, draft.whole = written.version, text, False
        return written

    def _saved(self, draft: Draft) -> None:
        draft.pending_writes -= 1
        draft.theirs = None
        if not draft.pending_writes:
            draft.sent.clear()
        if draft.blocker is not Blocker.TOO_LONG:
            draft.blocker, draft.why = None, ""
        self._changed(draft)

    def _failed(self, draft: Draft, text: str, error: StudioError) -> None:
        draft.pending_writes -= 1
        if isinstance(error, WriteConflict):
            self._overtaken(draft, text, error)
        elif isinstance(error, Refused):
            draft.blocker, draft.why = Blocker.REFUSED, error.message
        else:
            draft.blocker, draft.why = Blocker.UNAVAILABLE, error.message
            self._schedule(_RETRY_DELAY)
        self._changed(draft)

    def _overtaken(self, draft: Draft, text: str, error: WriteConflict) -> None:
        theirs, asked = error.theirs, draft.asked
        if theirs.text in {clean_answer(asked, sent) for sent in draft.sent}:
            # The stored text is our own: an earlier write was committed but its answer got lost.
            same = theirs.text == clean_answer(asked, text)
            draft.version, draft.saved = theirs.version, text if same else theirs.text
            draft.blocker, draft.why = None, ""
            self._schedule(_SAVE_DELAY)
        else:
            draft.blocker, draft.theirs = Blocker.OVERTAKEN, theirs
            draft.why = "changed somewhere else in the meantime"
