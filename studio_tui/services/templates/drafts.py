"""Unsaved drafts of templates and topics, stored during typing for their author alone (A4).

A draft is not a change of the Studio: no other user sees it, and it leaves no line of activity.
"""

from datetime import datetime

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.templates.template import Definition
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import definitions
from studio_tui.storage.templates import drafts

NEW_TEMPLATE = "new template"
NEW_TOPIC = "new topic"


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """The content of a draft, the version it is based on, and the time of the last change."""

    base_version: int
    definition: Definition
    written_at: datetime


def template_subject(template_id: int) -> str:
    """Return the key under which a draft of a template is stored."""
    return f"template {template_id}"


def topic_subject(topic_id: int) -> str:
    """Return the key under which a draft of a library topic is stored."""
    return f"topic {topic_id}"


def find(studio: Studio, actor: Actor, subject: str) -> TemplateDraft | None:
    """Return the draft of ``subject`` by ``actor``; None if there is none."""
    with studio.store.reading():
        stored = drafts.draft(actor.user_id, subject)
    if stored is None:
        return None
    return TemplateDraft(stored.base_version, definitions.load(stored.content), stored.written_at)


def save(
    studio: Studio, actor: Actor, subject: str, base_version: int, definition: Definition
) -> None:
    """Store ``definition`` as the draft of ``subject``, valid or not, replacing the last one."""
    content = definitions.dump(definition)
    with studio.store.writing():
        drafts.write_draft(actor.user_id, subject, base_version, content, studio.now())


def delete(studio: Studio, actor: Actor, subject: str) -> None:
    """Delete the draft of ``subject`` by ``actor``."""
    with studio.store.writing():
        drafts.delete_draft(actor.user_id, subject)
