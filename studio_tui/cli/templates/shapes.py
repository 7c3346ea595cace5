"""The JSON of templates and topics: part of the contract in ``docs/commands.md``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.times import iso
from studio_tui.domain.templates.changes import Change
from studio_tui.domain.templates.library import LibraryTopic
from studio_tui.domain.templates.template import Template, TemplateVersion

if TYPE_CHECKING:
    from studio_tui.services.system.context import Studio


def template(of: Template) -> Shape:
    """Return the JSON of a template without its steps."""
    definition = of.definition
    return {
        "name": of.name,
        "description": definition.description,
        "planning": definition.planning,
        "questions": definition.questions,
        "question_count": definition.question_count(),
        "permissions": asdict(definition.permissions),
        "viewing": asdict(definition.viewing),
        "archived": of.archived,
        "pushes": of.pushes,
    }


def whole_template(of: Template) -> Shape:
    """Return the JSON of a template with its steps."""
    return {**template(of), "steps": [asdict(step) for step in of.definition.steps]}


def version(studio: Studio, of: TemplateVersion, since: Iterable[Change]) -> Shape:
    """Return the JSON of a version of a template, with the changes since the previous one (T5)."""
    return {
        "version": of.id,
        "saved_at": iso(studio, of.saved_at),
        "saved_by": of.saved_by,
        "open_pushes": of.open_pushes,
        "changes": [asdict(change) for change in since],
    }


def library_topic(of: LibraryTopic) -> Shape:
    """Return the JSON of a topic of the question library (T2)."""
    return asdict(of.topic)
