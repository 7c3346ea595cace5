"""Resolution of the names in an audience (P13) to ids of teams, pushes, users and so on.

A resolved audience keeps its meaning when these are renamed; `with_current_names` returns it with
their current names.
"""

import difflib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from zoneinfo import available_timezones

from studio_tui.domain.audiences.audience import (
    Audience,
    Condition,
    Name,
    WrongAudience,
    conditions_of,
    with_conditions,
)
from studio_tui.domain.audiences.words import WORDS, ValueKind
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.languages import language_tag
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.wrong_cell import WrongCell
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line, fold
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.audiences import names as stored
from studio_tui.storage.audiences import segments
from studio_tui.storage.audiences.conditions import is_anybody_in
from studio_tui.storage.people.teams import StoredTeam, every_team
from studio_tui.storage.pushes.push_search import NamedPush, named_pushes

_SHOWN = 60
_SIMILAR = 0.5
_MOST = 5


def audience_of(studio: Studio, actor: Actor, text: str) -> Audience:
    """Parse ``text`` and resolve its names.

    Raises `WrongAudience`, or `Forbidden` if ``actor`` may not see users.
    """
    # Imported lazily: loading the parser is slow.
    from studio_tui.services.audiences.parsing import parse

    require(actor, Action.READ_USERS)
    written = parse(text)
    with studio.store.reading():
        return resolve(written, text)


def resolve(audience: Audience, text: str = "") -> Audience:
    """Return the audience with the id of each name. Requires an open unit of work.

    Raises `WrongAudience`, with the position in ``text``, if a name is unknown or ambiguous.
    """
    known = _NameCache()

    def resolved(condition: Condition) -> Audience:
        names = WORDS[condition.word].names
        if names is None:
            return condition
        found = []
        for name in condition.names:
            try:
                found.append(known.find(names, condition, name))
            except _NoSuchName as error:
                at, length = (name.at, name.length) if text else (0, 1)
                raise WrongAudience(text or str(audience), at, length, str(error)) from None
        return replace(condition, names=tuple(found))

    return with_conditions(audience, resolved)


def with_current_names(audience: Audience) -> Audience:
    """Return a stored audience with the current names of its ids. Requires an open unit of work.

    A name whose object was deleted is unchanged.
    """
    (named,) = all_with_current_names([audience])
    return named


def all_with_current_names(audiences: Sequence[Audience]) -> list[Audience]:
    """Return several audiences with current names; see `with_current_names`.

    The names of each kind are read once for all audiences.
    """
    ids = defaultdict[ValueKind, set[int]](set)
    for condition in chain.from_iterable(map(conditions_of, audiences)):
        kind = WORDS[condition.word].names or ValueKind.TEXT
        ids[kind].update(name.id for name in condition.names if name.id is not None)
    called = {kind: stored.NAMES_BY_ID[kind](meant) for kind, meant in ids.items()}

    def named(condition: Condition) -> Audience:
        today = called[WORDS[condition.word].names or ValueKind.TEXT]
        names = [replace(one, text=today.get(one.id or 0, one.text)) for one in condition.names]
        return replace(condition, names=tuple(names))

    return [with_conditions(audience, named) for audience in audiences]


def names_only_visible(audience: Audience) -> bool:
    """Return whether each name in a resolved audience is of something that this unit of work sees.

    A text, such as a department or a pattern, is if a visible user has it.
    """
    return all(
        _is_visible(condition.word, name)
        for condition in conditions_of(audience)
        for name in condition.names
    )


def _is_visible(word: str, name: Name) -> bool:
    kind = WORDS[word].names
    if kind is None or kind in _OF_NOBODY:
        return True
    if kind in stored.NAMES_BY_ID:
        return name.id in stored.NAMES_BY_ID[kind]([name.id or 0])
    return is_anybody_in(Condition(word, names=(name,)))


_OF_NOBODY = (ValueKind.LANGUAGE, ValueKind.TIME_ZONE, ValueKind.ROLE)
"""The kinds of names that everybody knows."""


class _NoSuchName(Exception):
    """A name is unknown or ambiguous; the message suggests alternatives."""


class _NameCache:
    """A cache of names that reads each kind at most once."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._find: Mapping[ValueKind, Callable[[Condition, Name], Name]] = {
            ValueKind.TEAM: self._team,
            ValueKind.PUSH: self._push,
            ValueKind.USER: self._user,
            ValueKind.GROUP: self._group,
            ValueKind.KNOWN_TEXT: self._known_text,
            ValueKind.UNIQUE: self._unique,
            ValueKind.LANGUAGE: self._language,
            ValueKind.TIME_ZONE: self._time_zone,
            ValueKind.ROLE: self._role,
            ValueKind.SEGMENT: self._segment,
        }

    def find(self, kind: ValueKind, condition: Condition, name: Name) -> Name:
        """Return ``name`` with its id or its canonical spelling. Raises `_NoSuchName`."""
        if name.id is not None and kind not in stored.NAMES_BY_ID:
            raise _NoSuchName(f"“{condition.word}” takes a name: #{name.id} is none")
        find = self._find.get(kind)
        return name if find is None else find(condition, name)

    @cached_property
    def _teams(self) -> Sequence[StoredTeam]:
        return every_team()

    @cached_property
    def _pushes(self) -> Sequence[NamedPush]:
        return named_pushes()

    @cached_property
    def _groups(self) -> Sequence[str]:
        return stored.groups()

    @cached_property
    def _segments(self) -> Mapping[int, str]:
        return {segment.id: segment.name for segment in segments.segments()}

    def _team(self, _: Condition, name: Name) -> Name:
        teams = self._teams
        if not name.text:
            return _by_number("team", name, {team.id: team.path for team in teams})
        try:
            return replace(name, id=naming.team_named(name.text, teams).id)
        except Refused as error:
            last = fold(name.text.rpartition(">")[2])
            numbers = [f"#{team.id} is {team.path}" for team in teams if fold(team.name) == last]
            more = f" Or write its number: {', '.join(numbers[:_MOST])}." if numbers[1:] else ""
            raise _NoSuchName(f"{error}{more}") from None

    def _push(self, _: Condition, name: Name) -> Name:
        pushes = self._pushes
        if not name.text:
            return _by_number("push", name, {push.id: push.name for push in pushes})
        found = [push for push in pushes if fold(push.name) == fold(name.text)]
        if not found:
            raise _NoSuchName(naming.nothing_named("push", name.text, [p.name for p in pushes]))
        if len(found) > 1:
            listed = ", ".join(
                f"#{push.id} is {'closed' if push.closed_at else 'not closed'}, "
                f"until {push.deadline}"
                for push in found[:_MOST]
            )
            shown = clean_line(name.text)[:_SHOWN]
            raise _NoSuchName(f"“{shown}” is {len(found)} pushes. Write its number: {listed}.")
        return replace(name, id=found[0].id)

    def _user(self, _: Condition, name: Name) -> Name:
        if not name.text:
            return _by_number("user", name, stored.logins([name.id or 0]))
        try:
            return replace(name, id=naming.user_id_named(name.text))
        except Refused as error:
            raise _NoSuchName(str(error)) from None

    def _group(self, _: Condition, name: Name) -> Name:
        return _canonical("group", name, self._groups)

    def _known_text(self, condition: Condition, name: Name) -> Name:
        fact = WORDS[condition.word].fact
        if fact is None or "*" in name.text:
            return name
        if fact.name not in self._texts:
            self._texts[fact.name] = list(stored.values_of(fact).values())
        return _canonical(condition.word, name, self._texts[fact.name])

    def _unique(self, condition: Condition, name: Name) -> Name:
        fact = WORDS[condition.word].fact
        if fact is None or "*" in name.text or stored.is_value_used(fact, name.text):
            return name
        shown = clean_line(name.text)[:_SHOWN]
        reason = f"nobody has the {fact.in_words} “{shown}”; “{shown[:3]}*” is all that begin so"
        raise _NoSuchName(reason)

    def _language(self, _: Condition, name: Name) -> Name:
        try:
            tag = language_tag(name.text)
        except WrongCell as error:
            raise _NoSuchName(str(error)) from None
        return replace(name, text=fold(tag or name.text))

    def _time_zone(self, _: Condition, name: Name) -> Name:
        return _canonical("time zone", name, sorted(available_timezones()))

    def _role(self, _: Condition, name: Name) -> Name:
        return _canonical("role", name, list(Role))

    def _segment(self, _: Condition, name: Name) -> Name:
        known = self._segments
        if not name.text:
            return _by_number("segment", name, known)
        found = [each for each, called in known.items() if fold(called) == fold(name.text)]
        if not found:
            nothing = naming.nothing_named("segment", name.text, list(known.values()))
            raise _NoSuchName(nothing)
        return replace(name, id=found[0])


def _by_number(noun: str, name: Name, known: Mapping[int, str]) -> Name:
    if name.id not in known:
        raise _NoSuchName(f"there is no {noun} #{name.id}")
    return name


def _canonical(noun: str, name: Name, known: Sequence[str]) -> Name:
    """Return ``name`` in the spelling of ``known``, ignoring case. Raises `_NoSuchName`."""
    by_key = {fold(each): str(each) for each in known}
    key = fold(name.text)
    if key in by_key:
        return replace(name, text=by_key[key])
    near = difflib.get_close_matches(key, by_key, n=1, cutoff=_SIMILAR)
    hint = f" Did you mean “{by_key[near[0]]}”?" if near else ""
    if not near and 0 < len(known) <= _MOST:
        hint = f" There is {', '.join(map(str, known))}."
    raise _NoSuchName(f"there is no {noun} “{clean_line(name.text)[:_SHOWN]}”.{hint}")
