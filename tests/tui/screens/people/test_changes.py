"""The screen of changes to review (U7, S1): pending changes, and decisions on them."""

from typing import Any

from textual.pilot import Pilot

from studio_tui.services.people import reviews
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screens.people.changes import ChangesScreen
from studio_tui.tui.screens.people.user import UserScreen
from tests.hostile import HOSTILE
from tests.tui import WIDE, press, running
from tests.tui.pictures import Pictures
from tests.tui.screens.looking import assert_text, rows, shown
from tests.tui.screens.organisation import HEADINGS, PEOPLE, Example, hostile_rows

_LEAVERS = "login,email,given_name,family_name,active"


def change(made: Example) -> None:
    """Assign Ann and Dina. Then Bob, who leads Ann, leaves, Carl replaces Bob, and Zoë joins."""
    made.load(PEOPLE)
    made.push("Q1 review", "ann", "dina")
    made.load("bob,bob@example.org,Bob,Janssens,no\n", _LEAVERS)
    made.load(
        "carl,carl@example.org,Carl,Maes,Management,Finance|Sales > Belgium,,Finance,fr,,\n"
        "zoe,zoe@example.org,Zoë,Zomers,Sales > Belgium,,,Sales,nl,,\n",
        HEADINGS,
    )


def _desk(pilot: Pilot[Any]) -> list[tuple[str, str]]:
    return [(row.login, row.kind.value) for row in rows(pilot)]


async def test_what_waits_is_reached_from_today_and_decided(made: Example) -> None:
    change(made)
    async with running(made.whole_app(), WIDE) as pilot:
        assert "3 changes to review" in shown(pilot)
        assert "3 Users 3!" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ChangesScreen)
        assert _desk(pilot) == [
            ("ann", "manager_changed"),
            ("dina", "manager_changed"),
            ("zoe", "joined"),
        ]
        assert "by Els Claes" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, UserScreen)
        await press(pilot, "escape", "I")
        assert [login for login, _ in _desk(pilot)] == ["dina", "zoe"]
        await press(pilot, "r")
        assert len(_desk(pilot)) == 3


async def test_a_decision_means_those_marked_that_it_can_be_made_on(made: Example) -> None:
    change(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3", "y", "a", "H")
        assert isinstance(pilot.app.screen, Confirm)
        assert "Hand over 2 changes to the managers proposed?" in shown(pilot)
        await press(pilot, "right", "enter")
        assert _desk(pilot) == [("zoe", "joined")]
        assert "2 changes: handed over" in shown(pilot)
        await press(pilot, "H")
        assert "Nobody else manages Zoë Zomers." in shown(pilot)
        await press(pilot, "A", "right", "enter")
        assert _desk(pilot) == []
        assert "Nothing waits for a decision." in shown(pilot)
    assert reviews.every(made.studio, made.admin) == []


async def test_who_is_excused_with_a_reason_needs_no_other_decision(made: Example) -> None:
    change(made)
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3", "y", "L")
        assert "Excuse them from the push?" in shown(pilot)
        await press(pilot, *"ill", "enter")
        assert [login for login, _ in _desk(pilot)] == ["dina", "zoe"]
        assert "1 change: excused" in shown(pilot)


async def test_support_sees_what_waits_and_decides_nothing(made: Example) -> None:
    change(made)
    async with running(made.app(made.actor("sam")), WIDE) as pilot:
        await press(pilot, "3", "y")
        assert len(_desk(pilot)) == 3
        assert "Hand over" not in shown(pilot)
        await press(pilot, "I")
        assert len(_desk(pilot)) == 3


def test_nobody_changed(made: Example, pictures: Pictures) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await press(pilot, "3", "y")

    pictures(made.app(), before)


def test_some_changed(made: Example, pictures: Pictures) -> None:
    change(made)

    async def before(pilot: Pilot[Any]) -> None:
        await press(pilot, "3", "y", "space")

    pictures(made.app(), before)


def test_names_that_are_no_markup(made: Example, pictures: Pictures) -> None:
    made.load(PEOPLE + hostile_rows("Finance", HOSTILE[:8]))
    made.push("Check-in [/x]", *(f"h{number}" for number in range(8)))
    made.load("carl,carl@example.org,Carl,Maes,no\n", _LEAVERS)

    async def before(pilot: Pilot[Any]) -> None:
        await press(pilot, "3", "y")
        assert_text(pilot)

    pictures(made.app(), before)


def test_a_crowd(made: Example, pictures: Pictures) -> None:
    crowd = "".join(
        f"p{number:02},p{number:02}@example.org,Pim,Person{number:02},Crowd,,,,nl,,\n"
        for number in range(40)
    )
    made.load(f"{PEOPLE}lea,lea@example.org,Lea,Lead,,Crowd,,,nl,,\n{crowd}")
    made.push("Q1 review", *(f"p{number:02}" for number in range(40)))
    made.load("lea,lea@example.org,Lea,Lead,no\n", _LEAVERS)

    async def before(pilot: Pilot[Any]) -> None:
        await press(pilot, "3", "y", "j", "j")

    pictures(made.app(), before)
