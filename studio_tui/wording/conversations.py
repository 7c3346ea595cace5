"""What is said of a conversation (C2, C3)."""

from collections.abc import Mapping

from studio_tui.domain.conversations.conversation import ConversationState

STATE_LABELS: Mapping[ConversationState, str] = {
    ConversationState.PLANNED: "planned",
    ConversationState.PREPARED: "prepared",
    ConversationState.IN_PROGRESS: "in progress",
    ConversationState.DONE: "held",
    ConversationState.CANCELLED: "cancelled",
}
"""The states of a conversation; one that took place is *held*."""
