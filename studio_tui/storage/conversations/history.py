"""The history of conversations: those that were held or cancelled.

``reader_id`` is the user who reads: they find conversations that they took part in, and those of
people whom they manage. None finds all (C6).
"""

from typing import Any

from peewee import JOIN, Case, Cast, fn

from studio_tui.domain.conversations.conversation import ConversationState, HistoryFilter
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.label_search import match_labels
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.text import fold_search
from studio_tui.storage.conversations.conversations import OVERVIEW
from studio_tui.storage.engine.expressions import (
    ONE,
    ZERO,
    A,
    C,
    H,
    P,
    T,
    U,
    among,
    both,
    column,
    containing,
    count,
    selected,
    tables_of,
)
from studio_tui.storage.engine.tables import TemplateTable
from studio_tui.storage.lists.keyset import Listing
from studio_tui.storage.lists.shown_words import any_of
from studio_tui.storage.people.managers import managed_by
from studio_tui.wording.conversations import STATE_LABELS

_T: Any = TemplateTable
_ENDS = (ConversationState.DONE, ConversationState.CANCELLED)
_SHOWN_STATES = DefaultTable({state: STATE_LABELS[state] for state in _ENDS}, otherwise="")
_FROM = tables_of(
    C,
    (U, JOIN.INNER, U.id == C.user),
    (H, JOIN.INNER, H.id == C.conductor),
    (A, JOIN.LEFT_OUTER, A.id == C.assignment),
    (P, JOIN.LEFT_OUTER, P.id == A.push),
)
_NAMED = T.select(T.name_key).where(T.id == C.template)
_SORTS = {
    "at": Cast(fn.COALESCE(C.finished_at, C.cancelled_at), "TEXT"),
    "name": U.sort_name,
    "conductor": H.sort_name,
    "what": fn.COALESCE(P.name_key, _NAMED),
    "state": Case(None, ((C.cancelled_at.is_null(), ZERO),), ONE),
}


def history_listing(filter_: HistoryFilter, sort: Sort, reader_id: int | None) -> Listing:
    """Return the ordered ids of the conversations that match a filter."""
    key = _SORTS.get(sort.column, _SORTS["at"])
    found = _matching(filter_, reader_id)
    return Listing(_FROM, C.id, found, key, descending=sort.descending, computed=True)


def matching_conversations(
    filter_: HistoryFilter, ids: list[int], reader_id: int | None
) -> frozenset[int]:
    """Return those of ``ids`` that match a filter."""
    found = OVERVIEW.select(C.id).where(_matching(filter_, reader_id), among(C.id, ids))
    return frozenset(column(found))


def count_selected(selection: Selection[HistoryFilter], reader_id: int | None) -> int:
    """Return the number of conversations in a selection."""
    return _count(selected(selection, lambda filter_: _matching(filter_, reader_id), C.id))


def finds_any(user_id: int, reader_id: int) -> bool:
    """Return whether the reader finds any past conversation of a user."""
    return _count(_matching(HistoryFilter(user_id=user_id), reader_id)) > 0


def _count(condition: Any) -> int:
    return count(OVERVIEW.where(condition))


def _matching(filter_: HistoryFilter, reader_id: int | None) -> Any:
    found = C.finished_at.is_null(False) | C.cancelled_at.is_null(False)
    searched = U.search.concat(" ").concat(H.search).concat(" ")
    searched = searched.concat(fn.COALESCE(P.name_key, ""))
    for word in dict.fromkeys(map(fold_search, filter_.text.split())):
        found = both(found, any_of(containing(searched, [word]), *_meanings(word)))
    if filter_.user_id is not None:
        found &= C.user == filter_.user_id
    if filter_.state is ConversationState.DONE:
        found &= C.cancelled_at.is_null()
    if filter_.state is ConversationState.CANCELLED:
        found &= C.cancelled_at.is_null(False)
    return found if reader_id is None else found & _visible_to(reader_id)


def _meanings(word: str) -> list[Any]:
    """Return the conditions of a word that means a visible state, or the name of a template."""
    found = [
        C.cancelled_at.is_null(state is ConversationState.DONE)
        for state in match_labels(word, _SHOWN_STATES)
    ]
    about = _T.select(_T.id).where(containing(_T.name_key, [word]))
    return [*found, C.template.in_(about)]


def _visible_to(reader_id: int) -> Any:
    own = (C.user == reader_id) | (C.conductor == reader_id)
    return own | C.user.in_(managed_by(reader_id))
