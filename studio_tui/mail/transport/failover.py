"""Failover between mail servers: the next one is used while those before it are down (N14)."""

from collections.abc import Callable, Sequence

from studio_tui.config.clock import seconds_since_boot
from studio_tui.mail.transport.outcomes import (
    ClearToSend,
    Fault,
    Outcome,
    RelayDown,
    send_immediately,
)
from studio_tui.mail.transport.smtp import SmtpConnection

_DOWN_SECONDS = 60.0
"""Seconds for which a server that is down is not tried again while another accepts mail."""
_DOWN = frozenset({Fault.UNREACHABLE, Fault.TLS})
"""Faults for which the next server is tried. A refused login, sender or quota must not be bypassed
by sending through another server."""


class RelayStates:
    """The state of the servers, shared by all connections of a process."""

    def __init__(self, number: int, elapsed: Callable[[], float] = seconds_since_boot) -> None:
        """``elapsed`` returns seconds of a monotonic clock."""
        self._elapsed = elapsed
        self._down_until = [float("-inf")] * number
        self.connections: list[SmtpConnection] = []
        """The connections to all servers. A server with an open connection is not down."""

    def in_order(self) -> list[int]:
        """Return the servers in the order in which to try them: those that were down come last."""
        now = self._elapsed()
        return sorted(range(len(self._down_until)), key=lambda each: self._down_until[each] > now)

    def mark_down(self, number: int) -> None:
        """Record that a server accepted no connection."""
        self._down_until[number] = self._elapsed() + _DOWN_SECONDS

    def mark_up(self, number: int) -> None:
        """Record that a server processed a mail."""
        self._down_until[number] = float("-inf")


class FailoverConnection:
    """A `Transport` to the first of several servers that is not down."""

    def __init__(self, connections: Sequence[SmtpConnection], relays: RelayStates) -> None:
        """``connections`` has one connection to each server, in order."""
        self._connections = connections
        self._relays = relays
        self._used = 0
        relays.connections.extend(connections)

    @property
    def place(self) -> str:
        """Host and port of the server that was used last."""
        return self._connections[self._used].place

    async def send(
        self,
        sender: str,
        recipient: str,
        message: bytes,
        clear_to_send: ClearToSend = send_immediately,
    ) -> Outcome:
        """Hand over ``message`` to the first server that accepts connections.

        If none does, returns the outcome of the first server.
        """
        failed: list[tuple[int, Outcome]] = []
        for number in self._relays.in_order():
            await self._switch_to(number)
            outcome = await self._connections[number].send(
                sender, recipient, message, clear_to_send
            )
            if not isinstance(outcome, RelayDown) or outcome.fault not in _DOWN:
                self._relays.mark_up(number)
                return outcome
            if outcome.crowded and self._is_used_by_others(number):
                # The server has no room for this connection, but accepts mail over another.
                return outcome
            self._relays.mark_down(number)
            failed.append((number, outcome))
        return min(failed, key=lambda each: each[0])[1]

    async def close(self) -> None:
        """Close the connections to all servers."""
        for connection in self._connections:
            await connection.close()

    async def _switch_to(self, number: int) -> None:
        """Switch to another server, and close the connection to the previous one."""
        if number != self._used:
            await self._connections[self._used].close()
            self._used = number

    def _is_used_by_others(self, number: int) -> bool:
        place = self._connections[number].place
        return any(each.is_open and each.place == place for each in self._relays.connections)
