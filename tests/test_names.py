"""One name, one thing: a reader who looks for a class finds one."""

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "studio_tui"
BY_THEIR_MODULE = "domain/shared/destinations.py"
"""Its classes are called after what they lead to, and stand behind the name of the module."""


def test_no_class_name_is_used_twice() -> None:
    """Classes within others, as the messages of a widget, go by the name of the outer one."""
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
