"""`dataclass`: the decorator of the standard library, applied in a third of the time.

The standard decorator compiles up to six methods for each class, which takes nearly a millisecond.
The Studio defines several hundred data classes and imports most of them whenever a command starts.
Here only ``__init__`` is compiled; comparing, hashing and printing are functions that all classes
share.
"""

from dataclasses import dataclass as _standard
from dataclasses import fields
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
        only type checkers refuse an assignment to their fields. ``order``, ``repr`` and
        ``unsafe_hash`` are not supported.
        """

        def wrap(cls: type) -> type:
            own = set(vars(cls))
            made = _standard(cls, eq=False, repr=False, **options)
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
