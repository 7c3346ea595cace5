"""Templates: reading and writing. The definition is stored as JSON, which services read."""

from dataclasses import dataclass

from studio_tui.domain.text import fold
from studio_tui.storage.sql import execute, rows, scalar
from studio_tui.storage.tables import TemplateTable


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A row of the table of templates; ``definition`` is JSON."""

    id: int
    definition: str
    archived: bool
    version: int
    pushes: int


def templates() -> list[StoredTemplate]:
    """All templates by name, those archived last."""
    return [
        StoredTemplate(row[0], row[1], bool(row[2]), row[3], row[4])
        for row in rows(
            "SELECT t.id, t.definition, t.archived, t.version, "
            "(SELECT COUNT(*) FROM push p WHERE p.template_id = t.id) "
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
    """Remove a template that no push uses (T6); whether it was removed."""
    cursor = execute(
        "DELETE FROM template WHERE id = ? "
        "AND NOT EXISTS (SELECT 1 FROM push p WHERE p.template_id = template.id)",
        template_id,
    )
    return bool(cursor.rowcount)
