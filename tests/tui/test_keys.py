"""A key means the same everywhere (S8): the table of ``docs/keys.md``."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from inspect import getsource
from pathlib import Path

import studio_tui.tui
from studio_tui.tui.commands import Command, Commands
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.screens.templates.outline_editor import OutlineEditor

_DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "keys.md"
_ROW = re.compile(r"\| `(\w)` \| ([^|]+) \| ([^|]+) \|")
_ADDS = {"a", "s", "t"}
"""What adds something in the editor of an outline."""


def _classes(base: type) -> Iterator[type]:
    for inner in base.__subclasses__():
        yield inner
        yield from _classes(inner)


def every_command() -> Iterator[Command]:
    """Every command of the program's screens, as it is declared."""
    for module in pkgutil.walk_packages(studio_tui.tui.__path__, "studio_tui.tui."):
        importlib.import_module(module.name)
    for owner in _classes(Commands):
        if owner.__module__.startswith("studio_tui."):
            yield from owner.__dict__.get("OWN_COMMANDS", ())


def _letters() -> dict[str, set[str]]:
    """What every key of one letter stands for on any screen of the program."""
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


def test_every_letter_means_what_the_document_says() -> None:
    documented = {
        key: {name.strip() for name in names.split(",")}
        for key, _, names in _ROW.findall(_DOCUMENT.read_text(encoding="utf-8"))
    }
    assert documented == _letters()


def test_no_meaning_has_two_letters() -> None:
    """Who has learned a key on one screen presses it on the next."""
    of: dict[str, set[str]] = defaultdict(set)
    for key, labels in _letters().items():
        for label in labels:
            of[label].add(key)
    assert {label: keys for label, keys in of.items() if len(keys) > 1} == {
        # The list of pushes has no marks, so that a is free there.
        "Assign users": {"a", "A"},
        # A push is closed; a text that is read is left.
        "Close": {"c", "q"},
    }


def test_ctrl_s_ends_every_dialog_of_several_fields() -> None:
    """Enter goes on to the next field: who has filled the first is not to go through the others."""
    every = list(every_command())  # which imports all there is
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
