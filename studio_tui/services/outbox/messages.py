"""Composition of the mail of a notification: the wording, filled in, as bytes to send (N9)."""

from dataclasses import replace
from datetime import date, time, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from socket import gethostname
from typing import assert_never

from studio_tui.config.settings import Settings, config_path
from studio_tui.domain.outbox.kinds import Capacity, Kind, MailForm
from studio_tui.domain.outbox.notification import (
    ConcernedPerson,
    Delivery,
    Invitee,
    Meeting,
    Notice,
    people_to_mention,
)
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import deadline_of
from studio_tui.domain.shared.addresses import clear_address
from studio_tui.domain.shared.clock import start_of_day
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.mail.compose.invitation import Guest, Invitation, Method
from studio_tui.mail.compose.mime import Composer, message_id
from studio_tui.mail.compose.rendering import (
    Appointment,
    AskedConversation,
    MailEvent,
    Recipient,
    RenderedMail,
    Writer,
)
from studio_tui.mail.compose.wording import Wordings
from studio_tui.mail.transport.addresses import Sender, deliverable, sender_from
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import database_identity

_SAMPLE_PUSH = "Q1 review"
_SAMPLE_TEMPLATE = "Performance review"
_SAMPLE_CONDUCTOR = "Bob Smith"
_SAMPLE_OTHER = "Dora Maes"
_SAMPLE_FINGERPRINT = "SHA256:3NpiyzGQPLEnbDQ4nkUJ8ZnZ7cmYbWg8Rj0yE0pXnDs"
_SAMPLE_TIME = time(14)
_SAMPLE_PLACE = "Meeting room 3"
_SAMPLE_PEOPLE = ("Ann Peeters", "Ben Willems", "Béatrice Moreau", "Cas Dubois", "Eve Claes")
MOST_PEOPLE = len(_SAMPLE_PEOPLE)


@dataclass(frozen=True, slots=True)
class Mail:
    """A composed mail, ready to be handed to a transport."""

    recipient: str
    """The bare address of the recipient."""
    message: bytes
    model: bytes
    """The text that all messages of the same form share, for compression."""


@dataclass(frozen=True, slots=True)
class PreviewOptions:
    """A choice of a wording to preview, and of its form."""

    kind: Kind
    capacity: Capacity
    language: str = ""
    """The language of the recipient, or the nearest one with a wording; empty for the
    organisation's."""
    people: int = 2
    """The number of people that a manager is notified about, up to `MOST_PEOPLE`."""
    overdue: bool = False
    """Whether the deadline has passed."""
    planned: bool = False
    """Whether the conversations are planned."""


class MessageBuilder:
    """Composes the mails of one Studio. Caches the wording that it has read."""

    def __init__(self, studio: Studio) -> None:
        """Raises `Refused` if ``smtp.sender`` is not a valid sender."""
        organisation = studio.settings.organisation
        self._studio = studio
        self.sender = _sender(studio)
        opening = organisation.how_to_open.replace("{host}", gethostname())
        wordings = Wordings(organisation.language, wording_folder(), opens=bool(opening))
        self._writer = Writer(wordings, organisation.name, organisation.zone, opening)
        self._composer = Composer(self.sender, organisation.name, studio.settings.smtp.reply_to)

    def message_id(self, key: str) -> str:
        """Return the Message-ID of the notification with this key (N2).

        Keys count from one in every database. The digest of the founding line of activity
        distinguishes the mails of this database from those of another Studio with the same sender.
        """
        return message_id(f"{key}.{self._studio_id}", self.sender)

    @cached_property
    def _studio_id(self) -> str:
        with self._studio.store.reading():
            return sha256(database_identity().encode()).hexdigest()[:12]

    def rendered(self, delivery: Delivery) -> RenderedMail:
        """Return the mail as the recipient reads it.

        It is about the people who are still to be reported, or about all of them if there are none.
        """
        if (notice := delivery.notice) is not None:
            return self._writer.notice(self._event(delivery), notice, _recipient(delivery))
        if (meeting := delivery.meeting) is not None:
            event, appointment = self._event(delivery), self._appointment(delivery, meeting)
            return self._writer.invitation(event, appointment, _recipient(delivery))
        people = people_to_mention(delivery) or delivery.about
        if delivery.kind.form is MailForm.PEOPLE:
            return self._of_people(delivery, people)
        with_dates = people if delivery.kind.declared.tells_dates else ()
        days = [_last_day(delivery, person) for person in people]
        first = min(filter(None, days), default=delivery.deadline)
        return self._writer.render(
            self._event(replace(delivery, deadline=first)),
            _recipient(delivery),
            _names(delivery, people),
            [person.meets_at for person in with_dates],
            self._studio.now(),
            [day if day != first else None for day in days],
            [person.stands_for for person in people],
        )

    def _of_people(self, delivery: Delivery, people: tuple[ConcernedPerson, ...]) -> RenderedMail:
        now, today = self._studio.now(), self._studio.today()
        asked = [
            AskedConversation(
                person.name,
                person.push,
                person.deadline or today,
                planned=person.meets_at is not None and person.meets_at > now,
            )
            for person in people
        ]
        first = min(asked, key=lambda each: each.deadline)
        event = replace(
            self._event(delivery),
            push=first.push,
            deadline=first.deadline,
            overdue=first.deadline < today,
        )
        return self._writer.people(event, asked, _recipient(delivery))

    def mail(self, delivery: Delivery) -> Mail:
        """Return the complete mail. Raises `Refused` if the address or the wording is invalid."""
        rendered = self.rendered(delivery)
        message = self._composer.message(
            rendered,
            _recipient(delivery),
            self.message_id(delivery.key),
            delivery.dated_at,
            self._invitation(delivery, delivery.meeting) if delivery.meeting else None,
        )
        return Mail(delivery.address, message, self._composer.model(rendered.wording))

    def test_mail(self, address: str, language: str) -> Mail:
        """Return the mail with which an admin tests the settings."""
        address = clear_address(address)
        recipient = Recipient(address, address, language=language)
        now = self._studio.now()
        rendered = self._writer.render_test(recipient, now)
        key = f"test-{int(now.timestamp() * 1_000_000)}"
        message = self._composer.message(rendered, recipient, self.message_id(key), now)
        return Mail(address, message, self._composer.model(rendered.wording))

    def preview(self, options: PreviewOptions, recipient: Recipient) -> RenderedMail:
        """Return the mail that ``recipient`` would read, with made-up values.

        Raises `Refused` if no notification of this kind goes to this capacity.
        """
        if options.capacity not in options.kind.capacities:
            raise Refused(f"Nobody is told of {options.kind} as a {options.capacity}.")
        ahead = -3 if options.overdue else 30
        event = MailEvent(
            kind=options.kind,
            capacity=options.capacity,
            push=_SAMPLE_PUSH,
            template=_SAMPLE_TEMPLATE,
            deadline=self._studio.today() + timedelta(days=ahead),
            overdue=options.overdue,
            conductor=_SAMPLE_CONDUCTOR,
        )
        match options.kind.form:
            case MailForm.INVITATION | MailForm.WITHDRAWAL:
                return self._writer.invitation(event, self._sample_appointment(), recipient)
            case MailForm.NOTICE:
                return self._writer.notice(event, self._sample_notice(), recipient)
            case MailForm.PEOPLE:
                day = event.deadline or self._studio.today()
                asked = [
                    AskedConversation(person, _SAMPLE_PUSH, day, planned=options.planned)
                    for person in _SAMPLE_PEOPLE[: options.people]
                ]
                return self._writer.people(event, asked, recipient)
            case MailForm.PUSH:
                return self._sample_of_push(event, options, recipient)
            case form:
                assert_never(form)

    def _sample_of_push(
        self, event: MailEvent, options: PreviewOptions, recipient: Recipient
    ) -> RenderedMail:
        people = _SAMPLE_PEOPLE[: options.people] if options.capacity is Capacity.MANAGER else ()
        planned = options.planned and options.kind.declared.tells_dates
        dates = [self._sample_appointment().starts_at] * max(len(people), 1) if planned else []
        return self._writer.render(event, recipient, people, dates)

    def _sample_appointment(self) -> Appointment:
        day = self._studio.today() + timedelta(days=7)
        return Appointment(
            person=_SAMPLE_PEOPLE[0],
            conductor=_SAMPLE_CONDUCTOR,
            starts_at=start_of_day(day, self._studio.zone, _SAMPLE_TIME),
            minutes=60,
            place=_SAMPLE_PLACE,
            planner=_SAMPLE_CONDUCTOR,
        )

    def _sample_notice(self) -> Notice:
        return Notice(
            at=self._studio.now(),
            by=_SAMPLE_OTHER,
            conversation_id=12,
            person=_SAMPLE_PEOPLE[0],
            conductor=_SAMPLE_CONDUCTOR,
            former=_SAMPLE_OTHER,
            closed=True,
            fingerprint=_SAMPLE_FINGERPRINT,
            leader=_SAMPLE_CONDUCTOR,
            stand_in=_SAMPLE_OTHER,
            first_day=self._studio.today() + timedelta(days=7),
            last_day=self._studio.today() + timedelta(days=21),
        )

    def _event(self, delivery: Delivery) -> MailEvent:
        return MailEvent(
            kind=delivery.kind,
            capacity=delivery.capacity,
            push=delivery.push,
            template=delivery.template,
            deadline=delivery.deadline,
            overdue=delivery.deadline is not None and delivery.deadline < self._studio.today(),
            conductor=delivery.about[0].conductor if delivery.about else "",
            closed=delivery.closed,
        )

    def _appointment(self, delivery: Delivery, meeting: Meeting) -> Appointment:
        over = delivery.kind is Kind.MOVED and meeting.over(self._studio.now())
        return replace(_appointment(meeting, delivery.kind), past=over, readdressed=delivery.former)

    def _invitation(self, delivery: Delivery, meeting: Meeting) -> Invitation:
        """Return the calendar entry for the recipient (C5)."""
        appointment = _appointment(meeting, delivery.kind)
        entry = self._writer.entry(self._event(delivery), appointment, _recipient(delivery))
        cancelled = delivery.kind.form is MailForm.WITHDRAWAL
        return Invitation(
            # Do not use the sender's domain: if it changes, existing calendar entries must still be
            # found.
            uid=f"conversation-{meeting.conversation_id}.{self._studio_id}",
            sequence=meeting.sequence,
            method=Method.CANCEL if cancelled else Method.REQUEST,
            stamp=delivery.created_at,
            starts_at=appointment.starts_at,
            minutes=meeting.minutes,
            summary=entry.subject,
            description=entry.plain,
            place=meeting.place,
            organizer=Guest(self.sender.name, self.sender.address),
            guests=_guests(delivery, meeting),
        )


def test_mail(studio: Studio, actor: Actor, address: str) -> tuple[str, Mail]:
    """Return the address of the sender and the mail with which ``actor`` tests the settings.

    Raises `Refused` if ``address`` or ``smtp.sender`` is not a valid address.
    """
    require(actor, Action.TEST_MAIL)
    builder = MessageBuilder(studio)
    return builder.sender.address, builder.test_mail(address, studio.settings.organisation.language)


def preview(studio: Studio, actor: Actor, options: PreviewOptions) -> RenderedMail:
    """Return a wording with made-up values, as ``actor`` would read it (N9).

    Raises `Refused`, with file and line, if a text of the organisation is invalid.
    """
    require(actor, Action.READ_OUTBOX)
    recipient = Recipient(actor.name, "", language=options.language)
    return MessageBuilder(studio).preview(options, recipient)


def wording_folder() -> Path:
    """Return the folder of the organisation's own texts. It need not exist."""
    return config_path().parent / "wording"


def wording_problems(settings: Settings) -> list[str]:
    """Return the errors in the organisation's own texts, one sentence each (N9)."""
    return Wordings(settings.organisation.language, wording_folder()).problems()


def _sender(studio: Studio) -> Sender:
    if sender := studio.settings.smtp.sender:
        return sender_from(sender)
    return Sender(studio.settings.organisation.name, "studio@localhost")


def _recipient(delivery: Delivery) -> Recipient:
    return Recipient(
        name=delivery.name,
        address=delivery.address,
        given_name=delivery.given_name,
        language=delivery.language,
        time_zone=delivery.time_zone,
    )


def _appointment(meeting: Meeting, kind: Kind) -> Appointment:
    if meeting.starts_at is None:
        raise Refused("The conversation has no date any more: there is nothing to tell of.")
    return Appointment(
        person=meeting.user.name,
        conductor=meeting.conductor.name,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        place=meeting.place,
        planner=meeting.planner,
        handed_over=(
            not meeting.takes_part and not meeting.cancelled
            if kind.form is MailForm.WITHDRAWAL
            else meeting.handed_over
        ),
    )


def _guests(delivery: Delivery, meeting: Meeting) -> tuple[Guest, ...]:
    """Return both participants of the meeting, or the recipient alone.

    A conductor who handed the conversation over is the only guest of the cancellation.
    """
    if not meeting.takes_part:
        return (Guest(delivery.name, deliverable(delivery.address), leads=True),)
    both = ((meeting.user, False), (meeting.conductor, True))
    if delivery.former:
        # The recipient is the only guest here as well: the other participant goes on taking part.
        leads = delivery.capacity is Capacity.MANAGER
        return (Guest(delivery.name, deliverable(delivery.address), leads=leads),)
    return tuple(
        Guest(invitee.name, address, leads=leads)
        for invitee, leads in both
        if (address := _address(invitee))
    )


def _address(invitee: Invitee) -> str:
    """Return a deliverable address, or an empty string if the person has none.

    The other participant is invited regardless.
    """
    try:
        return deliverable(invitee.address)
    except Refused:
        return ""


def _last_day(delivery: Delivery, person: ConcernedPerson) -> date | None:
    """Return the deadline of a person in a mail about a push (P18); None if the push has none."""
    return deadline_of(delivery.deadline, person.own_deadline) if delivery.deadline else None


def _names(delivery: Delivery, people: tuple[ConcernedPerson, ...]) -> tuple[str, ...]:
    if delivery.capacity is Capacity.USER:
        return ()
    return tuple(person.name for person in people)
