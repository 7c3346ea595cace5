"""The database server's clock replaces the host's (D2, N8)."""

from datetime import UTC, datetime, timedelta

from studio_tui.storage.engine.database_clock import DatabaseClock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class _Host:
    """A host whose monotonic clock a test moves, and the database server's clock."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.server = NOON
        self.questions = 0
        self.clock = DatabaseClock(lambda: self.seconds)

    def ask(self) -> datetime:
        self.questions += 1
        return self.server

    def work(self) -> None:
        if self.clock.is_due():
            self.clock.set_by(self.ask)

    def wait(self, seconds: float, *, server_set_by: float = 0) -> None:
        self.seconds += seconds
        self.server += timedelta(seconds=seconds + server_set_by)


def test_it_shows_the_time_of_the_server() -> None:
    host = _Host()
    host.work()
    assert host.clock.now() == NOON
    host.wait(10)
    assert host.clock.now() == NOON + timedelta(seconds=10)


def test_the_server_is_asked_once_a_minute() -> None:
    host = _Host()
    for _ in range(121):
        host.work()
        host.wait(1)
    assert host.questions == 2


def test_half_of_what_it_takes_to_ask_has_gone_by_since_the_answer() -> None:
    host = _Host()

    def ask_slowly() -> datetime:
        host.wait(1)
        answer = host.server
        host.wait(1)
        return answer

    host.clock.set_by(ask_slowly)
    assert host.clock.now() == host.server


def test_a_server_whose_clock_was_set_is_noticed() -> None:
    host = _Host()
    host.work()
    host.wait(61)
    host.work()
    assert not host.clock.jumped_within(300)
    host.wait(61, server_set_by=300)
    host.work()
    assert host.clock.now() == host.server
    assert host.clock.jumped_within(270)
    host.wait(271)
    assert not host.clock.jumped_within(270)


def test_a_host_that_slept_shows_the_time_of_the_server() -> None:
    host = _Host()
    host.work()
    host.wait(8 * 3_600)
    assert host.clock.now() == host.server
    host.work()
    assert not host.clock.jumped_within(270)
