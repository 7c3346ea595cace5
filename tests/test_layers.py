"""Dependencies between layers point downwards: the modules that each part really loads.

`test_checks` runs the contracts of import-linter as a command, because import-linter disables the
loggers of its process.
"""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCREENS = {"textual", "rich"}
DATABASE = {"peewee", "playhouse", "psycopg"}
MAIL = {"aiosmtplib", "jinja2", "markdown_it", "email_validator", "icalendar"}
EVERYTHING = (
    SCREENS | DATABASE | MAIL | {"keyring", "click", "msgspec", "platformdirs", "tomli_w", "lark"}
)

OUTSIDE = {
    *("os", "pathlib", "shutil", "tempfile", "glob", "fileinput", "mmap", "sqlite3", "dbm"),
    *("gc", "signal", "subprocess", "multiprocessing", "locale", "logging", "time", "random"),
    *("socket", "ssl", "http", "urllib", "smtplib", "asyncio", "select", "importlib"),
}
"""Standard modules that reach outside of the process, or that set global state."""
OPENING = {"open", "FileIO", "open_code", "read_text", "read_bytes", "write_text", "write_bytes"}

_SQL = re.compile(
    r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|VACUUM|PRAGMA|ANALYZE) "
    r"|\b(IS (NOT )?NULL|ORDER BY|GROUP BY|(LEFT|CROSS|INNER) JOIN|NOT EXISTS)\b"
    r"|\b[a-z]\.[a-z_]+ (=|<>|<=|>=|<|>|IN|LIKE) ?(\?|\()"
)

MAY_NOT_LOAD = {
    "studio_tui": EVERYTHING,
    "studio_tui.domain.people.access": EVERYTHING,
    "studio_tui.domain.people.hr_file": EVERYTHING,
    "studio_tui.domain.templates.template": EVERYTHING,
    "studio_tui.config.settings": SCREENS | DATABASE | MAIL | {"keyring", "click"},
    "studio_tui.cli.main": SCREENS | DATABASE | MAIL | {"keyring"},
    "studio_tui.storage.engine.opening": SCREENS | MAIL | {"keyring", "click"},
    "studio_tui.services.pushes.pushes": SCREENS | MAIL | {"keyring", "click"},
    "studio_tui.services.pushes.assign": SCREENS | MAIL | {"keyring", "click"},
    # The parser is loaded only by code that parses a filter.
    "studio_tui.cli.people.users": SCREENS | {"keyring", "lark"},
    "studio_tui.services.audiences.resolving": SCREENS | MAIL | {"keyring", "click", "lark"},
    "studio_tui.services.people.imports": SCREENS | MAIL | {"keyring", "click"},
    "studio_tui.mail.transport.smtp": SCREENS | DATABASE | {"keyring", "click"},
    "studio_tui.worker.service": SCREENS | {"keyring", "click", "icalendar"},
    "studio_tui.services.outbox.messages": (
        SCREENS | {"keyring", "click", "icalendar", "markdown_it", "email_validator"}
    ),
    "studio_tui.demo": SCREENS | {"click"},
    "studio_tui.cli.pushes.pushes": SCREENS | {"keyring"},
    "studio_tui.cli.ssh.session": SCREENS | DATABASE | MAIL | {"keyring"},
    "studio_tui.services.people.key_lookup": SCREENS
    | DATABASE
    | MAIL
    | {"keyring", "click", "msgspec"},
    "studio_tui.cli.outbox.worker": SCREENS | {"keyring"},
    # These are loaded before the first screen is drawn.
    "studio_tui.main": SCREENS | DATABASE | MAIL | {"keyring", "click", "msgspec"},
    "studio_tui.tui.start": DATABASE | MAIL | {"keyring", "click", "msgspec"},
}


@pytest.mark.parametrize("part", MAY_NOT_LOAD)
def test_a_part_loads_only_what_it_needs(part: str) -> None:
    """Runs in a separate process. Indirect imports count as well."""
    code = f"import json, sys, {part}; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    loaded = {name.partition(".")[0] for name in json.loads(ran.stdout)}
    assert not loaded & MAY_NOT_LOAD[part]


def test_the_rules_import_only_the_standard_library() -> None:
    """The domain imports only the standard library and itself."""
    allowed = sys.stdlib_module_names | {"studio_tui.domain"}
    for path in (ROOT / "studio_tui" / "domain").rglob("*.py"):
        for module in _imported(path):
            assert _family(module) in allowed, f"{path.name} imports {module}"


def test_the_rules_neither_open_files_nor_change_the_process() -> None:
    """The domain receives bytes and open files. It opens none, and sets nothing for the process."""
    for path in (ROOT / "studio_tui" / "domain").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        touched = {module.partition(".")[0] for module in _imported(path)} & OUTSIDE
        assert not touched, f"{path.name} imports {touched}"
        assert not _opens(source), f"{path.name} opens a file"


@pytest.mark.parametrize(
    "source", ["open('a')", "path.open('rb')", "io.open(x)", "io.FileIO(3)", "p.read_text()"]
)
def test_code_that_opens_a_file_is_detected(source: str) -> None:
    assert _opens(source)


def test_only_storage_writes_sql() -> None:
    """No other layer contains a statement, a condition or a column name."""
    for path in (ROOT / "studio_tui").rglob("*.py"):
        if "storage" not in path.parts:
            found = _sql_in(path.read_text(encoding="utf-8"))
            assert not found, f"{path.name} writes SQL: {found}"


@pytest.mark.parametrize(
    "source",
    [
        "rows('SELECT id FROM users')",
        "execute(f'UPDATE push SET name = ? WHERE {wanted.text}')",
        "text = 'WITH found AS (VALUES (?))'",
        "scalar(('DELETE FROM draft ' 'WHERE user_id = ?'))",
        "seen = Clause('c.cancelled_at IS NULL')",
        "Clause('u.id = ?', (1,))",
    ],
)
def test_code_that_contains_sql_is_detected(source: str) -> None:
    assert _sql_in(source)


def _sql_in(source: str) -> list[str]:
    """Return the string constants that are SQL, without docstrings."""
    nodes = list(ast.walk(ast.parse(source)))
    said = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in said]
    return [node.value for node in texts if isinstance(node.value, str) and _SQL.search(node.value)]


def _opens(source: str) -> bool:
    called = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = {one.id for one in called if isinstance(one, ast.Name)}
    names |= {one.attr for one in called if isinstance(one, ast.Attribute)}
    return bool(names & OPENING)


def _imported(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    named = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return named + [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]


def _family(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "studio_tui" else parts[0]


def test_only_the_clock_reads_the_time() -> None:
    """D2: the program has one clock. Only the error log uses the time of the machine as well."""
    asking = {
        path.name
        for path in (ROOT / "studio_tui").rglob("*.py")
        if re.search(r"datetime\.now\(|date\.today\(", path.read_text(encoding="utf-8"))
    }
    assert asking == {"clock.py", "log.py"}
