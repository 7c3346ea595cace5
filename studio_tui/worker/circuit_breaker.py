"""Telling a mail that is refused from a server that takes no mail (N7, N13).

A refusal that may be about anybody fails no mail by itself. It is held against a mail only where
the server has taken another one in between, or has refused many to one domain and then takes one
to another. Where it refuses one after another, it is the server, and mail waits.

What was refused and when is counted in steps: a result means something only for what was begun
after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from studio_tui.mail.transport.outcomes import (
    Aside,
    Deferred,
    Delivered,
    Fault,
    Outcome,
    Rejected,
    RelayDown,
)
from studio_tui.mail.transport.refusals import About
from studio_tui.worker.retry import pause_after
from studio_tui.worker.timing import Pace

_CERTAIN = frozenset({About.RECIPIENT, About.MESSAGE})
"""What a refusal of this mail alone is about."""
_BEFORE_MAIL = frozenset({Fault.UNREACHABLE, Fault.TLS, Fault.LOGIN, Fault.TOKEN, Fault.NAME})
"""Over once a mail can be offered at all; other faults only once one is taken."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    step: int
    domain: str
    outcome: Rejected | Deferred


class Breaker:
    """Knows from the outcomes whether the server takes mail at all."""

    def __init__(
        self,
        pace: Pace,
        refused: Mapping[int, str] | None = None,
        down: RelayDown | None = None,
    ) -> None:
        """``refused``: the domains of mails that wait because they were refused before, by their
        ids; ``down``: what kept mail from leaving when the server was last asked."""
        self._pace = pace
        self._step = 0
        self._taken_since = 0
        """When the newest mail that was taken was begun."""
        self._refused = dict.fromkeys(refused or (), 0)
        """When each mail was last refused."""
        self._held = set(refused or ())
        """Mails that are to be tried once more as soon as the server takes another one."""
        self._run: list[_Refusal] = []
        """Refusals in a row that may be about anybody."""
        self._shut: set[str] = set()
        """Domains that the server refused while it took mail to others."""
        self._content_refused = False
        self._outages = 0
        self._doubted_at = self._stopped_at = 0
        many = len(refused or ()) >= pace.refusals_in_a_row
        self._many_in_doubt = many
        known = frozenset((refused or {}).values())
        self.doubted = known if many or down else frozenset[str]()
        """Domains that were refused again and again: others are tried first."""
        self.down = down
        """Why the server takes no mail, None as far as it does."""
        self.aside: dict[int, RelayDown] = {}
        """Mails that were put aside while others were taken, and why."""
        self.was_seen = False
        """Whether it was seen here, not only by a worker before, that no mail is taken."""

    def begin(self) -> int:
        """A mail is begun; returns the step, for `judge`."""
        self._step += 1
        return self._step

    def judge(self, outcome: Outcome, mail_id: int, domain: str, begun: int) -> Outcome:
        """What ``outcome`` means for this mail, in the light of those before it."""
        self._step += 1
        match outcome:
            case Delivered():
                self._take(mail_id, domain, begun)
            case Rejected() | Deferred() if self._may_be_anybodys(outcome):
                return self._doubt(outcome, mail_id, domain)
            case Rejected() | Deferred():
                self._content_refused |= outcome.about is About.CONTENT
                if self.down and self.down.fault in _BEFORE_MAIL:
                    self.down = None
            case RelayDown():
                if outcome.offered and self._taken_after_refusal(mail_id):
                    # The server takes others: this mail need not hold them up.
                    self.aside[mail_id] = outcome
                    return Aside(outcome.code, outcome.words)
                self._stop(outcome)
                if outcome.offered:
                    self._refused[mail_id] = self._step
        return outcome

    def concede(self) -> None:
        """There is no other mail to try: what was refused in a row was refused by the server."""
        permanent = any(isinstance(each.outcome, Rejected) for each in self._run)
        if self._run and not self.down and (permanent or not self._taken_since):
            self._stop(_as_down(self._run[-1].outcome))
        elif not self.down:
            self.doubted = frozenset()

    def to_try_again(self) -> frozenset[int]:
        """Mails that were refused before the server took another one; each is told once."""
        due = frozenset(each for each in self._held if self._taken_after_refusal(each))
        self._held -= due
        return due

    def skips(self, domain: str) -> bool:
        """Whether a mail to this domain waits until one to another was tried."""
        return domain in self.doubted and not self.down

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

    def _may_be_anybodys(self, outcome: Rejected | Deferred) -> bool:
        if outcome.about is About.CONTENT:
            # The first may be at fault itself; that all are is not likely.
            return isinstance(outcome, Deferred) or self._content_refused
        return outcome.about not in _CERTAIN

    def _taken_after_refusal(self, mail_id: int) -> bool:
        refused = self._refused.get(mail_id)
        return refused is not None and self._taken_since > refused

    def _doubt(self, outcome: Rejected | Deferred, mail_id: int, domain: str) -> Outcome:
        permanent = isinstance(outcome, Rejected)
        if permanent and (domain in self._shut or self._taken_after_refusal(mail_id)):
            self._held.discard(mail_id)
            return outcome
        if self.down and self.down.fault in _BEFORE_MAIL:
            self.down = None
        self._run.append(_Refusal(self._step, domain, outcome))
        if permanent:
            self._refused[mail_id] = self._step
            self._held.add(mail_id)
        if self.down or (self.doubted and domain not in self.doubted):
            # One more of the same, or not about a domain either.
            down = _as_down(outcome)
            self._stop(down)
            return outcome if isinstance(outcome, Deferred) and outcome.uncertain else down
        if len(self._run) >= self._pace.refusals_in_a_row and not self.doubted:
            self.doubted = frozenset(each.domain for each in self._run)
            self._doubted_at, self._many_in_doubt = self._step, True
        if permanent:
            return Deferred(outcome.code, outcome.words, about=outcome.about, refused=True)
        return outcome

    def _take(self, mail_id: int, domain: str, begun: int) -> None:
        self._taken_since = max(self._taken_since, begun)
        self._refused.pop(mail_id, None)
        self._held.discard(mail_id)
        self.aside.pop(mail_id, None)
        self._content_refused = False
        self._run = [each for each in self._run if each.step > begun]
        if self.doubted and begun > self._doubted_at:
            if self._many_in_doubt:
                self._shut |= self.doubted
            self.doubted, self._many_in_doubt = frozenset(), False
        self._shut.discard(domain)
        if self.down and begun > self._stopped_at:
            self.down = None

    def _stop(self, down: RelayDown) -> None:
        self.down = down
        self.was_seen = True
        self._stopped_at = self._step


def _as_down(outcome: Rejected | Deferred) -> RelayDown:
    by_server = isinstance(outcome, Rejected) or outcome.about is About.RELAY
    fault = Fault.REFUSAL if by_server else Fault.BUSY
    return RelayDown(fault, outcome.code, outcome.words, offered=True)
