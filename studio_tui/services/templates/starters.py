"""The templates and library topics of a new database (T1, T2)."""

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Actor
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import definitions
from studio_tui.services.templates.text_files import question_library, starter_templates
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.templates.library import insert_topic
from studio_tui.storage.templates.templates import insert_template, keep_version


def add_starters(studio: Studio, actor: Actor) -> None:
    """Add the starter templates and the question library, inside an open transaction."""
    for definition in starter_templates():
        template_id = insert_template(definition.name, definitions.dump(definition))
        keep_version(template_id, studio.now(), actor.login)
        write_activity(actor, studio.now(), Verb.ADD_TEMPLATE, definition.name)
    for topic in question_library():
        insert_topic(topic.name, definitions.dump(topic))
