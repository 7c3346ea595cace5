"""The shell: places, commands, messages, terminal sizes, opening and quitting."""

import threading
from pathlib import Path
from typing import Any, cast

import pytest
from textual import events
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.shared.cancellation import CancelToken
from studio_tui.domain.shared.errors import Unavailable
from studio_tui.tui.app import StudioApp
from studio_tui.tui.commands import offers
from studio_tui.tui.modals.keys import KeysHelp
from studio_tui.tui.modals.palette import Palette
from studio_tui.tui.opening import Opening, TooSmall
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.widgets.frame import CommandBar, StatusLine, TopBar
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from tests.tui import press, running, settled, until
from tests.tui.demo import (
    ADMIN,
    PLACES,
    SUPPORT,
    EmptyScreen,
    FakeStudio,
    PeopleScreen,
    studio_app,
)
from tests.tui.screens.looking import rows


def drawn(app: StudioApp, widget: type[TopBar] | type[CommandBar]) -> str:
    return app.screen.query_one(widget).render().plain


def said(app: StudioApp) -> str:
    content = app.screen.query_one(StatusLine).content
    return content.plain if isinstance(content, Content) else str(content)


def _opening_app() -> tuple[StudioApp, threading.Event]:
    """Return the app, and the event that lets its database open."""
    opened = threading.Event()

    def open_studio(_: Any) -> Any:
        assert opened.wait(60)
        return FakeStudio(), ADMIN

    return StudioApp(open_studio, PLACES), opened


async def test_the_frame_is_displayed_before_the_database_is_open() -> None:
    app, opened = _opening_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, Opening)
        assert drawn(app, CommandBar).split() == ["?", "Keys", "q", "Quit"]
        opened.set()
        await settled(pilot)
        assert isinstance(app.screen, PeopleScreen)
        assert "Example NV · Ann Peeters" in drawn(app, TopBar)


async def test_keys_pressed_while_the_database_opens_are_delivered_to_the_first_place() -> None:
    app, opened = _opening_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "1", "j")
        assert isinstance(app.screen, Opening)
        opened.set()
        await settled(pilot)
        assert isinstance(app.screen, PeopleScreen)
        assert app.screen.query_one(RecordBrowser).list.cursor == 1


async def test_the_user_can_quit_while_the_database_opens() -> None:
    app, opened = _opening_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark", "2", "slash", "x")
        assert isinstance(app.screen, Opening)
        await pilot.press("q")
        opened.set()
        await settled(pilot)
        assert app.return_code == 0
        assert isinstance(app.screen, Opening)


async def test_keys_are_queued_for_the_screen_that_is_being_opened() -> None:
    async with running(studio_app()) as pilot:
        app = pilot.app
        for key in ("2", "1"):
            app.post_message(events.Key(key, key))
        app.post_message(events.Key("j", "j"))
        await settled(pilot)
        listed = app.screen.query_one(RecordBrowser)
        assert (listed.text, listed.list.cursor) == ("", 1)


async def test_a_database_that_does_not_open_displays_the_reason_and_can_be_retried() -> None:
    tries: list[int] = []

    def open_studio(_: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable("The database [/x] is locked.")
        return FakeStudio(), ADMIN

    app = StudioApp(open_studio, PLACES)
    async with running(app) as pilot:
        assert "The database [/x] is locked." in app.export_screenshot().replace("&#160;", " ")
        assert "Try again" in drawn(app, CommandBar)
        await press(pilot, "r")
        assert isinstance(app.screen, PeopleScreen)


async def test_digits_and_clicks_go_to_places_and_each_keeps_its_state() -> None:
    app = studio_app()
    async with running(app) as pilot:
        await press(pilot, "down", "down", "2")
        assert isinstance(app.screen, EmptyScreen)
        await pilot.click(TopBar, offset=(3, 0))
        await settled(pilot)
        assert isinstance(app.screen, PeopleScreen)
        assert app.screen.query_one(RecordBrowser).list.cursor == 2


async def test_commands_and_places_without_permission_are_not_offered() -> None:
    app = studio_app(SUPPORT)
    async with running(app) as pilot:
        assert "Imports" not in drawn(app, TopBar)
        assert "Push" not in drawn(app, CommandBar)
        assert "push" not in {offer.command.id for offer in offers(app.screen)}
        await press(pilot, "p", "3")
        assert said(app) == ""
        assert isinstance(app.screen, PeopleScreen)


async def test_an_unavailable_command_is_displayed_and_reports_the_reason() -> None:
    app = studio_app()
    async with running(app) as pilot:
        assert "p Push" in drawn(app, CommandBar)
        await press(pilot, "p")
        assert "does not allow push" in said(app)
        await press(pilot, "down")
        assert said(app) == ""


async def test_messages_are_not_markup_and_the_standing_message_returns() -> None:
    app = studio_app()
    async with running(app) as pilot:
        app.messages.show_standing("SMTP is not set up: mail waits in the outbox.")
        assert said(app).startswith("SMTP")
        await press(pilot, "n")
        assert said(app) == "[/x] said O'Brien [HR]"
        await press(pilot, "down")
        assert said(app).startswith("SMTP")
        app.notify("[bold]as typed", severity="error")
        assert said(app) == "[bold]as typed"


async def test_the_footer_follows_the_focus() -> None:
    app = studio_app()
    async with running(app) as pilot:
        assert "space Mark" in drawn(app, CommandBar)
        await press(pilot, "slash")
        footer = drawn(app, CommandBar)
        assert "esc Clear" in footer
        assert "Note" not in footer
        await press(pilot, "n", "q")
        assert said(app) == ""
        await press(pilot, "escape", "escape")
        assert "space Mark" in drawn(app, CommandBar)


async def test_a_click_in_the_footer_runs_the_command() -> None:
    app = studio_app()
    async with running(app) as pilot:
        x = drawn(app, CommandBar).index("Note") + 1
        await pilot.click(CommandBar, offset=(x, 0))
        await settled(pilot)
        assert "O'Brien" in said(app)


async def test_the_list_is_filtered_while_the_user_types() -> None:
    app = studio_app()
    async with running(app) as pilot:
        browser = app.screen.query_one(RecordBrowser)
        await press(pilot, "down", "down", "slash", "3", "enter")
        assert browser.list.length == 83
        assert browser.list.has_focus
        assert browser.list.current_id == 3
        await press(pilot, "slash", "escape")
        await until(pilot, lambda: browser.list.length == 250)
        await press(pilot, "escape")
        assert browser.list.has_focus
        assert browser.list.current_id == 3


async def test_keys_that_arrive_together_are_delivered_in_order() -> None:
    app = studio_app()
    async with running(app) as pilot:
        browser = app.screen.query_one(RecordBrowser)
        for key, character in (("slash", "/"), ("3", "3"), ("a", "a"), ("backspace", None)):
            app.post_message(events.Key(key, character))
        app.post_message(events.Key("enter", "\r"))
        app.post_message(events.Key("space", " "))
        await until(pilot, lambda: browser.list.selected_count == 1)
        assert app.screen is browser.screen
        assert browser.text == "3"
        assert browser.list.length == 83


async def test_the_order_can_be_changed_and_reversed() -> None:
    app = studio_app()
    async with running(app) as pilot:
        browser = app.screen.query_one(RecordBrowser)
        await press(pilot, "O")
        assert browser.list.current_id == 1
        assert browser.list.cursor == 249


async def test_the_palette_runs_commands_and_reports_why_it_cannot() -> None:
    app = studio_app()
    async with running(app) as pilot:
        await press(pilot, "ctrl+p")
        assert isinstance(app.screen, Palette)
        await press(pilot, *"note", "enter")
        assert "O'Brien" in said(app)
        await press(pilot, "ctrl+p", *"push", "enter")
        assert "does not allow push" in said(app)
        await press(pilot, "ctrl+p", *"elsew", "enter")
        assert isinstance(app.screen, EmptyScreen)
        await press(pilot, "ctrl+p", *"dark", "enter")
        assert app.theme == "studio-light"
        await press(pilot, "ctrl+p", *"no such thing", "enter", "escape")
        assert isinstance(app.screen, EmptyScreen)


async def test_the_keys_help_has_a_row_for_every_key() -> None:
    app = studio_app()
    async with running(app) as pilot:
        keyed = [offer.command for offer in offers(app.screen) if offer.command.keys]
        await press(pilot, "question_mark")
        assert isinstance(app.screen, KeysHelp)
        shown = {(row.choice.key, row.choice.title) for row in rows(pilot) if row.choice}
        assert shown == {(command.shown_keys, command.help) for command in keyed}
        await press(pilot, "escape")
        assert isinstance(app.screen, PeopleScreen)


async def test_a_terminal_that_is_too_small_displays_a_message_and_recovers() -> None:
    app = studio_app()
    async with running(app, size=(20, 5)) as pilot:
        assert isinstance(app.screen, TooSmall)
        assert app.screen.query_one(Static).content == (
            "The terminal is 20×5; the Studio needs at least 60×15."
        )
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert isinstance(app.screen, PeopleScreen)
        await press(pilot, "slash", "3")
        await pilot.resize_terminal(59, 24)
        await settled(pilot)
        assert isinstance(app.screen, TooSmall)
        await press(pilot, "p", "2")
        await pilot.resize_terminal(60, 15)
        await settled(pilot)
        assert isinstance(app.screen, PeopleScreen)
        assert app.screen.query_one(RecordBrowser).text == "3"


async def test_changes_of_others_are_displayed_automatically() -> None:
    studio = FakeStudio()
    reloaded: list[int] = []

    class Watching(PeopleScreen):
        def reload(self) -> None:
            reloaded.append(studio.changes)

    places = (PLACES[0].__class__("people", "People", "1", Watching), PLACES[1])
    app = StudioApp(lambda _: (cast(Any, studio), ADMIN), places)
    async with running(app) as pilot:
        reloaded.clear()
        app.check_for_changes()
        await settled(pilot)
        assert reloaded == []
        studio.changes = 7
        app.check_for_changes()
        await settled(pilot)
        assert reloaded == [7]
        await press(pilot, "2")
        studio.changes = 8
        app.check_for_changes()
        await settled(pilot)
        assert reloaded == [7]
        await press(pilot, "1")
        assert reloaded == [7, 8]


async def test_escape_stops_one_job_however_soon_that_ends() -> None:
    """Escape does not stop the next job too, and the screen does not get it either."""

    class EndingAtOnce(CancelToken):
        def ask(self) -> None:
            super().ask()
            first.ended = True

    async with running(studio_app()) as pilot:
        app = cast(StudioApp, pilot.app)
        first, second = Job("First", stop=EndingAtOnce()), Job("Second")
        app.jobs.begin(first)
        app.jobs.begin(second)
        await press(pilot, "escape")
        assert first.stop.asked
        assert not second.stop.asked


async def test_no_color_selects_the_plain_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = studio_app()
    async with running(app):
        assert app.theme == "studio-plain"


async def test_no_animation_over_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    assert studio_app().animation_level == "none"


async def test_an_unexpected_error_of_a_screen_is_written_to_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    class Faulty(EmptyScreen):
        def on_mount(self) -> None:
            raise ValueError("a fault")

    places = (PLACES[0].__class__("faulty", "Faulty", "1", Faulty),)
    app = studio_app(places=places)
    with pytest.raises(ValueError, match="a fault"):
        async with running(app):
            pass
    assert "ValueError: a fault" in (tmp_path / "studio-tui" / "studio-tui.log").read_text()
