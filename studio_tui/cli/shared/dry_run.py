"""``--dry-run``: who would get which mail and why, who would not, and the mail itself (P14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from studio_tui.cli.shared.output import (
    json_if_nothing_to_do,
    say,
    write_facts,
    write_json,
    write_table,
    write_text,
)
from studio_tui.cli.shared.times import when
from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import SkippedPerson
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import KIND_LABELS, NO_ADDRESS

if TYPE_CHECKING:
    # These modules write mail. Only a dry run needs to import them.
    from studio_tui.services.outbox.dry_run import DryRun, Sample
    from studio_tui.services.system.context import Studio

UNDO = "Until its mail leaves “studio-tui outbox undo” takes it back."
"""The hint that is printed after every act that sends mail."""
C = TypeVar("C", bound=Callable[..., Any])
T = TypeVar("T")


def dry_run_options(command: C) -> C:
    """Add the options ``--dry-run`` and ``--mail``.

    Their arguments are ``dry_run`` and ``with_mail``.
    """
    mail = click.option(
        "--mail", "with_mail", is_flag=True, help="With --dry-run: show the mails as well."
    )
    dry_run = click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
    return dry_run(mail(command))


def check_options(*, dry_run: bool, with_mail: bool) -> None:
    """Raise `click.UsageError` if ``--mail`` is given without ``--dry-run``."""
    if with_mail and not dry_run:
        raise click.UsageError("--mail goes with --dry-run.")


def run_dry(studio: Studio, act: Callable[[], T], activity_of: Callable[[T], int]) -> DryRun:
    """Return the mail that ``act`` would send. All changes of ``act`` are rolled back.

    ``activity_of`` returns the id of the activity line of a result of ``act``.
    """
    from studio_tui.services.outbox.dry_run import dry_run

    return dry_run(studio, act, activity_of)


def run_dry_as(studio: Studio, actor: Actor, act: Callable[[], object]) -> DryRun:
    """Return all mail that ``actor`` would send by ``act``. All changes are rolled back."""
    from studio_tui.services.outbox.dry_run import dry_run_of

    return dry_run_of(studio, actor, act)


def run_and_write(
    studio: Studio,
    actor: Actor,
    act: Callable[[], object],
    push: str | None,
    sentence: str,
    *,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Run ``act`` as a dry run, and print who would get which mail. All changes are rolled back.

    ``sentence`` describes the act. ``push`` is the name of the push, or None if only the mail names
    it.
    """
    from studio_tui.cli.outbox import shapes as outbox_shapes

    with json_if_nothing_to_do(
        as_json, lambda: {"push": push, **outbox_shapes.dry_run(studio, empty(), ())}
    ):
        run = run_dry_as(studio, actor, act)
    if as_json:
        named = push or next((each.push for each in run.notifications if each.push), None)
        write_json({"push": named, **outbox_shapes.dry_run(studio, run, ())})
        return
    leaves = min((each.due_at for each in run.notifications), default=None)
    if leaves is None:
        say(f"{sentence}: nobody would get mail.")
    else:
        told = counted(len({each.recipient for each in run.notifications}), "person", "people")
        mails = counted(len(run.notifications), "mail")
        say(f"{sentence}: {told} would get {mails}, which would leave {when(studio, leaves)}.")
    write_dry_run(run, (), with_mail=with_mail)


def empty() -> DryRun:
    """Return the result of a dry run that sends no mail."""
    from studio_tui.services.outbox.dry_run import NOTHING

    return NOTHING


def write_dry_run(run: DryRun, skipped: Sequence[SkippedPerson], *, with_mail: bool) -> None:
    """Print the recipients, the people left out, and, with ``with_mail``, one mail of each kind."""
    if run.notifications:
        say("Who would be told:")
        rows = (_row(run, each) for each in run.notifications)
        write_table(("To", "Kind", "As", "About"), rows, "")
    if skipped:
        say("Who would not:")
        write_table(("Login", "Name", "Why"), [(s.login, s.name, s.why) for s in skipped], "")
    for sample in run.samples if with_mail else ():
        _show(sample)
    say("Nothing was changed.")


def _row(run: DryRun, told: Notification) -> tuple[str, ...]:
    return (
        told.to or NO_ADDRESS,
        KIND_LABELS[told.kind],
        told.capacity,
        ", ".join(_about(run, told)),
    )


def _about(run: DryRun, told: Notification) -> Iterable[str]:
    for login in told.about:
        why = run.reason(told, login)
        yield f"{login} ({why})" if why else login


def _show(sample: Sample) -> None:
    click.echo()
    write_facts(
        (
            ("Mail", f"{KIND_LABELS[sample.kind]}, to a {sample.capacity}"),
            ("To", sample.recipient),
            ("Language", sample.rendered.language),
            ("Subject", sample.rendered.subject),
        )
    )
    click.echo()
    write_text(sample.rendered.plain)
    click.echo()
