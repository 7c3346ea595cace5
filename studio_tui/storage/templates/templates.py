"""Reading and writing templates. The definition is stored as JSON, which services parse."""

from datetime import datetime
from typing import Any

from peewee import Value

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold
from studio_tui.storage.engine.expressions import COUNTED, C, P, T, exists
from studio_tui.storage.engine.tables import TemplateTable, TemplateVersionTable

_T: Any = TemplateTable
_V: Any = TemplateVersionTable


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
class NamedTemplate:
    """A template without its usage, for lookups; ``definition`` is JSON."""

    id: int
    name_key: str
    definition: str
    archived: bool


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A row of the table of versions; ``definition`` is JSON."""

    version: int
    definition: str
    saved_at: datetime | None
    saved_by: str | None
    open_pushes: int
    """Number of pushes that are not closed and have exactly this snapshot (T5)."""


def templates() -> list[StoredTemplate]:
    """Return all templates by name, archived ones last."""
    pushes = P.select(COUNTED).where(P.template == T.id)
    conversations = C.select(COUNTED).where(C.template == T.id, C.assignment.is_null())
    found = T.select(
        T.id,
        T.definition,
        T.archived,
        T.version,
        pushes.alias("pushes"),
        conversations.alias("conversations"),
    )
    return list(found.order_by(T.archived, T.name_key, T.id).objects(StoredTemplate))


def named_templates() -> list[NamedTemplate]:
    """Return all templates by name, without counting their uses, which would take longer."""
    found = T.select(T.id, T.name_key, T.definition, T.archived)
    return list(found.order_by(T.name_key, T.id).objects(NamedTemplate))


def template_id_of(name: str) -> int | None:
    """Return the id of the template with this name, ignoring case; None if there is none."""
    found: int | None = _T.select(_T.id).where(_T.name_key == fold(name)).scalar()
    return found


def insert_template(name: str, definition: str) -> int:
    """Add a template; return its id."""
    added = _T.insert(name_key=fold(name), definition=definition, archived=False, version=1)
    return int(added.execute())


def update_template(
    template_id: int, name: str, definition: str, *, archived: bool, version: int
) -> bool:
    """Save a template, unless it has another ``version`` (A4); return whether it was saved."""
    written = _T.update(
        name_key=fold(name), definition=definition, archived=archived, version=_T.version + 1
    )
    return bool(written.where(_T.id == template_id, _T.version == version).execute())


def delete_template(template_id: int) -> bool:
    """Delete a template that is not used (T6); return whether it was deleted."""
    unused = _T.delete().where(
        _T.id == template_id,
        ~exists(P.select().where(P.template == _T.id)),
        ~exists(C.select().where(C.template == _T.id)),
    )
    return bool(unused.execute())


def keep_version(template_id: int, saved_at: datetime, saved_by: str) -> None:
    """Store the current state of a template as a version (T5)."""
    current = T.select(T.id, T.version, T.definition, Value(saved_at), Value(saved_by))
    _V.insert_from(
        current.where(T.id == template_id),
        (_V.template, _V.version, _V.definition, _V.saved_at, _V.saved_by),
    ).execute()


def versions(template_id: int) -> list[StoredVersion]:
    """Return the saved versions of a template, the newest first."""
    keeping = P.select(COUNTED).where(
        P.template == _V.template, P.definition == _V.definition, P.closed_at.is_null()
    )
    found = _V.select(
        _V.version, _V.definition, _V.saved_at, _V.saved_by, keeping.alias("open_pushes")
    )
    of_template = found.where(_V.template == template_id)
    return list(of_template.order_by(_V.version.desc()).objects(StoredVersion))
