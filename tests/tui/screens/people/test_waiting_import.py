"""The screens of an unattended import that waits for approval (U10)."""

from studio_tui.domain.people.unattended import Limits
from studio_tui.services.people import imports, unattended
from studio_tui.services.people.hr_files import read
from studio_tui.services.people.unattended import GivenFile
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screens.people.import_plan import ImportPlanScreen
from studio_tui.tui.screens.people.users import UsersScreen
from tests.tui import WIDE, press, running
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import PEOPLE, Example

HEADINGS = "email,given_name,family_name,active\n"
FILE = f"{HEADINGS}ann@example.org,Ann,Peeters,no\n"


def _wait(made: Example, text: str = FILE) -> None:
    unattended.run(made.studio, made.admin, GivenFile("hr.csv", text.encode()), Limits())


def _last(made: Example) -> str:
    last = unattended.waiting(made.studio, made.admin)
    return last.name if last else ""


async def test_a_waiting_import_is_listed_on_today_and_users_and_can_be_applied(
    made: Example,
) -> None:
    made.load(PEOPLE)
    async with running(made.whole_app(), WIDE) as pilot:
        assert "hr.csv" not in shown(pilot)
        _wait(made)
        made.check_for_changes(pilot)
        await press(pilot, "g")
        assert "1 change to review" in shown(pilot)
        assert "hr.csv waits" in shown(pilot)
        await press(pilot, "g", "enter")
        assert isinstance(pilot.app.screen, ImportPlanScreen)
        assert "hr.csv  waits: 1 of 7 active users (14.3%) would be marked as left" in shown(pilot)
        # A waiting import keeps its original reading options, which ctrl+o cannot change.
        await press(pilot, "ctrl+o")
        assert "What waits is read as it was given" in shown(pilot)
        await press(pilot, "i")
        assert "Imported hr.csv: 1 left." in shown(pilot)
        assert not _last(made)
        await press(pilot, "3")
        assert "hr.csv" not in shown(pilot)


async def test_a_waiting_import_is_discarded_after_confirmation(made: Example) -> None:
    made.load(PEOPLE)
    _wait(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3")
        said = "Press Q to look at hr.csv, which waits: 1 of 7 active users (14.3%) would be marked"
        assert said in shown(pilot)
        await press(pilot, "Q", "D")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "escape")
        assert _last(made) == "hr.csv"
        await press(pilot, "D", "right", "enter")
        assert isinstance(pilot.app.screen, UsersScreen)
        assert "hr.csv is thrown away" in shown(pilot)
        assert not _last(made)


async def test_a_stale_import_is_displayed_again_before_it_is_applied(made: Example) -> None:
    made.load(PEOPLE)
    _wait(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3", "Q")
        assert "Left 1  Columns 4" in shown(pilot)
        file = read(f"{HEADINGS}ann@example.org,Anna,Peeters,yes\n".encode())
        imports.apply(made.studio, made.admin, file)
        await press(pilot, "i")
        assert isinstance(pilot.app.screen, ImportPlanScreen)
        assert "people were changed meanwhile" in shown(pilot)
        assert _last(made) == "hr.csv"
        await press(pilot, "i")
        assert "Imported hr.csv: 1 left." in shown(pilot)
