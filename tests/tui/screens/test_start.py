"""Starting and quitting the app, and sending mail while it runs (N7, N12, A2)."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from studio_tui.config.clock import SystemClock
from studio_tui.config.settings import Database, Settings, Smtp
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.shared.errors import Unavailable
from studio_tui.services.outbox import outbox
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.system.context import open_studio
from studio_tui.tui import start
from studio_tui.tui.opening import Opening
from studio_tui.tui.runtime.terminal import why_no_terminal
from studio_tui.tui.screens.conversations.my_conversations import MyConversationsScreen
from studio_tui.tui.start import OpenedStudio, run_app
from tests.smtp_server import smtp_server
from tests.tui import press, running, settled
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import PEOPLE, Example, FakeTransport, example


async def _until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def test_assigning_sends_mail_and_the_outbox_displays_it(tmp_path: Path) -> None:
    with smtp_server() as server, example(tmp_path, server.settings()) as made:
        made.load(PEOPLE)
        async with running(made.app()) as pilot:
            await press(pilot, "4")
            assert str(pilot.app.status) == ""  # type: ignore[attr-defined]
            made.push("Q1 review", "ann")
            made.clock.move(minutes=5)
            await _until(lambda: len(server.messages) == 3)
            await _until(lambda: _counts(made) == {NotificationState.SENT: 3})
            made.check_for_changes(pilot)
            await settled(pilot)
            assert "all 3  sent 3" in shown(pilot)
            await pilot.press("q")
        server.wait_until_idle()
    assert {message.recipients for message in server.messages} == {
        ("ann@example.org",),
        ("bob@example.org",),
        ("carl@example.org",),
    }


async def test_the_status_line_reports_why_no_mail_is_sent(tmp_path: Path) -> None:
    with smtp_server() as server:
        smtp = server.settings(timeout=5)
    with example(tmp_path, smtp) as made:
        made.load(PEOPLE)
        made.push("Q1 review", "ann")
        made.clock.move(minutes=5)
        async with running(made.app()) as pilot:
            await _until(lambda: "The mail server does not answer" in shown(pilot))
            await _until(lambda: "(3 waiting)" in str(pilot.app.status))  # type: ignore[attr-defined]
        assert _counts(made)[NotificationState.QUEUED] == 3


async def test_the_status_line_reports_that_the_smtp_login_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_SMTP_PASSWORD", "wrong")
    with (
        smtp_server(username="studio", password="right") as server,
        example(tmp_path, server.settings()) as made,
    ):
        made.load(PEOPLE)
        made.push("Q1 review", "ann")
        made.clock.move(minutes=5)
        async with running(made.app()) as pilot:
            await _until(lambda: "The mail server refuses the login" in shown(pilot))
            assert "wrong" not in shown(pilot)
    assert not server.messages


async def test_the_status_line_reports_that_no_mail_server_is_set_up(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        none = "No mail server is set up: mail waits in the outbox"
        await _until(lambda: str(pilot.app.status) == none)  # type: ignore[attr-defined]
        made.push("Q1 review", "ann")
        made.check_for_changes(pilot)
        waiting = f"z undo, 2:00 left · {none} (3 waiting)"
        await _until(lambda: str(pilot.app.status).endswith(waiting))  # type: ignore[attr-defined]
        made.clock.move(minutes=2)
        await _until(lambda: str(pilot.app.status) == f"{none} (3 waiting)")  # type: ignore[attr-defined]


async def test_a_sender_that_is_none_is_said(tmp_path: Path) -> None:
    with example(tmp_path, Smtp(host="localhost", sender="nobody")) as made:
        async with running(made.app()) as pilot:
            await _until(lambda: "No mail is sent: " in shown(pilot))


async def test_the_app_sends_mail_through_the_given_transports(made: Example) -> None:
    made.load(PEOPLE)
    made.push("Q1 review", "ann")
    made.clock.move(minutes=5)
    app = OpenedStudio(
        lambda _: (made.studio, made.admin), transports=lambda studio: [FakeTransport()]
    )
    async with running(app):
        await _until(lambda: _counts(made) == {NotificationState.SENT: 3})
        assert str(app.status) == ""


async def test_the_app_of_a_user_without_the_outbox_sends_nothing(made: Example) -> None:
    made.load(PEOPLE)
    made.push("Q1 review", "ann")
    made.clock.move(minutes=5)
    async with running(made.app(made.actor("ann"))) as pilot:
        assert isinstance(pilot.app.screen, MyConversationsScreen)
        assert str(pilot.app.status) == ""  # type: ignore[attr-defined]
    assert _counts(made) == {NotificationState.QUEUED: 3}


def _as(made: Example, login: str) -> OpenedStudio:
    """Return the app of a user whose identity and role are checked again on changes."""
    return OpenedStudio(
        lambda _: (made.studio, made.actor(login)),
        transports=lambda _: [FakeTransport()],
        current_actor=lambda studio: sign_in(studio, Account(login, login)),
    )


def _change(made: Example, login: str, columns: str, cells: str) -> None:
    name = f"{login}@example.org,{login.title()},Claes"
    made.load(f"{login},{name},{cells}\n", f"login,email,given_name,family_name,{columns}")


async def test_a_user_who_leaves_is_signed_out_and_their_pending_acts_are_discarded(
    made: Example,
) -> None:
    """A1, A2."""
    made.load(PEOPLE)
    app = _as(made, "sam")
    done: list[str] = []
    async with running(app) as pilot:
        await press(pilot, "3")
        assert app.refused is None
        _change(made, "sam", "active", "no")
        made.check_for_changes(pilot)
        await _until(lambda: app.refused is not None)
        app.bridge.write(app.screen, lambda: done.append("written"))
        await _until(lambda: app.return_code is not None)
    assert done == []
    assert app.return_code == 1
    assert app.refused is not None
    assert "sam belongs to no active user" in app.refused.message


async def test_a_changed_role_takes_effect_on_the_places_at_once(made: Example) -> None:
    """A2: forbidden screens are closed, and permitted places appear."""
    made.load(PEOPLE)
    app = _as(made, "sam")
    async with running(app) as pilot:
        await press(pilot, "3", "enter")
        assert "Templates" in shown(pilot)
        closed = app.screen
        _change(made, "sam", "role", "user")
        made.check_for_changes(pilot)
        await _until(lambda: isinstance(app.screen, MyConversationsScreen))
        await settled(pilot)
        assert "Your role was changed: from now on it is “user”." in shown(pilot)
        assert "Templates" not in shown(pilot)
        await press(pilot, "3")
        assert isinstance(app.screen, MyConversationsScreen)
        await _until(lambda: not closed.is_attached)
        _change(made, "sam", "role", "admin")
        made.check_for_changes(pilot)
        await _until(lambda: "Templates" in shown(pilot))
        await press(pilot, "3")
        assert "import" in shown(pilot).lower()
    assert app.refused is None


async def test_mail_is_sent_only_while_the_role_allows_it(made: Example) -> None:
    """A2: the app sends mail only while its user may see the outbox."""
    made.load(PEOPLE)
    app = _as(made, "sam")
    async with running(app) as pilot:
        made.push("Q1 review", "ann")
        made.clock.move(minutes=5)
        await _until(lambda: _counts(made) == {NotificationState.SENT: 3})
        posting = app._worker
        assert posting is not None
        first = posting._running
        assert first is not None
        _change(made, "sam", "role", "user")
        made.check_for_changes(pilot)
        await _until(first.done)
        made.push("Q2 review", "ann")
        made.clock.move(minutes=5)
        assert _counts(made)[NotificationState.SENT] == 3
        _change(made, "sam", "role", "support")
        made.check_for_changes(pilot)
        await _until(lambda: _counts(made) == {NotificationState.SENT: 6})
        await _until(lambda: posting._running is not first)


async def test_a_user_whose_login_resolves_to_another_user_is_signed_out(made: Example) -> None:
    made.load(PEOPLE)
    logins = iter(["sam", "sam", "ann"])
    app = OpenedStudio(
        lambda _: (made.studio, made.actor("sam")),
        transports=lambda _: [FakeTransport()],
        current_actor=lambda studio: made.actor(next(logins, "ann")),
    )
    async with running(app) as pilot:
        for name in ("Q1", "Q2", "Q3"):
            made.push(name, "ann")
            made.check_for_changes(pilot)
            await settled(pilot)
        await _until(lambda: app.return_code == 1)
    assert app.refused is not None
    assert "another user" in app.refused.message


async def test_a_failed_check_of_the_role_is_retried(made: Example) -> None:
    made.load(PEOPLE)
    answers = iter([Unavailable("The database is away.")])

    def current_actor(studio: Any) -> Any:
        for error in answers:
            raise error
        return sign_in(studio, Account("sam", "sam"))

    app = OpenedStudio(lambda _: (made.studio, made.actor("sam")), current_actor=current_actor)
    async with running(app) as pilot:
        _change(made, "sam", "role", "user")
        made.check_for_changes(pilot)
        await _until(lambda: isinstance(app.screen, MyConversationsScreen))
    assert app.refused is None


async def test_every_place_opens_with_its_key(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.whole_app()) as pilot:
        for place in start.PLACES:
            await press(pilot, place.key)
            assert pilot.app.current_mode == place.id


def _opening(path: Path, opened: ExitStack) -> Callable[[Any], Any]:
    def opening(_: Any = None) -> Any:
        studio = open_studio(Settings(database=Database(url=f"sqlite:///{path}")), SystemClock())
        opened.callback(studio.close)
        return studio, sign_in(studio, Account("els", "Els Claes"))

    return opening


def _not_a_database(path: Path) -> None:
    path.write_bytes(b"This is a letter, and no database at all. " * 40)


def _newer(path: Path) -> None:
    with ExitStack() as opened:
        _opening(path, opened)(None)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO schema_migration (name, applied) "
            "SELECT '9999_from_the_future', applied FROM schema_migration LIMIT 1"
        )


def _somebody_elses(path: Path) -> None:
    opened = open_studio(Settings(database=Database(url=f"sqlite:///{path}")), SystemClock())
    sign_in(opened, Account("other", "Somebody Else"))
    opened.close()


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_not_a_database, "is not a database"),
        (_newer, "newer"),
        (_somebody_elses, "belongs to no active user"),
        (_folder, "is a folder"),
    ],
)
async def test_a_database_that_cannot_be_opened_is_reported_and_can_be_retried(
    tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    path = tmp_path / "spoilt.db"
    spoil(path)
    with ExitStack() as opened:
        await _tried_again(OpenedStudio(_opening(path, opened)), path, reason)


async def _tried_again(app: OpenedStudio, path: Path, reason: str) -> None:
    async with running(app) as pilot:
        assert isinstance(app.screen, Opening)
        assert reason in " ".join(shown(pilot).split())
        assert app.refused is not None
        assert reason in app.refused.message
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
        await press(pilot, "r")
        assert app.refused is None
        assert app.current_mode == "today"


def test_quitting_an_app_whose_database_did_not_open_exits_with_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def opening(_: Any) -> Any:
        raise Unavailable("The database /srv/studio.db: it is \x1b[31mlocked.")

    def run(app: OpenedStudio, **_: Any) -> None:
        async def opened_and_left() -> None:
            async with running(app) as pilot:
                await press(pilot, "q")

        asyncio.run(opened_and_left())

    monkeypatch.setattr(OpenedStudio, "run", run)
    assert run_app(opening) == 1
    error = capsys.readouterr().err
    assert error == "studio-tui: The database /srv/studio.db: it is [31mlocked.\n"


def test_without_a_terminal_it_says_so() -> None:
    reason = why_no_terminal({"TERM": "xterm"})
    assert reason is not None
    assert "needs a terminal" in reason


def _counts(made: Example) -> dict[NotificationState, int]:
    return outbox.counts(made.studio, made.admin)
