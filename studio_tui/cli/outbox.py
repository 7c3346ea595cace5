"""``studio-tui outbox``: list, show, retry, drop (N10)."""

from collections.abc import Iterable, Sequence

import click

from studio_tui.cli import shapes
from studio_tui.cli.output import (
    counted,
    json_option,
    say,
    write_facts,
    write_json,
    write_table,
    write_text,
)
from studio_tui.cli.session import with_studio
from studio_tui.cli.times import shown, with_zone
from studio_tui.domain.access import Actor
from studio_tui.domain.notifications import Notification, NotificationFilter, NotificationState
from studio_tui.domain.selection import Selection
from studio_tui.services import outbox as service
from studio_tui.services import pushes
from studio_tui.services.context import Studio
from studio_tui.services.outbox import ReadMail


@click.group("outbox")
def outbox() -> None:
    """See what waits, what went, what failed and why; retry and drop."""


@outbox.command("list")
@click.option(
    "--state", type=click.Choice([*map(str, NotificationState)]), help="Only those in this state."
)
@click.option("--push", help="Only those about this push.")
@json_option
@with_studio
def list_(studio: Studio, actor: Actor, state: str | None, push: str | None, as_json: bool) -> None:
    """List the notifications in the order they are due."""
    push_id = pushes.find(studio, actor, push).id if push is not None else None
    wanted = NotificationState(state) if state else None
    listed = service.every(studio, actor, NotificationFilter(state=wanted, push_id=push_id))
    if as_json:
        ids = service.message_ids(studio, listed)
        write_json([shapes.notification(studio, one, ids[one.id]) for one in listed])
        return
    headings = ("Id", "State", "Kind", "To", "Push", with_zone(studio, "Due"), "Sent", "Why")
    write_table(headings, (_row(studio, one) for one in listed), "Nothing in the outbox.")


@outbox.command()
@click.argument("notification", type=int)
@json_option
@with_studio
def show(studio: Studio, actor: Actor, notification: int, as_json: bool) -> None:
    """Show the mail of NOTIFICATION as it went, or as it would go now."""
    mail = service.read(studio, actor, notification)
    if as_json:
        write_json(shapes.mail(studio, mail))
        return
    write_facts(_facts(studio, mail))
    click.echo()
    write_text(mail.plain)


@outbox.command()
@click.argument("notifications", nargs=-1, type=int, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="Everything that failed.")
@with_studio
def retry(studio: Studio, actor: Actor, notifications: Sequence[int], every: bool) -> None:
    """Send what failed once more."""
    if bool(notifications) == every:
        raise click.UsageError("Say which: ID…, or --all.")
    failed = NotificationFilter(state=NotificationState.FAILED)
    chosen: Selection[NotificationFilter] = (
        Selection.matching(failed) if every else Selection.of(notifications)
    )
    count = service.retry(studio, actor, chosen)
    say(f"{counted(count, 'mail')} in the queue again. “studio-tui worker --drain” sends now.")


@outbox.command()
@click.argument("notifications", nargs=-1, type=int, required=True, metavar="ID...")
@with_studio
def drop(studio: Studio, actor: Actor, notifications: Sequence[int]) -> None:
    """Drop mail that waits or failed: it is not sent."""
    count = service.drop(studio, actor, Selection.of(notifications))
    say(f"{counted(count, 'mail')} dropped.")


def _row(studio: Studio, one: Notification) -> tuple[str, ...]:
    return (
        str(one.id),
        one.state,
        f"{one.kind} ({one.capacity})",
        one.to,
        one.push,
        shown(studio, one.due_at),
        shown(studio, one.sent_at),
        one.error or "",
    )


def _facts(studio: Studio, mail: ReadMail) -> Iterable[tuple[str, str]]:
    yield "State", mail.notification.state
    yield "Why", mail.notification.error or ""
    yield "From", mail.sender
    yield "To", mail.notification.to
    yield "Date", mail.date or f"not sent yet; due {shown(studio, mail.notification.due_at)}"
    yield "Subject", mail.subject
    yield "Message-ID", mail.message_id
