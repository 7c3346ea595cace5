"""Imports, manual edits and open pushes in any order, against a model, on both engines.

No change is lost silently (U7). The desk lists a user of an open push exactly if their managers,
conductor, address or state differ from what was last decided.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from studio_tui.domain.conversations.conversation import Plan
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.review import Review, ReviewFilter, ReviewKind
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared.errors import NothingToDo
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.activity import activity, verify
from studio_tui.services.people import by_hand, reviews
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from tests.acting import assign, finish, mail
from tests.machines import machine_settings
from tests.organisation import create_push
from tests.services.people.importing import import_lines, user

HEADINGS = "login,email,given_name,family_name,teams,leads,active,role"
MANAGERS, PEOPLE, TEAMS = ("bob", "dora"), ("ann", "ben", "cas"), ("North", "South")
_ANYBODY = st.sampled_from((*MANAGERS, *PEOPLE))
_SOMEBODY = st.sampled_from(PEOPLE)
_OF_HOLDER = {
    ReviewKind.CONDUCTOR_LEFT,
    ReviewKind.CONDUCTOR_NO_MANAGER,
    ReviewKind.MANAGER_CHANGED,
}


@dataclass
class KnownUser:
    """The last decided, or else initial, state of a user in a push."""

    managers: frozenset[str]
    active: bool
    address: int
    trouble: tuple[str, str] | None = None
    """The conductor of the conversation and the reason why they cannot hold it, or None."""


@dataclass
class Organisation:
    """The team of each person, the leader of each team, who has left, and the address numbers."""

    team: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PEOPLE, "North"))
    leader: dict[str, str] = field(default_factory=lambda: {"North": "bob", "South": "dora"})
    gone: set[str] = field(default_factory=set)
    address: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*MANAGERS, *PEOPLE), 0))

    def lines(self) -> list[str]:
        """Return a line of an HR file for each person."""
        return [
            f"{login},{login}{self.address[login]}@example.org,{login.title()},Smith,"
            f"{self.team.get(login, '')},"
            f"{'|'.join(team for team in TEAMS if self.leader[team] == login)},"
            f"{'no' if login in self.gone else 'yes'},user"
            for login in (*MANAGERS, *PEOPLE)
        ]

    def managers_of(self, login: str) -> frozenset[str]:
        """Return the leader of the user's team, unless the leader has left."""
        return frozenset({self.leader[self.team[login]]} - self.gone)


class LifeOfTheDesk(RuleBasedStateMachine):
    """Two pushes with three people, changes of these people, and the decisions that must wait."""

    def __init__(self, studio: Studio, admin: Actor, number: list[int]) -> None:
        super().__init__()
        self.studio, self.admin = studio, admin
        self.now = Organisation()
        self.pushes: dict[str, Push] = {}
        self.known: dict[tuple[str, str], KnownUser] = {}
        self.holder: dict[tuple[str, str], str] = {}
        self._import()
        number[0] += 1
        names = [f"Push {number[0]}{letter}" for letter in "AB"]
        for name, logins in zip(names, (PEOPLE, PEOPLE[:2]), strict=True):
            self.pushes[name] = create_push(studio, admin, name, lasts=60)
            assign(studio, admin, self.pushes[name], *logins)
            for login in logins:
                self.known[name, login] = self._as_it_is(login)

    def _as_it_is(self, login: str) -> KnownUser:
        managers = self.now.managers_of(login)
        return KnownUser(managers, login not in self.now.gone, self.now.address[login])

    def _import(self) -> None:
        import_lines(self.studio, self.admin, HEADINGS, *self.now.lines())
        self._forget_trouble()

    def _forget_trouble(self) -> None:
        """Drop a decision about a conductor as soon as the problem is a different one."""
        for key, known in self.known.items():
            if known.trouble != self._trouble(*key):
                known.trouble = None

    # Changes

    @rule(login=_SOMEBODY, team=st.sampled_from(TEAMS))
    def moves(self, login: str, team: str) -> None:
        self.now.team[login] = team
        self._import()

    @rule(logins=st.sets(_ANYBODY, min_size=1, max_size=2))
    def leave_or_return(self, logins: set[str]) -> None:
        self.now.gone ^= logins
        self._import()

    @rule(login=_ANYBODY)
    def is_marked_by_hand(self, login: str) -> None:
        user_id = user(self.studio, self.admin, login).id
        act = by_hand.take_back if login in self.now.gone else by_hand.leave
        noticed = act(self.studio, self.admin, [user_id]).reviews_added
        (newest, *_) = activity.of_everything(self.studio, self.admin)
        assert noticed == len(reviews.caused_by(self.studio, newest.id))
        self.now.gone ^= {login}
        self._forget_trouble()

    @rule(team=st.sampled_from(TEAMS))
    def is_led_by_the_other(self, team: str) -> None:
        (self.now.leader[team],) = set(MANAGERS) - {self.now.leader[team]}
        self._import()

    @rule(login=_SOMEBODY)
    def gets_another_address(self, login: str) -> None:
        self.now.address[login] ^= 1
        self._import()

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def is_planned(self, data: st.DataObject) -> None:
        name, login = data.draw(st.sampled_from(sorted(self.known)))
        managers = self.now.managers_of(login)
        if login in self.now.gone or not managers or (name, login) in self.holder:
            return
        (by,) = managers
        ask = conversations.find(self.studio, name, login)
        at = self.studio.now() + timedelta(days=3)
        conversations.plan(self.studio, self.admin, ask, Plan(at), conductor=by)
        self.holder[name, login] = by

    @precondition(lambda self: self.holder)
    @rule(data=st.data())
    def is_held(self, data: st.DataObject) -> None:
        name, login = data.draw(st.sampled_from(sorted(self.holder)))
        if self._trouble(name, login) is None and login not in self.now.gone:
            by = self.holder.pop((name, login))
            finish(self.studio, self.admin, self.pushes[name], login, by=by)
            del self.known[name, login]

    @precondition(lambda self: len(self.pushes) > 1)
    @rule(data=st.data())
    def is_closed(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.pushes)))
        pushes.close(self.studio, self.admin, pushes.find(self.studio, self.admin, name))
        del self.pushes[name]
        self.known = {key: each for key, each in self.known.items() if key[0] != name}
        self.holder = {key: each for key, each in self.holder.items() if key[0] != name}

    # Decisions

    @rule(data=st.data())
    def is_kept(self, data: st.DataObject) -> None:
        if chosen := self._some(data, list(ReviewKind)):
            reviews.keep(self.studio, self.admin, Selection.of([each.id for each in chosen]))
            self._decided(chosen)

    @rule(data=st.data())
    def is_handed_over(self, data: st.DataObject) -> None:
        if not (chosen := self._some(data, sorted(_OF_HOLDER))):
            return
        with suppress(NothingToDo):
            selection: Selection[ReviewFilter] = Selection.of([each.id for each in chosen])
            done = reviews.hand_over(self.studio, self.admin, selection)
            handed = [each for each in chosen if each.id in done.ids]
            for each in handed:
                self.holder[each.push, each.login] = each.proposal
            self._decided(handed)

    def _some(self, data: st.DataObject, kinds: Sequence[ReviewKind]) -> list[Review]:
        waiting = [each for each in self._desk() if each.kind in kinds]
        if not waiting:
            return []
        return data.draw(st.lists(st.sampled_from(waiting), min_size=1, unique=True))

    def _decided(self, lines: Sequence[Review]) -> None:
        for each in lines:
            known, is_now = self.known[each.push, each.login], self._as_it_is(each.login)
            everything = each.kind is ReviewKind.LEFT
            if everything or each.kind in _OF_HOLDER:
                known.managers = is_now.managers
                known.trouble = self._trouble(each.push, each.login)
            if everything or each.kind is ReviewKind.ADDRESS_CHANGED:
                known.address = is_now.address
            if everything or each.kind is ReviewKind.RETURNED:
                known.active = is_now.active

    # Invariants

    @invariant()
    def what_differs_waits_and_nothing_else(self) -> None:
        waiting: dict[tuple[str, str], list[ReviewKind]] = {}
        for each in self._desk():
            waiting.setdefault((each.push, each.login), []).append(each.kind)
        for key in self.known:
            assert sorted(waiting.pop(key, [])) == sorted(self._expected(*key)), key
        assert waiting == {}

    def _expected(self, name: str, login: str) -> list[ReviewKind]:
        known, is_now = self.known[name, login], self._as_it_is(login)
        if not is_now.active:
            return [ReviewKind.LEFT] if known.active else []
        expected = [] if known.active else [ReviewKind.RETURNED]
        if known.address != is_now.address:
            expected.append(ReviewKind.ADDRESS_CHANGED)
        trouble = self._trouble(name, login)
        if trouble is not None and trouble != known.trouble:
            kinds = {"left": ReviewKind.CONDUCTOR_LEFT, "stranger": ReviewKind.CONDUCTOR_NO_MANAGER}
            expected.append(kinds[trouble[1]])
        elif known.managers != is_now.managers and not self._is_held_by_new(name, login):
            expected.append(ReviewKind.MANAGER_CHANGED)
        return expected

    def _is_held_by_new(self, name: str, login: str) -> bool:
        holder = self.holder.get((name, login))
        before = self.known[name, login].managers
        return holder in self.now.managers_of(login) and holder not in before

    def _trouble(self, name: str, login: str) -> tuple[str, str] | None:
        holder = self.holder.get((name, login))
        if holder is None or holder in self.now.managers_of(login):
            return None
        return holder, "left" if holder in self.now.gone else "stranger"

    def _desk(self) -> list[Review]:
        found = reviews.every(self.studio, self.admin)
        return [each for each in found if each.push in self.pushes]

    def teardown(self) -> None:
        assert verify.verify(self.studio, self.admin).intact
        for name in self.pushes:
            pushes.close(self.studio, self.admin, pushes.find(self.studio, self.admin, name))
        assert not [m for m in mail(self.studio, self.admin) if m.kind is Kind.NEW_MANAGER]


def test_no_change_of_people_is_lost_silently_in_any_order_of_events(
    studio: Studio, admin: Actor
) -> None:
    number = [0]

    class OnThisEngine(LifeOfTheDesk):
        def __init__(self) -> None:
            super().__init__(studio, admin, number)

    run_state_machine_as_test(
        OnThisEngine,
        settings=machine_settings(8 if studio.store.is_sqlite else 3, 14),
    )
