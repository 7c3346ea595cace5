"""Slow queries that run in the background of a screen and are coalesced."""

import threading
from queue import SimpleQueue
from typing import Any

import pytest
from textual.pilot import Pilot

from studio_tui.domain.shared.errors import DatabaseUnavailable, StudioError
from studio_tui.services.pushes import pushes
from studio_tui.tui.runtime.coalesced_query import CoalescedQuery
from tests.tui import press, running, settled, until
from tests.tui.demo import PeopleScreen, studio_app
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import Example
from tests.tui.screens.pushing import pushes_in_every_state


class Counter:
    """A query that returns or raises the next of ``answers``, and blocks until the test adds it."""

    def __init__(self) -> None:
        self.calls = 0
        self.answers: SimpleQueue[int | StudioError] = SimpleQueue()
        self.seen: list[int] = []

    def __call__(self) -> int:
        self.calls += 1
        answer = self.answers.get(timeout=10)
        if isinstance(answer, StudioError):
            raise answer
        return answer


async def test_requests_during_a_query_are_coalesced_into_one_more_query() -> None:
    app, counter = studio_app(), Counter()
    async with running(app) as pilot:
        assert isinstance(app.screen, PeopleScreen)
        counting = CoalescedQuery(app.screen, counter.seen.append)
        for _ in range(5):
            counting.ask(counter)
        counter.answers.put(1)
        counter.answers.put(2)
        await settled(pilot)
        assert (counter.seen, counter.calls) == ([1, 2], 2)


async def test_a_request_about_another_subject_replaces_the_running_query() -> None:
    app, earlier, counter = studio_app(), Counter(), Counter()
    async with running(app) as pilot:
        assert isinstance(app.screen, PeopleScreen)
        counting = CoalescedQuery(app.screen, counter.seen.append)
        counting.ask(earlier, about="Ann")
        counting.ask(earlier, about="Ann")
        counting.ask(counter, about="Bob")
        earlier.answers.put(1)
        counter.answers.put(2)
        await settled(pilot)
        assert (counter.seen, counter.calls, earlier.calls < 2) == ([2], 1, True)


async def test_a_database_error_is_reported_and_the_next_request_runs() -> None:
    app, counter = studio_app(), Counter()
    async with running(app) as pilot:
        assert isinstance(app.screen, PeopleScreen)
        counting = CoalescedQuery(app.screen, counter.seen.append)
        counting.ask(counter)
        counting.ask(counter)
        counter.answers.put(DatabaseUnavailable("The database does not answer."))
        await settled(pilot)
        assert (counter.seen, counter.calls) == ([], 1)
        assert "The database does not answer." in app.status.plain
        counting.ask(counter)
        counter.answers.put(3)
        await settled(pilot)
        assert counter.seen == [3]


async def test_results_are_discarded_after_the_screen_is_closed() -> None:
    app, counter, screen = studio_app(), Counter(), PeopleScreen()
    async with running(app) as pilot:
        await app.push_screen(screen)
        counting = CoalescedQuery(screen, counter.seen.append)
        counting.ask(counter)
        counting.ask(counter)
        await pilot.press("escape")
        counter.answers.put(1)
        await settled(pilot)
        assert screen not in app.screen_stack
        assert (counter.seen, counter.calls) == ([], 1)


async def test_pushes_are_displayed_before_their_progress_is_counted(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushes_in_every_state(made)
    gate = threading.Event()
    every, show = pushes.every, pushes.show

    def every_later(*arguments: Any) -> Any:
        assert gate.wait(60)
        return every(*arguments)

    def show_later(*arguments: Any) -> Any:
        assert len(arguments) > 3 or gate.wait(60)
        return show(*arguments)

    monkeypatch.setattr(pushes, "every", every_later)
    monkeypatch.setattr(pushes, "show", show_later)
    async with running(made.app(), (120, 40)) as pilot:
        await pilot.press("2")
        await until_shown(pilot, "Late", "Draft", "…")
        assert "1/4" not in shown(pilot)
        await pilot.press("enter")
        await until_shown(pilot, "open · 2026-01-05", "Ann Peeters", "\n … ")
        assert "1 of 4" not in shown(pilot)
        gate.set()
        await settled(pilot)
        assert "1 of 4 held (25%)" in shown(pilot)
        await press(pilot, "escape")
        assert "██░░░░░░ 1/4" in shown(pilot)
        assert "…" not in shown(pilot)


async def until_shown(pilot: Pilot[Any], *words: str) -> None:
    """Wait until the screen contains all of ``words``."""
    await until(pilot, lambda: all(word in shown(pilot) for word in words))
