"""List the SQL that storage holds as text: ``python -m tests.storage.statements``.

Migrations are left out: they stay as they were written.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

STORAGE = Path(__file__).resolve().parents[2] / "studio_tui" / "storage"
WHY = {
    "engine/backup.py": "asked of a file of SQLite that Peewee has not opened",
    "engine/copy.py": "a table by its name, row by row as the driver has them: a million in a copy",
    "engine/restore_mark.py": "a comment of PostgreSQL's catalogue",
    "engine/migration.py": "asked in a migration, before there is any unit of work",
    "engine/postgresql.py": "asked of a connection by itself: its server, commit and snapshot",
    "engine/sight.py": "stands before every statement, whoever wrote it: made for its text",
    "engine/sql.py": "ANALYZE; VALUES of a batch, 20 times as fast as a node for each value",
    "engine/store.py": "the clock, the owner and the full-text index of the database itself",
    "people/key_lookup.py": "sshd waits for it: Peewee takes longer to import than it takes",
    "pushes/act_snapshot.py": "a temporary table, which is none of a model",
}
"""By file: why Peewee's query builder cannot express the SQL, or what that would cost."""
_BEGINS = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|VALUES|CREATE|ANALYZE)\b")
_BY_NUMBER = re.compile(r"\brow\[\d+\]")


def statements() -> Iterator[tuple[str, int, str]]:
    """Yield file, line and beginning of each statement or sub-query that is written as text."""
    for path in _files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
                 for part in node.values}  # fmt: skip
        for node in ast.walk(tree):
            if id(node) not in parts and _BEGINS.match(text := _text(node)):
                yield str(path.relative_to(STORAGE)), getattr(node, "lineno", 0), text[:70]


def numbered_columns() -> int:
    """Return the number of places that access a column of a row by position."""
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
        print(f"{place}:{line}: {text}  -- {WHY.get(place, '?')}")
    print(f"{len(found)} statements as text, {numbered_columns()} columns by number")
