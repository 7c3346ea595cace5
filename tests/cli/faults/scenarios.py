"""The commands that are tried on a disk that fails, and what has to be so afterwards (N1, C4).

Whatever the nth call meets: the database is whole and as before the command or as after it; an
exit code of 0 says it is as after, of 1 that it is as before, with one line that says what to do;
and once the disk works again, so does the command.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.faults.disk import FAULTS, BadDisk, Ended, Kept, differences, state

_SAYS = re.compile(
    r"^studio-tui: .*(try again|check that|check the|choose a|restore a backup|is there already|"
    r"wait, or run|Edit ).*\.\n$"
)
"""One line that says what happened, and what to do."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command on a Studio with the small organisation, a push and a planned conversation."""

    arguments: tuple[str, ...]
    account: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    has_steps: bool = False
    """Whether it is several acts, of which each can be done without the next."""
    made_first: str = "nothing"
    """A pattern of the file that comes to be before the line of activity that tells of it: where
    the command is killed in between, it is there alone, and whole."""
    mark: str = "nothing"
    """A pattern of a file that says that it was cut off, so that nobody begins anew there."""
    goes_on: tuple[str, ...] = ()
    """What does the rest, where the command itself is for the first time only."""
    unstable: str = "nothing"
    """A pattern of the files in which two runs write not the same."""
    look: tuple[str, ...] = ("activity", "verify")
    """A command that says that all is well afterwards."""


def scenarios(root: Path) -> dict[str, Scenario]:
    """Every command that is tried, on files under ``root``."""
    new = {"STUDIO_DATABASE_URL": f"sqlite:///{root}/new/studio.db"}
    copied = f"sqlite:///{root}/work/copied.db"
    return {
        "migrate": Scenario(("db", "migrate"), environment=new, has_steps=True),
        "import": Scenario(("users", "import", "more.csv")),
        "assign": Scenario(("pushes", "assign", "Q1 review", "ann", "eve", "cas")),
        "backup": Scenario(("db", "backup", "second.db"), made_first=r"second\.db"),
        "restore": Scenario(
            ("db", "restore", "kept.db"),
            environment=new,
            made_first=r"new/studio\.db$",
            mark=r"\.studio\.db\.restoring$",
        ),
        "copy": Scenario(("db", "copy", "--to", copied), made_first=r"copied\.db"),
        "write": Scenario(
            ("conversations", "write", "1", "--question", "1", "--text", "A lot."), account="bob"
        ),
        "archive": Scenario(
            ("users", "export-data", "ben", "--output", "ben.zip"),
            unstable=r"ben\.zip",
            made_first=r"ben\.zip",
        ),
        "report": Scenario(("pushes", "report", "Q1 review", "--output", "review.md")),
        "replaced": Scenario(("pushes", "report", "Q1 review", "--output", "kept.md", "--force")),
        "init": Scenario(
            ("init", "--database", new["STUDIO_DATABASE_URL"]),
            has_steps=True,
            goes_on=("db", "migrate"),
            environment={"STUDIO_CONFIG": f"{root}/settings/config.toml"},
        ),
    }


@dataclass(frozen=True, slots=True)
class Case:
    """One call that meets one fault."""

    at: int
    call: str
    fault: str


@dataclass
class Tried:
    """What became of the cases of one scenario."""

    calls: int = 0
    wrong: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    """How often a command ended how, by fault."""

    def told(self, name: str) -> str:
        """All of it, for people."""
        counts = (f"{count:5} {end}" for end, count in self.ends.most_common())
        found = (f"    ! {each}" for each in self.wrong)
        return "\n".join([f"\n{name}: {self.calls} calls", *counts, *found])


class Trial:
    """One scenario, tried again and again on a Studio that is brought back each time."""

    def __init__(self, disk: BadDisk, scenario: Scenario, kept: Kept, root: Path) -> None:
        self._disk, self._scenario, self._kept, self._root = disk, scenario, kept, root
        self._scratch = kept.folder / "scratch"
        self._kept.bring_back()
        self._before = self._state()
        self._usual = self._run()
        assert self._usual.exit_code == 0, self._usual
        self._after = self._state()
        self.tried = Tried(len(self._usual.calls))

    def every(self) -> Iterator[Case]:
        """Every call with every fault."""
        for at, call in enumerate(self._usual.calls, 1):
            yield from (Case(at, call, fault) for fault in FAULTS)

    def sample(self, most: int) -> Iterator[Case]:
        """At most ``most`` calls, no two of one kind where there are others, each with a fault."""
        first: dict[str, Case] = {}
        for at, call in enumerate(self._usual.calls, 1):
            first.setdefault(_kind(call), Case(at, call, ""))
        kinds = list(first.values())
        step = max(1, -(-len(kinds) // most))
        names = list(FAULTS)
        for number, case in enumerate(kinds[::step]):
            yield Case(case.at, case.call, names[number % len(names)])

    def check(self, case: Case) -> None:
        """Let one call meet one fault, look at what is left, and do it again."""
        self._kept.bring_back()
        ended = self._run(case)
        wrong = self._faults_left(ended)
        self.tried.ends[f"{case.fault}: {_ending(ended)}"] += 1
        self.tried.wrong += [
            f"{case.fault} at {case.at}: {case.call.replace(str(self._root), '')}: {each}"
            for each in wrong
        ]

    def _run(self, case: Case | None = None) -> Ended:
        at, fault = (case.at, case.fault) if case else (0, "")
        said = self._scenario
        return self._disk.run(
            *said.arguments, at=at, fault=fault, account=said.account, environment=said.environment
        )

    def _faults_left(self, ended: Ended) -> list[str]:
        try:
            found = self._state()
        except AssertionError as error:
            return [f"a database is not whole: {error}"]
        return [*self._faults_of(ended, found)] or [*self._faults_afterwards(found)]

    def _faults_of(self, ended: Ended, found: Mapping[str, str]) -> Iterator[str]:
        changed = self._without_mark(self._differences(found, self._before))
        missing = self._without_mark(self._differences(found, self._after))
        if ended.exit_code == 0 and missing:
            yield f"it says that it is done, but these are not as after it: {missing}"
        elif self._scenario.has_steps and ended.exit_code in (1, -9):
            pass
        elif ended.exit_code == 1 and changed:
            yield f"it says that it is not done, but these have changed: {changed}"
        elif ended.exit_code < 0 and changed and missing and not self._is_first(changed, missing):
            yield f"it is half done: changed {changed}, missing {missing}"
        elif ended.exit_code > 1:
            yield f"it ends with {ended.exit_code}: {ended.stderr[-300:]}"
        if ended.exit_code == 1 and not _SAYS.fullmatch(ended.stderr):
            yield f"it says: {ended.stderr[-300:]}"

    def _faults_afterwards(self, found: Mapping[str, str]) -> Iterator[str]:
        changed = self._differences(found, self._before)
        missing = self._without_mark(self._differences(found, self._after))
        was_done = not missing or (bool(changed) and self._is_first(changed, missing))
        again = self._run()
        if again.exit_code and self._scenario.goes_on:
            again = self._disk.run(*self._scenario.goes_on, environment=self._scenario.environment)
        if again.exit_code and not (was_done and "is there already" in again.stderr):
            yield f"then it does not work: {again.stderr[-300:]}"
        elif not was_done and (left := self._all_differences(self._state(), self._after)):
            yield f"done again, these are not as after it: {left}"
        said = self._disk.run(*self._scenario.look, environment=self._scenario.environment)
        if said.exit_code:
            yield f"{' '.join(self._scenario.look)} then says: {said.stderr}{said.stdout}"

    def _state(self) -> dict[str, str]:
        return state(self._root, self._scratch)

    def _differences(self, found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
        """Those of `_all_differences`, without the folders that a command works in."""
        return _without_work_folders(self._all_differences(found, wanted))

    def _without_mark(self, paths: list[str]) -> list[str]:
        return [path for path in paths if not re.search(self._scenario.mark, path)]

    def _all_differences(self, found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
        """The files that are there or not, and those with other contents where that says much."""
        return [
            path
            for path in differences(found, wanted)
            if not (path in found and path in wanted and self._is_unstable(path))
        ]

    def _is_first(self, changed: list[str], missing: list[str]) -> bool:
        """Whether nothing has changed but the file that comes first, which is as it is to be."""
        first = self._scenario.made_first
        return not any(re.search(first, path) for path in missing) and all(
            re.search(first, path) for path in changed
        )

    def _is_unstable(self, path: str) -> bool:
        return re.search(self._scenario.unstable, path) is not None


def _without_work_folders(paths: list[str]) -> list[str]:
    """One may be left where it could not be removed: it goes with the next that is made."""
    return [path for path in paths if not re.search(r"(^|/)\.?studio-tui-[^/]*/", path)]


def _kind(call: str) -> str:
    """A call and on what kind of file: names that are made up are alike."""
    name, _, path = call.partition(" ")
    return f"{name} {re.sub(r'studio-tui-[^/]*', 'studio-tui-', Path(path).name)}"


def _ending(ended: Ended) -> str:
    if ended.exit_code != 1:
        return "killed" if ended.exit_code < 0 else "done"
    return re.sub(r"/\S+", "…", ended.stderr.strip())
