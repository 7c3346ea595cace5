"""``studio-tui outbox``: list, show, retry, drop (N10), undo (N5)."""

from collections.abc import Callable, Iterable, Sequence

import click

from studio_tui.cli.audiences.where import where_of, where_option
from studio_tui.cli.outbox import shapes
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.dry_run import dry_run_options
from studio_tui.cli.shared.output import (
    complain,
    json_if_nothing_to_do,
    json_option,
    say,
    write_facts,
    write_json,
    write_table,
    write_text,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import CommandGroup, NameChoice
from studio_tui.cli.shared.times import shown, when, zone_heading
from studio_tui.domain.outbox.notification import (
    Notification,
    NotificationFilter,
    NotificationState,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import NothingToDo
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox as service
from studio_tui.services.outbox import restored as restoring
from studio_tui.services.outbox import undo as undoing
from studio_tui.services.outbox.outbox import ReadMail, ResendResult
from studio_tui.services.outbox.undo import UndoableAct
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import (
    STATE_LABELS,
    kind_in_words,
    same_address_in_words,
    state_in_words,
    what_waits_for_limits,
    why_in_words,
)


@click.group("outbox", cls=CommandGroup)
def outbox() -> None:
    """See what waits, what went, what failed and why; retry, drop, undo."""


@outbox.command("list")
@click.option(
    "--state",
    type=NameChoice(NotificationState, STATE_LABELS, {"waits": NotificationState.HELD}),
    help="Only those in this state; in the words of the list, too.",
)
@click.option("--push", help="Only those about this push itself.")
@where_option
@click.option("--bounced", is_flag=True, help="Only those that came back.")
@json_option
@with_studio
def list_(
    studio: Studio,
    actor: Actor,
    state: str | None,
    push: str | None,
    where: str | None,
    bounced: bool,
    as_json: bool,
) -> None:
    """List the notifications in the order they are due; --where is about who gets them."""
    push_id = pushes.find(studio, actor, push).id if push is not None else None
    wanted = NotificationState(state) if state else None
    audience = where_of(studio, actor, where)
    filter_ = NotificationFilter(
        state=wanted, push_id=push_id, where=audience, bounced=True if bounced else None
    )
    listed = service.every(studio, actor, filter_)
    if as_json:
        ids = service.message_ids(studio, listed)
        write_json([shapes.notification(studio, one, ids[one.id]) for one in listed])
        return
    _write_mails(studio, listed, "Nothing in the outbox.")
    found = service.limited(studio, actor)
    if found and (words := what_waits_for_limits(found, studio.now(), studio.zone)):
        say(f"{words} ({studio.zone.key}).")


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
@where_option
@yes_option
@dry_run_options
@with_studio
def retry(
    studio: Studio,
    actor: Actor,
    notifications: Sequence[int],
    every: bool,
    where: str | None,
    yes: bool,
    dry_run: bool,
    with_mail: bool,
) -> None:
    """Send what failed once more, as far as it is still true.

    Each person gets one mail about a push, with what holds now. --where is about who gets them.
    """
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    if bool(notifications) == (every or where is not None):
        raise click.UsageError("Say which: ID…, --all or --where.")
    audience = where_of(studio, actor, where)
    failed = NotificationFilter(state=NotificationState.FAILED, where=audience)
    chosen: Selection[NotificationFilter] = (
        Selection.of(notifications) if notifications else Selection.matching(failed)
    )
    if dry_run:
        _try(studio, actor, chosen, service.try_again, with_mail=with_mail)
        return
    confirm_count(
        lambda: service.number_of(studio, actor, chosen),
        "mails would be sent once more",
        "Nothing was done",
        yes=yes,
    )
    done = service.try_again(studio, actor, chosen)
    _say_again(done, "in the queue again")


@outbox.command()
@click.argument("notifications", nargs=-1, type=int, metavar="[ID]...")
@click.option(
    "--bounced",
    is_flag=True,
    help="Everything that came back from an address that was corrected since.",
)
@dry_run_options
@with_studio
def again(
    studio: Studio,
    actor: Actor,
    notifications: Sequence[int],
    bounced: bool,
    dry_run: bool,
    with_mail: bool,
) -> None:
    """Send mail that was sent to the same person once more, with what holds now."""
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    if bool(notifications) == bounced:
        raise click.UsageError("Say which: ID…, or --bounced.")
    corrected = NotificationFilter(corrected=True)
    chosen: Selection[NotificationFilter] = (
        Selection.matching(corrected) if bounced else Selection.of(notifications)
    )
    if dry_run:
        _try(studio, actor, chosen, service.send_once_more, with_mail=with_mail)
        return
    done = service.send_once_more(studio, actor, chosen)
    _say_again(done, "to be sent again")


@outbox.command()
@click.argument("notifications", nargs=-1, type=int, metavar="[ID]...")
@where_option
@yes_option
@with_studio
def drop(
    studio: Studio, actor: Actor, notifications: Sequence[int], where: str | None, yes: bool
) -> None:
    """Drop mail that waits or failed: it is not sent. --where is about who would get it."""
    if bool(notifications) == (where is not None):
        raise click.UsageError("Say which: either ID… or --where.")
    chosen: Selection[NotificationFilter] = Selection.of(notifications)
    if (audience := where_of(studio, actor, where)) is not None:
        chosen = Selection.matching(NotificationFilter(where=audience))
        confirm_count(
            lambda: service.number_of(studio, actor, chosen),
            "mails at most would be dropped",
            "Nothing was dropped",
            yes=yes,
        )
    count = service.drop(studio, actor, chosen)
    say(f"{counted(count, 'mail')} dropped.")


@outbox.command("resume")
@click.option("--dry-run", is_flag=True, help="Only show what may go twice.")
@json_option
@with_studio
def resume(studio: Studio, actor: Actor, dry_run: bool, as_json: bool) -> None:
    """Let mail go on that stopped because the database was brought back or taken over.

    Shows what may go twice: what would have left by then, as far as the database knows.
    """
    act = restoring.possible_duplicates if dry_run else restoring.resume
    with json_if_nothing_to_do(as_json, lambda: shapes.resumed(studio, None, {})):
        found = act(studio, actor)
    if as_json:
        ids = service.message_ids(studio, list(found.mails))
        write_json(shapes.resumed(studio, found, ids))
        return
    since = f"; the newest that is known left {shown(studio, found.since)}" if found.since else ""
    say(f"Mail stopped {when(studio, found.at)}, because of the database: {found.why}{since}.")
    say(f"{counted(found.number, 'mail')} may go twice.")
    if found.mails:
        _write_mails(studio, found.mails)
    if not dry_run:
        say("Mail goes on.")
    elif found.mails:
        say("“studio-tui outbox drop ID…” drops what is not to go twice.")


@outbox.command()
@click.argument("push", required=False)
@click.option("--list", "only_list", is_flag=True, help="Only list what can be undone.")
@json_option
@with_studio
def undo(studio: Studio, actor: Actor, push: str | None, only_list: bool, as_json: bool) -> None:
    """Take back what you did last, until its first mail leaves: assigning, reminding, closing, a
    new deadline, a hand-over, a plan.

    The newest of all, or of PUSH. Its mail is dropped, and what it changed is as it was before.
    """
    acts = undoing.undoable(studio, actor)
    if push is not None:
        name = pushes.find(studio, actor, push).name
        acts = [act for act in acts if act.push == name]
    if only_list:
        _list_acts(studio, acts, as_json)
        return
    with json_if_nothing_to_do(as_json, lambda: {"action": None, "push": push, "dropped": 0}):
        if not acts:
            raise NothingToDo(
                "Nothing to undo: of all you did last, mail has left, it was changed since, or "
                "there was none."
            )
        dropped = undoing.undo(studio, actor, acts[0].activity_id)
    if as_json:
        write_json({"action": acts[0].action, "push": acts[0].push, "dropped": dropped})
    else:
        mails = counted(dropped, "mail")
        say(f"Undone in “{acts[0].push}”: {acts[0].action}. {mails} dropped.")


def _try(
    studio: Studio,
    actor: Actor,
    chosen: Selection[NotificationFilter],
    act: Callable[[Studio, Actor, Selection[NotificationFilter]], ResendResult],
    *,
    with_mail: bool,
) -> None:
    from studio_tui.services.outbox.dry_run import dry_run_of_resend

    run, skipped = dry_run_of_resend(studio, lambda: act(studio, actor, chosen))
    mails = counted(len(run.notifications), "mail")
    say(f"{mails} would be sent, and {len(skipped)} would not.")
    dry_runs.write_dry_run(run, skipped, with_mail=with_mail)


def _say_again(done: ResendResult, what: str) -> None:
    why = dict.fromkeys(done.dropped.values(), 0)
    for reason in done.dropped.values():
        why[reason] += 1
    say(f"{counted(len(done.sent), 'mail')} {what}. “studio-tui worker --drain” sends now.")
    for reason, number in why.items():
        say(f"{counted(number, 'mail')} dropped: {reason}.")
    if same := same_address_in_words(done.to_the_same, _CORRECTED):
        complain(same)


_CORRECTED = "“studio-tui users edit LOGIN --email ADDRESS” corrects it"


def _list_acts(studio: Studio, acts: Sequence[UndoableAct], as_json: bool) -> None:
    if as_json:
        write_json([shapes.undoable(studio, act) for act in acts])
        return
    headings = ("Did", "Push", "Mails", zone_heading(studio, "Until"))
    rows = ((act.action, act.push, str(act.mails), _second(studio, act)) for act in acts)
    write_table(headings, rows, "Nothing can be undone.")


def _second(studio: Studio, act: UndoableAct) -> str:
    return f"{act.leaves_at.astimezone(studio.zone):%Y-%m-%d %H:%M:%S}"


def _write_mails(studio: Studio, mails: Iterable[Notification], empty: str = "") -> None:
    headings = ("Id", "State", "Kind", "To", "About", zone_heading(studio, "Due"), "Sent", "Why")
    write_table(headings, (_row(studio, one) for one in mails), empty)


def _row(studio: Studio, one: Notification) -> tuple[str, ...]:
    return (
        str(one.id),
        state_in_words(one),
        kind_in_words(one.kind, one.capacity),
        one.to,
        one.push or one.template,
        shown(studio, one.due_at),
        shown(studio, one.sent_at),
        why_in_words(one),
    )


def _facts(studio: Studio, mail: ReadMail) -> Iterable[tuple[str, str]]:
    yield "State", state_in_words(mail.notification)
    yield "Why", why_in_words(mail.notification)
    yield "From", mail.sender
    yield "To", mail.notification.to
    yield "Date", mail.date or f"not sent yet; due {shown(studio, mail.notification.due_at)}"
    yield "Subject", mail.subject
    yield "Message-ID", mail.message_id
