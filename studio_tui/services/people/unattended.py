"""Unattended imports (U10): a file whose changes exceed the limits waits for an admin.

The last file is recorded by its digest. The same file again does nothing, so that corrections made
by hand, and a decision to discard it, are not undone. A newer file replaces it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, field
from datetime import date
from enum import StrEnum

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.hr_file import FileHints, HrFile
from studio_tui.domain.people.unattended import FileOutcome, LastFile, Limits
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Conflict, NothingToDo
from studio_tui.services.people import hr_files, imports
from studio_tui.services.people.gc_pause import gc_paused
from studio_tui.services.people.import_plan import ImportPlan
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.people import import_read, last_file
from studio_tui.storage.people.last_file import StoredFile
from studio_tui.wording.counting import counted

_READ = 0.5
"""Progress, as a fraction, after the file is read."""


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file with the options to read it."""

    name: str
    data: bytes
    mapping: Mapping[str, str] = field(default_factory=dict)
    form: FileHints = field(default_factory=FileHints)

    @property
    def options(self) -> str:
        """The options, as JSON."""
        return json.dumps({"mapping": dict(self.mapping), "form": asdict(self.form)})

    @property
    def digest(self) -> str:
        """A digest over content and options, which identifies the file."""
        return hashlib.sha256(self.data + self.options.encode()).hexdigest()

    def read(self, progress: Progress = ignore_progress) -> HrFile:
        """Parse the file; raises the errors of `hr_files.read`."""
        return hr_files.read(
            self.data, self.mapping, name=self.name, progress=progress, form=self.form
        )


class Outcome(StrEnum):
    """The outcome of an unattended import; the value is its name in JSON."""

    IMPORTED = "imported"
    NOTHING = "nothing_to_do"
    WAITS = "waits"
    REFUSED = "refused"
    """All lines are refused, and the file does not wait."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an unattended import."""

    outcome: Outcome
    why: str
    """The reason why the file waits or nothing was done; otherwise empty."""
    plan: ImportPlan | None
    """What the import did or would do; None for a file that was processed before."""


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """The waiting file, and what importing it would do at the moment."""

    last: LastFile
    file: HrFile
    plan: ImportPlan

    @property
    def more(self) -> int:
        """Number of users and lines that the import treats differently from its first dry run."""
        return self.plan.does_more_than(self.last.planned)


def run(
    studio: Studio,
    actor: Actor,
    given: GivenFile,
    limits: Limits,
    *,
    dry_run: bool = False,
    progress: Progress = ignore_progress,
) -> Result:
    """Import a file without its refused lines, or let it wait if it exceeds ``limits``.

    With ``dry_run``, only return the result. Raises the errors of `hr_files.read` and
    `imports.apply`; after an error nothing is changed.
    """
    require(actor, Action.IMPORT_USERS)
    with studio.store.reading():
        last = last_file.last_file()
    if last is not None and (before := _given_before(studio, given, last)):
        return Result(Outcome.NOTHING, before, None)
    file = given.read(lambda share: progress(share * _READ))
    with gc_paused(), studio.store.writing():
        return _run(studio, actor, given, file, limits, dry_run, progress)


def waiting(studio: Studio, actor: Actor) -> LastFile | None:
    """Return the waiting file; None if no file waits."""
    require(actor, Action.IMPORT_USERS)
    with studio.store.reading():
        last = last_file.last_file()
    return last if last is not None and last.waits else None


def compare_waiting(
    studio: Studio, actor: Actor, *, progress: Progress = ignore_progress
) -> WaitingImport:
    """Compare the waiting file with the stored users. Raises `NothingToDo` if no file waits."""
    require(actor, Action.IMPORT_USERS)
    with studio.store.reading():
        last = _required()
        given = _given(last, last_file.content())
    file = given.read(lambda share: progress(share * _READ))
    plan = imports.preview(
        studio, actor, file, progress=lambda share: progress(_READ + share * (1 - _READ))
    )
    return WaitingImport(last, file, plan)


def apply(
    studio: Studio,
    actor: Actor,
    *,
    seen: WaitingImport | None = None,
    progress: Progress = ignore_progress,
) -> ImportPlan:
    """Import the waiting file without its refused lines.

    ``seen`` is the plan that the user confirmed; None means the dry run of the time when the file
    came. Raises `Conflict` if the import would do more than that, in which case the file keeps
    waiting with the new dry run, or if another file has replaced it. Raises `NothingToDo` if no
    file waits, and otherwise the errors of `imports.apply`.
    """
    looked = seen or compare_waiting(studio, actor, progress=lambda share: progress(share * _READ))
    expected = seen.plan.fingerprint if seen else looked.last.planned
    changed = ""

    def decide(plan: ImportPlan) -> bool:
        nonlocal changed
        if more := plan.does_more_than(expected):
            last_file.plan_again(_people(plan), plan.fingerprint)
            changed = (
                f"{looked.last.name} was not imported: people were changed meanwhile, and it would "
                f"do to {counted(more, 'user or line', 'users or lines')} what its dry run did not "
                "say. It waits with its new dry run: look at it, and apply it then."
            )
        return not changed

    with gc_paused(), studio.store.writing():
        _require_same(looked.last)
        plan = imports.apply_if(studio, actor, looked.file, decide, progress)
        if not changed:
            last_file.decide(FileOutcome.IMPORTED, studio.now())
    if changed:
        raise Conflict(changed)
    return plan


def discard(studio: Studio, actor: Actor, *, seen: LastFile | None = None) -> LastFile:
    """Discard the waiting file; the same file again then does nothing.

    Raises `NothingToDo` if no file waits, and `Conflict` if the waiting file is not ``seen``.
    """
    require(actor, Action.IMPORT_USERS)
    with studio.store.writing():
        last = _required()
        if seen is not None:
            _require_same(seen)
        last_file.decide(FileOutcome.DISCARDED, studio.now())
        write_activity(actor, studio.now(), Verb.DISCARD_IMPORT, last.name)
    return last


def _run(
    studio: Studio,
    actor: Actor,
    given: GivenFile,
    file: HrFile,
    limits: Limits,
    dry_run: bool,
    progress: Progress,
) -> Result:
    why = ""

    def decide(plan: ImportPlan) -> bool:
        nonlocal why
        _, active = import_read.count_everybody()
        lines = len(file.records) + len(file.refusals)
        why = limits.why_wait(len(plan.left), active, len(plan.refusals), lines)
        return not (why or dry_run)

    plan = imports.apply_if(
        studio, actor, file, decide, lambda share: progress(_READ + share * (1 - _READ))
    )
    outcome = _outcome(plan, why)
    if not dry_run and outcome is not Outcome.REFUSED:
        _remember(studio, actor, given, file, plan, why)
    return Result(outcome, why, plan)


def _outcome(plan: ImportPlan, why: str) -> Outcome:
    if why:
        return Outcome.WAITS
    if plan.all_refused:
        return Outcome.REFUSED
    return Outcome.IMPORTED if plan.touched else Outcome.NOTHING


def _remember(
    studio: Studio, actor: Actor, given: GivenFile, file: HrFile, plan: ImportPlan, why: str
) -> None:
    before, now = last_file.last_file(), studio.now()
    still = bool(why) and before is not None and before.waits and before.digest == given.digest
    last_file.store(
        LastFile(
            name=given.name,
            digest=given.digest,
            fate=FileOutcome.WAITS if why else FileOutcome.IMPORTED,
            at=before.at if before is not None and still else now,
            by=actor.login,
            why=why,
            people=_people(plan) if why else 0,
            planned=plan.fingerprint if why else b"",
            holds_until=_holds_until(file, studio.today()),
        ),
        StoredFile(given.data, given.options) if why else None,
    )
    if why and not still:
        counts = {"left": len(plan.left), "refused": len(plan.refusals)}
        write_activity(actor, now, Verb.WAITING_IMPORT, f"{given.name}: {why}", after=counts)


def _people(plan: ImportPlan) -> int:
    return len(plan.touched) + len(plan.refusals)


def _holds_until(file: HrFile, today: date) -> date | None:
    """Return the last day on which the file has the same meaning; None if that never changes.

    On a later day, a user whose last day is in the file counts as left.
    """
    ahead = (record.left_on for record in file.records)
    return min((day for day in ahead if day is not None and day >= today), default=None)


def _given_before(studio: Studio, given: GivenFile, last: LastFile) -> str:
    """Return why a file that was processed before does nothing; otherwise an empty string.

    Empty also for the file that waits, since the limits may have changed.
    """
    if last.fate is FileOutcome.DISCARDED and last.digest == given.digest:
        return f"the same file was discarded on {_day(studio, last)}"
    if last.fate is FileOutcome.IMPORTED and last.says_the_same(given.digest, studio.today()):
        return f"the same file was imported on {_day(studio, last)}"
    return ""


def _day(studio: Studio, last: LastFile) -> date:
    return last.at.astimezone(studio.zone).date()


def _required() -> LastFile:
    last = last_file.last_file()
    if last is None or not last.waits:
        raise NothingToDo("No import waits.")
    return last


def _require_same(seen: LastFile) -> None:
    if _required().digest != seen.digest:
        raise Conflict(f"Another file took the place of {seen.name} meanwhile: look at that one.")


def _given(last: LastFile, content: StoredFile) -> GivenFile:
    options = json.loads(content.options)
    return GivenFile(last.name, content.data, options["mapping"], FileHints(**options["form"]))
