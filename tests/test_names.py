"""Class names are unique: a search for a name finds one class."""

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "studio_tui"
BY_THEIR_MODULE = "domain/shared/destinations.py"
"""The module whose classes are named after screens. They are used with the name of the module."""


def test_no_class_name_is_used_twice() -> None:
    """Nested classes, such as the messages of a widget, are qualified by the outer class."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if place != BY_THEIR_MODULE:
            for name in _classes(path):
                found[name].append(place)
    assert len(found) > 500
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def _classes(path: Path) -> list[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return [node.name for node in body if isinstance(node, ast.ClassDef)]
