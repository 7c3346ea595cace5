"""Templates: reading and writing. The definition is stored as JSON, which services read."""

from dataclasses import dataclass
from datetime import datetime

from studio_tui.domain.shared.text import fold
from studio_tui.storage.engine.fields import instant_of
from studio_tui.storage.engine.sql import execute, rows, scalar
from studio_tui.storage.engine.tables import TemplateTable


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A row of the table of templates; ``definition`` is JSON."""

    id: int
    definition: str
    archived: bool
    version: int
    pushes: int
    conversations: int


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A row of the table of versions; ``definition`` is JSON."""

    version: int
    definition: str
    saved_at: datetime | None
    saved_by: str | None
    open_pushes: int
    """How many pushes that are not closed keep exactly this (T5)."""


def templates() -> list[StoredTemplate]:
    """All templates by name, those archived last."""
    return [
        StoredTemplate(row[0], row[1], bool(row[2]), row[3], row[4], row[5])
        for row in rows(
            "SELECT t.id, t.definition, t.archived, t.version, "
            "(SELECT COUNT(*) FROM push p WHERE p.template_id = t.id), "
            "(SELECT COUNT(*) FROM conversation c WHERE c.template_id = t.id "
            "AND c.assignment_id IS NULL) "
            "FROM template t ORDER BY t.archived, t.name_key, t.id"
        )
    ]


def template_id_of(name: str) -> int | None:
    """The template of this name, ignoring case."""
    found = scalar("SELECT id FROM template WHERE name_key = ?", fold(name))
    return int(found) if found is not None else None


def insert_template(name: str, definition: str) -> int:
    """Add a template; returns its id."""
    return int(
        TemplateTable.insert(
            name_key=fold(name), definition=definition, archived=False, version=1
        ).execute()
    )


def update_template(
    template_id: int, name: str, definition: str, *, archived: bool, version: int
) -> bool:
    """Write a template, unless it is no longer at ``version`` (A4); whether it was written."""
    cursor = execute(
        "UPDATE template SET name_key = ?, definition = ?, archived = ?, version = version + 1 "
        "WHERE id = ? AND version = ?",
        fold(name),
        definition,
        archived,
        template_id,
        version,
    )
    return bool(cursor.rowcount)


def delete_template(template_id: int) -> bool:
    """Remove a template that nothing uses (T6); whether it was removed."""
    cursor = execute(
        "DELETE FROM template WHERE id = ? "
        "AND NOT EXISTS (SELECT 1 FROM push p WHERE p.template_id = template.id) "
        "AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.template_id = template.id)",
        template_id,
    )
    return bool(cursor.rowcount)


def keep_version(template_id: int, saved_at: datetime, saved_by: str) -> None:
    """Keep a template as it now is among its versions (T5)."""
    execute(
        "INSERT INTO template_version (template_id, version, definition, saved_at, saved_by) "
        "SELECT id, version, definition, ?, ? FROM template WHERE id = ?",
        saved_at,
        saved_by,
        template_id,
    )


def versions(template_id: int) -> list[StoredVersion]:
    """A template as it was saved, the newest first."""
    found = rows(
        "SELECT v.version, v.definition, v.saved_at, v.saved_by, "
        "(SELECT COUNT(*) FROM push p WHERE p.template_id = v.template_id "
        "AND p.definition = v.definition AND p.closed_at IS NULL) "
        "FROM template_version v WHERE v.template_id = ? ORDER BY v.version DESC",
        template_id,
    )
    return [StoredVersion(row[0], row[1], instant_of(row[2]), row[3], row[4]) for row in found]
