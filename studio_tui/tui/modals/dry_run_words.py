"""The result of a dry run as text (P14).

It lists the recipients with the reason for each mail, the users who get none, and sample mails.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

from textual.content import Content

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.pushes.push import SkippedPerson
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.services.outbox.dry_run import NOTHING, DryRun, Sample
from studio_tui.tui.moments import moment_and_zone
from studio_tui.tui.text import block, line
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import KIND_LABELS, addressed

P = TypeVar("P")
_MAX_SHOWN = 500
"""Maximum number of people that a list shows."""


@dataclass(frozen=True, slots=True)
class DryRunResult:
    """The mail that an act would send, and the users among those concerned who get none."""

    run: DryRun = NOTHING
    skipped: Sequence[SkippedPerson] = ()


def in_words(trial: DryRunResult, zone: ZoneInfo) -> Content:
    """Return the whole text: the recipients, the skipped users, and one mail per kind and language.

    Slow for many people: to be called off the event loop.
    """
    ordered = sorted(
        trial.run.notifications, key=lambda n: (n.kind, n.capacity is Capacity.MANAGER)
    )
    parts = [
        _recipients(trial.run, kind, capacity, list(told), zone)
        for (kind, capacity), told in groupby(ordered, lambda n: (n.kind, n.capacity))
    ]
    parts += [_skipped(trial.skipped)] if trial.skipped else []
    parts += [_mail(sample) for sample in trial.run.samples]
    return Content("\n\n").join(parts or [Content("Nobody gets mail.")])


def _recipients(
    run: DryRun, kind: Kind, capacity: Capacity, told: list[Notification], zone: ZoneInfo
) -> Content:
    head = f"{counted(len(told), capacity)} · {kind.why(capacity)}"
    leaves = moment_and_zone(min(each.due_at for each in told), zone)
    return _listed(f"{head}. Leaves {leaves}", told, partial(_recipient, run))


def _recipient(run: DryRun, told: Notification) -> str:
    who = addressed(told.name, told.to)
    if told.capacity is Capacity.USER:
        return who
    return f"{who}: " + ", ".join(_about(run, told, login) for login in told.about)


def _about(run: DryRun, told: Notification, login: str) -> str:
    why = run.reason(told, login)
    return f"{login} ({why})" if why else login


def _skipped(skipped: Sequence[SkippedPerson]) -> Content:
    head = f"{counted(len(skipped), 'user', 'users')} · nothing"
    return _listed(head, skipped, lambda each: f"{each.name} ({each.login}) {each.why}")


def _listed(head: str, people: Sequence[P], in_words_of: Callable[[P], str]) -> Content:
    more = len(people) - _MAX_SHOWN
    rest = [Content.styled(f"and {more:,} more", "$muted")] if more > 0 else []
    shown = [line(f"· {in_words_of(each)}") for each in people[:_MAX_SHOWN]]
    return Content("\n").join([line(head, "$key"), *shown, *rest])


def _mail(sample: Sample) -> Content:
    mail, kind = sample.rendered, KIND_LABELS[sample.kind]
    head = f"Mail · {kind}, to a {sample.capacity}, in {mail.language}: {sample.recipient}"
    parts = (
        line(head, "$key"),
        line(mail.subject, "bold"),
        block(f"\n{mail.plain.strip()}"),
    )
    return Content("\n").join(parts)
