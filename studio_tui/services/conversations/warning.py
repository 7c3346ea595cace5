"""Warnings about a planned conversation. They never prevent the plan."""

from datetime import datetime, timedelta

from studio_tui.domain.conversations.conversation import Conversation
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.clock import local_day
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import fold
from studio_tui.mail.transport.addresses import sender_from
from studio_tui.services.conversations.state import conversation_now
from studio_tui.services.system.context import Studio
from studio_tui.storage.conversations import conversations
from studio_tui.storage.people import users

NO_CALENDAR = (
    "{name} has the address that the Studio sends from ({address}): no calendar takes an "
    "invitation from its owner. Set another smtp.sender."
)


def warnings(studio: Studio, actor: Actor, planned: Conversation) -> list[str]:
    """Return the objections to the time of a planned conversation, one sentence each.

    The day may be after the deadline; a participant may have another conversation at that time; an
    invitation may not reach a participant, because it comes from their own address.
    """
    with studio.own_store.reading():
        if planned.planned_for is None:
            return []
        return [
            *_after_deadline(studio, planned),
            *_overlapping(studio, actor, planned, planned.planned_for),
            *_own_invitations(studio, planned),
        ]


def users_with_sender_address(studio: Studio) -> list[str]:
    """Return the names of active users whose address is that of ``smtp.sender``."""
    if not studio.settings.smtp.sender:
        return []
    with studio.own_store.reading():
        return users.names_at(fold(sender_from(studio.settings.smtp.sender).address))


def _after_deadline(studio: Studio, planned: Conversation) -> list[str]:
    if planned.deadline is None or planned.planned_for is None:
        return []
    if local_day(planned.planned_for, studio.zone) <= planned.deadline:
        return []
    return [f"That is after the deadline of “{planned.push}”, {planned.deadline}."]


def _overlapping(
    studio: Studio, actor: Actor, planned: Conversation, starts_at: datetime
) -> list[str]:
    ends_at = starts_at + timedelta(minutes=planned.minutes)
    found = []
    both = ((planned.conductor_id, planned.conductor), (planned.user_id, planned.name))
    for user_id, name in both:
        for other_id in conversations.planned_around(user_id, starts_at, ends_at):
            other = conversation_now(other_id) if other_id != planned.id else None
            if other is None or other.planned_for is None:
                continue
            until = other.planned_for + timedelta(minutes=other.minutes)
            if other.planned_for < ends_at and until > starts_at:
                found.append(
                    _overlap_in_words(studio, actor, name, other, other.planned_for, until)
                )
    return found


def _overlap_in_words(
    studio: Studio,
    actor: Actor,
    name: str,
    other: Conversation,
    begins: datetime,
    until: datetime,
) -> str:
    zone = studio.zone_of(actor)
    times = f"{begins.astimezone(zone):%H:%M} to {until.astimezone(zone):%H:%M} ({zone.key})"
    # Only participants of the other conversation learn who is in it.
    whom = ""
    if actor.user_id in (other.user_id, other.conductor_id):
        whom = f" ({other.conductor} with {other.name})"
    return f"{name} has another conversation then, from {times}{whom}."


def _own_invitations(studio: Studio, planned: Conversation) -> list[str]:
    try:
        sending = users_with_sender_address(studio)
        address = sender_from(studio.settings.smtp.sender).address if sending else ""
    except Refused:
        return []
    names = [name for name in (planned.conductor, planned.name) if name in sending]
    return [NO_CALENDAR.format(name=name, address=address) for name in names]
