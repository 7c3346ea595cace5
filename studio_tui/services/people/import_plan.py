"""The plan of an import, displayed before and after it is carried out (U6)."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

from studio_tui.domain.people.facts import FactType, fact_called
from studio_tui.domain.people.hr_file import Refusal, Remark, RowWarning
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.people.import_read import Profile

STEP_BYTES = 8
"""Bytes of a fingerprint for one user or one refused line."""

Value = str | bool | None | tuple[str, ...]
"""The value of a field: text, a day as ``YYYY-MM-DD``, a boolean, None, or sorted names."""


class FieldChange(NamedTuple):
    """A change to one field of a user; ``before`` is None for a new user."""

    field: str
    """The Studio's own heading of the field."""
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Names:
    """Display names of teams and users."""

    paths: Mapping[str, str]
    """The path of each team, by its key."""
    logins: Mapping[Any, str]
    """The new login of each user, by reference."""

    def shown(self, field: str, value: Any) -> Value:
        """Return ``value``, the content of ``field``, in the form that is displayed."""
        if fact_called(field).type is FactType.TEAMS:
            return tuple(self.paths[team] for team in sorted(value))
        if fact_called(field).type is FactType.PEOPLE:
            return tuple(sorted(self.logins[coach] for coach in value))
        if isinstance(value, frozenset):
            return tuple(sorted(value))
        return value.isoformat() if isinstance(value, date) else value


class PlannedUser(NamedTuple):
    """A user whom an import adds or changes."""

    line: int
    """Line of the file; 0 for a user who is not in it but gets a team to lead."""
    before: Profile | None
    """The stored profile; None for a new user."""
    after: Profile
    names: Names

    @property
    def login(self) -> str:
        """The new login."""
        return self.after.login

    @property
    def email(self) -> str:
        """The new address."""
        return self.after.email

    @property
    def name(self) -> str:
        """The new given and family name."""
        return self.after.name

    @property
    def becomes_admin(self) -> bool:
        """Whether the import makes the user an active admin."""
        return is_admin(self.after) and not (self.before and is_admin(self.before))

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        """The fields that change; for a new user, the fields that are not empty."""
        return tuple(
            FieldChange(field, self._before(field), self.names.shown(field, after))
            for field, after in zip(Profile._fields, self.after, strict=True)
            if (getattr(self.before, field) != after if self.before else after)
        )

    def as_json(self) -> dict[str, Any]:
        """Return the user for ``--json``."""
        return {
            "line": self.line,
            "login": self.login,
            "email": self.email,
            "name": self.name,
            "changes": {
                change.field: {"before": change.before, "after": change.after}
                for change in self.changes
            },
        }

    def _before(self, field: str) -> Value:
        return self.names.shown(field, getattr(self.before, field)) if self.before else None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import does. Every user in the file is in exactly one of the groups."""

    added: tuple[PlannedUser, ...]
    changed: tuple[PlannedUser, ...]
    """Existing users who neither leave nor return."""
    left: tuple[PlannedUser, ...]
    """Users who are marked as left. Other fields may change as well."""
    returned: tuple[PlannedUser, ...]
    """Users who had left and become active again. Other fields may change as well."""
    unchanged: int
    refusals: tuple[Refusal, ...]
    """One refusal for each refused line, by line."""
    teams_created: tuple[str, ...]
    """Paths of the new teams, parents first."""
    recognised: Mapping[str, str]
    """The Studio's own name of each recognised or mapped column, by its heading."""
    ignored: tuple[str, ...]
    """Headings of the columns that are not imported."""
    encoding: str
    delimiter: str
    warnings: tuple[RowWarning, ...] = ()
    """Values that are imported differently from the file, by line."""
    sheet: str = ""
    """The sheet of a workbook; empty for any other file."""
    line: int | None = field(default=None, compare=False)
    """Id of the line of activity; None until the import is carried out."""

    @property
    def summary(self) -> str:
        """The size of each group that is not empty, as in ``3 added, 1 left``."""
        counts = {
            "added": len(self.added),
            "changed": len(self.changed),
            "left": len(self.left),
            "returned": len(self.returned),
        }
        said = [f"{count:,} {group}" for group, count in counts.items() if count]
        return ", ".join(said) or "nobody added or changed"

    @property
    def new_admins(self) -> tuple[PlannedUser, ...]:
        """The users who become admins."""
        return tuple(user for user in self.touched if user.becomes_admin)

    @property
    def all_refused(self) -> bool:
        """Whether no user can be imported because every line is refused."""
        return bool(self.refusals) and not self.touched and not self.unchanged

    @property
    def unknown_words(self) -> tuple[str, ...]:
        """The words for a status that the mapping does not define, each once."""
        return tuple(dict.fromkeys(refusal.word for refusal in self.refusals if refusal.word))

    @property
    def touched(self) -> tuple[PlannedUser, ...]:
        """All users who are added or changed."""
        return (*self.added, *self.changed, *self.left, *self.returned)

    @property
    def fingerprint(self) -> bytes:
        """A digest of the plan: `STEP_BYTES` bytes for each user and each refused line, sorted."""
        return b"".join(
            sorted(blake2b(step, digest_size=STEP_BYTES).digest() for step in self._steps())
        )

    def does_more_than(self, fingerprint: bytes) -> int:
        """Count the users and lines that the plan with ``fingerprint`` treats differently.

        Counts the steps of this plan that the other one does not have.
        """
        places = range(0, len(fingerprint), STEP_BYTES)
        known = {fingerprint[place : place + STEP_BYTES] for place in places}
        own = self.fingerprint
        return sum(
            own[place : place + STEP_BYTES] not in known for place in range(0, len(own), STEP_BYTES)
        )

    def _steps(self) -> Iterator[bytes]:
        for user in self.touched:
            yield repr((user.before and user.before.login, user.changes)).encode()
        for refusal in self.refusals:
            yield repr((refusal.line, refusal.column, refusal.reason)).encode()

    def as_json(self) -> dict[str, Any]:
        """Return the plan for ``--json``."""
        return {
            "added": [user.as_json() for user in self.added],
            "changed": [user.as_json() for user in self.changed],
            "left": [user.as_json() for user in self.left],
            "returned": [user.as_json() for user in self.returned],
            "becomes_admin": [user.login for user in self.new_admins],
            "unchanged": self.unchanged,
            "refused": [_remark(refusal) for refusal in self.refusals],
            "warnings": [_remark(warning) for warning in self.warnings],
            "teams_created": list(self.teams_created),
            "recognised": dict(self.recognised),
            "ignored": list(self.ignored),
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet or None,
        }


def is_admin(profile: Profile) -> bool:
    """Return whether a profile is that of an active admin."""
    return profile.active and profile.role == Role.ADMIN


def _remark(remark: Remark) -> dict[str, Any]:
    return {
        "line": remark.line,
        "column": remark.column,
        "reason": remark.reason,
        "email": remark.email,
        "sheet": remark.sheet or None,
    }
