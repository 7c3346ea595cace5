"""What somebody is writing and has not saved: kept as it is typed, theirs alone (A4).

A draft is no change of the Studio: nobody else sees it, and it leaves no activity.
"""

from dataclasses import dataclass
from datetime import datetime

from studio_tui.domain.people.access import Actor
from studio_tui.domain.templates.template import Definition
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import definitions
from studio_tui.storage.templates import drafts

NEW_TEMPLATE = "new template"
NEW_TOPIC = "new topic"


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """What was being written, from which version on, and when last."""

    base_version: int
    definition: Definition
    written_at: datetime


def template_subject(template_id: int) -> str:
    """What a draft of a template goes by."""
    return f"template {template_id}"


def topic_subject(topic_id: int) -> str:
    """What a draft of a topic of the question library goes by."""
    return f"topic {topic_id}"


def find(studio: Studio, actor: Actor, subject: str) -> TemplateDraft | None:
    """What ``actor`` left of ``subject``, None where there is nothing."""
    with studio.store.reading():
        stored = drafts.draft(actor.user_id, subject)
    if stored is None:
        return None
    return TemplateDraft(stored.base_version, definitions.load(stored.content), stored.written_at)


def keep(
    studio: Studio, actor: Actor, subject: str, base_version: int, definition: Definition
) -> None:
    """Keep ``definition``, right or wrong as it is, in the place of what was kept before."""
    content = definitions.dump(definition)
    with studio.store.writing():
        drafts.write_draft(actor.user_id, subject, base_version, content, studio.now())


def forget(studio: Studio, actor: Actor, subject: str) -> None:
    """Nothing is being written any more."""
    with studio.store.writing():
        drafts.delete_draft(actor.user_id, subject)
