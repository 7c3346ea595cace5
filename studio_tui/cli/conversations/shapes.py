"""The JSON of conversations: part of the contract in ``docs/commands.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.times import iso
from studio_tui.domain.conversations.conversation import (
    Conversation,
    Entry,
    MyConversation,
    Reading,
    WrittenText,
)

if TYPE_CHECKING:
    from studio_tui.services.conversations import UsableSource
    from studio_tui.services.system.context import Studio


def without_push(studio: Studio, of: Conversation) -> Shape:
    """Return the JSON of a conversation without a push, with the keys of one with a push."""
    at = of.finished_at or of.started_at or of.planned_for
    return {
        "push": None,
        "login": of.login,
        "name": of.name,
        "status": None if of.cancelled_at else str(of.state),
        "status_at": None if of.cancelled_at else iso(studio, at),
        "flags": [],
        "conductor": of.conductor,
        "managers": [],
        "reminders": 0,
        "reminded_at": None,
        "excuse": None,
        "deadline": None,
    }


def my_conversation(studio: Studio, of: MyConversation) -> Shape:
    """Return the JSON of a row of My conversations (C1)."""
    return {
        "id": of.conversation_id,
        "push": of.push or None,
        "template": of.template or None,
        "login": of.login,
        "name": of.name,
        "mine": of.mine,
        "status": of.status,
        "at": iso(studio, of.at),
        "available_from": of.available_from.isoformat() if of.available_from else None,
        "deadline": of.deadline.isoformat() if of.deadline else None,
        "overdue": of.overdue,
        "conductor": of.conductor or None,
        "asked": of.asked,
        "why_not": of.why_not or None,
        "stands_in": of.for_whom or None,
        "last_held": iso(studio, of.last_held),
    }


def usable(of: UsableSource) -> Shape:
    """Return the JSON of a push or template that a conversation can be about (C2)."""
    return {
        "push": of.name if of.ask.push_id is not None else None,
        "template": of.template.name,
        "planning": of.template.planning,
        "deadline": of.deadline.isoformat() if of.deadline else None,
    }


def held(studio: Studio, of: Conversation) -> Shape:
    """Return the JSON of a conversation without what was written in it."""
    return {
        "id": of.id,
        "push": of.push or None,
        "template": of.template.name,
        "login": of.login,
        "name": of.name,
        "conductor_login": of.conductor_login,
        "conductor": of.conductor,
        "state": of.state,
        "planned_for": iso(studio, of.planned_for),
        "minutes": of.minutes,
        "place": of.place,
        "user_prepared_at": iso(studio, of.user_prepared_at),
        "conductor_prepared_at": iso(studio, of.conductor_prepared_at),
        "started_at": iso(studio, of.started_at),
        "held_at": iso(studio, of.finished_at),
        "cancelled_at": iso(studio, of.cancelled_at),
    }


def reading(studio: Studio, of: Reading) -> Shape:
    """Return the JSON of a conversation with the texts that the reader may read (C2, C6, T4)."""
    return {
        **held(studio, of.conversation),
        "readable": sorted(of.parts),
        "writable": sorted(of.writes),
        "may_ask": of.may_ask,
        "closed_to_you": of.closed_to_reader,
        "closed_to_conductor": of.closed_to_conductor,
        "entries": [_entry(studio, n, entry) for n, entry in enumerate(of.entries, 1)],
    }


def _entry(studio: Studio, number: int, of: Entry) -> Shape:
    asked = of.asked
    return {
        "id": asked.id,
        "number": number,
        "step": asked.step,
        "topic": asked.topic,
        "question": asked.question.text,
        "kind": asked.question.kind,
        "options": asked.question.options,
        "added": asked.added_by is not None,
        "removed": asked.removed,
        "user": _written(studio, of.user),
        "conductor": _written(studio, of.conductor),
        "answer": _written(studio, of.answer),
        "answer_by": of.answer_by or None,
        "others": [
            {"part": piece.part, "by": piece.author, **(_written(studio, piece.written) or {})}
            for piece in of.others
        ],
    }


def _written(studio: Studio, of: WrittenText | None) -> Shape | None:
    if of is None:
        return None
    return {"text": of.text, "version": of.version, "written_at": iso(studio, of.written_at)}
