"""Imports that nobody watches (U10): what is beyond its limits waits for an admin, with its file.

The file that was given last is remembered by its digest: the same file once more does nothing, so
that what was corrected by hand, or discarded, stays so. A newer file takes its place.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.hr_file import FileHints, HrFile
from studio_tui.domain.people.unattended import Fate, LastFile, Limits
from studio_tui.domain.shared.cancellation import Progress, unwatched
from studio_tui.domain.shared.errors import Conflict, NothingToDo
from studio_tui.services.people import hr_files, imports
from studio_tui.services.people.collecting import no_cycles_made
from studio_tui.services.people.import_plan import ImportPlan
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.people import import_read, last_file
from studio_tui.storage.people.last_file import KeptFile
from studio_tui.wording.counting import counted

_READ = 0.5
"""How much of the whole is done once the file is read."""


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as it was given, and how it is read."""

    name: str
    data: bytes
    mapping: Mapping[str, str] = field(default_factory=dict)
    form: FileHints = field(default_factory=FileHints)

    @property
    def options(self) -> str:
        """How it is read, as JSON."""
        return json.dumps({"mapping": dict(self.mapping), "form": asdict(self.form)})

    @property
    def digest(self) -> str:
        """What tells it from other files, and from itself read in another way."""
        return hashlib.sha256(self.data + self.options.encode()).hexdigest()

    def read(self, progress: Progress = unwatched) -> HrFile:
        """What it says; raises as `hr_files.read` does."""
        return hr_files.read(
            self.data, self.mapping, name=self.name, progress=progress, form=self.form
        )


class Outcome(StrEnum):
    """How an unattended import ends; the value is its name in JSON."""

    IMPORTED = "imported"
    NOTHING = "nothing_to_do"
    WAITS = "waits"
    REFUSED = "refused"
    """Every line is refused, and none waits."""


@dataclass(frozen=True, slots=True)
class Result:
    """How an unattended import ended."""

    outcome: Outcome
    why: str
    """Why it waits, or did nothing."""
    plan: ImportPlan | None
    """What it did or would do; None for a file that was given before."""


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """What waits, and what it would do at this moment."""

    last: LastFile
    file: HrFile
    plan: ImportPlan

    @property
    def more(self) -> int:
        """To how many users or lines it does what its dry run did not say when it came."""
        return self.plan.does_more_than(self.last.planned)


def run(
    studio: Studio,
    actor: Actor,
    given: GivenFile,
    limits: Limits,
    *,
    dry_run: bool = False,
    progress: Progress = unwatched,
) -> Result:
    """Import a file, leaving out refused lines, or let it wait where that is beyond ``limits``.

    ``dry_run``: only tell which of them it would be. Raises as `hr_files.read` and `imports.apply`
    do; whatever is raised, nothing is changed.
    """
    require(actor, Action.IMPORT_USERS)
    with studio.store.reading():
        last = last_file.last_file()
    if last is not None and (before := _given_before(studio, given, last)):
        return Result(Outcome.NOTHING, before, None)
    file = given.read(lambda share: progress(share * _READ))
    with no_cycles_made(), studio.store.writing():
        return _run(studio, actor, given, file, limits, dry_run, progress)


def waiting(studio: Studio, actor: Actor) -> LastFile | None:
    """The file that waits, if one does."""
    require(actor, Action.IMPORT_USERS)
    with studio.store.reading():
        last = last_file.last_file()
    return last if last is not None and last.waits else None


def look(studio: Studio, actor: Actor, *, progress: Progress = unwatched) -> WaitingImport:
    """What waits, compared with what is there at this moment. Raises `NothingToDo` where nothing
    waits."""
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
    progress: Progress = unwatched,
) -> ImportPlan:
    """Import what waits, without its refused lines.

    ``seen`` is what somebody looked at; otherwise its dry run counts as it was when it came.
    Raises `Conflict` where it does more than that by now, or another file took its place: it
    waits again, with its new dry run. Raises `NothingToDo` where nothing waits, and else as
    `imports.apply` does.
    """
    looked = seen or look(studio, actor, progress=lambda share: progress(share * _READ))
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

    with no_cycles_made(), studio.store.writing():
        _require_same(looked.last)
        plan = imports.apply_if(studio, actor, looked.file, decide, progress)
        if not changed:
            last_file.decide(Fate.IMPORTED, studio.now())
    if changed:
        raise Conflict(changed)
    return plan


def discard(studio: Studio, actor: Actor, *, seen: LastFile | None = None) -> LastFile:
    """Throw away what waits; given once more, the same file does nothing.

    Raises `NothingToDo` where nothing waits, and `Conflict` where it is another than ``seen``.
    """
    require(actor, Action.IMPORT_USERS)
    with studio.store.writing():
        last = _required()
        if seen is not None:
            _require_same(seen)
        last_file.decide(Fate.DISCARDED, studio.now())
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
    if plan.takes_nobody:
        return Outcome.REFUSED
    return Outcome.IMPORTED if plan.touched else Outcome.NOTHING


def _remember(
    studio: Studio, actor: Actor, given: GivenFile, file: HrFile, plan: ImportPlan, why: str
) -> None:
    before, now = last_file.last_file(), studio.now()
    still = bool(why) and before is not None and before.waits and before.digest == given.digest
    last_file.keep(
        LastFile(
            name=given.name,
            digest=given.digest,
            fate=Fate.WAITS if why else Fate.IMPORTED,
            at=before.at if before is not None and still else now,
            by=actor.login,
            why=why,
            people=_people(plan) if why else 0,
            planned=plan.fingerprint if why else b"",
            holds_until=_holds_until(file, studio.today()),
        ),
        KeptFile(given.data, given.options) if why else None,
    )
    if why and not still:
        counts = {"left": len(plan.left), "refused": len(plan.refusals)}
        write_activity(actor, now, Verb.WAITING_IMPORT, f"{given.name}: {why}", after=counts)


def _people(plan: ImportPlan) -> int:
    return len(plan.touched) + len(plan.refusals)


def _holds_until(file: HrFile, today: date) -> date | None:
    """The last day on which the file says what it says: who leaves later has left after it."""
    ahead = (record.left_on for record in file.records)
    return min((day for day in ahead if day is not None and day >= today), default=None)


def _given_before(studio: Studio, given: GivenFile, last: LastFile) -> str:
    """Why a file that was given before does nothing; empty where it is another, and where it
    waits, as its limits may be others."""
    if last.fate is Fate.DISCARDED and last.digest == given.digest:
        return f"the same file was discarded on {_day(studio, last)}"
    if last.fate is Fate.IMPORTED and last.says_the_same(given.digest, studio.today()):
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


def _given(last: LastFile, content: KeptFile) -> GivenFile:
    options = json.loads(content.options)
    return GivenFile(last.name, content.data, options["mapping"], FileHints(**options["form"]))
