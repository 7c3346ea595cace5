"""What an import does, as it is shown before and after (U6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

from studio_tui.domain.people.facts import FactType, fact_called
from studio_tui.domain.people.hr_file import Refusal, Remark, RowWarning
from studio_tui.domain.people.roles import Role
from studio_tui.storage.people.import_read import Profile

STEP_BYTES = 8
"""How much of a fingerprint tells of one user or one refused line."""

Value = str | bool | None | tuple[str, ...]
"""What a field holds: text, a day as ``YYYY-MM-DD``, yes or no, nothing, or names in order."""


class FieldChange(NamedTuple):
    """One field of a user; ``before`` is None for a user who is added."""

    field: str
    """Our own heading."""
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Names:
    """What teams and coaches are called."""

    paths: Mapping[str, str]
    """The path of a team, by its key."""
    logins: Mapping[Any, str]
    """The login of a user, by who is meant, as it is to be."""

    def shown(self, field: str, value: Any) -> Value:
        """What ``field`` holds, as it is shown."""
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
    """Line of the file; 0 for who is not in it, and comes to lead a team."""
    before: Profile | None
    """None for a user who is added."""
    after: Profile
    names: Names

    @property
    def login(self) -> str:
        """The login, as it is to be."""
        return self.after.login

    @property
    def email(self) -> str:
        """The address, as it is to be."""
        return self.after.email

    @property
    def name(self) -> str:
        """Given and family name, as they are to be."""
        return self.after.name

    @property
    def becomes_admin(self) -> bool:
        """Whether they are an active admin, and were none."""
        return is_admin(self.after) and not (self.before and is_admin(self.before))

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        """Each field that changes; for who is added, each that says something."""
        return tuple(
            FieldChange(field, self._before(field), self.names.shown(field, after))
            for field, after in zip(Profile._fields, self.after, strict=True)
            if (getattr(self.before, field) != after if self.before else after)
        )

    def as_json(self) -> dict[str, Any]:
        """The user for ``--json``."""
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
    """What an import does. Everyone it is about is in one of the groups, and in one only."""

    added: tuple[PlannedUser, ...]
    changed: tuple[PlannedUser, ...]
    """Users who are there, and neither leave nor return."""
    left: tuple[PlannedUser, ...]
    """Users who are marked as left; other fields may change as well."""
    returned: tuple[PlannedUser, ...]
    """Users who had left and are active again; other fields may change as well."""
    unchanged: int
    refusals: tuple[Refusal, ...]
    """One for each refused line, by line."""
    teams_created: tuple[str, ...]
    """Paths, parents first."""
    recognised: Mapping[str, str]
    """Our own name of what each recognised or mapped column tells, by its heading."""
    ignored: tuple[str, ...]
    """Headings of the columns that tell the Studio nothing."""
    encoding: str
    delimiter: str
    warnings: tuple[RowWarning, ...] = ()
    """What is imported otherwise than the file says it, by line."""
    sheet: str = ""
    """The sheet of a workbook; empty for any other file."""
    line: int | None = field(default=None, compare=False)
    """The line of activity, once it is carried out."""

    @property
    def summary(self) -> str:
        """How many are in each group that is not empty: ``3 added, 1 left``."""
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
        """Who becomes an admin."""
        return tuple(user for user in self.touched if user.becomes_admin)

    @property
    def takes_nobody(self) -> bool:
        """Whether nobody can be imported, because every line is refused."""
        return bool(self.refusals) and not self.touched and not self.unchanged

    @property
    def unknown_words(self) -> tuple[str, ...]:
        """The words for a status that nobody has explained, each once."""
        return tuple(dict.fromkeys(refusal.word for refusal in self.refusals if refusal.word))

    @property
    def touched(self) -> tuple[PlannedUser, ...]:
        """Everyone who is added or changed in any way."""
        return (*self.added, *self.changed, *self.left, *self.returned)

    @property
    def fingerprint(self) -> bytes:
        """What it does, in `STEP_BYTES` bytes for each user and each refused line, sorted."""
        return b"".join(
            sorted(blake2b(step, digest_size=STEP_BYTES).digest() for step in self._steps())
        )

    def does_more_than(self, fingerprint: bytes) -> int:
        """To how many users or lines it does what another plan, of ``fingerprint``, did not."""
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
        """The plan for ``--json``."""
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
    """Whether somebody is there, and an admin."""
    return profile.active and profile.role == Role.ADMIN


def _remark(remark: Remark) -> dict[str, Any]:
    return {
        "line": remark.line,
        "column": remark.column,
        "reason": remark.reason,
        "email": remark.email,
        "sheet": remark.sheet or None,
    }
