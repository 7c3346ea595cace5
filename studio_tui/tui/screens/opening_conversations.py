"""Opening one conversation, from wherever it is listed."""

from studio_tui.domain.conversations import Reading
from studio_tui.services import conversations
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.moments import moment_and_zone
from studio_tui.tui.screen import StudioScreen


def open_conversation(screen: StudioScreen, conversation_id: int) -> None:
    """Show a conversation, with what its reader may read of it."""
    screen.read(
        "conversation",
        lambda: conversations.read(screen.studio, screen.actor, conversation_id),
        lambda reading: _show(screen, reading),
    )


def _show(screen: StudioScreen, reading: Reading) -> None:
    about, zone = reading.conversation, screen.zone
    lines = [
        f"{about.push or about.template.name} · {about.state.replace('_', ' ')}",
        f"Held by {about.conductor}",
        f"Planned for {moment_and_zone(about.planned_for, zone)}" if about.planned_for else "",
        f"Held {moment_and_zone(about.finished_at, zone)}" if about.finished_at else "",
        *(entry.asked.question.text for entry in reading.entries),
    ]
    text = "\n".join(each for each in lines if each)
    screen.app.push_screen(ReadText(f"Conversation with {about.name}", text))
