"""The life of a push in any order of events, against a model, on both engines.

The test checks what users would notice: who is assigned and with which status, that everybody is
notified once, and that no mail says what is no longer true (P4 to P12, N1, N2, N4, N6).
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.outbox.notification import Delivery, people_to_mention
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, PushState, Status
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.outbox import delivery as delivering
from studio_tui.services.outbox.delivery import RetrySettlement, SentSettlement
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute
from tests.acting import MESSAGE, assign, assigned, draft_of, finish, now
from tests.machines import machine_settings
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

MANAGERS = {"ann": {"bob", "cor"}, "ben": {"bob"}, "cas": {"bea", "bob"}, "eve": set[str]()}
NAMES = {"Ann Peeters": "ann", "Ben Willems": "ben", "Cas Dubois": "cas", "Eve Alone": "eve"}
PEOPLE = st.sets(st.sampled_from(sorted(MANAGERS)), min_size=1)
HOLD = timedelta(minutes=2)
_numbers = count()
FOREVER = timedelta(days=10_000)
"""A lease that never expires: repeated sending after a crash is tested with the worker."""


class LifeOfAPush(RuleBasedStateMachine):
    """A push, the acts on it, and the model of its expected state."""

    def __init__(self, studio: Studio, clock: MovableClock, admin: Actor) -> None:
        super().__init__()
        self.studio, self.clock, self.admin = studio, clock, admin
        self.assigned: set[str] = set()
        self.done: set[str] = set()
        self.closed = False
        self.sending: list[Delivery] = []
        self.told: Counter[tuple[str, str]] = Counter()
        """Number of mails by recipient and user they are about, as logins."""
        self.push = self._new_push()

    def _new_push(self) -> Push:
        with self.studio.store.writing():
            for table in (
                "notification_mail",
                "notification_user",
                "notification",
                "conversation",
                "assignment",
            ):
                execute(f"DELETE FROM {table}")
        # The activity and its pushes stay, because the activity is append-only.
        return create_push(self.studio, self.admin, f"Push {next(_numbers)}", lasts=60)

    @property
    def current(self) -> Push:
        return now(self.studio, self.admin, self.push)

    @property
    def is_open(self) -> bool:
        return not self.closed and self.push.available_from <= self.studio.today()

    @initialize(days=st.sampled_from([0, 0, 2]), logins=PEOPLE)
    def starts(self, days: int, logins: set[str]) -> None:
        self._move_first_day(days)
        self.assign(logins)

    @precondition(lambda self: not self.closed)
    @rule(logins=PEOPLE)
    def assign(self, logins: set[str]) -> None:
        if logins <= self.assigned:
            return self._refused(lambda: assign(self.studio, self.admin, self.push, *logins))
        done = assign(self.studio, self.admin, self.push, *sorted(logins))
        assert done.added == len(logins - self.assigned)
        self.assigned |= logins
        return None

    @precondition(lambda self: self.assigned and not self.closed)
    @rule(logins=PEOPLE)
    def unassign(self, logins: set[str]) -> None:
        names = sorted(logins & self.assigned) or sorted(self.assigned)
        assert assigning.unassign_users(self.studio, self.admin, self.push, names) == len(names)
        self.assigned -= set(names)

    @precondition(lambda self: self.assigned)
    @rule(login=st.sampled_from(["cas", "ben", "eve"]))
    def finish(self, login: str) -> None:
        by = min(MANAGERS[login], default="bob")
        may = self.is_open and login in self.assigned - self.done and MANAGERS[login]
        if not may:
            return self._refused(lambda: finish(self.studio, self.admin, self.push, login, by=by))
        finish(self.studio, self.admin, self.push, login, by=by)
        self.done.add(login)
        return None

    @precondition(lambda self: self.assigned and not self.closed)
    @rule(stays=st.sampled_from([False, False, True]))
    def close(self, stays: bool) -> None:
        pushes.close(self.studio, self.admin, self.current)
        self.closed = True
        self._refused(lambda: assign(self.studio, self.admin, self.push, *MANAGERS))
        self._refused(lambda: assigning.unassign_users(self.studio, self.admin, self.push, ["ann"]))
        if not stays:
            self.the_worker_sends_what_is_due(HOLD)
            self.reopen()

    @precondition(lambda self: self.closed)
    @rule()
    def reopen(self) -> None:
        pushes.reopen(self.studio, self.admin, self.current)
        self.closed = False

    @precondition(lambda self: self.assigned and not self.closed)
    @rule(days=st.sampled_from([0, 0, -1, 2]))
    def edit(self, days: int) -> None:
        self._move_first_day(days)

    @rule(span=st.sampled_from([timedelta(minutes=1), HOLD, timedelta(days=1)]))
    def time_passes(self, span: timedelta) -> None:
        self.clock.instant += span

    @rule(span=st.sampled_from([HOLD, timedelta(days=1)]))
    def the_worker_sends_what_is_due(self, span: timedelta) -> None:
        self.clock.instant += span
        self.claim(100)
        if self.sending:
            self.the_server_answers(100)

    @precondition(lambda self: self.assigned)
    @rule(limit=st.integers(1, 9))
    def claim(self, limit: int) -> None:
        taken = delivering.claim(self.studio, "w", limit=limit, lasting=FOREVER).deliveries
        for delivery in taken:
            self._must_be_true(delivery)
        self.sending += taken

    @precondition(lambda self: self.sending)
    @rule(takes=st.integers(0, 9))
    def the_server_answers(self, takes: int) -> None:
        """Let the server accept ``takes`` mails and defer the next; hand the rest back."""
        taken, others = self.sending[:takes], self.sending[takes:]
        at = self.studio.now()
        delivering.settle(
            self.studio, "w", [SentSettlement(d.id, d.address, at, MESSAGE) for d in taken]
        )
        for delivery in taken:
            self._count(delivery)
        later = [RetrySettlement(d.id, at + HOLD, "451 later", tried=True) for d in others[:1]]
        delivering.settle(self.studio, "w", later)
        assert delivering.hand_back(self.studio, "w") == len(others[1:])
        self.sending = []

    @invariant()
    def everybody_is_as_far_as_they_are(self) -> None:
        """P8, P12."""
        found = {
            login: row.status for login, row in assigned(self.studio, self.admin, self.push).items()
        }
        assert found == {
            login: Status.DONE if login in self.done else Status.NOT_PLANNED
            for login in self.assigned
        }

    @invariant()
    def the_push_is_where_it_is(self) -> None:
        """P4, P5, P8."""
        progress = self.current.progress
        left = self.assigned - self.done
        assert (progress.assigned, progress.done) == (
            len(self.assigned),
            len(self.assigned & self.done),
        )
        assert (progress.not_planned, progress.no_manager) == (len(left), "eve" in self.assigned)
        assert self.current.state is self._state()

    @invariant()
    def nobody_is_told_twice(self) -> None:
        """P6, P7, P11, N2."""
        assert set(self.told.values()) <= {1}

    def teardown(self) -> None:
        """Check that everybody was notified once all mail is sent (P6, N1)."""
        if self.sending:
            self.the_server_answers(0)
        self.the_worker_sends_what_is_due(timedelta(days=10))
        self.nobody_is_told_twice()
        for login in self.assigned - self.done if not self.closed else ():
            for manager in {login} | MANAGERS[login]:
                assert self.told[manager, login] == 1, (manager, login)

    def _move_first_day(self, days: int) -> None:
        first = self.studio.today() + timedelta(days=days)
        draft = draft_of(self.push, available_from=min(first, self.push.deadline))
        self.push = pushes.edit(self.studio, self.admin, self.current, draft)

    def _refused(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Refused:
            return
        raise AssertionError("it was not refused")

    def _state(self) -> PushState:
        if self.closed:
            return PushState.CLOSED
        if not self.assigned:
            return PushState.DRAFT
        return PushState.OPEN if self.is_open else PushState.SCHEDULED

    def _must_be_true(self, delivery: Delivery) -> None:
        """N5, N6, P7: no mail is sent early or about a conversation that is over."""
        assert not self.closed
        about = {NAMES[person.name] for person in people_to_mention(delivery)}
        assert about
        assert about <= self.assigned - self.done
        assert self.clock.now() >= delivery.created_at + HOLD
        assert self.is_open

    def _count(self, delivery: Delivery) -> None:
        recipient = delivery.address.partition("@")[0]
        about = {NAMES[person.name] for person in people_to_mention(delivery)}
        if delivery.capacity is Capacity.USER:
            assert about == {recipient}
        self.told.update((recipient, login) for login in about)


def test_a_push_follows_the_rules_in_any_order_of_events(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    import_people(studio, admin)
    began = clock.instant

    class OnThisEngine(LifeOfAPush):
        def __init__(self) -> None:
            clock.instant = began
            super().__init__(studio, clock, admin)

    run_state_machine_as_test(
        OnThisEngine,
        settings=machine_settings(10 if studio.store.is_sqlite else 4, 25),
    )
