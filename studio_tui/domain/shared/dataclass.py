"""`dataclass`: the decorator of the standard library, applied in a fifth of the time.

The standard decorator compiles up to six methods for each class, which takes nearly a millisecond.
The Studio defines several hundred data classes, imports most of them whenever it starts, and then
uses a few. Here ``__init__`` is compiled when it is first used; comparing, hashing and printing are
functions that all classes share.
"""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields
from dataclasses import dataclass as _standard
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # Type checkers know the decorator by its origin.
    from dataclasses import dataclass as dataclass
else:

    def dataclass(
        cls: type | None = None, /, *, frozen: bool = False, eq: bool = True, **options: Any
    ) -> Any:
        """Return ``cls`` as a data class; without ``cls``, return a decorator.

        Differs from `dataclasses.dataclass` in one point: ``frozen`` makes instances hashable, but
        only type checkers refuse an assignment to their fields. ``order``, ``repr``, ``init``,
        ``unsafe_hash``, fields with ``init=False`` and ``InitVar`` are not supported.
        """

        def wrap(cls: type) -> type:
            own = set(vars(cls))
            made = _standard(cls, init=False, eq=False, repr=False, **options)
            if "__init__" not in own:
                made.__init__ = _InitOnDemand(made)
            if "__repr__" not in own:
                made.__repr__ = _repr
            if eq and "__eq__" not in own:
                names = [field.name for field in fields(made) if field.compare]
                made.__compared__ = attrgetter(*names) if names else _nothing
                made.__eq__ = _eq
                if "__hash__" not in own:
                    made.__hash__ = _hash if frozen else None
            return made

        return wrap if cls is None else wrap(cls)


class _InitOnDemand:
    """The ``__init__`` of a data class until it is first used, which replaces it."""

    def __init__(self, of: type) -> None:
        self._of = of

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        compiled: Any = _init_of(self._of)
        self._of.__init__ = compiled  # type: ignore[misc]
        return compiled.__get__(instance, owner)


def _init_of(cls: type) -> Callable[..., None]:
    """Compile the ``__init__`` that `dataclasses.dataclass` would give to ``cls``."""
    # Parameters by keyword come last.
    assigned = sorted(fields(cls), key=lambda field: bool(field.kw_only))
    values: dict[str, Any] = {"_MISSING": MISSING}
    lines = [f"def __init__({', '.join(['self', *_parameters(assigned, values)])}):"]
    for field in assigned:
        value = field.name
        if field.default_factory is not MISSING:
            values[f"_new_{value}"] = field.default_factory
            value = f"_new_{value}() if {value} is _MISSING else {value}"
        lines.append(f" self.{field.name} = {value}")
    lines.append(" self.__post_init__()" if hasattr(cls, "__post_init__") else " return")
    exec("\n".join(lines), values)  # noqa: S102 - as the standard library does
    init: Callable[..., None] = values["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {field.name: field.type for field in assigned} | {"return": None}
    return init


def _parameters(assigned: list[Field[Any]], values: dict[str, Any]) -> Iterator[str]:
    by_keyword = False
    for field in assigned:
        if field.kw_only and not by_keyword:
            by_keyword = True
            yield "*"
        if field.default_factory is not MISSING:
            yield f"{field.name}=_MISSING"
        elif field.default is not MISSING:
            values[f"_default_{field.name}"] = field.default
            yield f"{field.name}=_default_{field.name}"
        else:
            yield field.name


def _nothing(_: object) -> tuple[()]:
    return ()


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    compared = self.__class__.__compared__
    return compared(self) == compared(other)


def _hash(self: Any) -> int:
    return hash(self.__class__.__compared__(self))


def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"
