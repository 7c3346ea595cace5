"""``man studio-tui`` and ``docs/json.md``: generated from the declarations, and up to date."""

import importlib
import os
import re
import shutil
import subprocess
import tomllib
from enum import Enum
from typing import Any

import pytest

from tests import documents, manual, shapes_table
from tests.cli.conftest import Cli
from tests.cli.test_contract import commands


def test_the_generated_documents_are_up_to_date() -> None:
    """``python -m tests.documents`` writes the documents."""
    assert documents.MANUAL.read_text(encoding="utf-8") == manual.in_roff()
    for document in documents.TABLES:
        written = (documents.DOCS / document).read_text(encoding="utf-8")
        assert written == documents.written_anew(document), document


def test_the_manual_has_every_command_and_option_and_nothing_odd() -> None:
    page = manual.in_roff()
    assert page.isascii()
    for words, command in commands().items():
        [part] = re.findall(
            rf"^\.SS \\fBstudio\\-tui {re.escape(manual._escaped(words))}\\fR (.*?)(?=^\.S)",
            page, re.MULTILINE | re.DOTALL,
        )  # fmt: skip
        for param in command.params:
            for option in param.opts:
                assert not option.startswith("--") or option.replace("-", "\\-") in part
    project = tomllib.loads((documents.DOCS.parent / "pyproject.toml").read_text("utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shared == {"docs/studio-tui.1": "share/man/man1/studio-tui.1"}


def test_groff_understands_the_manual() -> None:
    if groff := shutil.which("groff"):
        done = subprocess.run(
            [groff, "-man", "-Tutf8", "-ww", documents.MANUAL],
            capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert done.stderr == ""
        assert "studio-tui pushes assign" in re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)


@pytest.fixture
def observed(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """The objects that each function of the modules ``shapes`` returned, by function name."""
    made: dict[str, list[Any]] = {}

    def watch(name: str, function: Any) -> Any:
        def watched(*args: Any, **kwargs: Any) -> Any:
            found = function(*args, **kwargs)
            made.setdefault(name, []).extend(found if isinstance(found, list) else [found])
            return found

        return watched

    for module in map(importlib.import_module, shapes_table.MODULES):
        for name in shapes_table.every_shape().keys() & vars(module).keys():
            monkeypatch.setattr(module, name, watch(name, getattr(module, name)))
    return made


def test_the_json_of_commands_matches_the_reference(
    pushed: Cli, observed: dict[str, list[Any]]
) -> None:
    review = ("pushes", "show", "Q1 review")
    for words in (
        ("today",),("users", "show", "ann"),
        ("teams", "show", "Sales"),("templates", "show", "Regular"),
        ("templates", "versions", "Regular"),("pushes", "list"), review,
        (*review, "--by", "manager"), ("conversations", "list", "--all"), ("outbox", "list"),
        ("outbox", "show", "1"), ("activity", "list"), ("activity", "verify"),
        ("calendar",), ("pushes", "remind", "Q1 review", "--dry-run"),
        ("pushes", "close", "Q1 review", "--dry-run"), ("outbox", "undo", "--list"),
        ("users", "scope", "els"), ("users", "leave", "ben", "--dry-run"),
        ("pushes", "assign", "Q1 review", "cas", "--dry-run"),
    ):  # fmt: skip
        pushed.run(*words, "--json")
    tables = shapes_table.every_shape()
    assert len(observed) > 20
    for name, found in observed.items():
        keys = {
            key.path: key.kind for key in tables[name].keys if not re.search(r"[.\[]", key.path)
        }
        for shape in filter(None, found):
            assert (
                shape.keys() == keys.keys()
                if "…" not in keys
                else shape.keys() >= (keys.keys() - {"…"})
            ), name
            for key, value in shape.items():
                assert _fits(value, keys.get(key, "any")), (name, key, value, keys[key])


def _fits(value: Any, kind: str) -> bool:
    """Return whether a value is of the kind that the reference states."""
    if value is None:
        return kind.endswith("null") or "any" in kind
    value = value.value if isinstance(value, Enum) else value
    kind = kind.removesuffix(" or null")
    tried = {
        "text": isinstance(value, str),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "true or false": isinstance(value, bool),
        "day": bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value))),
        "instant": bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*[+-]\d\d:\d\d", str(value))),
        "any": True,
    }
    if kind.startswith("`"):
        return f"`{value}`" in kind.split(", ")
    if kind.startswith("list"):
        return isinstance(value, list | tuple)
    return tried.get(kind, isinstance(value, dict))
