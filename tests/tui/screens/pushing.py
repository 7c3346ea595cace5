"""Pushes in every state, and common steps of tests of their screens."""

from datetime import UTC, date, datetime
from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.conversations.conversation import ConversationRequest, Plan
from studio_tui.domain.pushes.push import Push, PushDraft
from studio_tui.services import conversations
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes
from studio_tui.services.templates import templates
from studio_tui.tui.widgets.frame import CommandBar
from studio_tui.tui.widgets.list.record_list import RecordList
from tests.tui import settled
from tests.tui.screens.looking import rows
from tests.tui.screens.made_once import made_once
from tests.tui.screens.organisation import PEOPLE, Example


def create(made: Example, name: str, first: date, last: date) -> Push:
    """Create a push of the starter template, without users."""
    template = templates.find(made.studio, made.admin, "Regular")
    draft = PushDraft(name, first, last)
    return pushes.create(made.studio, made.admin, template.id, [draft])[0]


def assign(made: Example, push: Push, *logins: str) -> Push:
    """Assign these users and return the current push."""
    chosen = assigning.users_named(made.studio, made.admin, logins)
    assigning.assign(made.studio, made.admin, push, chosen)
    return pushes.show(made.studio, made.admin, push.id)


def user_id(made: Example, login: str) -> int:
    """Return the id of a user."""
    (term,) = assigning.users_named(made.studio, made.admin, [login]).terms
    (found,) = term.marked
    return found


def pushes_in_every_state(made: Example) -> dict[str, Push]:
    """Create the people of Example NV and a push in every state; return the pushes by name."""
    _make_everything(made)
    every = pushes.every(made.studio, made.admin)
    return {push.name: push for push in every}


@made_once
def _make_everything(made: Example) -> None:
    made.load(PEOPLE)
    late = create(made, "Late", date(2026, 1, 5), date(2026, 2, 20))
    assign(made, late, "ann", "bob", "dina", "lone")
    held = ConversationRequest(user_id(made, "ann"), late.id)
    conversations.record_held(made.studio, made.admin, held, conductor="bob")
    planned = ConversationRequest(user_id(made, "dina"), late.id)
    day = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
    conversations.plan(made.studio, made.admin, planned, Plan(day), conductor="carl")
    ahead = create(made, "Ahead", date(2026, 4, 1), date(2026, 4, 30))
    assign(made, ahead, "ann")
    create(made, "Draft", date(2026, 3, 1), date(2026, 5, 31))
    over = assign(made, create(made, "Over", date(2025, 1, 1), date(2025, 2, 1)), "carl")
    pushes.close(made.studio, made.admin, over)


async def put_cursor_on(pilot: Pilot[Any], name: str) -> None:
    """Move the cursor of the list to the row with this name."""
    of = pilot.app.screen.query_one(RecordList)
    for _ in range(1000):
        if of.length:
            break
        await pilot.pause()
    for place, row in enumerate(rows(pilot)):
        if getattr(row, "user", row).name == name:
            of.move_to(place)
            await settled(pilot)
            return
    raise AssertionError(f"no row {name}")


def said(pilot: Pilot[Any]) -> str:
    """Return the text of the status line."""
    status: str = pilot.app.status.plain  # type: ignore[attr-defined]
    return status


def footer(pilot: Pilot[Any]) -> str:
    """Return the commands in the footer."""
    return pilot.app.screen.query_one(CommandBar).render().plain
