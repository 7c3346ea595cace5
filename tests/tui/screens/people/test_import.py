"""The screens of importing users (U6)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import ContentSwitcher, Input

from studio_tui.domain.outbox.bounces import Bounce
from studio_tui.domain.people.users import User, UserFilter
from studio_tui.domain.shared.errors import Stopped
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox
from studio_tui.services.people import users
from studio_tui.storage.outbox import bounces
from studio_tui.tui.modals.choose import Choose
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screens.people.import_plan import ImportPlanScreen
from studio_tui.tui.screens.people.import_users import ImportScreen
from studio_tui.tui.screens.people.users import UsersScreen
from studio_tui.tui.shell import bridge_of
from studio_tui.tui.widgets.labels import LabelLine
from studio_tui.tui.widgets.path_suggester import complete
from studio_tui.tui.widgets.progress import ProgressLine
from tests.acting import mail, send_due
from tests.hostile import CONTROLS
from tests.tui import WIDE, press, running, settled
from tests.tui.screens.looking import rows, shown
from tests.tui.screens.organisation import HEADINGS, PEOPLE, Example, hostile_rows
from tests.tui.screens.pushing import put_cursor_on, said

GOOD = """\
Work Email;First name;Last name;Department;Team;Shoe size;Start date
ann@example.org;Ann;Peeters;Marketing;Sales > Belgium;38;2019-09-01
new@example.org;[/x] Nina;O'Brien [HR];Legal;Legal;40;2026-01-05
"""
ODD_DAY = GOOD + "zed@example.org;Zed;Young;Sales;Sales;41;2026-02-30\n"
REFUSED = GOOD + "wrong;Who;Else;Legal;;;\nzed at home;Zed;Young;Sales;Sales;41;2026-02-03\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


async def _import(pilot: Pilot[Any], path: str) -> None:
    await press(pilot, "3", "i")
    pilot.app.screen.query_one(Input).value = path
    await press(pilot, "enter")


def _everybody(made: Example) -> list[User]:
    listed = users.source(made.studio, made.admin, UserFilter(), Sort("login"))
    return list(listed.rows(0, 1000))


async def test_the_plan_of_an_import_is_displayed_before_it_is_applied(made: Example) -> None:
    made.load(PEOPLE)
    Path("new.csv").write_text(GOOD)
    async with running(made.app(), WIDE) as pilot:
        await _import(pilot, "new.csv")
        assert isinstance(pilot.app.screen, ImportPlanScreen)
        assert "Added 1  Changed 1  Columns 7" in shown(pilot)
        assert "Import 2 users" in shown(pilot)
        assert "1 new team: Legal" in shown(pilot)
        await press(pilot, "right")
        assert "department: Sales → Marketing" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReadText)
        await press(pilot, "escape")
        assert len(_everybody(made)) == 7
        await press(pilot, "i")
        assert isinstance(pilot.app.screen, UsersScreen)
        assert "Imported new.csv: 1 added, 1 changed." in shown(pilot)
        assert "[/x] Nina O'Brien [HR]" in [user.name for user in rows(pilot)]
        await _import(pilot, "new.csv")
        await press(pilot, "i")
        assert "There is nothing to import" in shown(pilot)


async def test_refused_lines_are_skipped_only_on_request(made: Example) -> None:
    made.load(PEOPLE)
    Path("new.csv").write_text(REFUSED)
    async with running(made.app(), WIDE) as pilot:
        await _import(pilot, "new.csv")
        assert [row.item.line for row in rows(pilot, "#refused")] == [4, 5]
        assert "Import and skip 2 refused lines" in shown(pilot)
        await press(pilot, "enter")
        assert "Line 4, column “Work Email”" in shown(pilot)
        await press(pilot, "escape", "i")
        assert "2 lines are refused" in shown(pilot)
        await press(pilot, "S")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "enter")
        assert len(_everybody(made)) == 7
        await press(pilot, "S", "right", "enter")
        assert "1 added, 1 changed, 2 lines skipped." in shown(pilot)
        assert len(_everybody(made)) == 8


async def test_an_invalid_cell_is_skipped_with_a_warning_and_the_row_is_imported(
    made: Example,
) -> None:
    made.load(PEOPLE)
    Path("new.csv").write_text(ODD_DAY)
    async with running(made.app(), WIDE) as pilot:
        await _import(pilot, "new.csv")
        assert "Warnings 1" in shown(pilot)
        (warned,) = rows(pilot, "#warnings")
        assert (warned.item.line, warned.item.column) == (4, "Start date")
        await press(pilot, "i")
        assert "2 added, 1 changed" in shown(pilot)
    assert "zed@example.org" in [user.email for user in _everybody(made)]


async def test_users_who_left_or_returned_are_displayed(made: Example) -> None:
    made.load(PEOPLE)
    headings = "email,given_name,family_name,active\n"
    Path("left.csv").write_text(f"{headings}ann@example.org,Ann,Peeters,no\n")
    back = f"{headings.strip()},role\nann@example.org,Ann,Peeters,yes,admin\n"
    Path("back.csv").write_text(back)
    async with running(made.app(), WIDE) as pilot:
        await _import(pilot, "left.csv")
        assert "Left 1" in shown(pilot)
        await press(pilot, "i")
        assert "Ann Peeters" not in [user.name for user in rows(pilot)]
        await _import(pilot, "back.csv")
        assert "Returned 1" in shown(pilot)
        assert "Ann Peeters (ann) becomes an admin." in shown(pilot)
        await press(pilot, "i")
        assert "Ann Peeters (ann) is an admin." in shown(pilot)


async def test_unknown_headings_can_be_mapped_to_fields(made: Example) -> None:
    Path("odd.csv").write_text("Mail thing,Eerste,Laatste\na@example.org,A,B\n")
    async with running(made.app(), WIDE) as pilot:
        await _import(pilot, "odd.csv")
        assert isinstance(pilot.app.screen, ImportScreen)
        assert "has no column for" in shown(pilot)
        for field in ("email", "given_name", "family_name"):
            await press(pilot, "enter")
            assert isinstance(pilot.app.screen, Choose)
            await press(pilot, *field.replace("_", " ").split()[0], "enter")
            if field != "family_name":
                await press(pilot, "down")
        assert isinstance(pilot.app.screen, ImportPlanScreen)
        await press(pilot, "i")
        assert "a@example.org" in [user.email for user in _everybody(made)]


async def test_a_column_can_be_ignored(made: Example) -> None:
    made.load(PEOPLE)
    Path("new.csv").write_text(GOOD)
    async with running(made.app(), WIDE) as pilot:
        await _import(pilot, "new.csv")
        await press(pilot, "left", "down", "down", "down", "enter", *"nothing", "enter")
        assert isinstance(pilot.app.screen, ImportPlanScreen)
        assert pilot.app.screen._plan.ignored == ("Department", "Shoe size")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("", b"", "Enter the path of a CSV file."),
        ("none.csv", None, "cannot be read: No such file or directory"),
        (".", None, "is a folder"),
        ("/dev/zero", None, "is a device or a pipe, not a file"),
        ("empty.csv", b"", "is empty"),
        ("book.csv", b"PK\x03\x04rest", "is an Excel workbook"),
        ("nul.csv", b"email,given_name\nann\x00@x,Ann\n", "holds NUL"),
        ("quotes.csv", b'email,given_name,family_name\n"a@example.org,A,B\n', "quot"),
        ("two.csv", b"email,E-mail,name\na@example.org,b@example.org,A B\n", "both tell email"),
        ("x" * 300, None, "can"),
        ("~nobody-of-that-name/file", None, "There is no such user"),
    ],
)
async def test_a_file_that_cannot_be_read_is_reported_next_to_the_path(
    made: Example, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None and name:
        Path(name).write_bytes(content)
    async with running(made.app(), WIDE) as pilot:
        await _import(pilot, name)
        assert isinstance(pilot.app.screen, ImportScreen)
        assert reason in " ".join(shown(pilot).split())
        assert len(_everybody(made)) == 1


async def test_a_file_that_was_deleted_in_the_meantime_is_reported(made: Example) -> None:
    secret = Path("secret.csv")
    secret.write_text(GOOD)
    async with running(made.app(), WIDE) as pilot:
        await _import(pilot, f'"{secret.absolute()}"')
        assert isinstance(pilot.app.screen, ImportPlanScreen)
        secret.unlink()
        await press(pilot, "escape", "enter")
        assert "No such file" in shown(pilot)


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        ("Naam,Voornaam,Contact", "Press ⏎ on the column below that is the e-mail address."),
        ("Naam,Voornaam,E-mial", "If “E-mial” is it, press ⏎ on it below and say so."),
        (
            "Work Email,First name,Last name,First name",
            "both tell given_name: press ⏎ on one of them below to leave it out.",
        ),
    ],
)
async def test_errors_in_columns_name_the_keys_that_correct_them(
    made: Example, headings: str, told: str
) -> None:
    Path("odd.csv").write_text(f"{headings}\n")
    async with running(made.app(), WIDE) as pilot:
        await _import(pilot, "odd.csv")
        assert told in " ".join(shown(pilot).split())
        assert "--map" not in shown(pilot)


async def test_the_reason_for_refused_lines_is_displayed_above_the_available_commands(
    made: Example,
) -> None:
    Path("some.csv").write_text(REFUSED)
    async with running(made.app()) as pilot:
        await _import(pilot, "some.csv")
        why = "2 lines are refused: correct the file, or press S to import the others."
        assert why in shown(pilot)
        plan = pilot.app.screen
        assert isinstance(plan, ImportPlanScreen)
        styles = [str(span.style) for span in plan.query_one("#offers", LabelLine).render().spans]
        assert any("$unavailable" in style for style in styles)


async def test_the_footer_displays_the_key_that_leaves_a_text_input(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "1", "T")
        assert "esc Back" in shown(pilot)
        await press(pilot, "escape", "slash")
        assert "esc Clear" in shown(pilot)
        assert "esc Back" not in shown(pilot)


async def test_hostile_names_stay_text(made: Example) -> None:
    Path("hostile.csv").write_text(f"{HEADINGS}\n{hostile_rows()}wrong,,,,,,,,,,\n", newline="")
    async with running(made.app(), WIDE) as pilot:
        await _import(pilot, "hostile.csv")
        assert isinstance(pilot.app.screen, ImportPlanScreen)
        for tab in ("refused", "added", "columns"):
            assert pilot.app.screen.query_one(ContentSwitcher).current == tab
            assert not (set(shown(pilot)) - {"\n"}) & set(CONTROLS)
            await press(pilot, "enter")
            assert isinstance(pilot.app.screen, Dialog)
            assert not (set(shown(pilot)) - {"\n"}) & set(CONTROLS)
            await press(pilot, "escape", "right")


@contextmanager
def _held_back(pilot: Pilot[Any]) -> Iterator[None]:
    """Block all background calls within the context."""
    bridge, screen, over = bridge_of(pilot.app), pilot.app.screen, threading.Event()

    def hold() -> None:
        assert over.wait(30)

    for lane in range(8):
        bridge.read(screen, lane, hold, lambda _: None)
    bridge.write(screen, hold)
    try:
        yield
    finally:
        over.set()


async def test_reading_and_importing_can_be_stopped(made: Example) -> None:
    Path("new.csv").write_text(GOOD)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3", "i", *"new.csv")
        asking = pilot.app.screen
        assert isinstance(asking, ImportScreen)
        with _held_back(pilot):
            await pilot.press("enter")
            await pilot.press("escape")
        await settled(pilot)
        assert pilot.app.screen is asking
        assert "Stopped. Nothing was changed." in shown(pilot)
        await press(pilot, "enter")
        plan = pilot.app.screen
        assert isinstance(plan, ImportPlanScreen)
        with _held_back(pilot):
            await pilot.press("i")
            await pilot.press("escape")
        await settled(pilot)
        assert pilot.app.screen is plan
        assert "Stopped. Nothing was changed." in shown(pilot)
        assert len(_everybody(made)) == 1


async def test_progress_is_displayed_after_a_delay(made: Example) -> None:
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3", "i")
        progress = pilot.app.screen.query_one(ProgressLine)
        job = Job("Reading many.csv", share=0.25)
        progress.start(job)
        assert "Reading" not in shown(pilot)
        while "25%" not in shown(pilot):
            await pilot.pause(0.05)
        job.report_progress(0.5)
        while "50%" not in shown(pilot):
            await pilot.pause(0.05)
        progress.stop()
        await pilot.pause()
        assert "Stopping: Reading many.csv" in shown(pilot)
        with pytest.raises(Stopped):
            job.report_progress(0.75)
        progress.done()
        await pilot.pause()
        assert "Stopping" not in shown(pilot)


def test_paths_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "people.csv").touch()
    (tmp_path / "exports" / ".hidden").touch()
    (tmp_path / "exports" / "bad\x1bname.csv").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert complete("ex") == "exports/"
    assert complete("exports/") == "exports/people.csv"
    assert complete("~/exports/p") == "~/exports/people.csv"
    assert complete("exports/.h") == "exports/.hidden"
    assert complete("exports/b") is None
    assert complete("nowhere/") is None


async def test_encoding_delimiter_and_dates_can_be_chosen(made: Example, tmp_path: Path) -> None:
    """The same choices as the options --encoding, --delimiter and --dates."""
    text = "email^given_name^family_name^hired_on\nd@example.org^Jiří^Dvořák^03/04/2020\n"
    (tmp_path / "odd.csv").write_bytes(text.encode("iso-8859-2"))
    async with running(made.app()) as pilot:
        await _import(pilot, "odd.csv")
        assert not isinstance(pilot.app.screen, ImportPlanScreen)
        await press(pilot, "ctrl+o", *"nonsense", "enter")
        assert "is no encoding that is known" in shown(pilot)
        pilot.app.screen.query_one(Input).value = "iso-8859-2"
        await press(pilot, "tab", "^", "tab", "tab", "right", "right", "tab", "tab", "enter")
        assert isinstance(pilot.app.screen, ImportPlanScreen)
        assert "iso-8859-2, “^”" in shown(pilot)
        assert [row.item.after.family_name for row in rows(pilot, "#added")] == ["Dvořák"]
        assert rows(pilot, "#added")[0].item.after.hired_on.isoformat() == "2020-03-04"
        await press(pilot, "ctrl+o")
        assert "Read as iso-8859-2, separated by “^”." in shown(pilot)
        pilot.app.screen.query_one(Input).value = "windows-1252"
        await press(pilot, "enter")
        assert "windows-1252" in shown(pilot)
        assert [row.item.after.family_name for row in rows(pilot, "#added")] == ["Dvoøák"]


async def test_after_an_import_bounced_mail_can_be_resent_to_the_new_address(
    made: Example,
) -> None:
    """N15: before the correction, a retry uses the same address and reports that."""
    made.load(PEOPLE)
    made.push("Q1", "dina")
    made.clock.move(minutes=2)
    send_due(made.studio)
    (told,) = [each for each in mail(made.studio, made.admin) if each.recipient == "dina"]
    with made.studio.store.writing():
        bounces.mark(told.id, Bounce("5.1.1", "no such user"), told.to, made.clock.now())
    Path("new.csv").write_text(f"{HEADINGS}\n{PEOPLE.replace('dina@', 'dina.w@')}")
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3")
        await put_cursor_on(pilot, "Dina Willems")
        await press(pilot, "enter", "right", "r")
        assert "from the address that dina still has: e corrects it" in said(pilot)
        again = max(mail(made.studio, made.admin), key=lambda each: each.id)
        outbox.drop(made.studio, made.admin, Selection.of([again.id]))
        await press(pilot, "escape", "i")
        pilot.app.screen.query_one(Input).value = "new.csv"
        await press(pilot, "enter", "i")
        assert "Send 1 mail again?" in shown(pilot)
        await press(pilot, "right", "enter")
        assert "1 mail to be sent again." in said(pilot)
    send_due(made.studio)
    assert "dina.w@example.org" in {each.to for each in mail(made.studio, made.admin)}
