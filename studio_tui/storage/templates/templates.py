"""Templates: reading and writing. The definition is stored as JSON, which services read."""

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
    """By what a template is found; ``definition`` is JSON."""

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
    """How many pushes that are not closed keep exactly this (T5)."""


def templates() -> list[StoredTemplate]:
    """All templates by name, those archived last."""
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
    """All templates by name, without what uses them: counting that takes longer than finding."""
    found = T.select(T.id, T.name_key, T.definition, T.archived)
    return list(found.order_by(T.name_key, T.id).objects(NamedTemplate))


def template_id_of(name: str) -> int | None:
    """The template of this name, ignoring case."""
    found: int | None = _T.select(_T.id).where(_T.name_key == fold(name)).scalar()
    return found


def insert_template(name: str, definition: str) -> int:
    """Add a template; returns its id."""
    added = _T.insert(name_key=fold(name), definition=definition, archived=False, version=1)
    return int(added.execute())


def update_template(
    template_id: int, name: str, definition: str, *, archived: bool, version: int
) -> bool:
    """Write a template, unless it is no longer at ``version`` (A4); whether it was written."""
    written = _T.update(
        name_key=fold(name), definition=definition, archived=archived, version=_T.version + 1
    )
    return bool(written.where(_T.id == template_id, _T.version == version).execute())


def delete_template(template_id: int) -> bool:
    """Remove a template that nothing uses (T6); whether it was removed."""
    unused = _T.delete().where(
        _T.id == template_id,
        ~exists(P.select().where(P.template == _T.id)),
        ~exists(C.select().where(C.template == _T.id)),
    )
    return bool(unused.execute())


def keep_version(template_id: int, saved_at: datetime, saved_by: str) -> None:
    """Keep a template as it now is among its versions (T5)."""
    current = T.select(T.id, T.version, T.definition, Value(saved_at), Value(saved_by))
    _V.insert_from(
        current.where(T.id == template_id),
        (_V.template, _V.version, _V.definition, _V.saved_at, _V.saved_by),
    ).execute()


def versions(template_id: int) -> list[StoredVersion]:
    """A template as it was saved, the newest first."""
    keeping = P.select(COUNTED).where(
        P.template == _V.template, P.definition == _V.definition, P.closed_at.is_null()
    )
    found = _V.select(
        _V.version, _V.definition, _V.saved_at, _V.saved_by, keeping.alias("open_pushes")
    )
    of_template = found.where(_V.template == template_id)
    return list(of_template.order_by(_V.version.desc()).objects(StoredVersion))
