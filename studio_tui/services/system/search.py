"""Search for people, pushes and templates by a few letters of their names (S4)."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.people.users import full_name, sort_name
from studio_tui.domain.pushes.push import state_of
from studio_tui.domain.shared.ranking import FoundKind, Rank, SearchResult, rank_of
from studio_tui.domain.shared.text import fold
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import definitions
from studio_tui.storage.people.user_search import NamedUser, users_found
from studio_tui.storage.pushes.push_search import NamedPush, named_pushes
from studio_tui.storage.pushes.pushes import any_assigned
from studio_tui.storage.templates.templates import named_templates
from studio_tui.wording.days import day_in_words

MOST = 50
"""Maximum number of results of each kind: users who miss a result type more letters."""
_LOOKED_AT = 2_000
"""Maximum number of people that contain the letters and are ranked."""


def find(studio: Studio, actor: Actor, text: str) -> tuple[SearchResult, ...]:
    """Return the people, pushes and templates that match ``text`` and ``actor`` may see (A2).

    At most `MOST` of each kind, the best first; empty if ``text`` is blank.
    """
    if not text.split():
        return ()
    with studio.store.reading():
        return (
            *(_pushes(text, studio.today()) if may(actor, Action.READ_PUSHES) else ()),
            *(_templates(text) if may(actor, Action.READ_TEMPLATES) else ()),
            *(_people(text) if may(actor, Action.READ_USERS) else ()),
        )


def _best(
    found: Iterable[SearchResult], order: Callable[[SearchResult], Any]
) -> list[SearchResult]:
    """Return the best results; of equal rank, closed, archived and departed ones come last."""
    return heapq.nsmallest(MOST, found, key=lambda one: (one.rank, one.over, order(one)))


def _people(text: str) -> list[SearchResult]:
    users = {user.id: user for user in users_found(text, _LOOKED_AT)}
    found = (_found_user(text, user) for user in users.values())

    def by_name(one: SearchResult) -> str:
        user = users[one.id]
        return sort_name(user.given_name, user.family_name)

    return _best(found, by_name)


def _found_user(text: str, user: NamedUser) -> SearchResult:
    name = full_name(user.given_name, user.family_name)
    turned = full_name(user.family_name, user.given_name)
    rank = rank_of(text, (name, turned, user.login, user.email))
    about = " · ".join(filter(None, (user.login, user.department, "" if user.active else "left")))
    found_in_name = Rank.ELSEWHERE if rank is None else rank
    return SearchResult(FoundKind.USER, user.id, name, about, found_in_name, over=not user.active)


def _pushes(text: str, today: date) -> list[SearchResult]:
    pushes = {push.id: push for push in named_pushes()}
    found = (
        SearchResult(FoundKind.PUSH, push.id, push.name, "", rank, over=push.closed_at is not None)
        for push in pushes.values()
        if (rank := rank_of(text, [push.name])) is not None
    )
    best = _best(found, lambda one: (fold(one.name), -one.id))
    return [replace(one, about=_about_push(pushes[one.id], today)) for one in best]


def _about_push(push: NamedPush, today: date) -> str:
    state = state_of(
        assigned=int(any_assigned(push.id)),
        available_from=push.available_from,
        closed_at=push.closed_at,
        today=today,
    )
    ends = f" · until {day_in_words(push.deadline, today)}"
    return f"{state}{'' if push.closed_at else ends}"


def _templates(text: str) -> list[SearchResult]:
    found = (
        SearchResult(
            FoundKind.TEMPLATE,
            template.id,
            definitions.load(template.definition).name,
            "archived" if template.archived else "",
            rank,
            over=template.archived,
        )
        for template in named_templates()
        if (rank := rank_of(text, [template.name_key])) is not None
    )
    return _best(found, lambda one: fold(one.name))
