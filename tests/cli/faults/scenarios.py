"""The commands that are tested on a failing disk, and the expected results (N1, C4).

Whatever the nth call meets, the database is intact and in its state before or after the command.
Exit code 0 means the state after it; 1 means the state before it, with a one-line error that names
a remedy. Once the disk works again, the command succeeds.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.faults.disk import FAULTS, BadDisk, CommandResult, StoredFiles, differences, state

_ERROR_LINE = re.compile(
    r"^studio-tui: .*(try again|check that|check the|choose a|restore a backup|is there already|"
    r"wait, or run|Edit ).*\.\n$"
)
"""One line that reports the error and a remedy."""
_ADDED_LATER = re.compile(r"/state/studio-tui/databases$")
"""The list of known databases. If it cannot be written, the next command adds what it lacks."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command on a Studio with the small organisation, a push and a planned conversation."""

    arguments: tuple[str, ...]
    account: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    has_steps: bool = False
    """Whether the command consists of several acts that are committed separately."""
    created_first: str = "nothing"
    """A pattern of the file that is created before its line of activity is committed.

    A command that is killed in between leaves the file alone, and complete.
    """
    mark: str = "nothing"
    """A pattern of a marker file for an interrupted command, which prevents a new start there."""
    completed_by: tuple[str, ...] = ()
    """The command that completes an interrupted one that can only run once; empty if none."""
    unstable: str = "nothing"
    """A pattern of the files whose contents differ between two runs."""
    verified_by: tuple[str, ...] = ("activity", "verify")
    """A command that verifies the result."""


def scenarios(root: Path) -> dict[str, Scenario]:
    """Return every scenario by name, for files under ``root``."""
    new = {"STUDIO_DATABASE_URL": f"sqlite:///{root}/new/studio.db"}
    copied = f"sqlite:///{root}/work/copied.db"
    return {
        "migrate": Scenario(("db", "migrate"), environment=new, has_steps=True),
        "import": Scenario(("users", "import", "more.csv")),
        "assign": Scenario(("pushes", "assign", "Q1 review", "ann", "eve", "cas")),
        "backup": Scenario(("db", "backup", "second.db"), created_first=r"second\.db"),
        "restore": Scenario(
            ("db", "restore", "kept.db"),
            environment=new,
            created_first=r"new/studio\.db$",
            mark=r"\.studio\.db\.restoring$",
        ),
        "copy": Scenario(("db", "copy", "--to", copied), created_first=r"copied\.db"),
        "write": Scenario(
            ("conversations", "write", "1", "--question", "1", "--text", "A lot."), account="bob"
        ),
        "archive": Scenario(
            ("users", "export-data", "ben", "--output", "ben.zip"),
            unstable=r"ben\.zip",
            created_first=r"ben\.zip",
        ),
        "report": Scenario(("pushes", "report", "Q1 review", "--output", "review.md")),
        "replaced": Scenario(("pushes", "report", "Q1 review", "--output", "kept.md", "--force")),
        "init": Scenario(
            ("init", "--database", new["STUDIO_DATABASE_URL"]),
            has_steps=True,
            completed_by=("db", "migrate"),
            environment={"STUDIO_CONFIG": f"{root}/settings/config.toml"},
        ),
    }


@dataclass(frozen=True, slots=True)
class Case:
    """A call that meets a fault."""

    at: int
    call: str
    fault: str


@dataclass
class TrialResult:
    """The results of the cases of one scenario."""

    calls: int = 0
    wrong: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    """Number of commands by fault and ending."""

    def summary(self, name: str) -> str:
        """Return a summary of the results for people."""
        counts = (f"{count:5} {end}" for end, count in self.ends.most_common())
        found = (f"    ! {each}" for each in self.wrong)
        return "\n".join([f"\n{name}: {self.calls} calls", *counts, *found])


class Trial:
    """Runs one scenario repeatedly on a Studio that is restored each time."""

    def __init__(self, disk: BadDisk, scenario: Scenario, kept: StoredFiles, root: Path) -> None:
        self._disk, self._scenario, self._kept, self._root = disk, scenario, kept, root
        self._scratch = kept.folder / "scratch"
        self._kept.restore()
        self._before = self._state()
        self._usual = self._run()
        assert self._usual.exit_code == 0, self._usual
        self._after = self._state()
        self.tried = TrialResult(len(self._usual.calls))

    def every(self) -> Iterator[Case]:
        """Yield every call with every fault."""
        for at, call in enumerate(self._usual.calls, 1):
            yield from (Case(at, call, fault) for fault in FAULTS)

    def sample(self, most: int) -> Iterator[Case]:
        """Yield at most ``most`` calls of different kinds with one fault each, and the last call.

        A failure of the last call is the most likely to be reported wrongly.
        """
        first: dict[str, Case] = {}
        for at, call in enumerate(self._usual.calls, 1):
            first.setdefault(_kind(call), Case(at, call, ""))
        kinds = list(first.values())
        step = max(1, -(-len(kinds) // most))
        names = list(FAULTS)
        for number, case in enumerate(kinds[::step]):
            yield Case(case.at, case.call, names[number % len(names)])
        yield Case(len(self._usual.calls), self._usual.calls[-1], "EIO")

    def check(self, case: Case) -> None:
        """Run the command with one fault, check the result, and run the command again."""
        self._kept.restore()
        ended = self._run(case)
        wrong = self._faults_left(ended)
        self.tried.ends[f"{case.fault}: {_ending(ended)}"] += 1
        self.tried.wrong += [
            f"{case.fault} at {case.at}: {case.call.replace(str(self._root), '')}: {each}"
            for each in wrong
        ]

    def _run(self, case: Case | None = None) -> CommandResult:
        at, fault = (case.at, case.fault) if case else (0, "")
        said = self._scenario
        return self._disk.run(
            *said.arguments, at=at, fault=fault, account=said.account, environment=said.environment
        )

    def _faults_left(self, ended: CommandResult) -> list[str]:
        try:
            found = self._state()
        except AssertionError as error:
            return [f"a database is not whole: {error}"]
        return [*self._faults_of(ended, found)] or [*self._faults_afterwards(found)]

    def _faults_of(self, ended: CommandResult, found: Mapping[str, str]) -> Iterator[str]:
        changed = self._without_mark(self._differences(found, self._before))
        missing = self._without_mark(self._differences(found, self._after))
        undone = [path for path in missing if not _ADDED_LATER.search(path)]
        if ended.exit_code == 0 and undone:
            yield f"it says that it is done, but these are not as after it: {undone}"
        elif self._scenario.has_steps and ended.exit_code in (1, -9):
            pass
        elif ended.exit_code == 1 and changed:
            yield f"it says that it is not done, but these have changed: {changed}"
        elif ended.exit_code < 0 and changed and missing and not self._is_first(changed, missing):
            yield f"it is half done: changed {changed}, missing {missing}"
        elif ended.exit_code > 1:
            yield f"it ends with {ended.exit_code}: {ended.stderr[-300:]}"
        if ended.exit_code == 1 and not _ERROR_LINE.fullmatch(ended.stderr):
            yield f"it says: {ended.stderr[-300:]}"

    def _faults_afterwards(self, found: Mapping[str, str]) -> Iterator[str]:
        changed = self._differences(found, self._before)
        missing = self._without_mark(self._differences(found, self._after))
        was_done = not missing or (bool(changed) and self._is_first(changed, missing))
        again = self._run()
        if again.exit_code and self._scenario.completed_by:
            again = self._disk.run(
                *self._scenario.completed_by, environment=self._scenario.environment
            )
        if again.exit_code and not (was_done and "is there already" in again.stderr):
            yield f"then it does not work: {again.stderr[-300:]}"
        elif not was_done and (left := self._all_differences(self._state(), self._after)):
            yield f"done again, these are not as after it: {left}"
        said = self._disk.run(*self._scenario.verified_by, environment=self._scenario.environment)
        if said.exit_code:
            yield f"{' '.join(self._scenario.verified_by)} then says: {said.stderr}{said.stdout}"

    def _state(self) -> dict[str, str]:
        return state(self._root, self._scratch)

    def _differences(self, found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
        """Return `_all_differences` without the work folders of commands."""
        return _without_work_folders(self._all_differences(found, wanted))

    def _without_mark(self, paths: list[str]) -> list[str]:
        return [path for path in paths if not re.search(self._scenario.mark, path)]

    def _all_differences(self, found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
        """Return the differing paths; an unstable file counts only if one state lacks it."""
        return [
            path
            for path in differences(found, wanted)
            if not (path in found and path in wanted and self._is_unstable(path))
        ]

    def _is_first(self, changed: list[str], missing: list[str]) -> bool:
        """Return whether only the file that is created first has changed, and is complete."""
        first = self._scenario.created_first
        return not any(re.search(first, path) for path in missing) and all(
            re.search(first, path) for path in changed
        )

    def _is_unstable(self, path: str) -> bool:
        return re.search(self._scenario.unstable, path) is not None


def _without_work_folders(paths: list[str]) -> list[str]:
    """Leave out work folders. One may remain if its removal failed; the next command removes it."""
    return [path for path in paths if not re.search(r"(^|/)\.?studio-tui-[^/]*/", path)]


def _kind(call: str) -> str:
    """Return the name of a call and its file, with random names made equal."""
    name, _, path = call.partition(" ")
    return f"{name} {re.sub(r'studio-tui-[^/]*', 'studio-tui-', Path(path).name)}"


def _ending(ended: CommandResult) -> str:
    if ended.exit_code != 1:
        return "killed" if ended.exit_code < 0 else "done"
    return re.sub(r"/\S+", "…", ended.stderr.strip())
