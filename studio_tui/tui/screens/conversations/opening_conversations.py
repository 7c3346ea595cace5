"""Opening one conversation, from wherever it is listed."""

from studio_tui.tui.screen import StudioScreen


def open_conversation(screen: StudioScreen, conversation_id: int) -> None:
    """Show a conversation, with what its reader may read of it."""
    from studio_tui.tui.screens.conversations.conversation import ConversationScreen

    screen.app.push_screen(ConversationScreen(conversation_id))
