"""My conversations (C1), and the history of conversations."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from studio_tui.domain.conversations.conversation import (
    NOT_MINE,
    Conversation,
    HistoryFilter,
    MyConversation,
    MyConversationFilter,
    in_order,
)
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.people.stand_ins import StandIn
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.text import has_words
from studio_tui.domain.templates.template import Definition
from studio_tui.services.conversations.state import conversation_of
from studio_tui.services.system.context import Studio
from studio_tui.services.system.listing import InMemorySource, StoredSource
from studio_tui.services.templates import definitions
from studio_tui.storage.conversations import conversations, my_list
from studio_tui.storage.conversations import history as over
from studio_tui.storage.conversations.my_list import MyListRow
from studio_tui.storage.people import stand_ins
from studio_tui.storage.people.managers import managers_of
from studio_tui.wording.stand_ins import for_whom

_KINDS = 3
"""Number of kinds of rows: an assignment, a conversation or a person. The remainder of a row id is
its kind."""

People = Mapping[int, tuple[str, str]]
"""Login and name of each person, by id."""


def my_conversations(studio: Studio, actor: Actor) -> list[MyConversation]:
    """Return the conversations of ``actor`` and of the people whom they manage.

    They are asked for, planned or under way. Overdue ones come first, then those that wait for
    ``actor``, then those that wait for others, then the people without any.
    """
    today = studio.today()
    with studio.own_store.reading():
        people = my_list.people_around(actor.user_id)
        asked = my_list.asked_of(list(people), actor.user_id)
        asked += my_list.begun_by(actor.user_id)
        held = my_list.last_held(list(people))
        standing = _standing_in(actor, people)
    lines = [
        _my_conversation(
            actor,
            each,
            people[each.user_id],
            held.get(each.user_id),
            today,
            standing.get(each.user_id, ()),
        )
        for each in asked
        if each.user_id in people
    ]
    return in_order(
        [*lines, *_people_without_conversation(actor, people, held, asked, standing, today)]
    )


def _standing_in(actor: Actor, people: People) -> dict[int, tuple[StandIn, ...]]:
    """Return the stand-ins by which ``actor`` covers each of the people (U14), by user id."""
    standing = stand_ins.standing_in(actor.user_id)
    if not standing:
        return {}
    managers = managers_of(list(people))
    return {
        user_id: tuple(
            each
            for each in standing
            if each.covers(user_id)
            and each.leader_id in {manager.user_id for manager in managers.get(user_id, ())}
        )
        for user_id in people
    }


def source(
    studio: Studio, actor: Actor, filter_: MyConversationFilter
) -> InMemorySource[MyConversation, MyConversationFilter]:
    """Return the rows of My conversations that a filter matches, as the source of a list."""
    return InMemorySource(tuple(my_conversations(studio, actor)), _matches, filter_)


def history(
    studio: Studio, actor: Actor, filter_: HistoryFilter, sort: Sort
) -> StoredSource[Conversation, HistoryFilter]:
    """Return the past conversations that ``actor`` may know of, as the source of a list.

    These are the conversations that ``actor`` was in and those of the people whom they manage. An
    admin and support see that all others were held, too; access to their content is decided by
    `reading.read` (C6).
    """
    reader_id = None if may(actor, Action.READ_PUSHES) else actor.user_id
    return StoredSource(
        store=studio.store,
        listed=lambda: over.history_listing(filter_, sort, reader_id),
        read=lambda ids: [conversation_of(row) for row in conversations.conversations(ids)],
        match=lambda other, ids: over.matching_conversations(other, ids, reader_id),
        count_of=lambda chosen: over.count_selected(chosen, reader_id),
    )


def _my_conversation(
    actor: Actor,
    asked: MyListRow,
    person: tuple[str, str],
    held: datetime | None,
    today: date,
    standing: Sequence[StandIn],
) -> MyConversation:
    template = _definition(asked.definition)
    why_not = _why_not(actor, asked, template, today, standing)
    number, kind = (asked.assignment_id, 0) if asked.assignment_id else (asked.conversation_id, 1)
    return MyConversation(
        id=(number or 0) * _KINDS + kind,
        user_id=asked.user_id,
        login=person[0],
        name=person[1],
        mine=asked.user_id == actor.user_id,
        push_id=asked.push_id,
        push=asked.push,
        template=template.name,
        template_id=asked.template_id,
        planning=template.planning,
        available_from=asked.available_from,
        deadline=asked.deadline,
        overdue=(
            asked.deadline is not None and asked.deadline < today and asked.status != Status.EXCUSED
        ),
        status=Status(asked.status),
        at=asked.started_at or asked.planned_for,
        conversation_id=asked.conversation_id,
        conductor_id=asked.conductor_id,
        conductor=asked.conductor,
        asked=not why_not,
        why_not=why_not,
        last_held=held,
        for_whom=_for_whom(standing, today),
    )


def _for_whom(standing: Sequence[StandIn], today: date) -> str:
    return ", ".join(for_whom(each, today) for each in standing)


def _people_without_conversation(
    actor: Actor,
    people: People,
    held: Mapping[int, datetime],
    asked: list[MyListRow],
    standing: Mapping[int, Sequence[StandIn]],
    today: date,
) -> Iterator[MyConversation]:
    busy = {each.user_id for each in asked} | {actor.user_id}
    for user_id, (login, name) in people.items():
        if user_id not in busy:
            yield MyConversation(
                id=user_id * _KINDS + 2,
                user_id=user_id,
                login=login,
                name=name,
                mine=False,
                last_held=held.get(user_id),
                for_whom=_for_whom(standing.get(user_id, ()), today),
            )


def _why_not(
    actor: Actor,
    asked: MyListRow,
    template: Definition,
    today: date,
    standing: Sequence[StandIn],
) -> str:
    """Return why a conversation does not wait for ``actor``; empty if it does (P10)."""
    if asked.status == Status.EXCUSED:
        return _excused(actor, asked)
    if asked.available_from is not None and asked.available_from > today:
        return f"starts {asked.available_from}"
    if asked.user_id == actor.user_id:
        return _why_not_mine(asked, template)
    theirs = {None, actor.user_id, *(each.leader_id for each in standing)}
    if asked.conductor_id not in theirs and not asked.conductor_gone:
        holds = "holds it" if asked.conversation_id else "is to hold it"
        return f"{asked.conductor} {holds}"
    return NOT_MINE if asked.not_mine else ""


def _excused(actor: Actor, asked: MyListRow) -> str:
    """Return the text for an excused user. Only their leaders and coaches see the reason (P18)."""
    mine = asked.user_id == actor.user_id
    return "excused" if mine or not asked.excuse else f"excused: {asked.excuse}"


def _why_not_mine(asked: MyListRow, template: Definition) -> str:
    """Return why a conversation about the actor does not wait for them: only to prepare it can."""
    if asked.conversation_id is None:
        return "not planned yet"
    if asked.started_at is not None:
        return "under way"
    return "prepared" if asked.prepared or not template.planning else ""


def _matches(filter_: MyConversationFilter, item: MyConversation) -> bool:
    if filter_.asked and not item.asked:
        return False
    words = f"{item.name} {item.login} {item.push} {item.template} {item.conductor}"
    return has_words(words, filter_.text)


# Many rows share the template of one push.
_definition = lru_cache(maxsize=64)(definitions.load)
