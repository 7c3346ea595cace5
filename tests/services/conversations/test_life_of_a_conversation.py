"""The life of a conversation in any order of events, against a model, on both engines.

Every user tries every act at any time. The test checks what users would notice: that permitted acts
succeed and others are refused, that everybody reads exactly what they may, that no written text is
lost, and that the push shows the current status (C1 to C4, C6, P8, P10).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from studio_tui.domain.conversations.conversation import ConversationRequest, Part, Plan, Reading
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, Status
from studio_tui.domain.shared.errors import Forbidden, NothingToDo, Refused
from studio_tui.domain.templates.template import StepKind
from studio_tui.services import conversations
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from tests.acting import HOUR, as_user, assign, assigned, now
from tests.machines import machine_settings
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

MANAGERS = ("bob", "cor")
LOGINS = st.sampled_from(["ann", "ann", "bob", "bob", "cor", "cor", "els", "dan"])
NAMES = {"bob": "Bob Smith", "cor": "Cor Coach"}
PARTS = st.sampled_from(list(Part)[1:])
TEXTS = st.sampled_from(["Yes.", "Two\nlines", "", "[/x] \U0001f469\u200d\U0001f4bb"])
BEFORE_TALK = ("planned", "prepared")


class LifeOfAConversation(RuleBasedStateMachine):
    """Ann's conversation in a push; Bob leads and Cor coaches her."""

    def __init__(self, studio: Studio, clock: MovableClock, admin: Actor, number: int) -> None:
        super().__init__()
        self.studio, self.clock, self.admin = studio, clock, admin
        self.push: Push = create_push(studio, admin, f"Push {number}", lasts=400)
        assign(studio, admin, self.push, "ann", "ben")
        self.actors = {login: as_user(studio, login) for login in ("ann", "bob", "cor", "dan")}
        self.actors["els"] = admin
        self.ask: ConversationRequest = conversations.find(studio, self.push.name, "ann")
        self.named: str | None = None
        self.not_mine: set[str] = set()
        self.closed = False
        self.forget()

    def forget(self) -> None:
        """Reset the model to the state without a conversation."""
        self.id: int | None = None
        self.state = ""
        self.conductor = ""
        self.submitted: set[str] = set()
        self.begun = False
        self.sealed_at: datetime | None = None
        self.prepared: dict[tuple[str, int], str] = {}
        self.answers: dict[int, list[tuple[str, str]]] = {}
        """Notes of each question as pairs of author and text, the newest last."""
        self.shown_to: set[tuple[str, int]] = set()
        """Texts that Ann prepared, as pairs of the conductor who may read it and the question."""
        self.submitted_to: set[str] = set()
        self.open = False
        """True if the present conductor may read what Ann prepares."""

    @initialize()
    def starts(self) -> None:
        assert self.status() is Status.NOT_PLANNED

    # Acts

    @rule(login=LOGINS, hours=st.integers(-1, 50))
    def plan(self, login: str, hours: int) -> None:
        wanted = Plan(self.studio.now() + hours * HOUR)
        holder = self._holder(login)
        may = hours > 0 and holder and self.state in ("", *BEFORE_TALK) and not self._shut()
        if self._done(
            lambda: conversations.plan(self.studio, self.actors[login], self.ask, wanted), may
        ):
            self._begin_with(holder, "planned")

    @rule(login=LOGINS)
    def start(self, login: str) -> None:
        may = login in MANAGERS and self._holder(login) and self.state in ("", *BEFORE_TALK)
        may = may and not (self.id is None and self._shut())
        if self._done(lambda: conversations.start(self.studio, self.actors[login], self.ask), may):
            self._begin_with(login, "in_progress")
            self.state, self.begun = "in_progress", True

    @rule(login=LOGINS)
    def finish(self, login: str) -> None:
        if self.id is None:
            return
        conversation_id, may = self.id, self._holds(login) and self.state == "in_progress"
        actor = self.actors[login]
        if self._done(lambda: conversations.finish(self.studio, actor, conversation_id), may):
            self.state, self.sealed_at = "done", self.studio.now()

    @rule(span=st.sampled_from([HOUR, timedelta(days=4)]))
    def is_held_and_everybody_tries_to_reopen(self, span: timedelta) -> None:
        holder = self.conductor or self.named or "bob"
        self.start(holder)
        self.finish(holder)
        self.clock.instant += span
        for login in ("ann", "dan", holder, "els"):
            self.reopen(login)

    def reopen(self, login: str) -> None:
        if self.id is None:
            return
        conversation_id, late = self.id, timedelta(days=3)
        in_time = self.sealed_at is not None and self.studio.now() <= self.sealed_at + late
        may = self.state == "done" and (login == "els" or (login == self.conductor and in_time))
        actor = self.actors[login]
        if self._done(lambda: conversations.reopen(self.studio, actor, conversation_id), may):
            self.state, self.sealed_at = "in_progress", None

    @rule(login=LOGINS)
    def cancel(self, login: str) -> None:
        if self.id is None:
            return
        conversation_id, may = self.id, self._holds(login) and self.state != "done"
        actor = self.actors[login]
        if self._done(lambda: conversations.cancel(self.studio, actor, conversation_id), may):
            self.forget()

    @rule(login=LOGINS)
    def submit(self, login: str) -> None:
        if self.id is None:
            return
        conversation_id = self.id
        may = login in ("ann", self.conductor) and self.state != "done"
        actor = self.actors[login]
        if self._done(lambda: conversations.submit(self.studio, actor, conversation_id), may):
            self.submitted.add(login)
            if login == "ann":
                self.open = True
                self.submitted_to.add(self.conductor)
                self.shown_to |= {(self.conductor, question) for _, question in self._by_ann()}
            if login == "ann" and self.state == "planned":
                self.state = "prepared"

    @rule(part=PARTS, text=TEXTS, place=st.integers(0, 50))
    def everybody_tries_to_write(self, part: Part, text: str, place: int) -> None:
        for login in self.actors:
            self.write(login, part, text, place)

    def write(self, login: str, part: Part, text: str, place: int) -> None:
        if self.id is None:
            return
        conversation_id = self.id
        reading = self._reading(self.conductor)
        wanted = StepKind.SUMMARY if part is Part.SUMMARY else StepKind.DISCUSSION
        free = [
            e.asked.id
            for e in reading.entries
            if e.asked.step is wanted and not e.asked.question.options
        ]
        question = free[place % len(free)]
        own = {"ann": Part.USER_PREPARATION, self.conductor: Part.CONDUCTOR_PREPARATION}
        preparing = self.state in BEFORE_TALK and own.get(login) is part
        talking = self.state == "in_progress" and login == self.conductor
        may = preparing or (talking and part in (Part.ANSWERS, Part.SUMMARY))
        kept = self._noted(question, login) if talking else self.prepared.get((login, question))
        version = self._version(login, question, part)

        def act() -> object:
            return conversations.write(
                self.studio, self.actors[login], conversation_id, question, part, text, version
            )

        if self._done(act, may):
            if preparing:
                self.prepared[login, question] = text
                if login == "ann":
                    self.shown_to = {each for each in self.shown_to if each[1] != question}
                    self.shown_to |= {(self.conductor, question)} if self.open else set()
            else:
                others = [each for each in self.answers.get(question, []) if each[0] != login]
                self.answers[question] = [*others, (login, text)]
        elif may:
            raise AssertionError(f"{kept!r} could not be replaced")

    @rule(login=LOGINS, to=st.sampled_from(MANAGERS))
    def hand_over(self, login: str, to: str) -> None:
        may = (login in MANAGERS or login == "els") and self.state != "done"
        may = may and not (self._shut() and self.state != "in_progress")
        actor = self.actors[login]
        if self._done(lambda: conversations.hand_over(self.studio, actor, self.ask, to), may):
            self.named = to
            self.not_mine.discard(to)
            if self.id is not None and self.conductor != to:
                self.submitted.discard(self.conductor)
                self.submitted.discard(to)
                self.conductor, self.open = to, False

    @rule(login=LOGINS)
    def say_not_mine(self, login: str) -> None:
        others = set(MANAGERS) - {login} - self.not_mine
        may = login in MANAGERS and login not in (self.conductor, self.named) and others
        actor = self.actors[login]
        if self._done(lambda: conversations.not_mine(self.studio, actor, self.ask), may):
            self.not_mine.add(login)

    @rule()
    def close_or_reopen_the_push(self) -> None:
        act = pushes.reopen if self.closed else pushes.close
        act(self.studio, self.admin, now(self.studio, self.admin, self.push))
        self.closed = not self.closed

    @rule(span=st.sampled_from([HOUR, timedelta(days=1), timedelta(days=4)]))
    def time_passes(self, span: timedelta) -> None:
        self.clock.instant += span

    # Invariants

    @invariant()
    def the_push_shows_how_far_it_is(self) -> None:
        """P8."""
        assert self.status() == (self.state or Status.NOT_PLANNED)

    @invariant()
    def everybody_reads_what_they_may_and_all_of_it(self) -> None:
        """C2, C4, C6: both participants read their parts exactly as they were written."""
        if self.id is None:
            return
        for login in ("ann", self.conductor):
            self._must_read(login, self._reading(login))
        other = next(login for login in MANAGERS if login != self.conductor)
        for login in (other, "els"):
            assert self._reading(login).entries == ()

    @invariant()
    def it_waits_for_those_who_can_hold_it(self) -> None:
        """C1, P10."""
        if self.state == "done" or (self.closed and self.id is None):
            return
        asked = {login for login in MANAGERS if self._waits_for(login)}
        holder = self.conductor or self.named
        assert asked == ({holder} if holder else set(MANAGERS) - self.not_mine)

    def status(self) -> Status:
        return assigned(self.studio, self.admin, self.push)["ann"].status

    def _waits_for(self, login: str) -> bool:
        listed = conversations.my_conversations(self.studio, self.actors[login])
        return any(m.asked for m in listed if m.push_id == self.push.id and m.login == "ann")

    def _must_read(self, login: str, reading: Reading) -> None:
        user = login == "ann"
        for entry in reading.entries:
            question = entry.asked.id
            own = entry.user if user else entry.conductor
            assert own is not None
            assert own.text == self.prepared.get((login, question), "")
            other = entry.conductor if user else entry.user
            reads = self.begun if user else self._reads_of_ann(login)
            assert (other is not None) == reads
            if other is not None:
                by = self.conductor if user else "ann"
                shown = user or (login, question) in self.shown_to
                assert other.text == (self.prepared.get((by, question), "") if shown else "")
            noted = entry.answer
            assert (noted is not None) == (self.begun or not user)
            if noted is not None:
                newest = self.answers.get(question, [("", "")])[-1][1]
                assert noted.text == (newest if user else self._noted(question, login))

    def _by_ann(self) -> list[tuple[str, int]]:
        return [each for each in self.prepared if each[0] == "ann"]

    def _noted(self, question: int, login: str) -> str:
        """Return the note of one conductor under a question, or an empty string."""
        return next((t for by, t in self.answers.get(question, []) if by == login), "")

    def _reads_of_ann(self, login: str) -> bool:
        """Return whether Ann ever submitted her preparation to this conductor."""
        return login in self.submitted_to

    def _reading(self, login: str) -> Reading:
        assert self.id is not None
        return conversations.read(self.studio, self.actors[login], self.id)

    def _version(self, login: str, question: int, part: Part) -> int:
        """Return the version of the text that the writer sees, or 0 if they may not read it."""
        try:
            reading = self._reading(login)
        except Forbidden:
            return 0
        for entry in reading.entries:
            if entry.asked.id == question:
                found = {
                    Part.USER_PREPARATION: entry.user,
                    Part.CONDUCTOR_PREPARATION: entry.conductor,
                }.get(part, entry.answer)
                return found.version if found else 0
        return 0

    def _holder(self, login: str) -> str:
        """Return who would be conductor if ``login`` planned it; empty if that is refused."""
        holder = self.conductor or self.named
        if login == "els":
            return holder or ""
        return login if login in MANAGERS and holder in (None, "", login) else ""

    def _holds(self, login: str) -> bool:
        return login in (self.conductor, "els")

    def _shut(self) -> bool:
        return self.closed and self.id is None

    def _begin_with(self, holder: str, state: str) -> None:
        if self.id is None:
            self.state, self.conductor = state, holder
            self.not_mine.discard(holder)
            listed = conversations.my_conversations(self.studio, self.actors[holder])
            self.id = next(
                m.conversation_id for m in listed if m.push_id == self.push.id and m.login == "ann"
            )

    def _done(self, act: Callable[[], object], may: object) -> bool:
        try:
            act()
        except NothingToDo:
            # The state is reached already: the act reports that and changes nothing.
            return bool(may)
        except Refused:
            assert not may, "it was refused"
            return False
        assert may, "it was not refused"
        return True


def test_conversations_follow_the_rules_in_any_order_of_events(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    import_people(studio, admin)
    numbers = iter(range(10_000))

    class OnThisEngine(LifeOfAConversation):
        def __init__(self) -> None:
            super().__init__(studio, clock, admin, next(numbers))

    run_state_machine_as_test(
        OnThisEngine,
        settings=machine_settings(10 if studio.store.is_sqlite else 3, 30),
    )
