"""The templates that exist from the start (T1)."""

from studio_tui.domain.access import Actor
from studio_tui.services import definitions
from studio_tui.services.context import Studio
from studio_tui.services.template_text import starter_templates
from studio_tui.storage.activity import write_activity
from studio_tui.storage.templates import insert_template


def add_starters(studio: Studio, actor: Actor) -> None:
    """Add the starter templates, inside the open transaction."""
    for definition in starter_templates():
        insert_template(definition.name, definitions.dump(definition))
        write_activity(actor, studio.now(), "added template", definition.name)
