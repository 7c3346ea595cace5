"""Invitations sent from the outbox to a real mail server and on to recipients' calendars (C5)."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from random import Random
from typing import Any, ClassVar

import msgspec
import pytest
import vobject
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from studio_tui.domain.outbox.notification import Delivery
from studio_tui.domain.people.access import Actor
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.services.outbox import delivery as delivering
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.delivery import RetrySettlement, SentSettlement
from studio_tui.services.outbox.messages import MessageBuilder
from studio_tui.services.system.context import Studio
from studio_tui.worker.loop import Worker
from tests.acting import HOUR, MESSAGE, assign
from tests.machines import machine_settings
from tests.organisation import create_push
from tests.planning import WHEN, Planner, invitations_in
from tests.services.conftest import MovableClock
from tests.smtp_server import Received, Server, smtp_server

LATER = timedelta(days=1)


def send(studio: Studio, server: Server, clock: MovableClock) -> list[Received]:
    """Return the messages that arrive after the hold is over."""
    clock.move(minutes=3)
    before = len(server.messages)
    configured = msgspec.structs.replace(studio.settings, smtp=server.settings())
    here = replace(studio, settings=configured)
    worker = Worker(here, [SmtpConnection(configured.smtp)], random=Random(0))
    asyncio.run(worker.run(drain=True))
    return sorted(server.messages[before:], key=lambda each: each.recipients)


def calendar_of(message: Received) -> Any:
    """Return the calendar data of a mail, parsed by an independent library."""
    (part,) = (p for p in message.parsed.walk() if p.get_content_type() == "text/calendar")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    whole = vobject.readOne(content.decode())
    assert whole.method.value == part.get_param("method")
    return whole


def summary(message: Received) -> tuple[str, str, str, str]:
    """Return recipient, method, sequence and title."""
    whole = calendar_of(message)
    entry = whole.vevent
    return (
        message.recipients[0],
        whole.method.value,
        entry.sequence.value,
        entry.summary.value,
    )


def test_invitations_of_a_conversation_from_plan_to_cancellation(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann")
    planner = Planner(studio, admin, push_id=push.id)
    with smtp_server() as server:
        send(studio, server, clock)
        planner.plan(place="Room 3; left")
        planned = send(studio, server, clock)
        planner.move(conductor="cor")
        handed_over = send(studio, server, clock)
        planner.cancel()
        cancelled = send(studio, server, clock)
    assert [summary(each) for each in planned] == [
        ("ann@example.org", "REQUEST", "1", "Regular met Bob Smith"),
        ("bob@example.org", "REQUEST", "1", "Regular with Ann Peeters"),
    ]
    assert [summary(each)[:3] for each in handed_over] == [
        ("ann@example.org", "REQUEST", "2"),
        ("bob@example.org", "CANCEL", "2"),
        ("cor@example.org", "REQUEST", "2"),
    ]
    assert [summary(each)[:3] for each in cancelled] == [
        ("ann@example.org", "CANCEL", "3"),
        ("cor@example.org", "CANCEL", "3"),
    ]
    everything = [*planned, *handed_over, *cancelled]
    assert len({calendar_of(each).vevent.uid.value for each in everything}) == 1
    assert len({each.parsed["Message-ID"] for each in everything}) == len(everything)
    for each in everything:
        entry = calendar_of(each).vevent
        attendees = {attendee.value for attendee in entry.attendee_list}
        assert f"mailto:{each.recipients[0]}" in attendees
        assert entry.organizer.value == f"mailto:{each.sender}"
        assert entry.organizer.value not in attendees
        assert entry.location.value == "Room 3; left"
    text = planned[0].text("plain")
    assert "10 maart 2026 om 14:00 (Europe/Brussels)" in text
    assert "Q1 review" in text
    alone = [attendee.value for attendee in calendar_of(handed_over[1]).vevent.attendee_list]
    assert alone == ["mailto:bob@example.org"]
    assert "will be held by Cor Coach" in handed_over[1].text("plain")


def test_an_invitation_in_the_outbox_equals_the_sent_mail(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """N10: a mail that waits is shown as it would be sent, and a sent one as it was sent."""
    planner = Planner(studio, admin)
    planner.plan()
    row = invitations_in(studio, admin)[0]
    waiting = outbox.read(studio, admin, row.id)
    assert (waiting.source, "10 maart 2026" in waiting.plain) == (None, True)
    with smtp_server() as server:
        (to_ann, _) = send(studio, server, clock)
    read = outbox.read(studio, admin, row.id)
    assert read.source is not None
    assert read.source.rstrip() == to_ann.content.rstrip()
    assert (read.subject, to_ann.text("plain")) == (waiting.subject, waiting.plain)
    assert read.plain == waiting.plain


def test_a_retry_sends_the_same_mail(studio: Studio, admin: Actor, clock: MovableClock) -> None:
    """N3."""
    Planner(studio, admin).plan()
    clock.move(minutes=3)
    first = delivering.claim(studio, "A", limit=9, lasting=HOUR).deliveries
    builder = MessageBuilder(studio)
    messages = [builder.mail(each).message for each in first]
    clock.move(hours=2)
    again = delivering.claim(studio, "B", limit=9, lasting=HOUR).deliveries
    assert [builder.mail(each).message for each in again] == messages


class Fate(Enum):
    """The result of sending a mail."""

    ARRIVES = auto()
    ARRIVES_UNKNOWN = auto()
    """The mail arrives, but the reply is lost."""
    LOST = auto()


class Calendars(RuleBasedStateMachine):
    """A conversation that is planned, moved, handed over and cancelled at any time.

    In the meantime mail is sent, fails, or arrives without the sender knowing it. In the end each
    calendar has the current state, whatever happened in between.
    """

    studio: ClassVar[Studio]
    admin: ClassVar[Actor]
    clock: ClassVar[MovableClock]

    def __init__(self) -> None:
        super().__init__()
        self.planner = Planner(self.studio, self.admin)
        self.planner.plan()
        self.conductor, self.when, self.on = "bob", WHEN, True
        self.on_the_wire: list[Delivery] = []
        self.calendars: dict[str, tuple[int, str, datetime]] = {}

    @initialize(cancelled=st.booleans())
    def begin(self, cancelled: bool) -> None:
        """Choose whether the conversation is cancelled in the end."""
        self.on = not cancelled

    @rule(conductor=st.sampled_from(("bob", "cor")), days=st.integers(0, 2))
    def move(self, conductor: str, days: int) -> None:
        self.conductor, self.when = conductor, WHEN + days * LATER
        self.planner.move(to=self.when, conductor=conductor)

    @rule(minutes=st.sampled_from((1, 3)), limit=st.integers(1, 3))
    def claim(self, minutes: int, limit: int) -> None:
        self.clock.move(minutes=minutes)
        claimed = delivering.claim(self.studio, "A", limit=limit, lasting=HOUR)
        self.on_the_wire += claimed.deliveries

    @rule(fates=st.lists(st.sampled_from(Fate), max_size=3))
    def settle(self, fates: list[Fate]) -> None:
        for fate in fates[: len(self.on_the_wire)]:
            self._settle(self.on_the_wire.pop(), fate)

    def teardown(self) -> None:
        """Deliver all mail and compare the calendars."""
        if not self.on:
            self.planner.cancel()
        while True:
            for delivery in self.on_the_wire:
                self._settle(delivery, Fate.ARRIVES)
            self.on_the_wire = []
            self.claim(minutes=3, limit=9)
            if not self.on_the_wire:
                break
        held = {
            login: starts_at
            for login, (_, method, starts_at) in self.calendars.items()
            if method == "REQUEST"
        }
        assert held == (dict.fromkeys(("ann", self.conductor), self.when) if self.on else {})

    def _settle(self, delivery: Delivery, fate: Fate) -> None:
        if fate is not Fate.LOST:
            self._receive(delivery)
        outcome: SentSettlement | RetrySettlement = RetrySettlement(
            delivery.id, self.studio.now(), "lost", tried=True
        )
        if fate is Fate.ARRIVES:
            outcome = SentSettlement(delivery.id, delivery.address, self.studio.now(), MESSAGE)
        delivering.settle(self.studio, "A", [outcome])

    def _receive(self, delivery: Delivery) -> None:
        """Act as a calendar: ignore an update that is older than the stored event."""
        message = MessageBuilder(self.studio).mail(delivery).message
        whole = calendar_of(Received("", (), message))
        entry = whole.vevent
        login = delivery.address.partition("@")[0]
        sequence = int(entry.sequence.value)
        if sequence >= self.calendars.get(login, (0,))[0]:
            starts_at = entry.dtstart.value.astimezone(UTC)
            self.calendars[login] = (sequence, whole.method.value, starts_at)


@pytest.fixture
def machine(studio: Studio, admin: Actor, clock: MovableClock) -> type[Calendars]:
    """The state machine, on this Studio."""

    class Here(Calendars):
        pass

    Here.studio, Here.admin, Here.clock = studio, admin, clock
    return Here


def test_calendars_show_the_current_state_after_any_sequence_of_events(
    machine: type[Calendars],
) -> None:
    run_state_machine_as_test(
        machine,
        settings=machine_settings(10, 15),
    )
