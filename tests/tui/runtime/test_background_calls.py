"""Background calls: stale results are dropped, writes are serialised, errors are one sentence."""

import threading
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from studio_tui.config.log import log_path
from studio_tui.domain.shared.cancellation import CancelToken, current
from studio_tui.domain.shared.errors import Refused, StudioError
from studio_tui.tui.runtime.background_calls import Bridge, UnexpectedError
from tests.tui import running, settled, until


class BridgeApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.errors: list[StudioError] = []
        self.bridge = Bridge(self.errors.append)
        self.asker = Static()

    def compose(self) -> ComposeResult:
        yield self.asker


@pytest.fixture(autouse=True)
def _own_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


class Gate:
    """A call that sets ``began`` when it starts, and blocks until ``opened`` is set."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.began = threading.Event()
        self.opened = threading.Event()

    def __call__(self) -> str:
        self.began.set()
        assert self.opened.wait(60)
        return self.answer


async def test_of_queued_reads_in_a_lane_only_the_newest_runs_and_stale_results_are_dropped() -> (
    None
):
    app = BridgeApp()
    async with running(app) as pilot:
        first, second, third = Gate("first"), Gate("second"), Gate("third")
        answers: list[str] = []
        for gate in (first, second, third):
            app.bridge.read(app.asker, "lane", gate, answers.append)
            await until(pilot, first.began.is_set)
        for gate in (first, second, third):
            gate.opened.set()
        await settled(pilot)
        assert answers == ["third"]
        assert not second.began.is_set()


async def test_a_result_is_dropped_if_its_lane_is_read_again_before_delivery() -> None:
    app = BridgeApp()
    async with running(app) as pilot:
        answers: list[str] = []
        arrived = threading.Event()

        def ask_again() -> str:
            arrived.set()
            return "old"

        app.bridge.read(app.asker, "lane", ask_again, answers.append)
        assert arrived.wait(60)
        app.bridge.read(app.asker, "lane", lambda: "new", answers.append)
        await settled(pilot)
        assert answers == ["new"]


async def test_lanes_do_not_wait_for_each_other() -> None:
    app = BridgeApp()
    async with running(app) as pilot:
        slow = Gate("slow")
        answers: list[str] = []
        app.bridge.read(app.asker, "a", slow, answers.append)
        app.bridge.read(app.asker, "b", lambda: "quick", answers.append)
        await until(pilot, lambda: bool(answers))
        assert answers == ["quick"]
        slow.opened.set()
        await settled(pilot)
        assert answers == ["quick", "slow"]


async def test_dropping_a_lane_cancels_its_read_and_discards_the_result() -> None:
    app = BridgeApp()
    async with running(app) as pilot:
        gate = Gate("unwanted")
        answers: list[str] = []
        stops: list[CancelToken | None] = []

        def call() -> str:
            stops.append(current())
            return gate()

        app.bridge.read(app.asker, "lane", call, answers.append)
        await until(pilot, lambda: bool(stops))
        app.bridge.drop(app.asker, "lane")
        assert stops[0] is not None
        assert stops[0].asked
        gate.opened.set()
        await settled(pilot)
        app.bridge.read(app.asker, "lane", lambda: "wanted", answers.append)
        app.bridge.write(app.asker, lambda: stops.append(current()))
        await settled(pilot)
        assert answers == ["wanted"]
        assert stops[1] is None, "a write comes to its end"


async def test_writes_run_one_at_a_time_in_order_and_none_is_dropped() -> None:
    app = BridgeApp()
    async with running(app) as pilot:
        under_way: list[int] = []
        most: list[int] = []
        answers: list[int] = []

        def write(number: int) -> int:
            under_way.append(number)
            most.append(len(under_way))
            under_way.remove(number)
            return number

        for number in range(20):
            app.bridge.write(app.asker, lambda number=number: write(number), answers.append)  # type: ignore[misc]
        await settled(pilot)
        assert answers == list(range(20))
        assert max(most) == 1


async def test_errors_go_to_the_callback_of_the_call_or_to_the_default_handler() -> None:
    app = BridgeApp()

    def refuse() -> None:
        raise Refused("The push is closed.")

    async with running(app) as pilot:
        mine: list[StudioError] = []
        app.bridge.write(app.asker, refuse, failed=mine.append)
        app.bridge.read(app.asker, "lane", refuse, lambda _: None)
        await settled(pilot)
        assert [str(error) for error in mine] == ["The push is closed."]
        assert [str(error) for error in app.errors] == ["The push is closed."]


async def test_an_unexpected_error_is_one_sentence_and_its_traceback_is_in_a_private_log() -> None:
    app = BridgeApp()

    def fail() -> None:
        raise KeyError("postgresql://studio:s3cret@db.example.org/studio")

    async with running(app) as pilot:
        app.bridge.write(app.asker, fail)
        await settled(pilot)
        (error,) = app.errors
        assert isinstance(error, UnexpectedError)
        assert "Traceback" not in str(error)
        assert str(log_path()) in str(error)
        written = log_path().read_text()
        assert "KeyError" in written
        assert "in fail" in written
        assert "s3cret" not in written
        assert log_path().stat().st_mode & 0o777 == 0o600


async def test_results_for_a_removed_widget_are_dropped_but_write_errors_are_reported() -> None:
    app = BridgeApp()
    async with running(app) as pilot:
        gates = [Gate("read"), Gate("write")]
        answers: list[str] = []

        def refused_late() -> str:
            gates[1]()
            raise Refused("Too late.")

        app.bridge.read(app.asker, "lane", gates[0], answers.append)
        app.bridge.write(app.asker, refused_late, answers.append)
        await app.asker.remove()
        for gate in gates:
            gate.opened.set()
        await settled(pilot)
        assert answers == []
        assert [str(error) for error in app.errors] == ["Too late."]


async def test_closing_waits_for_writes_until_its_timeout() -> None:
    app = BridgeApp()
    async with running(app):
        stuck, read = Gate("stuck"), Gate("read")
        app.bridge.write(app.asker, stuck)
        app.bridge.read(app.asker, "lane", read, lambda _: None)
        await app.bridge.close(patience=0.05)
        made: list[str] = []
        app.bridge.write(app.asker, lambda: "late", made.append)
        stuck.opened.set()
        read.opened.set()
        await app.bridge.idle()
        assert made == []
