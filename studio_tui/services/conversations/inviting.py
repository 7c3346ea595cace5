"""The calendar invitations that planning, moving and cancelling send (C5)."""

from dataclasses import replace

from studio_tui.domain.conversations.conversation import Conversation
from studio_tui.services.pushes.pushes import cause_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.outbox import invitations


def invite(studio: Studio, activity_id: int, conversation: Conversation) -> Conversation:
    """Send both sides a conversation as it is planned, and take it from who held it before;
    returns it with the number of this change in its calendar entries.

    It leaves after the hold (N5), so that what is changed again at once is said once.
    """
    invitations.invite(cause_of(studio, activity_id), [conversation.id])
    return replace(conversation, sequence=conversation.sequence + 1)


def withdraw(studio: Studio, activity_id: int, conversation_id: int) -> None:
    """Take a cancelled conversation out of the calendars it is in."""
    invitations.withdraw(cause_of(studio, activity_id), [conversation_id])
