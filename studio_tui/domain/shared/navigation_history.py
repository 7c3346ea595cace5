"""The history of visited screens, for navigation back and forward."""

from dataclasses import field
from typing import Generic, TypeVar

from studio_tui.domain.shared.dataclass import dataclass

T = TypeVar("T")
_MOST = 100


@dataclass(slots=True)
class NavigationHistory(Generic[T]):
    """A bounded navigation history with a current position. Stores the last 100 stops."""

    _stops: list[T] = field(default_factory=list)
    _at: int = -1

    @property
    def here(self) -> T | None:
        """The current stop; None before the first."""
        return self._stops[self._at] if self._stops else None

    @property
    def before(self) -> T | None:
        """The stop to which the user can go back, or None."""
        return self._stops[self._at - 1] if self._at > 0 else None

    @property
    def after(self) -> T | None:
        """The stop to which the user can go forward, or None."""
        following = self._stops[self._at + 1 :]
        return following[0] if following else None

    def visit(self, stop: T) -> None:
        """Move to ``stop``. Discards the stops ahead, unless the next one is ``stop``."""
        if stop == self.here:
            return
        if stop == self.after:
            self._at += 1
            return
        self._stops = [*self._stops[: self._at + 1], stop][-_MOST:]
        self._at = len(self._stops) - 1

    def back(self) -> None:
        """Move to the previous stop, if there is one."""
        self._at = max(self._at - 1, min(0, len(self._stops) - 1))
