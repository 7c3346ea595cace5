"""The screens of an admin with a limited scope (U12)."""

from studio_tui.services.people import by_hand, scopes
from studio_tui.services.people.person_input import PersonInput
from tests.tui import press, running, settled
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import PEOPLE, Example

BEYOND = """\
zzmark,zzmark@example.org,Zzmark,Zzmarkson,Zzmark team,,,Zzmark,nl,,
hr,hr@example.org,Hilde,Raes,,,,People,nl,,admin
"""


async def test_no_screen_displays_people_outside_of_the_scope(made: Example) -> None:
    """Checks every place, its detail pane, the page of its first row, and the palette."""
    made.load(PEOPLE + BEYOND)
    made.push("Q1 review", "ann", "dina", "zzmark")
    made.push("Zzmark push", "zzmark")
    changed = {"email": "zz@zzmark.example"}
    zzmark = scopes.show(made.studio, made.admin, "zzmark").user_id
    by_hand.edit(made.studio, made.admin, zzmark, PersonInput(changed))
    scopes.limit(made.studio, made.admin, "hr", 'department in ("Sales", "Finance")')
    async with running(made.whole_app(made.actor("hr")), (160, 40)) as pilot:
        seen = []
        for place in "1234567":
            await press(pilot, place)
            seen.append(shown(pilot))
            await press(pilot, "enter")
            seen.append(shown(pilot))
            await press(pilot, "escape")
        await press(pilot, "ctrl+p", *"zzma")
        seen.append(shown(pilot).replace("zzma", "", 1))
    assert "zzma" not in "\n".join(seen).lower()
    assert 'department in ("Sales", "Finance"): 4 of 9 people' in seen[0]
    assert any("Q1 review" in each for each in seen)


async def test_a_limited_scope_is_displayed_in_a_narrow_terminal(made: Example) -> None:
    """Also next to all counts of the places and to other messages."""
    made.load(PEOPLE + BEYOND)
    scopes.limit(made.studio, made.admin, "hr", 'department in ("Sales", "Finance")')
    async with running(made.whole_app(made.actor("hr"))) as pilot:
        for place in "0123456":
            await press(pilot, place)
            assert "4 of 9 people" in shown(pilot)
        await press(pilot, "3", "z", "V")
        assert "4 of 9 people · Mark the first row" in shown(pilot)
        await press(pilot, "escape")
        assert 'department in ("Sales", "Finance"): 4 of 9' not in shown(pilot)
        await pilot.resize_terminal(160, 40)
        await settled(pilot)
        assert 'department in ("Sales", "Finance"): 4 of 9 people' in shown(pilot)
    async with running(made.whole_app()) as pilot:
        assert "people" not in str(pilot.app.status)  # type: ignore[attr-defined]
