"""The times and limits of a worker, as values that tests can shorten."""

from datetime import timedelta

from studio_tui.domain.shared.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """The times and limits that a worker follows. The defaults are what the Studio uses."""

    lease: timedelta | None = None
    """How long a claimed mail belongs to a worker without a renewal; None: computed from the
    time-out of the server."""
    first_pause: timedelta = timedelta(minutes=1)
    """Pause between the first two attempts of a deferred mail; doubled each time (N7)."""
    longest_pause: timedelta = timedelta(hours=4)
    """Maximum pause between two attempts."""
    give_up_after: timedelta = timedelta(days=3)
    """Age after the first attempt at which a mail is given up."""
    min_attempts: int = 5
    """Minimum number of attempts before a mail is given up, however old it seems: a clock may have
    been set forward."""
    first_outage: timedelta = timedelta(seconds=5)
    """Pause after the server accepted no mail at all; doubled each time."""
    longest_outage: timedelta = timedelta(minutes=2)
    """Maximum pause before a server that is down is tried again."""
    refusals_in_a_row: int = 20
    """Number of refusals in a row, without an accepted mail in between, after which the server or a
    domain is at fault (N13)."""
    set_aside_for: timedelta = timedelta(minutes=30)
    """How long a mail waits that alone is refused for a reason that concerns every mail."""
    more_connections: timedelta = timedelta(minutes=10)
    """Time after which one more connection is tried if the server allowed fewer."""
    idle: timedelta = timedelta(seconds=1)
    """Interval between two checks for due mail."""
    remind_every: timedelta = timedelta(minutes=1)
    """Interval between two checks for due reminders (P15)."""
    read_clock_every: timedelta = timedelta(minutes=1)
    """Interval between two checks of the clock of this host."""
    recheck_after: timedelta = timedelta(seconds=10)
    """Time after its claim from which a mail is checked again before it leaves (N6)."""
    claimed_per_transport: int = 25
    """Number of mails to claim at once: few enough to be begun well within the lease."""

    def unwritten(self, transports: int) -> int:
        """Return how many mails may be between their first byte and the commit of their result.

        At most these are sent twice if a worker is killed (N3). One for every second transport: the
        others offer the next recipients in the meantime.
        """
        return transports - transports // 2

    def lease_time(self, timeout: float) -> timedelta:
        """Return the duration of a lease if the server may take ``timeout`` seconds for a reply."""
        # A mail waits for four replies.
        return self.lease or timedelta(seconds=4 * timeout + 30)
