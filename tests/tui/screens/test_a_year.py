"""One year of one team, by keys alone: HR, a leader, a user, and the mail between them."""

from datetime import date, timedelta
from typing import Any

from studio_tui.domain.conversations.conversation import HistoryFilter
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushState, Status
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services import conversations
from studio_tui.services.outbox import outbox
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes, remind
from studio_tui.worker.loop import Worker
from tests.tui import WIDE, press, running
from tests.tui.screens.looking import rows, shown
from tests.tui.screens.organisation import PEOPLE, Example, FakeTransport
from tests.tui.screens.pushing import assign, create, put_cursor_on, said

YEARLY, AUTUMN = "Yearly review", "Autumn check-in"


async def opened_by(made: Example, login: str, *keys: str) -> str:
    """Open the app as the user, press ``keys`` and return the text of the screen."""
    actor: Actor = made.admin if login == "els" else made.actor(login)
    async with running(made.app(actor), WIDE) as pilot:
        await press(pilot, *keys)
        return shown(pilot)


async def at_work(made: Example, login: str, name: str, *keys: str) -> tuple[str, str]:
    """Press ``keys`` on the row ``name``; return the status line and the text of the screen."""
    async with running(made.app(made.actor(login)), WIDE) as pilot:
        await put_cursor_on(pilot, name)
        await press(pilot, *keys)
        return said(pilot), shown(pilot)


async def mail_leaves(made: Example) -> list[tuple[str, Kind]]:
    """Send due mail; return recipient and kind of each mail that was sent."""
    made.clock.move(minutes=5)
    remind.remind_by_schedule(made.studio)
    before = {each.id for each in _sent(made)}
    await Worker(made.studio, [FakeTransport()]).run(drain=True)
    return sorted((each.recipient, each.kind) for each in _sent(made) if each.id not in before)


def _sent(made: Example) -> list[Any]:
    filter_ = NotificationFilter(state=NotificationState.SENT)
    return outbox.every(made.studio, made.admin, filter_)


def status(made: Example, name: str, login: str) -> Status:
    push = pushes.find(made.studio, made.admin, name)
    listed = assigning.every(made.studio, made.admin, push)
    return next(row.status for row in listed if row.login == login)


def goes_on(made: Example, until: date) -> None:
    """Advance the clock to this day."""
    ahead = until - made.studio.today()
    assert ahead > timedelta(0)
    made.clock.move(days=ahead.days)


async def test_a_year(made: Example) -> None:
    made.load(PEOPLE)
    # March: HR asks for the yearly review; Bob leads Ann, Carl coaches her.
    assign(made, create(made, YEARLY, date(2026, 3, 2), date(2026, 3, 31)), "ann")
    assert await mail_leaves(made) == [
        ("ann", Kind.ASSIGNED),
        ("bob", Kind.ASSIGNED),
        ("carl", Kind.ASSIGNED),
    ]
    assert YEARLY in await opened_by(made, "ann")
    assert "not mine" in (await at_work(made, "carl", "Ann Peeters", "N"))[1]
    told, _ = await at_work(made, "bob", "Ann Peeters", "p", "ctrl+s")
    assert told.startswith("Planned for 2026-03-03")
    assert await mail_leaves(made) == [("ann", Kind.PLANNED), ("bob", Kind.PLANNED)]

    # Ann prepares, then Bob. The conversation is on the next day.
    _, seen = await at_work(
        made,
        "ann",
        "Ann Peeters",
        "enter",
        "enter",
        *"Tired, but well",
        "escape",
        "s",
        "right",
        "enter",
    )
    assert "Tired, but well" in seen
    assert status(made, YEARLY, "ann") is Status.PREPARED
    goes_on(made, date(2026, 3, 3))
    _, seen = await at_work(made, "bob", "Ann Peeters", "enter")
    assert "Tired, but well" in seen
    keys = ("enter", "b", "right", "enter", "enter", *"Fewer evenings", "escape")
    await at_work(made, "bob", "Ann Peeters", *keys)
    assert status(made, YEARLY, "ann") is Status.IN_PROGRESS
    assert "Fewer evenings" in (await at_work(made, "ann", "Ann Peeters", "enter"))[1]
    await at_work(made, "bob", "Ann Peeters", "enter", "f", "right", "enter")
    assert status(made, YEARLY, "ann") is Status.DONE
    assert "1/1" in await opened_by(made, "els", "2")

    # Users whose conversation is done get no reminders, before or after the deadline.
    for day in (date(2026, 3, 24), date(2026, 3, 30), date(2026, 4, 3)):
        goes_on(made, day)
        assert await mail_leaves(made) == []

    # June: Bob records an ad-hoc conversation with Ann, without a push or a plan.
    goes_on(made, date(2026, 6, 15))
    keys = ("b", *"Quick", "enter", "enter", *"All well", "escape", "f", "right", "enter")
    _, seen = await at_work(made, "bob", "Ann Peeters", *keys)
    assert "All well" in seen

    # Autumn: the conversation is overdue without a plan. Then Carl, who coaches Ann, plans it.
    goes_on(made, date(2026, 10, 1))
    assign(made, create(made, AUTUMN, date(2026, 10, 1), date(2026, 10, 31)), "ann")
    assert len(await mail_leaves(made)) == 3
    goes_on(made, date(2026, 11, 3))
    assert {kind for _, kind in await mail_leaves(made)} == {Kind.REMINDER}
    assert "overdue" in await opened_by(made, "bob")
    told, _ = await at_work(made, "carl", "Ann Peeters", "p", "ctrl+s")
    assert told.startswith("Planned for 2026-11-04")
    assert f"after the deadline of “{AUTUMN}”, 2026-10-31" in told
    assert "Carl Maes holds it" in await opened_by(made, "bob")
    assert await mail_leaves(made) == [("ann", Kind.PLANNED), ("carl", Kind.PLANNED)]

    # December: it was never held. HR closes the push, which cancels the planned conversation.
    goes_on(made, date(2026, 12, 18))
    async with running(made.app(), WIDE) as pilot:
        await press(pilot, "2")
        await put_cursor_on(pilot, AUTUMN)
        await press(pilot, "c", "left", "space", "right", "right", "enter")
        assert "1 cancelled" in said(pilot)
    assert await mail_leaves(made) == [("ann", Kind.CANCELLED), ("carl", Kind.CANCELLED)]
    assert pushes.find(made.studio, made.admin, AUTUMN).state is PushState.CLOSED

    # Ann can read the history of the year.
    async with running(made.app(made.actor("ann")), WIDE) as pilot:
        await press(pilot, "t", "E")
        told_of = [(row.template.name, row.conductor_login, str(row.state)) for row in rows(pilot)]
    assert told_of == [
        ("Regular", "carl", "cancelled"),
        ("Quick", "bob", "done"),
        ("Regular", "bob", "done"),
    ]
    every = conversations.history(made.studio, made.admin, HistoryFilter(), Sort("at"))
    assert every.count() == len(told_of)
