"""Search for pushes by a few letters (S4)."""

from datetime import date, datetime
from typing import Any

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import P


@dataclass(frozen=True, slots=True)
class NamedPush:
    """A push with its name, and the dates that its state depends on."""

    id: int
    name: str
    available_from: date
    deadline: date
    closed_at: datetime | None


def named_pushes() -> list[NamedPush]:
    """Return all pushes by name; of the same name, the newest first."""
    columns: tuple[Any, ...] = (P.id, P.name, P.available_from, P.deadline, P.closed_at)
    return list(P.select(*columns).order_by(P.name_key, P.id.desc()).objects(NamedPush))
