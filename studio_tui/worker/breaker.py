"""Telling a mail that is refused from a server that takes no mail (N7)."""

import re
from random import Random

from studio_tui.mail.outcomes import Delivered, Fault, Outcome, Rejected, RelayDown
from studio_tui.worker.decisions import pause_after
from studio_tui.worker.pace import Pace

# Enhanced status codes (RFC 3463) that name the recipient, or their mailbox, as the reason.
_ABOUT_THE_RECIPIENT = re.compile(r"5\.(1\.[1-6]|2\.\d+)\b")


class Breaker:
    """Knows from the outcomes whether the server takes mail at all."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._refused = 0
        self._outages = 0
        self.down: RelayDown | None = None
        """Why the server takes no mail, None as far as it does."""

    def judge(self, outcome: Outcome) -> Outcome:
        """What ``outcome`` means in the light of those before it.

        A server that refuses mail after mail is misconfigured: after so many in a row the mail is
        not at fault any more, and waits. Refusals that name the recipient as the reason do not
        count.
        """
        if isinstance(outcome, Rejected) and _may_be_the_server(outcome):
            self._refused += 1
            if self._refused >= self._pace.refusals_in_a_row:
                outcome = RelayDown(Fault.REFUSAL, outcome.code, outcome.words)
        if isinstance(outcome, Delivered):
            self._refused = 0
        if isinstance(outcome, RelayDown):
            self.down = outcome
        elif isinstance(outcome, Delivered) or not self._refuses:
            self.down = None
        return outcome

    def pause(self, random: Random) -> float:
        """Seconds until there is something to do: longer each time that the server is down."""
        if not self.down:
            self._outages = 0
            return self._pace.idle.total_seconds()
        pause = pause_after(
            self._outages,
            random,
            first=self._pace.first_outage,
            longest=self._pace.longest_outage,
        )
        self._outages += 1
        return pause.total_seconds()

    @property
    def _refuses(self) -> bool:
        """Whether it is down because it refuses all mail: only a mail it takes ends that."""
        return self.down is not None and self.down.fault is Fault.REFUSAL


def _may_be_the_server(outcome: Rejected) -> bool:
    return outcome.code is not None and not _ABOUT_THE_RECIPIENT.match(outcome.words)
