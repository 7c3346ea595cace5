"""Where one has been, to go back and forward."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
_MOST = 100


@dataclass(slots=True)
class Visited(Generic[T]):
    """The stops of a way, one of which is where one is. At most the last hundred are known."""

    _stops: list[T] = field(default_factory=list)
    _at: int = -1

    @property
    def here(self) -> T | None:
        """Where one is; None before the first stop."""
        return self._stops[self._at] if self._stops else None

    @property
    def before(self) -> T | None:
        """The stop before this one."""
        return self._stops[self._at - 1] if self._at > 0 else None

    @property
    def after(self) -> T | None:
        """The stop that one went back from."""
        following = self._stops[self._at + 1 :]
        return following[0] if following else None

    def come(self, stop: T) -> None:
        """One came to ``stop``: what one went back from is forgotten, unless it is that."""
        if stop == self.here:
            return
        if stop == self.after:
            self._at += 1
            return
        self._stops = [*self._stops[: self._at + 1], stop][-_MOST:]
        self._at = len(self._stops) - 1

    def back(self) -> None:
        """One went to the stop before."""
        self._at = max(self._at - 1, min(0, len(self._stops) - 1))
