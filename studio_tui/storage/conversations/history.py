"""The history of conversations: those that are over, held or cancelled.

``reader_id`` says who looks: they find what they were in, and those of whom they manage; None
finds all (C6).
"""

from studio_tui.domain.conversations.conversation import ConversationState, HistoryFilter
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.text import fold_search
from studio_tui.storage.engine.sql import Clause, among, containing, rows, scalar, selected
from studio_tui.storage.lists.keyset import Listing
from studio_tui.storage.people.managers import managed_by

_FROM = (
    "conversation c JOIN users u ON u.id = c.user_id JOIN users h ON h.id = c.conductor_id "
    "LEFT JOIN assignment a ON a.id = c.assignment_id LEFT JOIN push p ON p.id = a.push_id"
)
_SORTS = {
    "at": "CAST(COALESCE(c.finished_at, c.cancelled_at) AS TEXT)",
    "name": "u.sort_name",
    "conductor": "h.sort_name",
}


def history_listing(filter_: HistoryFilter, sort: Sort, reader_id: int | None) -> Listing:
    """The conversations that a filter matches."""
    key = _SORTS.get(sort.column, _SORTS["at"])
    clause = _matching(filter_, reader_id)
    return Listing(_FROM, "c.id", clause, key, descending=sort.descending, computed=True)


def matching_conversations(
    filter_: HistoryFilter, ids: list[int], reader_id: int | None
) -> frozenset[int]:
    """Those of ``ids`` that a filter matches."""
    clause = _matching(filter_, reader_id) & among("c.id", ids)
    found = rows(f"SELECT c.id FROM {_FROM} WHERE {clause.text}", *clause.params)
    return frozenset(row_id for (row_id,) in found)


def count_selected(selection: Selection[HistoryFilter], reader_id: int | None) -> int:
    """How many conversations a selection holds."""
    return _count(selected(selection, lambda filter_: _matching(filter_, reader_id), "c.id"))


def is_any_seen(user_id: int, reader_id: int) -> bool:
    """Whether somebody finds any conversation of a user that is over."""
    return _count(_matching(HistoryFilter(user_id=user_id), reader_id)) > 0


def _count(clause: Clause) -> int:
    return int(scalar(f"SELECT COUNT(*) FROM {_FROM} WHERE {clause.text}", *clause.params))


def _matching(filter_: HistoryFilter, reader_id: int | None) -> Clause:
    clause = Clause("(c.finished_at IS NOT NULL OR c.cancelled_at IS NOT NULL)")
    clause &= containing(
        "(u.search || ' ' || h.search || ' ' || COALESCE(p.name_key, ''))",
        map(fold_search, filter_.text.split()),
    )
    if filter_.user_id is not None:
        clause &= Clause("c.user_id = ?", (filter_.user_id,))
    if filter_.state is ConversationState.DONE:
        clause &= Clause("c.cancelled_at IS NULL")
    if filter_.state is ConversationState.CANCELLED:
        clause &= Clause("c.cancelled_at IS NOT NULL")
    return clause & _visible_to(reader_id) if reader_id is not None else clause


def _visible_to(reader_id: int) -> Clause:
    managed = managed_by(reader_id)
    return Clause(
        f"(c.user_id = ? OR c.conductor_id = ? OR c.user_id IN ({managed.text}))",
        (reader_id, reader_id, *managed.params),
    )
