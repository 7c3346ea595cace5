"""What is done again and again, each in an environment of its own: `nox --list`.

    pip install --group dev
    nox -s lint
    nox -s tests-3.12 -- tests/domain

What is installed is locked in `requirements/`, by version and digest.
"""

from pathlib import Path
from typing import Any

import nox

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
CHECKS = [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    ["lint-imports"],
    ["codespell"],
]
DOCUMENTED = [
    "tests/test_rules.py",
    "tests/test_project.py",
    "tests/test_documents.py",
    "tests/mail/test_guide.py",
    "tests/tui/test_keys.py",
    "tests/tui/test_guide.py",
    "tests/domain/people/test_access_table.py",
    "tests/domain/people/test_facts.py",
    "tests/services/audiences/test_guide.py",
    "tests/config/test_settings_table.py",
    "tests/cli/test_contract.py",
    "tests/cli/test_examples.py",
    "tests/cli/test_manual.py",
]

nox.options.sessions = ["lint"]
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False


def _install(session: nox.Session) -> None:
    session.install("--quiet", "-r", "requirements/test.txt")
    session.install("--quiet", "--no-deps", "--no-build-isolation", "-e", ".")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Everything, checks included; arguments go to pytest."""
    _install(session)
    session.run("pytest", *(session.posargs or ["-n", "4"]))


@nox.session
def coverage(session: nox.Session) -> None:
    """The tests, and which lines of the program they reach; below the floor it fails."""
    _install(session)
    session.install("--quiet", *nox.project.dependency_groups(_project(), "coverage"))
    session.run("coverage", "erase")
    session.run(
        "coverage", "run", "-m", "pytest", *(session.posargs or ["-n", "4", "--every-engine"])
    )
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def lint(session: nox.Session) -> None:
    """Form, types, layers and spelling."""
    _install(session)
    for check in CHECKS:
        session.run(*check)


@nox.session
def bench(session: nox.Session) -> None:
    """The measurements, each beside its floor; arguments go to `python -m bench`."""
    _install(session)
    session.run("python", "-m", "bench", *(session.posargs or ["--sizes", "1000"]))


@nox.session
def faults(session: nox.Session) -> None:
    """Every call by which commands write fails once in every way; an argument names one scenario of
    `tests/cli/faults/scenarios.py`. Needs a C compiler."""
    _install(session)
    every = f"--every-call={session.posargs[0]}" if session.posargs else "--every-call"
    session.run("pytest", "-q", "--timeout=0", every, "tests/cli/faults")


@nox.session
def simulation(session: nox.Session) -> None:
    """Many seeds of docs/verification.md; arguments go to `python -m tests.simulation`."""
    _install(session)
    session.run("python", "-m", "tests.simulation", *(session.posargs or ["--seeds", "1000"]))


@nox.session
def fuzz(session: nox.Session) -> None:
    """Files, mail, commands and keys that are damaged by chance: 50 times as many as in the suite,
    or as many as the first argument says; further ones go to pytest."""
    _install(session)
    times, *more = session.posargs or ["50"]
    session.run(
        "pytest", "-q", "--timeout=0", *(more or ["tests/fuzz"]), env={"STUDIO_EXAMPLES": times}
    )


@nox.session
def newest(session: nox.Session) -> None:
    """The storage on the newest Peewee 4: it is pinned, and one module holds what is relied on."""
    _install(session)
    session.install("--quiet", "--upgrade", "peewee>=4,<5")
    session.run("pytest", "-q", "tests/storage")


@nox.session
def mutation(session: nox.Session) -> None:
    """Change one file in every small way, and see whether its tests notice: the file, then the
    tests, as in `-- studio_tui/worker/retry.py tests/worker/test_retry.py`."""
    _install(session)
    session.install("--quiet", *nox.project.dependency_groups(_project(), "mutation"))
    module, *tests = session.posargs
    folder = Path(session.create_tmp())
    config, found = folder / "mutation.toml", folder / "mutation.sqlite"
    config.write_text(
        f'[cosmic-ray]\nmodule-path = "{module}"\ntimeout = 60.0\nexcluded-modules = []\n'
        f'test-command = "python -m pytest -q -x -p no:cacheprovider {" ".join(tests)}"\n'
        '[cosmic-ray.distributor]\nname = "local"\n'
        # “X | None” is a type: another operator there is no program.
        "[cosmic-ray.filters.operators-filter]\n"
        'exclude-operators = ["core/ReplaceBinaryOperator_BitOr_.*"]\n',
        encoding="utf-8",
    )
    session.run("cosmic-ray", "init", "--force", config, found)
    session.run("cr-filter-operators", found, config)
    session.run("cosmic-ray", "exec", config, found)
    session.run("cr-report", "--show-diff", "--surviving-only", found)


@nox.session
def docs(session: nox.Session) -> None:
    """What the documents say is what the program does; `-- --write` first writes anew what of them
    is declared in the program: tables, the manual page, the pictures of the guide."""
    _install(session)
    if "--write" in session.posargs:
        session.run("python", "-m", "tests.documents")
    session.run("pytest", "-q", *DOCUMENTED, *(x for x in session.posargs if x != "--write"))


@nox.session
def lock(session: nox.Session) -> None:
    """Write `requirements/` anew; `-- --upgrade` takes the newest that pyproject.toml allows."""
    session.install("--quiet", *nox.project.dependency_groups(_project(), "lock"))
    locking = [
        "uv", "pip", "compile", "--quiet", "--universal", "--python-version", PYTHONS[0],
        "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate",
        *session.posargs, "pyproject.toml",
    ]  # fmt: skip
    session.run(*locking, "--extra", "test", "--output-file", "requirements/test.txt")
    # What runs is what was tested.
    session.run(*locking, "-c", "requirements/test.txt", "--output-file", "requirements/run.txt")


@nox.session
def release(session: nox.Session) -> None:
    """Build into `dist/`, install what was built as a user would, and play the demo with it."""
    session.install("--quiet", *nox.project.dependency_groups(_project(), "release"))
    session.run("python", "-m", "build", "--outdir", "dist")
    _use(session, _built(".tar.gz"))
    _use(session, _built("-py3-none-any.whl"))


@nox.session(python=PYTHONS)
def installed(session: nox.Session) -> None:
    """What `release` built, used on each Python."""
    _use(session, _built("-py3-none-any.whl"))


def _built(ending: str) -> str:
    project = _project()["project"]
    return f"dist/{project['name'].replace('-', '_')}-{project['version']}{ending}"


def _use(session: nox.Session, built: str) -> None:
    session.install("--quiet", "-r", "requirements/run.txt")
    session.install("--quiet", "--no-deps", "--force-reinstall", built)
    manual = Path(session.virtualenv.location) / "share/man/man1/studio-tui.1"
    if not manual.is_file():
        session.error(f"{built} has brought no manual page.")
    # Away from the clone: only what was built can be found.
    with session.chdir(session.create_tmp()):
        session.run("studio-tui", "--version")
        session.run("studio-tui", "completion", "bash", silent=True)
        session.run("studio-tui", "demo", silent=True)


def _project() -> dict[str, Any]:
    return nox.project.load_toml("pyproject.toml")
