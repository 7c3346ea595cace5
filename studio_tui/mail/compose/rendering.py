"""Mails: the wording of a notification, filled in for one recipient (P6, P7, N9).

The wording is rendered once per language. What differs between events and recipients is filled in
afterwards, escaped in HTML and as it is in plain text, so that no name can become markup.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from html import escape
from zoneinfo import ZoneInfo

from studio_tui.domain.outbox.kinds import Capacity, Kind, MailForm
from studio_tui.domain.outbox.notification import Notice
from studio_tui.domain.shared.clock import zone_named
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.compose.dates import DateWords
from studio_tui.mail.compose.wording import Wordings
from studio_tui.mail.compose.wording_template import ENTRY, TEST, MailTemplate


@dataclass(frozen=True, slots=True)
class Appointment:
    """What an invitation tells: who talks, when and where."""

    person: str
    """The name of the user."""
    conductor: str
    starts_at: datetime
    minutes: int
    place: str
    planner: str
    """The name of who planned, moved or cancelled it."""
    handed_over: bool = False
    """Whether somebody else holds it now: than the recipient, where it is cancelled for them, else
    than before."""
    past: bool = False
    """Whether its time is past when the mail leaves."""
    readdressed: bool = False
    """Whether it is taken out of one calendar of the recipient, because it is in another."""


@dataclass(frozen=True, slots=True)
class MailEvent:
    """What a mail tells: the same for everyone who is told in the same capacity."""

    kind: Kind
    capacity: Capacity
    push: str
    template: str
    deadline: date | None
    """None where no push is told of; then ``push`` is empty, too."""
    overdue: bool = False
    """Whether the deadline is past when the mail leaves."""
    conductor: str = ""
    """The name of who holds the conversation; needed by ``handed_over``, and where a date is
    told."""
    closed: bool = False
    """Whether the push is closed: then an invitation does not speak of it."""


@dataclass(frozen=True, slots=True)
class AskedConversation:
    """A conversation that is asked of somebody's manager, in a mail of no push in particular."""

    person: str
    """The name of the user."""
    push: str
    deadline: date
    planned: bool = False
    """Whether a date is set that lies ahead."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a mail is for."""

    name: str
    address: str
    given_name: str = ""
    """How they are greeted; the whole name where it is empty."""
    language: str = ""
    """As imported: ``nl``, ``nl-BE``, or empty for the organisation's."""
    time_zone: str = ""
    """An IANA name, or empty for the organisation's."""


@dataclass(frozen=True, slots=True)
class Values:
    """What is filled in, by the name it has in the wording."""

    plain: Mapping[str, str]
    html: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail as the recipient reads it, without its headers."""

    language: str
    wording: MailTemplate
    """As it is in every mail."""
    form: MailTemplate
    """As it is in every mail about the same event."""
    values: Values
    """What is still to be filled in."""

    @property
    def subject(self) -> str:
        """Its subject, as it was typed."""
        return self.form.subject.filled(self.values.plain)

    @property
    def plain(self) -> str:
        """Its text."""
        return self.form.plain.filled(self.values.plain)

    @property
    def html(self) -> str:
        """Its text as a page."""
        return self.form.html.filled(self.values.html)


class Writer:
    """Writes mails in the words of the organisation."""

    def __init__(
        self, wordings: Wordings, organisation: str, zone: ZoneInfo, how_to_open: str = ""
    ) -> None:
        """``how_to_open`` is what every mail says of coming in (N18)."""
        self._wordings = wordings
        self._how_to_open = clean_line(how_to_open)
        self._organisation = clean_line(organisation)
        self._zone = zone
        # Events of one run are few and recipients many.
        self._begun = lru_cache(maxsize=256)(self._begin)

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
        """What ``recipient`` reads about ``event``.

        ``people`` are the names of those it is about, for a manager (P7): at least one. ``dates``
        are when their conversations are planned, in the same order, or that of the user; ``now``
        is when the mail leaves, by which a date is ahead or past (N17). ``longer``: until when
        single people have, where that is later than the deadline of ``event`` (P18).
        ``stands_for``: in whose place the recipient is told of each (U14). Raises `Refused` where
        the organisation's own wording is at fault.
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
        begun = self._begun(form, event, forms.language)
        if any(stands_for):
            place = [forms.date_words.stands_for(name) if name else "" for name in stands_for]
            people = [f"{n} ({of})" if of else n for n, of in zip(people, place, strict=True)]
        if several and any(longer):
            until = [forms.date_words.until(day) if day else "" for day in longer]
            people = [f"{n} ({day})" if day else n for n, day in zip(people, until, strict=True)]
        values = [_of(recipient), _of_people(people)]
        if any(dates):
            zone = self._zone_of(recipient)
            told = [forms.date_words.instant(date, zone) if date else "" for date in dates]
            values = [_of(recipient), _of_people(people, told)]
            if not several:
                values.append(_texts({"starts_at": told[0]}))
        return RenderedMail(forms.language, form, begun, _all(values))

    def people(
        self, event: MailEvent, asked: Sequence[AskedConversation], recipient: Recipient
    ) -> RenderedMail:
        """What ``recipient`` reads about what is asked of them as a manager, in any push: at least
        one conversation (N16).

        Raises `Refused` like `render`.
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
        begun = self._begun(form, event, forms.language)
        return RenderedMail(forms.language, form, begun, _all((_of(recipient), _of_people(people))))

    def invitation(
        self, event: MailEvent, meeting: Appointment, recipient: Recipient
    ) -> RenderedMail:
        """What ``recipient`` reads about a conversation that is planned, moved or cancelled (C5).

        Raises `Refused` like `render`.
        """
        return self._of_meeting(str(event.kind), event, meeting, recipient)

    def entry(self, event: MailEvent, meeting: Appointment, recipient: Recipient) -> RenderedMail:
        """What stands in the calendar of ``recipient``: its subject and its plain text."""
        return self._of_meeting(ENTRY, event, meeting, recipient)

    def notice(self, event: MailEvent, told: Notice, recipient: Recipient) -> RenderedMail:
        """What ``recipient`` reads about what somebody did to what is theirs (C6, A1).

        Raises `Refused` like `render`.
        """
        forms = self._wordings.forms(f"{event.kind}.{event.capacity}", recipient.language)
        form = forms.form(of_push=bool(event.push), closed=told.closed, ended=told.ended)
        at = forms.date_words.instant(told.at, self._zone_of(recipient))
        begun = self._begun(form, event, forms.language)
        return RenderedMail(
            forms.language,
            form,
            begun,
            _all((_of(recipient), _of_notice(told, at, forms.date_words))),
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
        begun = self._begun(form, event, forms.language)
        values = _all((_of(recipient), _of_appointment(meeting, starts_at)))
        return RenderedMail(forms.language, form, begun, values)

    def render_test(self, recipient: Recipient, now: datetime) -> RenderedMail:
        """What `studio-tui mail test` sends: ``now`` in the recipient's zone."""
        forms = self._wordings.forms(TEST, recipient.language)
        sent_at = forms.date_words.instant(now, self._zone_of(recipient))
        told = {
            "organisation": self._organisation,
            "how_to_open": self._how_to_open,
            "sent_at": sent_at,
        }
        values = (_texts(told), _of(recipient))
        return RenderedMail(forms.language, forms.form(), forms.form(), _all(values))

    def _begin(self, form: MailTemplate, event: MailEvent, language: str) -> MailTemplate:
        deadline = event.deadline
        told = {
            "organisation": self._organisation,
            "how_to_open": self._how_to_open,
            "push": clean_line(event.push),
            "template": clean_line(event.template),
            "deadline": self._wordings.date_words(language).day(deadline) if deadline else "",
        }
        if event.kind.form is MailForm.PUSH:
            told["conductor"] = clean_line(event.conductor)
        values = _texts(told)
        return form.begun(values.plain, values.html)

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


def _of_notice(told: Notice, at: str, words: DateWords) -> Values:
    return _texts(
        {
            "by": clean_line(told.by),
            "at": at,
            "person": clean_line(told.person),
            "conductor": clean_line(told.conductor),
            "former": clean_line(told.former),
            "number": str(told.conversation_id or ""),
            "fingerprint": told.fingerprint,
            "leader": clean_line(told.leader),
            "stand_in": clean_line(told.stand_in),
            "first_day": words.day(told.first_day) if told.first_day else "",
            "last_day": words.day(told.last_day) if told.last_day else "",
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
