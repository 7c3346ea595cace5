"""The SQL that storage holds as text: ``python -m tests.storage.statements`` lists it.

Migrations are left out: they are as they were when they were written.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

STORAGE = Path(__file__).resolve().parents[2] / "studio_tui" / "storage"
_BEGINS = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|VALUES|CREATE|ANALYZE)\b")
_BY_NUMBER = re.compile(r"\brow\[\d+\]")


def statements() -> Iterator[tuple[str, int, str]]:
    """Each statement or sub-query as text: file, line, and how it begins."""
    for path in _files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
                 for part in node.values}  # fmt: skip
        for node in ast.walk(tree):
            if id(node) not in parts and _BEGINS.match(text := _text(node)):
                yield str(path.relative_to(STORAGE)), getattr(node, "lineno", 0), text[:70]


def numbered_columns() -> int:
    """How often a column of a row is found by its number."""
    return sum(len(_BY_NUMBER.findall(path.read_text(encoding="utf-8"))) for path in _files())


def _files() -> list[Path]:
    return [each for each in sorted(STORAGE.rglob("*.py")) if "migrations" not in each.parts]


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return _text(node.values[0]) if node.values else ""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


if __name__ == "__main__":
    found = list(statements())
    for place, line, text in found:
        print(f"{place}:{line}: {text}")
    print(f"{len(found)} statements as text, {numbered_columns()} columns by number")
