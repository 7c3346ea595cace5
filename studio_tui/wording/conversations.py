"""Texts about conversations (C2, C3)."""

from collections.abc import Mapping

from studio_tui.domain.conversations.conversation import ConversationState

STATE_LABELS: Mapping[ConversationState, str] = {
    ConversationState.PLANNED: "planned",
    ConversationState.PREPARED: "prepared",
    ConversationState.IN_PROGRESS: "in progress",
    ConversationState.DONE: "held",
    ConversationState.CANCELLED: "cancelled",
}
"""Labels of the states of a conversation. A conversation that took place is *held*."""
