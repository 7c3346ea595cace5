"""Explanation of why a user is in an audience or not (P13)."""

from collections.abc import Callable, Mapping
from datetime import date

from studio_tui.domain.audiences.audience import (
    AllOf,
    Audience,
    Condition,
    Not,
    conditions_of,
    parts_of,
)
from studio_tui.domain.audiences.reason import Reason
from studio_tui.domain.audiences.words import STANDINGS, WORDS, ConditionForm, ValueKind
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.users import User
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NotFound
from studio_tui.services.audiences.resolving import with_current_names
from studio_tui.services.system.context import Studio
from studio_tui.storage.audiences.conditions import matching_ids
from studio_tui.storage.audiences.segments import expand_segments
from studio_tui.storage.people import users
from studio_tui.storage.pushes import assignments


def why(studio: Studio, actor: Actor, user_id: int, audience: Audience) -> Reason:
    """Return why a user is in an audience or not. Its names must be resolved. Raises `NotFound`."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        found = users.users_by_id([user_id])
        if not found:
            raise NotFound("This user is no longer there.")
        conditions = dict.fromkeys(conditions_of(audience))
        holding = {each: matching_ids(each, [user_id]) == {user_id} for each in conditions}
        data = _UserData(found[0], assignments.pushes_of(user_id, studio.today()), studio.today())
        return _reason(audience, holding.__getitem__, data)


@dataclass(frozen=True, slots=True)
class _UserData:
    """The data of a user that conditions are evaluated on."""

    user: User
    pushes: list[tuple[str, Assignment]]
    today: date


def _reason(audience: Audience, holds: Callable[[Condition], bool], data: _UserData) -> Reason:
    if isinstance(audience, Condition):
        return Reason(str(audience), holds(audience), _found(audience, data))
    parts = tuple(_reason(part, holds, data) for part in parts_of(audience))
    if isinstance(audience, Not):
        return Reason("not", not parts[0].holds, "", parts)
    if isinstance(audience, AllOf):
        return Reason("and", all(part.holds for part in parts), "", parts)
    return Reason("or", any(part.holds for part in parts), "", parts)


def _found(condition: Condition, data: _UserData) -> str:
    """Return the value that a condition was evaluated on, in words."""
    word = WORDS[condition.word]
    if word.names is ValueKind.SEGMENT:
        return str(with_current_names(expand_segments(condition)))
    if word.form is ConditionForm.IN_PUSH:
        return _standing(condition, data)
    if word.fact is not None:
        value = getattr(data.user, word.fact.name)
        described = word.fact.as_words(value) or "nothing"
        return f"{_about(condition)} {described}"
    tell = _VALUES_IN_WORDS.get(condition.word)
    return tell(data.user) if tell else ""


def _managers(user: User) -> str:
    named = ", ".join(each.name for each in user.managers)
    return f"managers: {named}" if named else "no manager"


_VALUES_IN_WORDS: Mapping[str, Callable[[User], str]] = {
    "left": lambda user: "there" if user.active else "has left",
    "manager": _managers,
    "no manager": _managers,
    "team under": lambda user: f"team {', '.join(user.teams) or 'nothing'}",
    "name": lambda user: user.name,
}
"""The values of conditions that are not about a fact."""


def _about(condition: Condition) -> str:
    word = WORDS[condition.word]
    if word.form in (ConditionForm.DATED, ConditionForm.WITHIN):
        return condition.word.rpartition(" ")[0]
    return condition.word


def _standing(condition: Condition, data: _UserData) -> str:
    ids = {name.id for name in condition.names}
    standings = []
    for push, assignment in data.pushes:
        if assignment.push_id in ids:
            flags = sorted(STANDINGS[flag] for flag in assignment.flags)
            standings.append(f"in “{push}”: {', '.join([STANDINGS[assignment.status], *flags])}")
    return "; ".join(standings) or "not in the push"
