"""Access to the content of a conversation: which pieces each reader sees (C2, C6, T4)."""

from collections.abc import Sequence

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.conversations.conversation import (
    CONTENT,
    PARTICIPANTS,
    AskedQuestion,
    Conversation,
    Entry,
    Part,
    Piece,
    Reading,
    Relation,
    Tenure,
    WrittenText,
    may_ask,
    may_read,
    may_see,
    readable,
    writable,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.services.conversations.state import (
    asked_in,
    conversation_now,
    no_part_error,
    record,
    relations_of,
)
from studio_tui.services.system.context import Studio
from studio_tui.storage.conversations import texts


def read(
    studio: Studio, actor: Actor, conversation_id: int, *, known: Reading | None = None
) -> Reading:
    """Return a conversation with all the content that ``actor`` may read (C2, C6, T4).

    Reading texts that were written while ``actor`` had no part in the conversation is recorded in
    the activity (A3), except for texts that are unchanged since ``known``: a screen that refreshes
    its content. Raises `Forbidden` if ``actor`` may not know of the conversation.
    """
    with studio.own_store.reading():
        found = _reading(actor, conversation_id)
    if parts := _read_from_others(found, known):
        with studio.own_store.writing():
            after = {"parts": sorted(parts)}
            record(studio, actor, Verb.READ, found.conversation, after=after)
    return found


def _read_from_others(found: Reading, known: Reading | None) -> frozenset[Part]:
    """Return the parts with texts that were written while the reader had no part in them."""
    if not found.relations & PARTICIPANTS:
        return found.parts & CONTENT
    before = known.from_others if known is not None else frozenset()
    return frozenset(piece.part for piece in found.from_others - before)


def show(studio: Studio, actor: Actor, conversation_id: int) -> Conversation:
    """Return a conversation without its content, for an actor who may know of it (C6).

    Raises `Forbidden`.
    """
    with studio.own_store.reading():
        conversation = conversation_now(conversation_id)
        tenure = texts.tenure_of(conversation)
        _require_parts(actor, conversation, relations_of(actor, conversation), tenure)
        return conversation


@dataclass(frozen=True, slots=True)
class HandedOverContent:
    """The content of a conversation that is handed over to a person by another user (U13)."""

    conversation: Conversation
    entries: tuple[tuple[AskedQuestion, tuple[Piece, ...]], ...]
    """The questions with texts that are handed over, in order."""
    closed: int
    """The number of texts that the person may read, but the user who hands them over may not."""


def content_to_hand_over(actor: Actor, person: Actor, conversation_id: int) -> HandedOverContent:
    """Return the texts that ``actor`` hands over to ``person``, in an open unit of work (U13, C6).

    A text is included if both may read it. Of conversations about other people, only texts that the
    person wrote are included.
    """
    conversation = conversation_now(conversation_id)
    tenure = texts.tenure_of(conversation)
    theirs, own = (_reader(each, conversation, tenure) for each in (person, actor))
    about_them = conversation.user_id == person.user_id
    wanted = [
        piece
        for piece in texts.pieces_of(conversation)
        if piece.written.text
        and (piece.author_id == person.user_id or (about_them and theirs.reads(piece)))
    ]
    handed = [piece for piece in wanted if actor.user_id == person.user_id or own.reads(piece)]
    under: dict[int, list[Piece]] = {}
    for piece in handed:
        under.setdefault(piece.question_id, []).append(piece)
    entries = tuple(
        (asked, tuple(under[asked.id])) for asked in asked_in(conversation_id) if asked.id in under
    )
    return HandedOverContent(conversation, entries, len(wanted) - len(handed))


def record_handed_over(studio: Studio, actor: Actor, handed: HandedOverContent) -> None:
    """Record that ``actor`` read texts to hand them over, if they had no part in them (A3)."""
    if actor.user_id in (handed.conversation.user_id, handed.conversation.conductor_id):
        return
    if parts := {piece.part for _, pieces in handed.entries for piece in pieces}:
        record(studio, actor, Verb.READ, handed.conversation, after={"parts": sorted(parts)})


def _reader(reader: Actor, conversation: Conversation, tenure: Tenure) -> "_Reader":
    relations = relations_of(reader, conversation)
    opened = bool(tenure.opened(conversation.user_id, reader.user_id))
    parts = readable(relations, conversation, conversation.template.viewing, opened=opened)
    return _Reader(reader.user_id, relations, conversation, tenure, parts)


def _reading(actor: Actor, conversation_id: int) -> Reading:
    conversation = conversation_now(conversation_id)
    relations = relations_of(actor, conversation)
    tenure = texts.tenure_of(conversation)
    parts = _require_parts(actor, conversation, relations, tenure)
    pieces = texts.pieces_of(conversation)
    reader = _Reader(actor.user_id, relations, conversation, tenure, parts)
    read = [piece for piece in pieces if reader.reads(piece)]
    entries = reader.entries(read) if parts & CONTENT else ()
    shown = [*read, *(_as_piece(entry.asked) for entry in entries if entry.asked.added_by)]
    return Reading(
        conversation=conversation,
        relations=relations,
        parts=parts,
        writes=writable(relations, conversation),
        may_ask=may_ask(relations, conversation),
        entries=entries,
        from_others=frozenset(
            piece
            for piece in shown
            if piece.written.text
            and not tenure.had_part(actor.user_id, conversation.user_id, piece)
        ),
        closed_to_reader=reader.closed(pieces),
        closed_to_conductor=any(reader.closes(piece, closed=True) for piece in pieces),
        opened_to_conductor=any(reader.closes(piece, closed=False) for piece in pieces),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """The access of one reader to one conversation."""

    user_id: int
    relations: frozenset[Relation]
    conversation: Conversation
    tenure: Tenure
    parts: frozenset[Part]

    def reads(self, piece: Piece) -> bool:
        """Return whether the reader may read a piece (C6)."""
        if piece.part not in self.parts:
            return False
        return may_read(self.user_id, self.relations, self.conversation, self.tenure, piece)

    def sees(self, asked: AskedQuestion) -> bool:
        """Return whether the reader may read a question."""
        if not may_see(self.user_id, self.relations, self.tenure, asked):
            return False
        return bool(self.parts - {Part.STATUS, Part.SUMMARY}) or asked.part in self.parts

    def closed(self, pieces: Sequence[Piece]) -> bool:
        """Return whether texts from before the reader became conductor are closed to them."""
        if Relation.CONDUCTOR not in self.relations:
            return False
        last = self.tenure.current.number
        return any(
            piece.term < last
            and piece.written.text
            and (piece.author_id != self.conversation.user_id or _submitted(self.tenure, piece))
            and not self.reads(piece)
            for piece in pieces
        )

    def closes(self, piece: Piece, *, closed: bool) -> bool:
        """Return whether the reader wrote a piece that a take-over closed to the conductor.

        If ``closed`` is false: whether they wrote one before a take-over that is open to the
        conductor.
        """
        tenure, conductor_id = self.tenure, self.conversation.conductor_id
        return (
            piece.author_id == self.user_id != conductor_id
            and bool(piece.written.text)
            and piece.term < tenure.current.number
            and (self.user_id != self.conversation.user_id or _submitted(tenure, piece))
            and (piece.term > tenure.opened(self.user_id, conductor_id)) == closed
        )

    def entries(self, read: Sequence[Piece]) -> tuple[Entry, ...]:
        """Return the questions that the reader sees, each with the texts that they may read."""
        under: dict[int, list[Piece]] = {}
        for piece in read:
            under.setdefault(piece.question_id, []).append(piece)
        return tuple(
            self._entry(asked, under.get(asked.id, []))
            for asked in asked_in(self.conversation.id)
            if self.sees(asked)
        )

    def _entry(self, asked: AskedQuestion, read: Sequence[Piece]) -> Entry:
        user = [piece for piece in read if piece.part is Part.USER_PREPARATION]
        prepared = [piece for piece in read if piece.part is Part.CONDUCTOR_PREPARATION]
        noted = [piece for piece in read if piece.part is asked.part]
        holds = Relation.CONDUCTOR in self.relations
        by_conductor = self._by(prepared, self.conversation.conductor_id)
        answer = self._by(noted, self.user_id) if holds else noted[-1:]
        shown = {*by_conductor, *answer}
        return Entry(
            asked,
            self._written(Part.USER_PREPARATION, user),
            self._written(Part.CONDUCTOR_PREPARATION, by_conductor),
            self._written(asked.part, answer),
            tuple(p for p in (*prepared, *noted) if p not in shown and p.written.text),
            "".join(p.author for p in answer if p.author_id != self.conversation.conductor_id),
        )

    def _by(self, pieces: Sequence[Piece], author_id: int) -> Sequence[Piece]:
        return [piece for piece in pieces if piece.author_id == author_id]

    def _written(self, part: Part, pieces: Sequence[Piece]) -> WrittenText | None:
        if part not in self.parts:
            return None
        return pieces[-1].written if pieces else WrittenText()


def _as_piece(asked: AskedQuestion) -> Piece:
    """Return an added question as a piece by its author."""
    written = WrittenText(asked.question.text)
    return Piece(asked.id, asked.part, asked.added_by or 0, "", asked.term, written)


def _submitted(tenure: Tenure, piece: Piece) -> bool:
    """Return whether the user submitted a piece of their preparation to any conductor."""
    return piece.term <= tenure.opened_to_anybody(piece.author_id)


def _require_parts(
    actor: Actor, conversation: Conversation, relations: frozenset[Relation], tenure: Tenure
) -> frozenset[Part]:
    opened = bool(tenure.opened(conversation.user_id, actor.user_id))
    parts = readable(relations, conversation, conversation.template.viewing, opened=opened)
    if not parts:
        raise no_part_error(actor)
    return parts
