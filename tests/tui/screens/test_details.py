"""The detail pane of each list (S6)."""

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from textual.pilot import Pilot

from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.pushes.push import AssignmentFilter, Push
from studio_tui.domain.shared.errors import NotFound, Unavailable
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.templates.template import TemplateFilter
from studio_tui.domain.today.today import CaseKind
from studio_tui.services.outbox import outbox
from studio_tui.services.people import users
from studio_tui.services.pushes import assign, groups, pushes
from studio_tui.services.templates import templates
from studio_tui.services.today import today
from studio_tui.tui.screens.outbox.mail_details import read_mail_details
from studio_tui.tui.screens.pushes.people_details import read_assignment_details, read_group_details
from studio_tui.tui.screens.pushes.push_details import read_push_details
from studio_tui.tui.screens.templates.templates import read_template
from studio_tui.tui.screens.today.case_details import read_case_details
from studio_tui.tui.screens.today.lines import lines_of
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.pane import Pane
from studio_tui.tui.widgets.person_details import read_person
from tests.hostile import HOSTILE, SIGNS
from tests.tui import WIDE, press, running, until
from tests.tui.screens.organisation import Example, fill_outbox, hostile_rows
from tests.tui.screens.pushes.test_pushes_snapshots import hostile_templates
from tests.tui.screens.pushing import assign as assign_users
from tests.tui.screens.pushing import create, pushes_in_every_state, put_cursor_on

_MANY = 200


def _said(drawing: Drawing, width: int = 60, height: int = 50) -> str:
    return "\n".join(part.plain for part in drawing(width, height))


def _details(pilot: Pilot[Any]) -> str:
    (pane,) = (pane for pane in pilot.app.screen.query(Pane) if pane.is_on_screen)
    return pane.render().plain


async def _shows(pilot: Pilot[Any], words: str) -> None:
    await until(pilot, lambda: words in _details(pilot))


async def test_every_list_displays_the_row_under_its_cursor_in_the_pane(made: Example) -> None:
    await fill_outbox(made)
    async with running(made.whole_app(), WIDE) as pilot:
        assert "1 mail failed" in _details(pilot)
        assert "Carl Maes" in _details(pilot)
        for key, on, expected in (
            ("1", "Quick", "It begins at once: nothing is planned or prepared."),
            ("2", "Q1 review", "0 of 3 held"),
            ("3", "Ann Peeters", "Bob Janssens (leads"),
        ):
            await press(pilot, key)
            await put_cursor_on(pilot, on)
            await _shows(pilot, on)
            assert expected in _details(pilot).replace("\n", " "), on
        await press(pilot, "4")
        assert "to Carl Maes <carl@example.org>" in _details(pilot)
        await press(pilot, "2")
        await put_cursor_on(pilot, "Q1 review")
        await press(pilot, "enter")
        await put_cursor_on(pilot, "Ann Peeters")
        await _shows(pilot, "THEIR PEOPLE")
        assert "Dina Willems  not planned" in _details(pilot)
        await press(pilot, "m")
        assert _details(pilot).startswith("Bob Janssens  bob\nleads Sales > Belgium")
        assert "Ann Peeters" in _details(pilot)


async def test_the_pane_is_reloaded_when_others_change_its_row(made: Example) -> None:
    push = pushes_in_every_state(made)["Late"]
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "2")
        await put_cursor_on(pilot, "Late")
        await _shows(pilot, "not planned 2")
        chosen = assign.users_named(made.studio, made.admin, ["sam"])
        await asyncio.to_thread(assign.assign, made.studio, made.admin, push, chosen)
        made.check_for_changes(pilot)
        await _shows(pilot, "not planned 3")


async def test_a_database_error_is_displayed_in_the_pane(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushes_in_every_state(made)

    def away(*_: Any) -> Any:
        raise Unavailable("The database is away.")

    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "3")
        monkeypatch.setattr(users, "show", away)
        await press(pilot, "down")
        await until(pilot, lambda: _details(pilot) == "The database is away.")
        monkeypatch.undo()
        await press(pilot, "down")
        await _shows(pilot, "PUSHES")


def test_late_people_come_first_and_done_people_last(made: Example) -> None:
    late = pushes_in_every_state(made)["Late"]
    found = {
        group.name: group for group in groups.every(made.studio, made.admin, late, GroupBy.MANAGER)
    }
    said = _said(read_group_details(made.studio, made.admin, late, found["Bob Janssens"])).split(
        "\n"
    )
    assert said[1] == "leads Sales > Belgium"
    assert said[2] == "2 people, 1 held"
    assert said[3] == "still to hold: 1, 10 days late"
    assert [name.split("  ")[0].strip() for name in said[6:]] == ["Dina Willems", "Ann Peeters"]
    everywhere = {
        group.name: group for group in groups.every(made.studio, made.admin, None, GroupBy.MANAGER)
    }
    anns = _said(read_group_details(made.studio, made.admin, None, everywhere["Ann Peeters"]))
    assert "Dina Willems  planned" in anns
    nobody = _said(read_group_details(made.studio, made.admin, late, found[None]))
    assert nobody.startswith("no manager\n2 people, 0 held")


def test_a_long_list_of_people_is_limited_and_ends_with_the_number_of_others(made: Example) -> None:
    headings = "login,email,given_name,family_name,teams"
    many = "".join(f"m{n},m{n}@example.org,Many,M{n:03},Many\n" for n in range(70))
    made.load(many, headings)
    push = made.push("Many", *(f"m{n}" for n in range(70)))
    (team,) = groups.every(made.studio, made.admin, push, GroupBy.TEAM)
    assert _said(read_group_details(made.studio, made.admin, push, team), 60, 99).endswith(
        "and 10 more"
    )


def test_the_detail_of_a_line_of_today_lists_its_people(made: Example) -> None:
    asyncio.run(fill_outbox(made))
    headings = "login,email,given_name,family_name,active"
    made.load("dina,dina@example.org,Dina,Willems,no\n", headings)
    create(made, "Old", date(2026, 1, 1), date(2026, 2, 1))
    said = _said_of_lines(made, made.admin)
    assert "Carl Maes  failed  550 5.1.1 <[/x]>: no such user here" in said[CaseKind.MAIL_FAILED]
    assert "Lou Alone  not planned  no manager" in said[CaseKind.NO_MANAGER]
    assert "Dina Willems  left" in said[CaseKind.REVIEW]
    own = _said_of_lines(made, made.actor("carl"))
    assert "Ann Peeters  not planned" in own[CaseKind.ENDS]


def _said_of_lines(made: Example, actor: Actor) -> dict[CaseKind, str]:
    """Return the detail of each line of Today, by the kind of its case."""
    return {
        at.case.kind: _said(read_case_details(made.studio, actor, at))
        for at in lines_of(today.show(made.studio, actor))
        if at.case is not None
    }


def test_a_user_that_does_not_exist_raises_not_found(made: Example) -> None:
    made.load("")
    with pytest.raises(NotFound, match="no longer there"):
        read_person(made.studio, made.admin, 999)


def _drawings(made: Example, push: Push) -> Iterator[Drawing]:
    """Yield the detail of every row of every list."""
    studio, admin, by_name = made.studio, made.admin, Sort("name")
    for each in pushes.every(studio, admin):
        yield read_push_details(studio, admin, each)
    for template in templates.source(studio, admin, TemplateFilter()).rows(0, _MANY):
        yield read_template(template)()
    for user in users.source(studio, admin, UserFilter(), by_name).rows(0, _MANY):
        yield read_person(studio, admin, user.id)
    everybody = assign.source(studio, admin, push, AssignmentFilter(), by_name)
    for row in everybody.rows(0, _MANY):
        yield read_assignment_details(studio, admin, push, row)
    for by in GroupBy:
        for group in groups.every(studio, admin, push, by):
            yield read_group_details(studio, admin, push, group)
    for mail in outbox.every(studio, admin, NotificationFilter())[:_MANY]:
        yield read_mail_details(studio, admin, mail.id)
    for at in lines_of(today.show(studio, admin)):
        yield read_case_details(studio, admin, at)


def test_hostile_text_stays_text_in_every_pane(made: Example) -> None:
    hostile_templates(made)
    made.load(hostile_rows())
    push = create(made, HOSTILE[5], date(2026, 1, 1), date(2026, 2, 1))
    push = assign_users(made, push, *(f"h{number}" for number in range(len(HOSTILE))))
    read = 0
    for drawing in _drawings(made, push):
        for width, height in ((27, 16), (80, 50)):
            said = _said(drawing, width, height)
            assert not SIGNS & set(said.replace("\n", "")), said
        read += 1
    assert read > 3 * len(HOSTILE)
