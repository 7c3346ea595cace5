"""Read access to written texts after any sequence of acts, on both engines (C6, A3).

Every user tries to get at the texts of others: by import, handing over, planning, recording,
reopening, cancelling, assigning again and exporting. Each text is unique, and a model holds who may
read it. No one else ever sees it in anything they can open.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from studio_tui.domain.conversations.conversation import (
    ConversationRequest,
    HistoryFilter,
    Part,
    Plan,
)
from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.templates.template import AdminsRead, Question, StepKind, Viewing
from studio_tui.services import conversations
from studio_tui.services.activity import activity
from studio_tui.services.conversations import exports
from studio_tui.services.outbox import outbox
from studio_tui.services.people import imports
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes.assign import unassign_users
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import HOUR, as_user, assign, lines, now
from tests.machines import machine_settings
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

HOLDERS = st.sampled_from(["bob", "cor", "els"])
ANYBODY = st.sampled_from(["ann", "bob", "bob", "cor", "cor", "els", "els", "sam", "dan"])
READERS = ("ann", "bob", "cor", "els", "sam", "dan")
COACHES = "login,email,given_name,family_name,coaches,role\n"
ANN = "ann,ann@example.org,Ann,Peeters,{},user\n"


@dataclass
class Text:
    """A text in a conversation, as long as it is the current one in its place."""

    marker: str
    author: str
    part: Part | None
    """None for a further question."""
    readers: set[str]
    """Logins that may read the text while they are one of the two participants."""
    had_part: set[str]
    """Logins of the two participants when the text was written."""


@dataclass
class Talk:
    """The model of one of Ann's conversations."""

    id: int
    conductor: str
    state: str = "planned"
    former: set[str] = field(default_factory=set)
    open_to: str = ""
    """The conductor to whom Ann opened her preparation during their present term."""
    submitted: bool = False
    texts: dict[tuple[object, ...], Text] = field(default_factory=dict)


class Readers(RuleBasedStateMachine):
    """Ann's conversation in a push; Bob leads and Cor coaches her. Els is admin, Sam support."""

    def __init__(self, studio: Studio, clock: MovableClock, admin: Actor, number: int) -> None:
        super().__init__()
        self.studio, self.clock, self.admin = studio, clock, admin
        regular = templates.find(studio, admin, "Regular").definition
        viewing = Viewing(AdminsRead.SUMMARY, leaders=False)
        name = f"Template {number}"
        templates.add(studio, admin, replace(regular, name=name, viewing=viewing))
        self.push = create_push(studio, admin, f"Push {number}", template=name, lasts=400)
        assign(studio, admin, self.push, "ann")
        self.actors = {login: as_user(studio, login) for login in READERS if login != "els"}
        self.actors["els"] = admin
        self.ask: ConversationRequest = conversations.find(studio, self.push.name, "ann")
        self.talk: Talk | None = None
        self.over: list[Talk] = []
        self.written = 0
        self.number = number
        self.make_coach(["cor"])

    def make_coach(self, coaches: list[str]) -> None:
        text = COACHES + ANN.format("|".join(coaches))
        imports.apply(self.studio, self.admin, hr_file.read(text.encode()))
        self.coaches = set(coaches)

    # Acts

    @rule(yes=st.booleans())
    def an_admin_makes_herself_coach_or_not(self, yes: bool) -> None:
        self.make_coach(["cor", "els"] if yes else ["cor"])

    @rule(by=ANYBODY, conductor=st.sampled_from([None, "bob", "cor", "els"]))
    def plan(self, by: str, conductor: str | None) -> None:
        wanted = Plan(self.studio.now() + HOUR, 60, f"PLACE{self.number}")
        self._held_by(
            lambda: (
                conversations.plan(
                    self.studio, self.actors[by], self.ask, wanted, conductor=conductor
                ).id
            )
        )

    @rule(by=ANYBODY, to=HOLDERS)
    def hand_over(self, by: str, to: str) -> None:
        def act() -> int | None:
            conversations.hand_over(self.studio, self.actors[by], self.ask, to)
            return self.talk.id if self.talk else None

        self._held_by(act)

    @rule(by=HOLDERS)
    def start(self, by: str) -> None:
        self._held_by(lambda: conversations.start(self.studio, self.actors[by], self.ask).id)

    @rule(by=ANYBODY, conductor=st.sampled_from([None, "bob", "cor", "els"]))
    def record_held(self, by: str, conductor: str | None) -> None:
        self._held_by(
            lambda: (
                conversations.record_held(
                    self.studio, self.actors[by], self.ask, conductor=conductor
                ).id
            )
        )

    @rule(by=ANYBODY, late=st.booleans())
    def reopen(self, by: str, late: bool) -> None:
        if late:
            self.clock.instant += timedelta(days=4)
        if self.talk is not None:
            talk_id = self.talk.id
            self._held_by(lambda: conversations.reopen(self.studio, self.actors[by], talk_id).id)

    @rule(by=ANYBODY)
    def cancel(self, by: str) -> None:
        if self.talk is None:
            return
        talk_id = self.talk.id
        if self._done(lambda: conversations.cancel(self.studio, self.actors[by], talk_id)):
            self.talk.state = "cancelled"
            self.over.append(self.talk)
            self.talk = None

    @rule()
    def unassigned_and_assigned_again(self) -> None:
        push = now(self.studio, self.admin, self.push)
        unassign_users(self.studio, self.admin, push, ["ann"])
        assign(self.studio, self.admin, push, "ann")

    @rule()
    def the_push_is_closed_and_opened_again(self) -> None:
        pushes.close(self.studio, self.admin, now(self.studio, self.admin, self.push))
        pushes.reopen(self.studio, self.admin, now(self.studio, self.admin, self.push))

    @rule(place=st.integers(0, 9))
    def the_two_write(self, place: int) -> None:
        if self.talk is None:
            return
        for login in ("ann", self.talk.conductor):
            self._write(self.talk, login, place)

    @rule()
    def the_conductor_asks_more(self) -> None:
        talk = self.talk
        if talk is None or talk.state in ("done", "cancelled"):
            return
        marker = self._marker()
        by = talk.conductor
        question = Question(f"Is it {marker}?")
        asked = conversations.add_question(
            self.studio, self.actors[by], talk.id, f"About {marker}", question
        )
        text = Text(marker, by, None, {"ann", by}, {"ann", by})
        talk.texts["question", asked.id] = text

    @rule()
    def ann_submits(self) -> None:
        if self.talk is None:
            return
        talk = self.talk
        if self._done(lambda: conversations.submit(self.studio, self.actors["ann"], talk.id)):
            talk.submitted = True
            self._show(talk, "ann")

    @rule(by=st.sampled_from(["ann", "bob", "cor", "els"]), undo=st.booleans())
    def somebody_opens_their_part(self, by: str, undo: bool) -> None:
        talk = self.talk
        if talk is None:
            return
        act = conversations.close_own if undo else conversations.open_own
        if not self._done(lambda: act(self.studio, self.actors[by], talk.id)):
            return
        if not undo:
            self._show(talk, by)
            return
        if by == "ann":
            talk.open_to = ""
        for text in self._of(talk, by):
            text.readers -= {talk.conductor}

    # Invariants

    @invariant()
    def nobody_sees_what_is_not_for_them_and_the_two_see_all_that_is(self) -> None:
        for talk in (*self.over[-1:], *([self.talk] if self.talk else [])):
            for login in READERS:
                self._check(talk, login)

    def teardown(self) -> None:
        """Check that past conversations are unchanged and that lists and mails reveal no text."""
        for talk in self.over:
            for login in READERS:
                self._check(talk, login)
        told = [repr(line) for line in activity.every(self.studio, self.admin)]
        for mail in outbox.every(self.studio, self.actors["sam"], NotificationFilter()):
            rendered = outbox.read(self.studio, self.actors["sam"], mail.id)
            told += [rendered.subject, rendered.plain, rendered.html]
        filter_ = HistoryFilter()
        held = exports.every_held(self.studio, self.admin, filter_, Sort("at", descending=True))
        told += exports.history_csv(self.studio, held)
        assert "MARK" not in " ".join(told)
        assert "PLACE" not in " ".join(repr(line) for line in lines(self.studio, self.admin))

    def _check(self, talk: Talk, login: str) -> None:
        before = self._last_reading(login)
        try:
            reading = conversations.read(self.studio, self.actors[login], talk.id)
        except Refused:
            shown = ""
        else:
            shown = repr(reading.entries)
        logged = self._last_reading(login) != before
        with suppress(Refused):
            shown += exports.to_text(self.studio, self.actors[login], talk.id)
        seen = {text.marker for text in talk.texts.values() if f"{text.marker}." in shown}
        seen |= {text.marker for text in talk.texts.values() if f"{text.marker}?" in shown}
        assert seen == self._may_read(talk, login), (login, talk)
        foreign = [
            text
            for text in talk.texts.values()
            if text.marker in seen and login not in text.had_part
        ]
        by_template = login == "els" and talk.state == "done" and talk.conductor != "els"
        assert logged == (bool(foreign) or by_template), (login, talk)

    def _may_read(self, talk: Talk, login: str) -> set[str]:
        texts = talk.texts.values()
        found = {t.marker for t in texts if login in t.readers and login in ("ann", talk.conductor)}
        if login == "els" and talk.state == "done":
            found |= {text.marker for text in texts if text.part is Part.SUMMARY}
        return found

    def _last_reading(self, login: str) -> int | None:
        """Return the id of the newest activity line about a reading by ``login``, or None."""
        wanted = activity.ActivityFilter(actor=login, action="read conversation")
        found = activity.of_everything(self.studio, self.admin, wanted, 1)
        return found[0].id if found else None

    def _write(self, talk: Talk, login: str, place: int) -> None:
        reading = conversations.read(self.studio, self.actors[login], talk.id)
        steps = {StepKind.DISCUSSION, StepKind.SUMMARY}
        free = [
            e
            for e in reading.entries
            if e.asked.step in steps and not e.asked.question.options and not e.asked.removed
        ]
        entry = free[place % len(free)]
        part = Part.USER_PREPARATION if login == "ann" else Part.CONDUCTOR_PREPARATION
        if part not in reading.writes:
            part = entry.asked.part
        if part not in reading.writes or (
            part is not entry.asked.part and entry.asked.part is Part.SUMMARY
        ):
            return
        standing = {Part.USER_PREPARATION: entry.user, Part.CONDUCTOR_PREPARATION: entry.conductor}
        known = standing.get(part, entry.answer)
        marker = self._marker()
        conversations.write(
            self.studio,
            self.actors[login],
            talk.id,
            entry.asked.id,
            part,
            f"{marker}.",
            known.version if known else 0,
        )
        readers = {login}
        if login == "ann" and talk.open_to == talk.conductor:
            readers.add(talk.conductor)
        if part in (Part.ANSWERS, Part.SUMMARY):
            readers.add("ann")
        key = (entry.asked.id, login, part)
        talk.texts[key] = Text(marker, login, part, readers, {"ann", talk.conductor})

    def _marker(self) -> str:
        self.written += 1
        return f"MARK{self.number}x{self.written}x"

    def _of(self, talk: Talk, author: str) -> list[Text]:
        return [text for text in talk.texts.values() if text.author == author]

    def _show(self, talk: Talk, author: str) -> None:
        if author == "ann":
            talk.open_to = talk.conductor
        for text in self._of(talk, author):
            text.readers.add(talk.conductor)

    def _held_by(self, act: Callable[[], int | None]) -> None:
        """Perform an act after which another user may be the conductor, and update the model."""
        found: list[int | None] = []
        if not self._done(lambda: found.append(act())) or found[0] is None:
            return
        current = conversations.show(self.studio, self.admin, found[0])
        if self.talk is None or self.talk.id != current.id:
            self.talk = Talk(current.id, current.conductor_login)
        talk = self.talk
        if talk.conductor != current.conductor_login:
            talk.former.add(talk.conductor)
            talk.conductor, talk.open_to = current.conductor_login, ""
        talk.state = str(current.state)
        if current.started_at:
            for text in self._of(talk, talk.conductor):
                text.readers.add("ann")

    def _done(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except Refused:
            return False
        return True


def test_nobody_can_read_the_texts_of_others_after_any_sequence_of_acts(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    import_people(studio, admin)
    numbers = iter(range(10_000))

    class OnThisEngine(Readers):
        def __init__(self) -> None:
            super().__init__(studio, clock, admin, next(numbers))

    run_state_machine_as_test(
        OnThisEngine,
        settings=machine_settings(6 if studio.store.is_sqlite else 2, 30),
    )
