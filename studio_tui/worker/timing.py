"""How a worker bides its time: values, so that a test need not wait for what takes hours."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """The times and numbers that a worker goes by; what stands here is what the Studio uses."""

    lease: timedelta | None = None
    """How long a claimed mail is a worker's own unless that is renewed; None: as the time-out of
    the server demands."""
    first_pause: timedelta = timedelta(minutes=1)
    """Between the first two tries of a mail that is deferred; doubled each time (N7)."""
    longest_pause: timedelta = timedelta(hours=4)
    """Between any two tries."""
    give_up_after: timedelta = timedelta(days=3)
    """From the first try of a mail on."""
    fewest_tries: int = 5
    """Before a mail is given up, however old it seems: a clock may have been set forward."""
    first_outage: timedelta = timedelta(seconds=5)
    """How long a server that takes no mail at all is left alone; doubled each time."""
    longest_outage: timedelta = timedelta(minutes=2)
    """Until a server that took no mail is tried again, at most."""
    refusals_in_a_row: int = 20
    """So many mails refused and none taken in between: it is the server, or a domain (N13)."""
    aside: timedelta = timedelta(minutes=30)
    """How long a mail waits that alone is refused for a reason that is about everybody."""
    more_connections: timedelta = timedelta(minutes=10)
    """After how long one connection more is tried, where the server allowed fewer."""
    idle: timedelta = timedelta(seconds=1)
    """How often to look for something that is due."""
    remind_every: timedelta = timedelta(minutes=1)
    """How often to look whether somebody is to be reminded (P15)."""
    read_clock_every: timedelta = timedelta(minutes=1)
    """How often to find out whether the clock of this host is right."""
    look_again: timedelta = timedelta(seconds=10)
    """How long after its claim a mail leaves without another look whether it is still true (N6)."""
    claimed_per_transport: int = 25
    """How many mails are claimed at once: few enough to be begun well within the lease."""

    def unwritten(self, transports: int) -> int:
        """How many mails may be between their first byte and the commit of what became of them: at
        most these are sent twice when a worker is killed (N3).

        For every second transport: the others offer the next recipients meanwhile.
        """
        return transports - transports // 2

    def lease_time(self, timeout: float) -> timedelta:
        """How long a lease lasts where the server may take ``timeout`` seconds for a reply."""
        # A mail has four replies to wait for.
        return self.lease or timedelta(seconds=4 * timeout + 30)
