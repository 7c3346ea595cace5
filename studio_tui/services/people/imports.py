"""Import of users, teams, leaders and coaches from an export of an HR system (U6).

`services.people.hr_files.read` parses the file; this module compares it with the stored data and
writes the differences. Both happen in one transaction, so `apply` never acts on outdated data.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.hr_file import CheckedFile, HrFile, Refusal, UserRef, check
from studio_tui.domain.people.review import Review
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.people import reviews
from studio_tui.services.people.admins import admins_lost
from studio_tui.services.people.applying import PeopleChange, apply_change
from studio_tui.services.people.gc_pause import gc_paused
from studio_tui.services.people.import_comparison import Comparison
from studio_tui.services.people.import_plan import ImportPlan, Names, PlannedUser
from studio_tui.services.system.context import Studio
from studio_tui.storage.people import import_read
from studio_tui.storage.people.import_read import Profile
from studio_tui.storage.people.import_write import PASSES, NewTeam, Write
from studio_tui.storage.people.locking import lock_users

T = TypeVar("T")

_PROGRESS_EVERY = 2_000
_MAX_NAMED = 3
"""Maximum number of refused lines named in an error."""
_CHECKED, _COMPARED = 0.2, 0.4
"""Progress, as a fraction, after the file is checked and after it is compared."""


def preview(
    studio: Studio, actor: Actor, file: HrFile, *, progress: Progress = ignore_progress
) -> ImportPlan:
    """Return what importing ``file`` would do, without writing anything (dry run).

    Raises `Refused` if no active admin would remain.
    """
    require(actor, Action.IMPORT_USERS)
    with gc_paused(), studio.store.reading():
        planned = _plan(studio, file, progress)
    progress(1.0)
    return planned.plan


def apply(
    studio: Studio,
    actor: Actor,
    file: HrFile,
    *,
    skip_refused: bool = False,
    progress: Progress = ignore_progress,
) -> ImportPlan:
    """Import ``file`` in one transaction and return what was done.

    Raises `Refused` if lines are refused, unless ``skip_refused`` leaves them out, and if no active
    admin would remain. Raises `Conflict` if another import is running.
    """

    def decide(plan: ImportPlan) -> bool:
        if plan.refusals and not skip_refused:
            raise Refused(_refusal_message(plan.refusals))
        return True

    require(actor, Action.IMPORT_USERS)
    with gc_paused(), studio.store.writing():
        return apply_if(studio, actor, file, decide, progress)


def apply_if(
    studio: Studio,
    actor: Actor,
    file: HrFile,
    decide: Callable[[ImportPlan], bool],
    progress: Progress = ignore_progress,
) -> ImportPlan:
    """Import the accepted lines of ``file`` if ``decide`` returns true for the plan.

    Call this inside an open unit of work. Raises the errors of `apply`.
    """
    lock_users()
    planned = _plan(studio, file, progress)
    plan = planned.plan
    if decide(plan) and planned.writes:
        plan = replace(plan, line=_write(studio, actor, planned, progress))
    progress(1.0)
    return plan


def touched(
    studio: Studio, actor: Actor, file: HrFile, *, skip_refused: bool = False
) -> list[Review]:
    """Return the lines that importing ``file`` would add to the desk of changes (U7).

    The import is carried out and rolled back. Empty if lines are refused, unless ``skip_refused``.
    """
    require(actor, Action.IMPORT_USERS)
    with gc_paused(), studio.store.dry_run():
        plan = apply_if(studio, actor, file, lambda plan: skip_refused or not plan.refusals)
        return reviews.caused_by(studio, plan.line) if plan.line is not None else []


@dataclass(frozen=True, slots=True)
class _Planned:
    """A plan with the rows to write."""

    plan: ImportPlan
    teams: Sequence[NewTeam]
    writes: Sequence[Write]


def _plan(studio: Studio, file: HrFile, progress: Progress) -> _Planned:
    progress(0.0)
    checked = check(file, import_read.StoredStudio())
    progress(_CHECKED)
    leading = {team.leader: team.path for team in checked.manager_teams}
    before = import_read.profiles(_ids([*_refs(checked), *leading]))
    teams = import_read.teams_by_key()
    comparison = Comparison(file, studio.settings.organisation, teams, leading, studio.today())
    counted = _Counter(progress, _CHECKED, _COMPARED, len(checked.people))
    after = {
        person.ref: comparison.profile(person, before.get(person.ref))
        for person in counted(checked.people)
    }
    for ref in sorted(_ids(leading) - after.keys()):
        after[ref] = comparison.leader(ref, before[ref])
    _require_admin(before, after)
    writes = [
        Write(ref, before.get(ref), new) for ref, new in after.items() if before.get(ref) != new
    ]
    new_teams = comparison.new_teams()
    paths = {found: team.path for found, team in teams.items()}
    names = Names(paths | {team.key: team.path for team in new_teams}, _logins(writes, after))
    return _Planned(_described(file, checked, writes, names, new_teams), new_teams, writes)


def _described(
    file: HrFile,
    checked: CheckedFile,
    writes: Sequence[Write],
    names: Names,
    new_teams: Sequence[NewTeam],
) -> ImportPlan:
    lines = {person.ref: person.record.line for person in checked.people}
    groups: dict[str, list[PlannedUser]] = {
        "added": [],
        "changed": [],
        "left": [],
        "returned": [],
    }
    for one in writes:
        user = PlannedUser(lines.get(one.ref, 0), one.before, one.after, names)
        groups[_group(one)].append(user)
    return ImportPlan(
        **{group: tuple(users) for group, users in groups.items()},
        unchanged=len(lines) - sum(1 for one in writes if one.ref in lines),
        refusals=tuple(replace(each, sheet=file.sheet) for each in checked.refusals),
        warnings=tuple(replace(each, sheet=file.sheet) for each in checked.warnings),
        sheet=file.sheet,
        teams_created=tuple(team.path for team in new_teams),
        recognised={heading: field.value for heading, field in file.headings.items()},
        ignored=file.ignored,
        encoding=file.encoding,
        delimiter=file.delimiter,
        line=None,
    )


def _group(one: Write) -> str:
    if one.before is None:
        return "added"
    if one.before.active == one.after.active:
        return "changed"
    return "returned" if one.after.active else "left"


def _write(studio: Studio, actor: Actor, planned: _Planned, progress: Progress) -> int:
    counted = _Counter(progress, _COMPARED, 1.0, PASSES * len(planned.writes))
    users, active = import_read.count_everybody()
    change = PeopleChange(
        Verb.IMPORT,
        planned.plan.summary,
        planned.writes,
        planned.teams,
        before={"users": users, "active": active},
        after=lambda: _counts_after(planned.plan),
    )
    return apply_change(studio, actor, change, counted).line


def _counts_after(plan: ImportPlan) -> dict[str, int]:
    users, active = import_read.count_everybody()
    return {
        "users": users,
        "active": active,
        "added": len(plan.added),
        "changed": len(plan.changed),
        "left": len(plan.left),
        "returned": len(plan.returned),
        "refused": len(plan.refusals),
        "teams_created": len(plan.teams_created),
    }


def _require_admin(before: Mapping[UserRef, Profile], after: Mapping[UserRef, Profile]) -> None:
    """Raise `Refused` if no admin who can sign in would remain."""
    lost = admins_lost(before, after)
    if lost is None:
        return
    if lost.renamed:
        raise Refused(
            "Nothing can be imported: every admin gets another login in the file "
            f"({lost.renamed}), and no account of today could come in as an admin any more. Give "
            "somebody else the role admin first, and let them import it."
        )
    raise Refused(
        f"Nothing can be imported: the file takes the role admin from {lost.names}, or marks them "
        "as left, and nobody active would be admin any more. Give somebody the role admin in it."
    )


def _refusal_message(refusals: Sequence[Refusal]) -> str:
    named = "; ".join(map(str, refusals[:_MAX_NAMED]))
    more = f"; and {len(refusals) - _MAX_NAMED:,} more" if len(refusals) > _MAX_NAMED else ""
    lines = "1 line is" if len(refusals) == 1 else f"{len(refusals):,} lines are"
    return (
        f"Nothing was imported, because {lines} refused: {named}{more}. Correct the file, or "
        "import the other lines by skipping those refused."
    )


def _logins(writes: Sequence[Write], after: Mapping[UserRef, Profile]) -> dict[UserRef, str]:
    """Return the login of every coach in ``writes``."""
    coaches: set[UserRef] = set()
    for one in writes:
        coaches |= one.after.coaches
        if one.before is not None:
            coaches |= one.before.coaches
    others = import_read.logins_of(_ids(coaches - after.keys()))
    return {ref: after[ref].login if ref in after else others[ref] for ref in coaches}


def _refs(checked: CheckedFile) -> Iterator[UserRef]:
    return (person.ref for person in checked.people)


def _ids(refs: Iterable[UserRef]) -> set[int]:
    return {ref for ref in refs if isinstance(ref, int)}


class _Counter:
    """Iterates over ``total`` items in all and reports ``progress`` from ``start`` to ``end``."""

    def __init__(self, progress: Progress, start: float, end: float, total: int) -> None:
        self._progress = progress
        self._start = start
        self._step = (end - start) / max(total, 1)
        self._done = 0

    def __call__(self, items: Iterable[T], /) -> Iterator[T]:
        for item in items:
            if not self._done % _PROGRESS_EVERY:
                self._progress(self._start + self._done * self._step)
            self._done += 1
            yield item
