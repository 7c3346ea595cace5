"""The calendar invitations that planning, moving and cancelling send (C5)."""

from studio_tui.domain.conversations import Conversation
from studio_tui.services.context import Studio


def planned(studio: Studio, line: int, conversation: Conversation) -> None:
    """Invite both sides."""


def moved(studio: Studio, line: int, conversation: Conversation) -> None:
    """Let the invitations of both sides follow."""


def cancelled(studio: Studio, line: int, conversation: Conversation) -> None:
    """Withdraw the invitations of both sides."""
