"""List sources of the users to choose from, each with whether they are in the push (P3, P12)."""

from collections.abc import Callable, Collection, Sequence
from threading import Lock

from studio_tui.domain.people.users import User, UserFilter
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.list_source import Source
from studio_tui.domain.shared.selection import Selection

Users = Source[User, UserFilter]
_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Candidate:
    """A user who can be assigned."""

    user: User
    already: bool
    """Whether the user is in the push already."""

    @property
    def id(self) -> int:
        """The id of the user."""
        return self.user.id


class CandidateSource:
    """A source that adds to each row of ``users`` whether it matches ``assigned``."""

    def __init__(self, users: Users, assigned: UserFilter) -> None:
        self._users = users
        self._assigned = assigned

    def count(self) -> int:
        """Return the number of rows."""
        return self._users.count()

    def rows(self, start: int, stop: int) -> Sequence[Candidate]:
        """Return the rows from index ``start`` up to, but not including, ``stop``."""
        return as_candidates(self._users, self._users.rows(start, stop), self._assigned)

    def position(self, row_id: int, about: int | None = None) -> int | None:
        """Return the index of a row, or None if it is not in the list."""
        return self._users.position(row_id, about)

    def matching(self, filter_: UserFilter, ids: Collection[int]) -> frozenset[int]:
        """Return the subset of ``ids`` that matches ``filter_``."""
        return self._users.matching(filter_, ids)

    def selected(self, selection: Selection[UserFilter]) -> int:
        """Return the number of users in ``selection``."""
        return self._users.selected(selection)


class MarkedSource:
    """A lazy source of only those ``users`` that are in ``selection``.

    It reads ``users`` in chunks from the beginning and stops once it has found enough rows, so the
    first page is ready as soon as it is full.
    """

    def __init__(
        self, users: Users, assigned: UserFilter, selection: Selection[UserFilter]
    ) -> None:
        self._users = users
        self._assigned = assigned
        self._selection = selection
        self._found: list[Candidate] = []
        self._read = 0
        self._ended = False
        self._reading = Lock()

    def count(self) -> int:
        """Return the number of rows. Reads all users."""
        self._read_until(lambda: False)
        return len(self._found)

    def rows(self, start: int, stop: int) -> Sequence[Candidate]:
        """Return the rows from index ``start`` up to, but not including, ``stop``."""
        self._read_until(lambda: len(self._found) >= stop)
        return self._found[start:stop]

    def position(self, row_id: int, _: int | None = None) -> int | None:
        """Return the index of a row, or None if it is not in the list."""
        self._read_until(lambda: any(row.id == row_id for row in self._found))
        return next((n for n, row in enumerate(self._found) if row.id == row_id), None)

    def matching(self, filter_: UserFilter, ids: Collection[int]) -> frozenset[int]:
        """Return the subset of ``ids`` that matches ``filter_``."""
        return self._users.matching(filter_, ids)

    def selected(self, selection: Selection[UserFilter]) -> int:
        """Return the number of users in ``selection``."""
        return self._users.selected(selection)

    def _read_until(self, enough: Callable[[], bool]) -> None:
        while not self._ended and not enough():
            # `count` and `rows` may run in different threads at the same time.
            with self._reading:
                read = self._users.rows(self._read, self._read + _CHUNK)
                self._read += len(read)
                self._ended = len(read) < _CHUNK
                self._found += as_candidates(self._users, self._selected(read), self._assigned)

    def _selected(self, read: Sequence[User]) -> list[User]:
        ids = [user.id for user in read]
        matched = {f: self._users.matching(f, ids) for f in self._selection.filters}
        return [
            user
            for user in read
            if self._selection.contains(user.id, lambda f, user=user: user.id in matched[f])  # type: ignore[misc]
        ]


def as_candidates(users: Users, read: Sequence[User], assigned: UserFilter) -> list[Candidate]:
    """Return ``read`` as candidates. A user who matches ``assigned`` is in the push already."""
    already = users.matching(assigned, [user.id for user in read])
    return [Candidate(user, user.id in already) for user in read]
