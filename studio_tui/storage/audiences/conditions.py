"""An audience as a condition on the users ``U``, in SQL (P13).

Conditions that match few users are written so that the engine can start from those few. Inside *or*
and *not* they are checked for each user, by an index.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from peewee import JOIN, SQL, Entity, Select, Value, fn

from studio_tui.domain.audiences.audience import (
    AllOf,
    AnyOf,
    Audience,
    Condition,
    Day,
    Not,
    mentions_left,
)
from studio_tui.domain.audiences.words import WORDS, ConditionForm, ValueKind, Word
from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import ON_THEIR_WAY, NotificationState
from studio_tui.domain.people.facts import Fact
from studio_tui.domain.pushes.push import Flag, Status
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.text import fold, fold_search
from studio_tui.storage.audiences.names import values_of
from studio_tui.storage.audiences.segments import expand_segments
from studio_tui.storage.engine.expressions import (
    COUNTED,
    NOBODY,
    A,
    C,
    N,
    P,
    U,
    all_of,
    among,
    any_of,
    both,
    column,
    containing,
    count,
    like,
    named,
)
from studio_tui.storage.engine.tables import (
    CoachingTable,
    TeamLeader,
    TeamMember,
    TeamTable,
    UserGroup,
)
from studio_tui.storage.engine.unit import current_database, start_of, today
from studio_tui.storage.lists.text_search import text_condition
from studio_tui.storage.people.managers import USER_HAS_MANAGER, managed_by_any
from studio_tui.storage.pushes.pushes import IS_ASKED_FOR
from studio_tui.storage.pushes.status_conditions import flag_condition, status_condition

_TEAM: Any = TeamTable.alias("t")
_BELOW = named("below", "b", "id")
_FEW = 2_000
"""Maximum number of rows that count as few, see `_are_few`."""


def audience_condition(audience: Audience) -> Any:
    """Return the condition of the users ``U`` in an audience whose names were looked up.

    A name whose target was deleted matches nobody. The condition is true or false for every user,
    never NULL, so that *not* may precede it.
    """
    return _condition(expand_segments(audience), first=True)


def _condition(audience: Audience, *, first: bool) -> Any:
    """Return the condition; ``first`` allows the engine to start from the users that match."""
    if isinstance(audience, Not):
        return _none_of(audience.part)
    if isinstance(audience, AnyOf):
        return any_of(_condition(part, first=False) for part in audience.parts)
    if isinstance(audience, AllOf):
        return all_of(_condition(part, first=first) for part in audience.parts)
    return _FORMS[WORDS[audience.word].form](audience, first)


def _none_of(audience: Audience) -> Any:
    """Return the negated condition.

    *not* is pushed down to single conditions, which nests the least.
    """
    if isinstance(audience, Not):
        return _condition(audience.part, first=False)
    if isinstance(audience, AnyOf):
        return all_of(_none_of(part) for part in audience.parts)
    if isinstance(audience, AllOf):
        return any_of(_none_of(part) for part in audience.parts)
    return ~_condition(audience, first=False)


def _of_query(query: Any, first: bool) -> Any:
    """Return the condition of users in a query of one column, ``user_id``."""
    if first and _are_few(query):
        return U.id.in_(query)
    found = query.alias("x")
    return fn.EXISTS(Select((found,), (SQL("1"),)).where(SQL("x.user_id = u.id")))


def _are_few(query: Any) -> bool:
    """Return whether a query finds so few rows that the engine should start from them.

    With more, the first rows of a list would have to wait for all of them.
    """
    some = query.limit(_FEW + 1).alias("some")
    return int(Select((some,), (COUNTED,)).bind(current_database()).scalar()) <= _FEW


def _bare(condition: Condition, first: bool) -> Any:
    if condition.word == "left":
        return U.active == SQL("FALSE")
    if condition.word == "no manager":
        return ~USER_HAS_MANAGER
    failed = N.select(N.recipient.alias("user_id")).where(N.state == NotificationState.FAILED)
    return _of_query(failed, first)


def _named(condition: Condition, first: bool) -> Any:
    word = WORDS[condition.word]
    if word.names is None:
        raise ValueError(f"{condition.word} has no names")
    return _NAMED[word.names](word, condition, first)


def _dated(condition: Condition, _: bool) -> Any:
    day = (condition.day or Day()).on(_today())
    value = _column_of(condition)
    compared = {
        "before": value < day,
        "after": value > day,
        "on": value == day,
    }[condition.word.rpartition(" ")[2]]
    return value.is_null(False) & compared


def _within(condition: Condition, first: bool) -> Any:
    since = (condition.day or Day()).on(_today())
    if WORDS[condition.word].fact is not None:
        value = _column_of(condition)
        return value.is_null(False) & value.between(since, _today())
    reminded = N.select(N.recipient.alias("user_id")).where(
        N.kind == Kind.REMINDER,
        N.capacity == Capacity.USER,
        N.state.in_(ON_THEIR_WAY),
        fn.COALESCE(N.sent_at, N.due_at) >= start_of(since),
    )
    return _of_query(reminded, first)


def _in_push(condition: Condition, first: bool) -> Any:
    there = A.select(A.user.alias("user_id")).where(
        among(A.push, _ids(condition)), A.unassigned_at.is_null()
    )
    standing = condition.standing
    if not standing:
        return _of_query(there, first)
    there = there.join(P, on=P.id == A.push).join_from(A, C, JOIN.LEFT_OUTER, on=IS_ASKED_FOR)
    if standing in list(Status):
        return _of_query(there.where(status_condition(Status(standing))), first)
    return _of_query(there.where(flag_condition(Flag(standing), _today())), first)


def _team(word: Word, condition: Condition, first: bool) -> Any:
    ids = _ids(condition)
    if word.text == "team under":
        ids = _with_below(ids)
    table: Any = TeamLeader if word.fact is not None and word.fact.name == "leads" else TeamMember
    found = table.select(table.user.alias("user_id"))
    return _of_query(found.where(among(table.team, ids)) if condition.names else found, first)


def _user(word: Word, condition: Condition, first: bool) -> Any:
    ids = _ids(condition)
    if word.fact is None:
        return U.id.in_(managed_by_any(ids))
    coached: Any = CoachingTable
    found = coached.select(coached.user.alias("user_id")).where(among(coached.coach, ids))
    return _of_query(found, first)


def _group(_: Word, condition: Condition, first: bool) -> Any:
    grouped: Any = UserGroup
    keys = [fold(name.text) for name in condition.names]
    found = grouped.select(grouped.user.alias("user_id")).where(among(grouped.name_key, keys))
    return _of_query(found, first)


def _text(word: Word, condition: Condition, _: bool) -> Any:
    """Match a text fact with any of the values; ``*`` stands for any letters."""
    fact = _fact(word)
    key: Any
    texts = [name.text for name in condition.names]
    plain = [text for text in texts if "*" not in text]
    patterns = [_pattern(text) for text in texts if "*" in text]
    if fact.unique:
        key = Entity("u", f"{fact.name}_key")
        same = key.in_([fold(text) for text in plain]) if plain else NOBODY
        return key.is_null(False) & any_of([same, *(_like(key, each) for each in patterns)])
    key = fn.LOWER(_entity(fact))
    same = key.in_(_keys(fact, plain)) if plain else NOBODY
    return any_of([same, *(_like(key, each) for each in patterns)])


def _keys(fact: Fact, texts: Collection[str]) -> list[str]:
    """Return the keys of a fact, as the engine lower-cases them, that equal one of ``texts``."""
    wanted = {fold(text) for text in texts}
    if all(text.isascii() for text in wanted):
        return sorted(wanted)
    # Engines differ in which letters outside ASCII they convert to lower case.
    return [key for key, spelled in values_of(fact).items() if fold(spelled) in wanted]


def _pattern(text: str) -> str:
    escaped = fold(text)
    for special in "\\%_":
        escaped = escaped.replace(special, f"\\{special}")
    return escaped.replace("*", "%")


def _like(key: Any, pattern: str) -> Any:
    return like(key, Value(pattern, converter=False))


def _name(_: Word, condition: Condition, __: bool) -> Any:
    """Match all words of a name; the search index finds the candidates."""
    return any_of(
        both(
            text_condition(U, fold_search(name.text)),
            containing(U.sort_name, fold(name.text).split()),
        )
        for name in condition.names
    )


def _language(word: Word, condition: Condition, _: bool) -> Any:
    """Match a language in any country: ``nl`` also matches ``nl-BE``."""
    key = fn.LOWER(_entity(_fact(word)))
    tags = [fold(name.text) for name in condition.names]
    return any_of((key == tag) | _like(key, f"{tag}-%") for tag in tags)


def _exact(word: Word, condition: Condition, _: bool) -> Any:
    return _entity(_fact(word)).in_([name.text for name in condition.names])


def _nobody(_: Word, condition: Condition, __: bool) -> Any:
    """Match nobody: a segment that was deleted."""
    return NOBODY


_FORMS: Mapping[ConditionForm, Callable[[Condition, bool], Any]] = {
    ConditionForm.BARE: _bare,
    ConditionForm.NAMED: _named,
    ConditionForm.PERHAPS_NAMED: _named,
    ConditionForm.DATED: _dated,
    ConditionForm.WITHIN: _within,
    ConditionForm.IN_PUSH: _in_push,
}
_NAMED: Mapping[ValueKind, Callable[[Word, Condition, bool], Any]] = DefaultTable(
    {
        ValueKind.TEXT: _text,
        ValueKind.KNOWN_TEXT: _text,
        ValueKind.UNIQUE: _text,
        ValueKind.WORDS: _name,
        ValueKind.GROUP: _group,
        ValueKind.TEAM: _team,
        ValueKind.USER: _user,
        ValueKind.LANGUAGE: _language,
        ValueKind.TIME_ZONE: _exact,
        ValueKind.ROLE: _exact,
    },
    otherwise=_nobody,
)


def _ids(condition: Condition) -> list[int]:
    return [name.id for name in condition.names if name.id is not None]


def _with_below(team_ids: Collection[int]) -> list[int]:
    """Return these teams and all teams below them."""
    wanted = _TEAM.select(_TEAM.id).where(among(_TEAM.id, team_ids))
    lower = _TEAM.select(_TEAM.id).join(_BELOW, on=_TEAM.parent == _BELOW.id)
    below = wanted.union(lower).cte("below", recursive=True, columns=("id",))
    return column(Select((_BELOW,), (_BELOW.id,)).with_cte(below).bind(current_database()))


def _fact(word: Word) -> Fact:
    if word.fact is None:
        raise ValueError(f"{word.text} looks at no fact")
    return word.fact


def _entity(fact: Fact) -> Any:
    return Entity("u", fact.name)


def _column_of(condition: Condition) -> Any:
    return _entity(_fact(WORDS[condition.word]))


def _today() -> Any:
    day = today()
    if day is None:
        raise RuntimeError("nobody said which day it is")
    return day


def ids_in(audience: Audience) -> Any:
    """Return a query of one column: the users in an audience, active or not."""
    return U.select(U.id).where(audience_condition(audience))


def matching_ids(audience: Audience, user_ids: Collection[int]) -> set[int]:
    """Return those of these users who are in an audience."""
    # For a few users, there is no need to start from the matches.
    wanted = both(among(U.id, user_ids), _condition(expand_segments(audience), first=False))
    return set(column(U.select(U.id).where(wanted)))


def count_in(audience: Audience) -> int:
    """Return the number of users in an audience, including former users if it asks about them."""
    return count(U.select().where(everyone_in(audience)))


def is_anybody_in(audience: Audience) -> bool:
    """Return whether any user is in an audience, active or not."""
    return ids_in(audience).limit(1).scalar() is not None


def includes_left(audience: Audience | None) -> bool:
    """Return whether an audience asks about former users, itself or through a segment."""
    return audience is not None and mentions_left(expand_segments(audience))


def everyone_in(audience: Audience) -> Any:
    """Return the condition of the users ``U`` in an audience.

    Only active users match, unless the audience asks about users who have left.
    """
    said = expand_segments(audience)
    found = audience_condition(said)
    return found if mentions_left(said) else both(U.active == SQL("TRUE"), found)
