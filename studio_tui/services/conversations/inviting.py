"""Calendar invitations for planned, moved and cancelled conversations (C5)."""

from dataclasses import replace

from studio_tui.domain.conversations.conversation import Conversation
from studio_tui.services.pushes.pushes import cause_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.outbox import invitations


def invite(studio: Studio, activity_id: int, conversation: Conversation) -> Conversation:
    """Invite both sides to a planned conversation, and send a cancellation to the former conductor.

    The mails leave after the hold (N5), so that a further change within it is sent only once.
    Returns the conversation with the new sequence number of its calendar entries.
    """
    invitations.invite(cause_of(studio, activity_id), [conversation.id])
    return replace(conversation, sequence=conversation.sequence + 1)


def withdraw(studio: Studio, activity_id: int, conversation_id: int) -> None:
    """Send cancellations that remove a conversation from all calendars that it is in."""
    invitations.withdraw(cause_of(studio, activity_id), [conversation_id])
