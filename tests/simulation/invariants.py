"""The invariants that hold whatever fails (N1 to N8, N12 to N14).

They are checked from outside the program: against the mails that the server accepted, and against
the database as a second connection reads it.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from studio_tui.worker.timing import Pace
from tests.simulation.event_loop import Process, SimulatedLoop
from tests.simulation.faults import CLOSED, UNKNOWN, Faults
from tests.simulation.mail_server import MailServer, MailSession, Taken, key_of
from tests.simulation.network import Connection

_MINUTE = 60.0
_NOT_GONE = ("a later mail says it anew", "no longer their leader or coach")
"""Reasons for dropping a mail that need no simulated act."""


@dataclass(slots=True)
class _Row:
    id: int
    key: str
    state: str
    lease: str | None
    lease_until: float | None
    error: str | None


class Invariants:
    """Observes all events and records violations."""

    def __init__(
        self, observer: sqlite3.Connection, loop: SimulatedLoop, faults: Faults, pace: Pace
    ) -> None:
        self._observer = observer
        self._loop = loop
        self._faults = faults
        self._unwritten = pace.unwritten(faults.connections)
        recheck_after = pace.recheck_after.total_seconds()
        self._recheck_after = recheck_after + 1
        """Seconds after its claim during which a mail may leave without being checked again."""
        self.problems: list[str] = []
        self.copies: Counter[str] = Counter()
        self._gone: dict[str, float] = {}
        """By key of a notification: when its reason disappeared."""
        self._died: dict[Process, float] = {}
        self._failed: dict[Process, list[float]] = defaultdict(list)
        """By process: when the database failed it."""
        self._written: dict[str, tuple[float, Process]] = {}

    def break_rule(self, words: str) -> None:
        """Record a violation."""
        self.problems.append(f"{self._loop.time():.3f} {words}")

    def waiting(self) -> int:
        """Return the number of mails that are queued or being sent."""
        states = "state IN ('queued', 'sending')"
        found = self._observer.execute(f"SELECT COUNT(*) FROM notification WHERE {states}")
        return int(found.fetchone()[0])

    def record_reason_gone(self, condition: str, *params: str) -> None:
        """Record that the reason for the unsent mails under this SQL condition has disappeared."""
        found = self._observer.execute(
            "SELECT n.key FROM notification n JOIN users u ON u.id = n.recipient_id "
            f"JOIN push p ON p.id = n.push_id WHERE n.state <> 'sent' AND {condition}",
            params,
        )
        for (key,) in [*found, *self._observer.execute(_ABOUT_NOBODY)]:
            self._gone.setdefault(key, self._loop.time())

    def died(self, process: Process) -> None:
        """Record that a process was killed."""
        self._died[process] = self._loop.time()

    def crashed(self, process: Process, error: Exception) -> None:
        """Record that a worker ended with an error, which is a violation."""
        self.break_rule(f"{process.name} ended by {error!r}")

    def database_failed(self, process: Process) -> None:
        """Record that the database failed a statement of a process."""
        self._failed[process].append(self._loop.time())

    def written(self, connection: Connection, data: bytes) -> None:
        """Check a message that a client writes: its lease holds, and its reason still exists."""
        if not data.endswith(b"\r\n.\r\n") or not (key := key_of(data)):
            return
        now, process = self._loop.time(), connection.process
        assert process is not None
        row = self._row(key)
        if row.state == "dropped" and key in self._gone:
            # Erasing a user also drops claimed mail. The check of `_gone` below covers it.
            pass
        elif row.state != "sending" or row.lease != process.name:
            whose = f"{row.state}, of {row.lease}"
            self.break_rule(f"{process.name} sends {key}, which is not its own ({whose})")
        elif (row.lease_until or 0) <= now:
            self.break_rule(f"{process.name} sends {key} after its lease")
        if key in self._gone and now > self._gone[key] + self._recheck_after:
            ago = now - self._gone[key]
            self.break_rule(f"{process.name} sends {key}, which is not true for {ago:.1f} s")
        self._written[key] = now, process

    def check_processed(self, session: MailSession, key: str) -> None:
        """Check that a message that the server processes is still under its sender's lease."""
        connection = session.connection
        process = connection.process
        if process is None or not process.is_alive or not connection.is_open:
            return
        now, row = self._loop.time(), self._row(key)
        if process.stopped_until > now or process.stopped_at >= self._written[key][0]:
            # A stopped process cannot abort its transmission.
            return
        if row.state == "dropped" and key in self._gone:
            return
        if row.lease == process.name and row.state == "sending" and (row.lease_until or 0) > now:
            return
        whose = f"{row.state}, of {row.lease}, until {row.lease_until}"
        self.break_rule(f"{key} is on the wire of {process.name} beyond its lease ({whose})")

    def at_the_end(self, server: MailServer, processes: Sequence[Process]) -> None:
        """Check that every mail reached a permitted final state and every copy has a cause."""
        rows = self._rows()
        by_key: dict[str, list[Taken]] = defaultdict(list)
        for taken in server.taken:
            by_key[taken.key].append(taken)
        refused = {each.recipient for each in server.refused if each.reply != CLOSED}
        for row, recipient in rows:
            self._check_row(row, recipient, by_key[row.key], recipient in refused)
        for key in by_key.keys() - {row.key for row, _ in rows}:
            self.break_rule(f"{key} was sent, and nobody wrote it")
        self._check_copies(by_key)
        self._check_limits(server.taken)
        self._check_turns(server.taken)

    def _check_row(self, row: _Row, recipient: str, taken: list[Taken], refused: bool) -> None:
        match row.state:
            case "sent":
                if not taken:
                    self.break_rule(f"{row.key} is lost: sent, and the server never took it")
            case "failed":
                if not refused:
                    self.break_rule(f"{row.key} failed, and nobody refused it: {row.error}")
            case "dropped":
                if not row.error:
                    self.break_rule(f"{row.key} was dropped without a reason")
                elif row.key not in self._gone and row.error not in _NOT_GONE:
                    self.break_rule(f"{row.key} was dropped though it holds: {row.error}")
            case _:
                self.break_rule(f"{row.key} is left over: {row.state}, {row.error}")
        if recipient in UNKNOWN and row.state == "sent":
            self.break_rule(f"{row.key} is sent, to whom the server does not know")

    def _check_copies(self, by_key: dict[str, list[Taken]]) -> None:
        by_process: Counter[Process] = Counter()
        for key, taken in by_key.items():
            causes = [(self._cause(each), each.process) for each in taken[:-1]]
            by_process.update(process for cause, process in causes if cause == "kill")
            self.copies.update(cause for cause, _ in causes if cause)
            if not all(cause for cause, _ in causes):
                times = ", ".join(f"{each.process.name} at {each.at:.3f}" for each in taken)
                self.break_rule(f"{key} was sent {len(taken)} times without a cause: {times}")
        for process, number in by_process.items():
            if number > self._unwritten:
                self.break_rule(
                    f"the end of {process.name} cost {number} copies, {self._unwritten} at most"
                )

    def _cause(self, taken: Taken) -> str:
        """Return why a mail that was accepted may be sent again; empty if it may not."""
        process = taken.process
        if taken.answered_at is None:
            return "no answer"
        if process in self._died and process.stopped_at < taken.written_at:
            return "kill"
        if process.stopped_at >= taken.written_at:
            return "stop"
        until = taken.answered_at + self._faults.lease
        if any(taken.answered_at <= at <= until for at in self._failed[process]):
            return "database"
        return ""

    def _check_limits(self, taken: Sequence[Taken]) -> None:
        if not self._faults.per_minute or self._faults.has("clocks"):
            return
        # Mails that the Studio does not know to be sent are not counted, so leave out copies.
        last = {each.key: each for each in taken}
        known = sorted(each.at for each in last.values() if each.answered_at is not None)
        for first, at in enumerate(known):
            within = sum(at <= each < at + _MINUTE for each in known[first:])
            if within > self._faults.per_minute:
                self.break_rule(
                    f"{within} mails within a minute, {self._faults.per_minute} at most"
                )
                return

    def _check_turns(self, taken: Sequence[Taken]) -> None:
        """Check that each of two pushes has its turn if the limits delay mail (N14)."""
        faults = self._faults
        if (
            faults.kinds != frozenset({"limits"})
            or len(faults.bursts) > 1
            or faults.per_domain_minute
        ):
            return
        first = [each.key.partition("-")[0] for each in taken[: faults.per_minute]]
        for push, number in Counter(row.key.partition("-")[0] for row, _ in self._rows()).items():
            # Some recipients of the push may be unknown to the server.
            wanted = min(number, faults.per_minute // 2) - 2
            if first.count(push) < wanted:
                self.break_rule(f"push {push} has no turn: {' '.join(first)}")

    def _row(self, key: str) -> _Row:
        found = self._observer.execute(f"{_ROWS} WHERE n.key = ?", (key,)).fetchone()
        return _Row(*found[:6])

    def _rows(self) -> list[tuple[_Row, str]]:
        found = self._observer.execute(f"{_ROWS} ORDER BY n.id").fetchall()
        return [(_Row(*each[:6]), each[6]) for each in found]


_ABOUT_NOBODY = (
    "SELECT n.key FROM notification n WHERE n.state <> 'sent' AND n.capacity = 'manager' "
    "AND NOT EXISTS (SELECT 1 FROM notification_user x JOIN users u ON u.id = x.user_id "
    "AND u.active JOIN assignment a ON a.push_id = n.push_id AND a.user_id = x.user_id "
    "AND a.unassigned_at IS NULL LEFT JOIN conversation c ON c.assignment_id = a.id "
    "WHERE x.notification_id = n.id AND c.finished_at IS NULL)"
)
"""Mails to managers that concern no user with an open assignment."""
_ROWS = (
    "SELECT n.id, n.key, n.state, n.lease, n.lease_until, n.error, u.email "
    "FROM notification n JOIN users u ON u.id = n.recipient_id"
)
