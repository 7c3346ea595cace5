"""The faults of a simulation and their times, all drawn from the seed.

Each seed has only a few kinds of faults, each for limited periods. If everything failed at once,
faults that only appear after a long undisturbed run would never be found.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.simulation.database import AWAY, BUSY, FAILING, FULL, Failure
from tests.simulation.event_loop import Process, current_process
from tests.simulation.mail_server import ReplyFault, Stage

TEMPORARY = {
    Stage.GREETING: ("421 4.3.2 come back later", "554 5.3.2 not now"),
    Stage.MAIL: ("451 4.3.0 try again", "421 4.3.2 shutting down", "452 4.3.1 no space"),
    Stage.RCPT: ("450 4.2.1 mailbox busy", "451 4.7.1 greylisted", "421 4.4.2 time is up"),
    Stage.DATA: ("451 4.3.0 try again", "421 4.3.2 shutting down"),
    Stage.MESSAGE: ("451 4.3.0 try again", "452 4.3.1 no space", "451 4.6.0 not now"),
}
PERMANENT = {
    Stage.MAIL: ("550 5.7.1 sender rejected", "550 5.4.5 daily sending limit exceeded"),
    Stage.RCPT: ("554 5.7.1 relay access denied", "550 5.7.1 refused"),
    Stage.DATA: ("554 5.5.1 no", "550 5.7.1 refused"),
    Stage.MESSAGE: ("554 5.7.1 refused", "550 5.7.1 looks like spam"),
}
CLOSED = "554 5.7.1 relay access denied for now"
"""The reply to every recipient while the server accepts no mail."""
UNKNOWN = frozenset({"u03@one.example", "u11@three.example"})
"""Recipients that the server always rejects as unknown."""
THEMES = (
    frozenset({"slow", "away", "stops"}),
    frozenset({"slow", "away"}),
    frozenset({"slow", "stops", "kills"}),
    frozenset({"slow", "acts"}),
    frozenset({"limits", "refusals"}),
    frozenset({"limits", "kills"}),
    frozenset({"limits"}),
    frozenset({"full", "kills"}),
    frozenset({"closed", "kills"}),
)
"""Kinds of faults that only in combination show the need for a safeguard."""
KINDS = (
    "closed",
    "kills",
    "stops",
    "slow",
    "outage",
    "refusals",
    "twists",
    "cuts",
    "full",
    "busy",
    "away",
    "limits",
    "clocks",
    "acts",
)


@dataclass(frozen=True, slots=True)
class Span:
    """A period during which a fault is active."""

    begins: float
    ends: float
    is_mild: bool
    """Whether connections hang instead of being refused, and refusals are temporary."""
    of: str = ""
    """The affected host; empty for all."""

    def holds(self, now: float, name: str = "") -> bool:
        """Return whether the fault is active at ``now`` for the process ``name``."""
        return self.begins <= now < self.ends and (not self.of or name.startswith(f"{self.of}."))


@dataclass
class Faults:
    """The faults of one seed; implements `Mood` for the mail server."""

    seed: int
    kinds: frozenset[str] | None = None
    """The kinds of faults; None to draw them from the seed."""
    spans: dict[str, list[Span]] = field(default_factory=dict)
    until: float = 0.0
    """The time after which no fault is active, in simulated seconds."""

    def __post_init__(self) -> None:
        self._random = Random(f"{self.seed} faults")
        draw = self._random
        if self.kinds is None:
            chance = draw.choice((0.0, 0.0, 0.15, 0.3, 0.5))
            theme = draw.choice(THEMES)
            drawn = frozenset(each for each in KINDS if draw.random() < chance)
            self.kinds = drawn if chance > 0.2 else drawn | theme
        self.hosts = [f"h{number}" for number in range(1, draw.choice((2, 3, 3, 3, 4)))]
        self.timeout = draw.choice((5.0, 10.0, 20.0))
        self.lease = 4 * self.timeout + 30
        self.connections = draw.choice((1, 2, 2, 4))
        self.until = draw.uniform(60, 400)
        self.per_minute = draw.randint(4, 12) if self.has("limits") else 0
        self.per_domain_minute = draw.choice((0, 0, 3)) if self.has("limits") else 0
        self.least = 0.3
        self.slowness = draw.choice((0.2, 0.6, 0.95))
        """The longest delay of a reply, as a fraction of the timeout."""
        most = draw.choice((1, 2, 5))
        self.bursts = [self.until * draw.random() * 0.8 for _ in range(most)]
        """The times at which mail becomes due."""
        self.network_seconds = draw.choice((0.005, 0.05, 0.3))
        self.thread_seconds = draw.choice((0.001, 0.01, 0.1))
        self.rate = draw.choice((0.01, 0.05, 0.2))
        """The probability that a reply or statement fails while its fault is active."""
        for kind in ("slow", "outage", "refusals", "twists", "full", "busy"):
            self.spans[kind] = self._spans(longest=self.until / 2)
        self.spans["closed"] = self._spans(longest=self.until / 2)[:1]
        self.spans["stops"] = self._spans(longest=2 * self.lease, by_host=True)
        self.spans["away"] = self._spans(longest=2 * self.lease, by_host=draw.random() < 0.7)
        if self.has("slow") and (self.has("away") or self.has("stops")) and draw.random() < 0.7:
            self._outlast_leases()
        self.skew = {
            host: draw.choice((0.0, draw.uniform(-300, 300))) if self.has("clocks") else 0.0
            for host in self.hosts
        }
        self.jumps = sorted(
            (draw.uniform(0, self.until), draw.choice(self.hosts), draw.uniform(-600, 600))
            for _ in range(draw.randint(1, 3) if self.has("clocks") else 0)
        )
        self.now: Callable[[], float] = lambda: 0.0

    def _outlast_leases(self) -> None:
        """Make a host lose its leases while its mail is on the wire and another host works."""
        draw = self._random
        # The first mail of a connection waits for six replies, which together outlast a lease.
        self.timeout, self.least = 20.0, 0.96
        self.lease = 4 * self.timeout + 30
        self.until, self.slowness = 4 * self.lease, 0.95
        self.bursts = [0.0]
        self.spans["slow"] = [Span(0, self.until, is_mild=True)]
        self.hosts = ["h1", "h2"]
        for kind in ("away", "stops"):
            begins = draw.uniform(8, 35)
            ends = begins + self.lease * draw.uniform(1.1, 2)
            self.spans[kind] = [Span(begins, ends, is_mild=True, of=draw.choice(self.hosts))]

    def has(self, kind: str) -> bool:
        """Return whether this kind of fault occurs in the simulation."""
        return self.kinds is not None and kind in self.kinds

    def happens(self, kind: str, name: str = "") -> Span | None:
        """Return the active period of this fault for the process ``name``, or None."""
        if not self.has(kind):
            return None
        now = self.now()
        for span in self.spans[kind]:
            if span.holds(now, name):
                return span
        return None

    def death(self) -> int:
        """Draw the number of steps after which a new process is killed; 0 for never."""
        if not self.has("kills") or self.now() > self.until or self._random.random() < 0.3:
            return 0
        return int(10 ** self._random.uniform(0, 3.4))

    def kills(self) -> list[tuple[float, str]]:
        """Draw times and hosts at which the running process is killed, whatever its state."""
        draw = self._random
        if not self.has("kills"):
            return []
        return [
            (draw.choice(self.bursts) + 60 * draw.random() ** 2, draw.choice(self.hosts))
            for _ in range(draw.randint(0, 3))
        ]

    def pause(self) -> float:
        """Draw the seconds until a killed process is started again."""
        return self._random.choice((0.5, 5.0, 60.0)) * self._random.random()

    def connects(self) -> str:
        """See `Mood`."""
        span = self.happens("outage")
        if span is None:
            return ""
        return "hangs" if span.is_mild else "refused"

    def cuts(self) -> tuple[int | None, int | None]:
        """See `Mood`."""
        if not self.has("cuts") or self.now() > self.until or self._random.random() > 0.4:
            return None, None
        there = self._random.random() < 0.5
        at = self._random.randrange(9000 if there else 900)
        return (at, None) if there else (None, at)

    def pipelines(self) -> bool:
        """See `Mood`."""
        return self._random.random() < 0.8

    def processing_seconds(self) -> float:
        """See `Mood`."""
        if self.happens("slow"):
            return self._random.uniform(self.least, 1) * self.timeout * self.slowness
        return self._random.random() * 0.01

    def refusal(self, stage: Stage, recipient: str) -> str:
        """See `Mood`."""
        if stage is Stage.RCPT and recipient in UNKNOWN:
            return "550 5.1.1 user unknown"
        if stage is Stage.RCPT and self.happens("closed"):
            return CLOSED
        span = self.happens("refusals")
        if span is None or self._random.random() > 3 * self.rate:
            return ""
        if not span.is_mild and stage in PERMANENT:
            return self._random.choice(PERMANENT[stage])
        return self._random.choice(TEMPORARY[stage])

    def reply_fault(self, stage: Stage) -> ReplyFault:
        """See `Mood`."""
        if not self.happens("twists") or self._random.random() > self.rate:
            return ReplyFault.NONE
        twists = (each for each in ReplyFault if each)
        return self._random.choice(list(twists))

    def of_statement(self, sql: str) -> Failure | None:
        """Return the failure of a statement of the current process, or None."""
        process = current_process()
        name = process.name if process else ""
        if self.happens("away", name):
            return AWAY
        verb = sql.lstrip("( ").partition(" ")[0].upper()
        if verb in _WRITING and self.happens("full"):
            return FULL
        if self.happens("busy") and self._random.random() < self.rate:
            return FAILING if self._random.random() < 0.3 else BUSY
        return None

    def _spans(self, longest: float, *, by_host: bool = False) -> list[Span]:
        draw, found = self._random, []
        for _ in range(draw.randint(1, 3)):
            begins = max(draw.choice(self.bursts) + draw.uniform(-20, 40), 0)
            ends = min(begins + draw.uniform(0, longest), self.until)
            mild = draw.random() < 0.5
            found.append(Span(begins, ends, mild, draw.choice(self.hosts) if by_host else ""))
        return found


_WRITING = frozenset({"INSERT", "UPDATE", "DELETE", "WITH", "COMMIT"})


def stop_ends(faults: Faults, process: Process) -> float:
    """Return the time until which the process is stopped; 0 if it is not."""
    span = faults.happens("stops", process.name)
    return span.ends if span else 0.0
