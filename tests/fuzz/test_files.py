"""Damaged files are read or refused with a message; no other error occurs.

Reading a file never writes anything.
"""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.config import settings
from studio_tui.config.assets import asset
from studio_tui.config.bounded_input import parse_toml
from studio_tui.domain.people import hr_file
from studio_tui.domain.shared.errors import Refused, StudioError, Unavailable
from studio_tui.services.people import hr_files
from studio_tui.services.system import declared
from studio_tui.services.templates import text_files
from tests.fuzz.damage import damaged, damaged_text, fuzzing
from tests.organisation import PEOPLE
from tests.workbooks import Sheet, xlsx

FILES = Path(__file__).parents[1] / "files"
CSV = (
    PEOPLE.encode(),
    PEOPLE.encode("utf-16"),
    PEOPLE.replace(",", ";").encode("cp1252", "replace"),
    *(path.read_bytes() for path in sorted((FILES / "hr").iterdir())),
)
ROWS = [line.split(",") for line in PEOPLE.splitlines()]
ROWS_WITH_DAYS: list[list[object]] = [
    [*ROWS[0], "hired_on"],
    *([*row, date(2020, 2, 3)] for row in ROWS[1:]),
]
WORKBOOK = xlsx(Sheet("Other", [["a", 1.5]]), Sheet("People", ROWS_WITH_DAYS))
OLD_WORKBOOK = (FILES / "workbooks" / "people.xls").read_bytes()
TEMPLATE = asset("data/templates/performance_review.toml").read_text(encoding="utf-8")
DECLARED = """\
[[segments]]
name = "Remote"
where = 'group "remote" and not left'
[[pushes]]
name = "Mid-year"
template = "Regular"
available_from = 2026-06-01
deadline = 2026-06-30
[[repeats]]
push = "Mid-year"
every = "6 months"
"""
CONFIG = """\
[database]
url = "sqlite:////srv/studio/studio.db"
[smtp]
host = "mail.example.org"
port = 587
security = "starttls"
sender = "HR Studio <studio@example.org>"
[organisation]
time_zone = "Europe/Brussels"
[notifications]
hold = "2m"
send_at = "08:00"
remind_before_days = [7, 1]
"""


def with_part(name: str, content: bytes) -> bytes:
    """Return the workbook with one part replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as whole, zipfile.ZipFile(made, "w") as other:
        for entry in whole.namelist():
            other.writestr(entry, content if entry == name else whole.read(entry))
    return made.getvalue()


def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


@st.composite
def damaged_parts(draw: st.DrawFn) -> bytes:
    """Draw an intact archive whose XML is damaged."""
    name, content = draw(st.sampled_from(sorted(parts().items())))
    return with_part(name, draw(damaged((content,))))


def read_people(content: bytes) -> None:
    """Read all lines of a file, or check the refusal."""
    try:
        file = hr_files.read(content, name="people")
    except (Refused, Unavailable) as error:
        said(error)
    else:
        assert isinstance(file, hr_file.HrFile)


def said(error: StudioError) -> None:
    """Check that the message is one sentence that a terminal can display."""
    assert error.message.strip()
    assert "\x1b" not in error.message
    assert "Traceback" not in error.message


@given(damaged(CSV))
@fuzzing(60)
def test_text_of_hr_systems(content: bytes) -> None:
    read_people(content)


@given(st.binary(max_size=300))
@fuzzing(30)
def test_any_bytes(content: bytes) -> None:
    read_people(content)


@given(st.one_of(damaged((WORKBOOK,)), damaged_parts()))
@fuzzing(50)
def test_workbooks(content: bytes) -> None:
    read_people(content)


@given(damaged((OLD_WORKBOOK,)))
@fuzzing(5)
def test_old_workbooks(content: bytes) -> None:
    read_people(content)


@given(damaged_text(TEMPLATE))
@fuzzing(40)
def test_templates_as_text(text: str) -> None:
    try:
        text_files.loads(text, "x.toml")
    except Refused as error:
        said(error)


@given(damaged_text(DECLARED))
@fuzzing(40)
def test_what_is_declared(text: str) -> None:
    try:
        declared.read(text, "x.toml")
    except Refused as error:
        said(error)


@given(damaged_text(CONFIG))
@fuzzing(40)
def test_configurations(text: str) -> None:
    try:
        settings.from_content(parse_toml(text, "config.toml"), {})
    except Refused as error:
        said(error)


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_written(tmp_path_factory: pytest.TempPathFactory) -> object:
    folder = tmp_path_factory.mktemp("untouched")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        patched.setenv("TMPDIR", str(folder))
        yield
    assert not list(folder.iterdir())
