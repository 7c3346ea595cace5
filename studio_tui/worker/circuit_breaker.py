"""A circuit breaker: it distinguishes a refused mail from a mail server that is down (N7, N13).

A refusal that may concern every mail does not fail the mail by itself. It counts against the mail
only if the server has accepted another mail since, or has refused many mails to one domain and then
accepts a mail to another. If the server refuses mail after mail, the fault is the server's and mail
waits.

Order is counted in steps, one for each attempt that begins or ends: an acceptance counts only for
refusals that came before its attempt began.
"""

from collections.abc import Mapping
from random import Random

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.mail.transport.outcomes import (
    Deferred,
    Delivered,
    Fault,
    Outcome,
    Postponed,
    Rejected,
    RelayDown,
)
from studio_tui.mail.transport.refusals import About
from studio_tui.worker.retry import pause_after
from studio_tui.worker.timing import Pace

_CERTAIN = frozenset({About.RECIPIENT, About.MESSAGE})
"""The subjects of a refusal that concerns this mail alone."""
_BEFORE_MAIL = frozenset({Fault.UNREACHABLE, Fault.TLS, Fault.LOGIN, Fault.TOKEN, Fault.NAME})
"""Faults that are over as soon as a mail can be offered. The others end with an accepted mail."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    step: int
    domain: str
    outcome: Rejected | Deferred


class CircuitBreaker:
    """Decides from the outcomes of attempts whether the server accepts mail at all."""

    def __init__(
        self,
        pace: Pace,
        refused: Mapping[int, str] | None = None,
        down: RelayDown | None = None,
    ) -> None:
        """Start with what earlier workers stored.

        ``refused`` maps the ids of mails that wait after a refusal to their domains. ``down`` is
        the fault that kept mail from leaving at the last attempt.
        """
        self._pace = pace
        self._step = 0
        self._accepted_step = 0
        """The step at which the newest accepted mail was begun."""
        self._refused = dict.fromkeys(refused or (), 0)
        """The step of each mail's last refusal, by mail id."""
        self._to_retry = set(refused or ())
        """Ids of mails to retry as soon as the server accepts another mail."""
        self._refusals_in_a_row: list[_Refusal] = []
        """Consecutive refusals that may concern every mail."""
        self._refused_domains: set[str] = set()
        """Domains that the server refused while it accepted mail to others."""
        self._content_refused = False
        self._outages = 0
        self._doubted_at = self._stopped_at = 0
        many = len(refused or ()) >= pace.refusals_in_a_row
        self._many_in_doubt = many
        known = frozenset((refused or {}).values())
        self.doubted = known if many or down else frozenset[str]()
        """Domains with repeated refusals: mail to other domains is tried first."""
        self.down = down
        """Why the server accepts no mail; None while it does."""
        self.set_aside: dict[int, RelayDown] = {}
        """Mails that were set aside while others were accepted, by id, with the reason."""
        self.was_seen = False
        """Whether this worker has seen the server refuse all mail, not only an earlier one."""

    def begin(self) -> int:
        """Record the start of an attempt and return its step, to be passed to `judge`."""
        self._step += 1
        return self._step

    def judge(self, outcome: Outcome, mail_id: int, domain: str, begun: int) -> Outcome:
        """Return what ``outcome`` means for this mail in the light of earlier outcomes."""
        self._step += 1
        match outcome:
            case Delivered():
                self._accept(mail_id, domain, begun)
            case Rejected() | Deferred() if self._may_concern_every_mail(outcome):
                return self._doubt(outcome, mail_id, domain)
            case Rejected() | Deferred():
                self._content_refused |= outcome.about is About.CONTENT
                if self.down and self.down.fault in _BEFORE_MAIL:
                    self.down = None
            case RelayDown():
                if outcome.offered and self._accepted_after_refusal(mail_id):
                    # The server accepts other mails: this one must not hold them up.
                    self.set_aside[mail_id] = outcome
                    return Postponed(outcome.code, outcome.words)
                self._stop(outcome)
                if outcome.offered:
                    self._refused[mail_id] = self._step
        return outcome

    def blame_server(self) -> None:
        """Blame the server for the refusals in a row: no other mail is left to try.

        If that does not hold, stop doubting the domains.
        """
        permanent = any(isinstance(each.outcome, Rejected) for each in self._refusals_in_a_row)
        if self._refusals_in_a_row and not self.down and (permanent or not self._accepted_step):
            self._stop(_as_down(self._refusals_in_a_row[-1].outcome))
        elif not self.down:
            self.doubted = frozenset()

    def take_retries(self) -> frozenset[int]:
        """Return the ids of mails refused before the last acceptance. Each id is returned once."""
        due = frozenset(each for each in self._to_retry if self._accepted_after_refusal(each))
        self._to_retry -= due
        return due

    def skips(self, domain: str) -> bool:
        """Return whether mail to this domain waits until mail to another domain has been tried."""
        return domain in self.doubted and not self.down

    def pause(self, random: Random) -> float:
        """Return the seconds until the next round: longer with every outage in a row."""
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

    def _may_concern_every_mail(self, outcome: Rejected | Deferred) -> bool:
        if outcome.about is About.CONTENT:
            # The first mail may be at fault itself. It is unlikely that all of them are.
            return isinstance(outcome, Deferred) or self._content_refused
        return outcome.about not in _CERTAIN

    def _accepted_after_refusal(self, mail_id: int) -> bool:
        refused = self._refused.get(mail_id)
        return refused is not None and self._accepted_step > refused

    def _doubt(self, outcome: Rejected | Deferred, mail_id: int, domain: str) -> Outcome:
        permanent = isinstance(outcome, Rejected)
        if permanent and (domain in self._refused_domains or self._accepted_after_refusal(mail_id)):
            self._to_retry.discard(mail_id)
            return outcome
        if self.down and self.down.fault in _BEFORE_MAIL:
            self.down = None
        self._refusals_in_a_row.append(_Refusal(self._step, domain, outcome))
        if permanent:
            self._refused[mail_id] = self._step
            self._to_retry.add(mail_id)
        if self.down or (self.doubted and domain not in self.doubted):
            # A further refusal, and not limited to the domains in doubt: the server is at fault.
            down = _as_down(outcome)
            self._stop(down)
            return outcome if isinstance(outcome, Deferred) and outcome.uncertain else down
        if len(self._refusals_in_a_row) >= self._pace.refusals_in_a_row and not self.doubted:
            self.doubted = frozenset(each.domain for each in self._refusals_in_a_row)
            self._doubted_at, self._many_in_doubt = self._step, True
        if permanent:
            return Deferred(outcome.code, outcome.words, about=outcome.about, refused=True)
        return outcome

    def _accept(self, mail_id: int, domain: str, begun: int) -> None:
        self._accepted_step = max(self._accepted_step, begun)
        self._refused.pop(mail_id, None)
        self._to_retry.discard(mail_id)
        self.set_aside.pop(mail_id, None)
        self._content_refused = False
        self._refusals_in_a_row = [each for each in self._refusals_in_a_row if each.step > begun]
        if self.doubted and begun > self._doubted_at:
            if self._many_in_doubt:
                self._refused_domains |= self.doubted
            self.doubted = frozenset()
        self._refused_domains.discard(domain)
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
