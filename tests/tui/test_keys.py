"""A key has the same meaning on every screen (S8): the table of ``docs/keys.md``."""

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from inspect import getsource
from pathlib import Path

from textual.keys import _character_to_key

import studio_tui.tui
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.screens.templates.outline_editor import OutlineEditor

_DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "keys.md"
_ROW = re.compile(r"\| `(\w)` \| ([^|]+) \| ([^|]+) \|")
_ADDS = {"a", "s", "t"}
"""Keys that add an element in the outline editor."""


def _classes(base: type) -> Iterator[type]:
    for inner in base.__subclasses__():
        yield inner
        yield from _classes(inner)


def every_command() -> Iterator[Command]:
    """Yield every command that a screen or widget of the program declares."""
    for module in pkgutil.walk_packages(studio_tui.tui.__path__, "studio_tui.tui."):
        importlib.import_module(module.name)
    for owner in _classes(Commands):
        if owner.__module__.startswith("studio_tui."):
            yield from owner.__dict__.get("OWN_COMMANDS", ())


def _letters() -> dict[str, set[str]]:
    """Return, by key of one character, the labels of its commands on all screens."""
    for module in pkgutil.walk_packages(studio_tui.tui.__path__, "studio_tui.tui."):
        importlib.import_module(module.name)
    found: dict[str, set[str]] = defaultdict(set)
    for owner in _classes(Commands):
        if not owner.__module__.startswith("studio_tui."):
            continue
        own: tuple[Command, ...] = owner.__dict__.get("OWN_COMMANDS", ())
        for command in own:
            for key in command.keys.split(","):
                if len(key) == 1 and not (owner is OutlineEditor and key in _ADDS):
                    found[key].add(command.label or command.id)
    return found


def test_every_letter_has_the_meaning_in_the_document() -> None:
    documented = {
        key: {name.strip() for name in names.split(",")}
        for key, _, names in _ROW.findall(_DOCUMENT.read_text(encoding="utf-8"))
    }
    assert documented == _letters()


def test_no_label_has_two_keys() -> None:
    """A user who has learned a key on one screen presses it on the next."""
    of: dict[str, set[str]] = defaultdict(set)
    for key, labels in _letters().items():
        for label in labels:
            of[label].add(key)
    assert {label: keys for label, keys in of.items() if len(keys) > 1} == {
        # The list of pushes has no marks, so that a is free there.
        "Assign users": {"a", "A"},
        # `c` closes a push; `q` closes a text that is displayed.
        "Close": {"c", "q"},
    }


def test_ctrl_s_submits_every_dialog_with_several_fields() -> None:
    """Enter only moves to the next field, so a form needs a key that submits from any field."""
    every = list(every_command())  # imports every module
    forms = [
        owner for owner in _classes(Dialog) if _has_fields(owner) and not owner.__subclasses__()
    ]
    assert every
    assert len(forms) > 3
    assert {owner for owner in forms if not _saves(owner)} == set()


def _has_fields(owner: type) -> bool:
    return any(
        base.__module__.startswith("studio_tui.") and "Form.Submitted" in getsource(base)
        for base in owner.__mro__
    )


def _saves(owner: type) -> bool:
    commands: Iterator[Command] = (
        command for base in owner.__mro__ for command in base.__dict__.get("OWN_COMMANDS", ())
    )
    return any(command.keys == "ctrl+s" for command in commands)


_NAMED = re.compile(
    r"(?:^|[:.;(] )(\S|ctrl\+\w|space|tab|enter|escape) (?:adds|brings|changes|clears|closes"
    r"|compares|goes|hands|leads|makes|marks|opens|picks|puts|reads|retries|says|sends|sets|shows"
    r"|sorts|switches|takes)\b"
)
"""A sentence that starts with a key and a verb that describes the key."""
_SCREENS = Path(studio_tui.tui.__path__[0]) / "screens"


def _keys_in(modules: str) -> set[str]:
    """Return the keys of all commands that are declared in a module or package."""
    return {
        key
        for owner in _classes(Commands)
        if owner.__module__.startswith(f"studio_tui.tui.{modules}")
        for command in owner.__dict__.get("OWN_COMMANDS", ())
        for key in command.keys.split(",")
    }


def test_a_key_that_a_text_of_a_screen_names_has_a_command_on_the_screen() -> None:
    list(every_command())
    everywhere = _keys_in("app") | _keys_in("start") | _keys_in("widgets")
    named = 0
    for path in sorted(_SCREENS.rglob("*.py")):
        feature = path.relative_to(_SCREENS).parts[0]
        known = everywhere | _keys_in(f"screens.{feature}")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for key in _NAMED.findall(node.value):
                    named += 1
                    pressed = _character_to_key(key) if len(key) == 1 else key
                    assert pressed in known, f"{path.name}: {node.value!r}"
    assert named > 10
