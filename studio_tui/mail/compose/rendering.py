"""Rendering of mails: the wording of a notification, filled in for one recipient (P6, P7, N9).

The wording is rendered once per language. The values of an event and a recipient are filled in
afterwards, escaped in HTML and unchanged in plain text, so that no name can become markup.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from html import escape
from zoneinfo import ZoneInfo

from studio_tui.domain.outbox.kinds import Capacity, Kind, MailForm
from studio_tui.domain.outbox.notification import Notice
from studio_tui.domain.shared.clock import zone_named
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.compose.dates import DateWords
from studio_tui.mail.compose.wording import Wordings
from studio_tui.mail.compose.wording_template import ENTRY, TEST, MailTemplate


@dataclass(frozen=True, slots=True)
class Appointment:
    """The content of an invitation: the participants, the time and the place."""

    person: str
    """The name of the user."""
    conductor: str
    starts_at: datetime
    minutes: int
    place: str
    planner: str
    """The name of the person who planned, moved or cancelled the conversation."""
    handed_over: bool = False
    """Whether the conductor has changed: in a cancellation, the recipient no longer holds the
    conversation; otherwise the conductor is not the previous one."""
    past: bool = False
    """Whether the start lies in the past when the mail leaves."""
    readdressed: bool = False
    """Whether the entry is removed from one calendar of the recipient because it is in another."""


@dataclass(frozen=True, slots=True)
class MailEvent:
    """The event that a mail reports: the same for all recipients in the same capacity."""

    kind: Kind
    capacity: Capacity
    push: str
    template: str
    deadline: date | None
    """None if the mail is not about a push; then ``push`` is empty, too."""
    overdue: bool = False
    """Whether the deadline has passed when the mail leaves."""
    conductor: str = ""
    """The name of the conductor. Required by ``handed_over``, and if the mail mentions a date."""
    closed: bool = False
    """Whether the push is closed. If so, an invitation does not mention it."""


@dataclass(frozen=True, slots=True)
class AskedConversation:
    """A conversation that a manager is asked to hold, in a mail that spans pushes."""

    person: str
    """The name of the user."""
    push: str
    deadline: date
    planned: bool = False
    """Whether the conversation has a date in the future."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """The recipient of a mail."""

    name: str
    address: str
    given_name: str = ""
    """The name in the greeting; if empty, the whole name is used."""
    language: str = ""
    """As imported: ``nl``, ``nl-BE``, or empty for the organisation's."""
    time_zone: str = ""
    """An IANA name, or empty for the zone of the organisation."""


@dataclass(frozen=True, slots=True)
class Values:
    """The values that are filled in, by their names in the wording."""

    plain: Mapping[str, str]
    html: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail as the recipient reads it, without its headers."""

    language: str
    wording: MailTemplate
    """The wording with all its placeholders, shared by all mails of this form."""
    form: MailTemplate
    """The wording with the values of the event filled in, shared by all mails about the event."""
    values: Values
    """The values of the recipient, which are still to be filled in."""

    @property
    def subject(self) -> str:
        """The subject as text, not yet encoded for a header."""
        return self.form.subject.filled(self.values.plain)

    @property
    def plain(self) -> str:
        """The plain text part."""
        return self.form.plain.filled(self.values.plain)

    @property
    def html(self) -> str:
        """The HTML part."""
        return self.form.html.filled(self.values.html)


class Writer:
    """Renders mails with the wordings of the organisation."""

    def __init__(
        self, wordings: Wordings, organisation: str, zone: ZoneInfo, how_to_open: str = ""
    ) -> None:
        """``how_to_open`` is the sentence in every mail about how to open the Studio (N18)."""
        self._wordings = wordings
        self._how_to_open = clean_line(how_to_open)
        self._organisation = clean_line(organisation)
        self._zone = zone
        # Each run has few events and many recipients.
        self._for_event = lru_cache(maxsize=256)(self._fill_in_event)

    def render(
        self,
        event: MailEvent,
        recipient: Recipient,
        people: Sequence[str] = (),
        dates: Sequence[datetime | None] = (),
        now: datetime | None = None,
        longer: Sequence[date | None] = (),
        stands_for: Sequence[str] = (),
    ) -> RenderedMail:
        """Return the mail to ``recipient`` about ``event``.

        ``people`` are the names of the people whom a manager is notified about (P7): at least one.
        ``dates`` are the planned dates of their conversations, in the same order, or that of the
        user; ``now`` is when the mail leaves, and decides whether a date has passed (N17).
        ``longer`` are the own deadlines of people that are later than the deadline of ``event``
        (P18). ``stands_for`` are the managers whom the recipient stands in for, per person (U14).
        Raises `Refused` if the organisation's own wording is invalid.
        """
        forms = self._wordings.forms(f"{event.kind}.{event.capacity}", recipient.language)
        several = event.capacity is Capacity.MANAGER and len(people) > 1
        planned = bool(dates) and all(date and (now is None or date > now) for date in dates)
        form = forms.form(
            several=several,
            overdue=event.overdue,
            planned=planned,
            dated=not planned and any(dates),
        )
        event_form = self._for_event(form, event, forms.language)
        if any(stands_for):
            place = [forms.date_words.stands_for(name) if name else "" for name in stands_for]
            people = [f"{n} ({of})" if of else n for n, of in zip(people, place, strict=True)]
        if several and any(longer):
            until = [forms.date_words.until(day) if day else "" for day in longer]
            people = [f"{n} ({day})" if day else n for n, day in zip(people, until, strict=True)]
        values = [_of(recipient), _of_people(people)]
        if any(dates):
            zone = self._zone_of(recipient)
            formatted = [forms.date_words.instant(date, zone) if date else "" for date in dates]
            values = [_of(recipient), _of_people(people, formatted)]
            if not several:
                values.append(_texts({"starts_at": formatted[0]}))
        return RenderedMail(forms.language, form, event_form, _all(values))

    def people(
        self, event: MailEvent, asked: Sequence[AskedConversation], recipient: Recipient
    ) -> RenderedMail:
        """Return the mail that asks ``recipient`` to hold conversations, as a manager (N16).

        ``asked`` may span several pushes and has at least one conversation. Raises `Refused` like
        `render`.
        """
        forms = self._wordings.forms(f"{event.kind}.{event.capacity}", recipient.language)
        form = forms.form(
            several=len(asked) > 1,
            overdue=event.overdue,
            planned=all(each.planned for each in asked),
        )
        words = forms.date_words
        several = [f"{each.person}: {each.push} ({words.day(each.deadline)})" for each in asked]
        people = several if len(asked) > 1 else [asked[0].person]
        event_form = self._for_event(form, event, forms.language)
        return RenderedMail(
            forms.language, form, event_form, _all((_of(recipient), _of_people(people)))
        )

    def invitation(
        self, event: MailEvent, meeting: Appointment, recipient: Recipient
    ) -> RenderedMail:
        """Return the mail about a conversation that was planned, moved or cancelled (C5).

        Raises `Refused` like `render`.
        """
        return self._of_meeting(str(event.kind), event, meeting, recipient)

    def entry(self, event: MailEvent, meeting: Appointment, recipient: Recipient) -> RenderedMail:
        """Return the calendar entry of ``recipient``: its subject and its plain text."""
        return self._of_meeting(ENTRY, event, meeting, recipient)

    def notice(self, event: MailEvent, notice: Notice, recipient: Recipient) -> RenderedMail:
        """Return the mail about an act of another user that concerns ``recipient`` (C6, A1).

        Raises `Refused` like `render`.
        """
        forms = self._wordings.forms(f"{event.kind}.{event.capacity}", recipient.language)
        form = forms.form(of_push=bool(event.push), closed=notice.closed, ended=notice.ended)
        at = forms.date_words.instant(notice.at, self._zone_of(recipient))
        event_form = self._for_event(form, event, forms.language)
        return RenderedMail(
            forms.language,
            form,
            event_form,
            _all((_of(recipient), _of_notice(notice, at, forms.date_words))),
        )

    def _of_meeting(
        self, wording: str, event: MailEvent, meeting: Appointment, recipient: Recipient
    ) -> RenderedMail:
        forms = self._wordings.forms(f"{wording}.{event.capacity}", recipient.language)
        form = forms.form(
            of_push=event.deadline is not None and not event.closed,
            placed=bool(clean_line(meeting.place)),
            handed_over=meeting.handed_over,
            overdue=event.overdue and not event.closed,
            past=meeting.past,
            readdressed=meeting.readdressed,
            closed=event.closed,
        )
        starts_at = forms.date_words.instant(meeting.starts_at, self._zone_of(recipient))
        event_form = self._for_event(form, event, forms.language)
        values = _all((_of(recipient), _of_appointment(meeting, starts_at)))
        return RenderedMail(forms.language, form, event_form, values)

    def render_test(self, recipient: Recipient, now: datetime) -> RenderedMail:
        """Return the mail of `studio-tui mail test`, with ``now`` in the zone of the recipient."""
        forms = self._wordings.forms(TEST, recipient.language)
        sent_at = forms.date_words.instant(now, self._zone_of(recipient))
        texts = {
            "organisation": self._organisation,
            "how_to_open": self._how_to_open,
            "sent_at": sent_at,
        }
        values = (_texts(texts), _of(recipient))
        return RenderedMail(forms.language, forms.form(), forms.form(), _all(values))

    def _fill_in_event(self, form: MailTemplate, event: MailEvent, language: str) -> MailTemplate:
        deadline = event.deadline
        texts = {
            "organisation": self._organisation,
            "how_to_open": self._how_to_open,
            "push": clean_line(event.push),
            "template": clean_line(event.template),
            "deadline": self._wordings.date_words(language).day(deadline) if deadline else "",
        }
        if event.kind.form is MailForm.PUSH:
            texts["conductor"] = clean_line(event.conductor)
        values = _texts(texts)
        return form.partially_filled(values.plain, values.html)

    def _zone_of(self, recipient: Recipient) -> ZoneInfo:
        return zone_named(recipient.time_zone, self._zone)


def _of(recipient: Recipient) -> Values:
    name = clean_line(recipient.name)
    return _texts({"name": name, "given_name": clean_line(recipient.given_name) or name})


def _of_appointment(meeting: Appointment, starts_at: str) -> Values:
    return _texts(
        {
            "person": clean_line(meeting.person),
            "conductor": clean_line(meeting.conductor),
            "starts_at": starts_at,
            "minutes": str(meeting.minutes),
            "place": clean_line(meeting.place),
            "planner": clean_line(meeting.planner),
        }
    )


def _of_notice(notice: Notice, at: str, words: DateWords) -> Values:
    return _texts(
        {
            "by": clean_line(notice.by),
            "at": at,
            "person": clean_line(notice.person),
            "conductor": clean_line(notice.conductor),
            "former": clean_line(notice.former),
            "number": str(notice.conversation_id or ""),
            "fingerprint": notice.fingerprint,
            "leader": clean_line(notice.leader),
            "stand_in": clean_line(notice.stand_in),
            "first_day": words.day(notice.first_day) if notice.first_day else "",
            "last_day": words.day(notice.last_day) if notice.last_day else "",
        }
    )


def _of_people(people: Sequence[str], dates: Sequence[str] = ()) -> Values:
    names = [clean_line(name) for name in people]
    if not names:
        return Values({}, {})
    plain = {"count": str(len(names)), "person": names[0]}
    if dates:
        names = [f"{name}: {at}" if at else name for name, at in zip(names, dates, strict=True)]
    listed = "".join(f'<li style="margin:0 0 4px">{escape(name)}</li>' for name in names)
    return Values(
        plain | {"people": "\n".join(f"- {name}" for name in names)},
        {name: escape(value) for name, value in plain.items()}
        | {"people": f'<ul style="margin:0 0 16px;padding:0 0 0 24px">{listed}</ul>'},
    )


def _texts(plain: Mapping[str, str]) -> Values:
    return Values(plain, {name: escape(value) for name, value in plain.items()})


def _all(parts: Iterable[Values]) -> Values:
    plain: dict[str, str] = {}
    html: dict[str, str] = {}
    for part in parts:
        plain.update(part.plain)
        html.update(part.html)
    return Values(plain, html)
