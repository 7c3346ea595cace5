"""The checks of `doctor` on whether the outbox is being sent."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from studio_tui.cli.outbox import shapes
from studio_tui.cli.shared.times import shown
from studio_tui.cli.system.findings import Finding, Verdict
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.shared.errors import Refused
from studio_tui.mail.transport.outcomes import Fault, RelayDown
from studio_tui.services.outbox import outbox, restored
from studio_tui.services.outbox.sending_hours import hours_of
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import what_waits_for_limits
from studio_tui.worker.advice import in_words

_STUCK_AFTER = timedelta(minutes=10)
"""The time after which due mail counts as stuck: no worker sends it."""


def outbox_findings(studio: Studio, health: outbox.Health) -> Iterator[Finding]:
    """Yield the findings on waiting mail, limits, workers, the last sending and the last error."""
    yield _counts(studio, health)
    yield _waiting(studio, health)
    if health.limited is not None:
        words = what_waits_for_limits(health.limited, studio.now(), studio.zone)
        yield Finding("limits", Verdict.OK, words or "nothing waits because of them")
    yield from _hours(studio)
    yield Finding("sending", Verdict.OK, _sending(studio, health))
    if known := restored.stopped(studio):
        yield Finding("mail stopped", Verdict.LIMITED, restored.in_words(known))
    elif health.stopped and health.waiting:
        yield _stopped(studio, *health.stopped)
    last = shown(studio, health.last_sent_at)
    yield Finding("last sent", Verdict.OK, f"{last} ({studio.zone.key})" if last else "nothing yet")
    if health.last_error:
        address, words = health.last_error
        yield Finding("last error", Verdict.LIMITED, f"to {address}: {words}")


def _stopped(studio: Studio, fault: str, code: int | None, words: str, since: datetime) -> Finding:
    """Return the last reason for which a worker stopped, in the words that the worker used."""
    down = RelayDown(Fault(fault), code, words)
    said = f"{in_words(down)} (since {shown(studio, since)}, {studio.zone.key})"
    return Finding("mail stopped", Verdict.LIMITED, said)


def _counts(studio: Studio, health: outbox.Health) -> Finding:
    said = f"{counted(health.waiting, 'mail')} waiting, "
    said += f"{health.counts.get(NotificationState.SENT, 0)} sent"
    failed = health.counts.get(NotificationState.FAILED, 0)
    facts = shapes.health(studio, health)
    if not failed:
        return Finding("outbox", Verdict.OK, said, facts)
    advice = "“studio-tui outbox list --state failed” tells why"
    return Finding("outbox", Verdict.LIMITED, f"{said}, {failed} failed: {advice}", facts)


def _waiting(studio: Studio, health: outbox.Health) -> Finding:
    since = health.waiting_since
    if since is None:
        return Finding("waiting", Verdict.OK, "nothing that should have left")
    said = f"since {shown(studio, since)} ({studio.zone.key}) for what should have left"
    if studio.now() - since < _STUCK_AFTER:
        return Finding("waiting", Verdict.OK, said)
    advice = "start “studio-tui worker”, or open the Studio; below is what stands in its way"
    return Finding("waiting", Verdict.LIMITED, f"{said}: {advice}")


def _hours(studio: Studio) -> Iterator[Finding]:
    """Yield a finding on the hours at which mail may reach its recipients (N20)."""
    said = studio.settings.notifications
    try:
        if hours_of(studio) is None:
            return
    except Refused as refused:
        yield Finding("hours", Verdict.BROKEN, refused.message)
        return
    parts = [
        said.send_between,
        f"not on {', '.join(said.days_off)}" if said.days_off else "",
        f"not on public holidays ({said.holidays})" if said.holidays else "",
        f"not on {counted(len(said.closed_on), 'further day')}" if said.closed_on else "",
    ]
    message = f"mail leaves {', '.join(filter(None, parts))}, in the zone of each recipient"
    yield Finding("hours", Verdict.OK, message)


def _sending(studio: Studio, health: outbox.Health) -> str:
    now = studio.now()
    workers = [
        f"worker {each.lease} holds {counted(each.mails, 'mail')} "
        + (f"until {shown(studio, each.until)}" if each.until > now else "no longer: it is gone")
        for each in health.sending
    ]
    return "; ".join(workers) or "no worker holds any mail just now"
