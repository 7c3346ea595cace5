"""The metadata of the project is consistent: locks, groups, versions and the change log."""

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
LOCKS = {
    "run": PROJECT["project"]["dependencies"],
    "test": PROJECT["project"]["dependencies"]
    + EXTRAS["test"]
    + EXTRAS["excel"]
    + EXTRAS["google"]
    + EXTRAS["holidays"]
    + EXTRAS["pdf"]
    + EXTRAS["postgres"],
}
_RELEASE = re.compile(r"^## \[(?P<version>[^]]+)](?: - (?P<day>\d{4}-\d\d-\d\d))?$", re.MULTILINE)
_KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def _locked(lock: str) -> dict[str, Requirement]:
    """Return the requirements of a lock by name, without their digests."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    found = [Requirement(line.removesuffix("\\").strip()) for line in lines]
    return {_plain(requirement.name): requirement for requirement in found}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_satisfies_the_requirements_of_the_project(lock: str) -> None:
    """Fails if `nox -s lock` was not run after a change of pyproject.toml."""
    locked = _locked(lock)
    for asked in map(Requirement, LOCKS[lock]):
        if _plain(asked.name) == PROJECT["project"]["name"]:
            continue
        [pin] = locked[_plain(asked.name)].specifier
        assert pin.operator == "=="
        assert asked.specifier.contains(pin.version), f"{asked} is locked at {pin.version}"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_contains_the_requirements_of_its_libraries(lock: str) -> None:
    """With digests, pip installs only packages that are listed with one."""
    locked, missing = _locked(lock), set[str]()
    for name, pin in locked.items():
        if pin.marker is None or pin.marker.evaluate():
            asked = map(Requirement, requires(name) or ())
            here = {
                each for each in asked if not each.marker or each.marker.evaluate({"extra": ""})
            }
            missing |= {
                f"{name} asks for {each.name}" for each in here if _plain(each.name) not in locked
            }
    assert missing == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_digests_and_names_no_host(lock: str) -> None:
    """A lock is valid for any package index."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|@ ", text)
    pins = re.findall(
        r"^[a-z0-9][^\n]*==(?:[^\n]*\\\n)(?P<digests>(?: +--hash=[^\n]+\n?)+)", text, re.MULTILINE
    )
    assert len(pins) == len(_locked(lock))


def test_the_runtime_lock_is_part_of_the_test_lock() -> None:
    """Both locks have the same version of a library."""
    tested = _locked("test")
    assert {name: str(pin.specifier) for name, pin in _locked("run").items()}.items() <= {
        name: str(pin.specifier) for name, pin in tested.items()
    }.items()


def test_a_group_and_the_extra_have_the_same_requirements() -> None:
    """A tool in both has one version, and the tools that check a change are pinned."""
    extra = {Requirement(text).name: text for text in EXTRAS["test"]}
    for group, asked in PROJECT["dependency-groups"].items():
        for text in asked:
            if isinstance(text, str):
                assert extra.get(Requirement(text).name, text) == text, group
    for tool in ("codespell", "mypy", "ruff"):
        assert extra[tool].startswith(f"{tool}==")


def test_the_python_versions_are_the_same_everywhere() -> None:
    """The classifiers, the sessions and the workflow list the same versions."""
    promised = [
        classifier.rpartition(" ")[2]
        for classifier in PROJECT["project"]["classifiers"]
        if re.search(r":: 3\.\d+$", classifier)
    ]
    quoted = ", ".join(f'"{version}"' for version in promised)
    assert f"PYTHONS = [{quoted}]" in (ROOT / "noxfile.py").read_text(encoding="utf-8")
    workflow = (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")
    assert f"python: [{quoted}]" in workflow
    assert PROJECT["project"]["requires-python"] == f">={promised[0]}"


def test_the_change_log_is_ordered_by_release() -> None:
    """As on keepachangelog.com: unreleased changes first, then the releases, each with its date."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = [(match["version"], match["day"]) for match in _RELEASE.finditer(text)]
    assert releases[0] == ("Unreleased", None)
    assert all(day for _, day in releases[1:])
    assert PROJECT["project"]["version"] == releases[1][0]
    assert len(releases) == len(re.findall(r"^## ", text, re.MULTILINE))
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= _KINDS
