"""``studio-tui pushes``: create, list, show, export; the rest is in modules of its own."""

from collections.abc import Iterable, Sequence
from datetime import date
from shlex import quote

import click

from studio_tui.cli.pushes.assign import assign, unassign
from studio_tui.cli.pushes.check import check
from studio_tui.cli.pushes.close import close, reopen
from studio_tui.cli.pushes.edit import edit, reminders_in_words
from studio_tui.cli.pushes.remind import remind
from studio_tui.cli.pushes.report import report
from studio_tui.cli.shared import shapes
from studio_tui.cli.shared.near_misses import CommandGroup, NameChoice
from studio_tui.cli.shared.output import (
    json_option,
    say,
    write_csv,
    write_facts,
    write_json,
    write_table,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import day, iso, shown, with_zone
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.groups import By, PeopleGroup
from studio_tui.domain.pushes.push import Assignment, Progress, Push, PushDraft, PushState
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import groups as push_groups
from studio_tui.services.pushes import pushes as service
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from studio_tui.wording.pushes import (
    STATE_LABELS,
    STATUS_LABELS,
    flags_in_words,
    state_in_words,
)

_EXPORTED = (
    "login",
    "name",
    "email",
    "status",
    "status_at",
    "conductor",
    "flags",
    "managers",
    "reminders",
    "reminded_at",
)


def _draft(text: str) -> PushDraft:
    """The type of an option: ``NAME;FIRST DAY;DEADLINE``."""
    parts = text.rsplit(";", 2)
    if len(parts) < 3:
        raise click.BadParameter("Write it as “NAME;2026-03-01;2026-03-31”.")
    return PushDraft(parts[0], day(parts[1]), day(parts[2]))


@click.group("pushes", cls=CommandGroup)
def pushes() -> None:
    """Create pushes, assign users, follow up, close."""


for command in (check, assign, unassign, remind, edit, close, reopen, report):
    pushes.add_command(command)


@pushes.command()
@click.argument("template")
@click.option("--name", help="Name of the push.")
@click.option("--from", "available_from", type=day, help="First day: 2026-03-01, mon.")
@click.option(
    "--deadline", type=day, help="Day before whose end it is to be held: 2026-03-31, +2w."
)
@click.option(
    "--push",
    "several",
    multiple=True,
    type=_draft,
    metavar="N;DATE;DATE",
    help="One of several.",
)
@json_option
@with_studio
def create(
    studio: Studio,
    actor: Actor,
    template: str,
    name: str | None,
    available_from: date | None,
    deadline: date | None,
    several: Sequence[PushDraft],
    as_json: bool,
) -> None:
    """Create one or several pushes of TEMPLATE: all of them, or none.

    One by --name, --from and --deadline; several by --push "NAME;FIRST DAY;DEADLINE", repeated.
    """
    drafts = [*_single(name, available_from, deadline), *several]
    if not drafts:
        raise click.UsageError("Say which push: --name, --from and --deadline, or --push.")
    found = templates.find(studio, actor, template)
    created = service.create(studio, actor, found.id, drafts)
    if as_json:
        write_json([shapes.push(push) for push in created])
        return
    for push in created:
        say(f"“{push.name}” is created: {push.available_from} to {push.deadline}.")
    say(f"Next: studio-tui pushes assign {quote(created[0].name)} LOGIN…")


@pushes.command("list")
@click.option("--state", type=NameChoice(PushState, STATE_LABELS), help="Only those in this state.")
@json_option
@with_studio
def list_(studio: Studio, actor: Actor, state: str | None, as_json: bool) -> None:
    """List the pushes: those not closed first, by deadline."""
    listed = [p for p in service.every(studio, actor) if state is None or p.state == state]
    if as_json:
        write_json([shapes.push(push) for push in listed])
        return
    write_table(
        ("Name", "Template", "State", "From", "Deadline", "Held", "Overdue"),
        map(_row, listed),
        "No pushes. “studio-tui pushes create TEMPLATE --name … --from … --deadline …” makes one.",
    )


@pushes.command()
@click.argument("push")
@click.option("--by", type=NameChoice([*map(str, By)]), help="Its people in groups, late first.")
@json_option
@with_studio
def show(studio: Studio, actor: Actor, push: str, by: str | None, as_json: bool) -> None:
    """Show PUSH: its settings, its progress, and who has held the conversation.

    With --by, how far the people of each manager, team, department or language are. Who has two
    managers is counted at both.
    """
    found = service.find(studio, actor, push)
    if by is not None:
        groups = push_groups.every(studio, actor, found, By(by))
        _show_groups(found, By(by), groups, as_json=as_json)
        return
    users = assigning.every(studio, actor, found)
    if as_json:
        write_json(shapes.whole_push(studio, found, users))
        return
    write_facts(_facts(found))
    click.echo()
    write_table(
        ("Login", "Name", "Status", with_zone(studio, "When"), "Flags", "Reminders", "Managers"),
        (_user_row(studio, user) for user in users),
        "Nobody is assigned. “studio-tui pushes assign PUSH LOGIN…” does it.",
    )


def _show_groups(push: Push, by: By, groups: Sequence[PeopleGroup], *, as_json: bool) -> None:
    if as_json:
        write_json(shapes.push_groups(push, by, groups))
        return
    write_table(
        (by.capitalize(), "Login", "Overdue", "Held", "Not planned", "Planned", "In progress")
        if by is By.MANAGER
        else (by.capitalize(), "Overdue", "Held", "Not planned", "Planned", "In progress"),
        (_group_row(by, group) for group in groups),
        "Nobody is assigned. “studio-tui pushes assign PUSH LOGIN…” does it.",
    )


def _group_row(by: By, group: PeopleGroup) -> tuple[str, ...]:
    named = (group.name or f"no {by}",)
    return (
        *(named if by is not By.MANAGER else (*named, group.login or "")),
        str(group.overdue or ""),
        f"{group.done}/{group.assigned}",
        str(group.not_planned or ""),
        str(group.planned + group.prepared or ""),
        str(group.in_progress or ""),
    )


@pushes.command()
@click.argument("push")
@with_studio
def export(studio: Studio, actor: Actor, push: str) -> None:
    """Print who is in PUSH, and how far each is, as CSV."""
    users = assigning.every(studio, actor, service.find(studio, actor, push))
    write_csv(_EXPORTED, (_export_row(studio, user) for user in users))


def _single(
    name: str | None, available_from: date | None, deadline: date | None
) -> Iterable[PushDraft]:
    given = (name, available_from, deadline)
    if given == (None, None, None):
        return
    if name is None or available_from is None or deadline is None:
        raise click.UsageError("--name, --from and --deadline go together.")
    yield PushDraft(name, available_from, deadline)


def _row(push: Push) -> tuple[str, ...]:
    return (
        push.name,
        push.template.name,
        push.state,
        push.available_from.isoformat(),
        push.deadline.isoformat(),
        f"{push.progress.done}/{push.progress.assigned}",
        str(push.progress.overdue or ""),
    )


def _facts(push: Push) -> Iterable[tuple[str, str]]:
    yield "Push", push.name
    yield "Template", push.template.name
    yield "State", state_in_words(push)
    yield "Available from", push.available_from.isoformat()
    yield "Deadline", push.deadline.isoformat()
    yield "Reminders", reminders_in_words(push.reminders)
    yield "Progress", _progress(push.progress)


def _progress(progress: Progress) -> str:
    if not progress.assigned:
        return ""
    whole = f"{progress.done} of {progress.assigned} held"
    left = progress.left
    without = f"{progress.done - progress.done_left} of {progress.assigned - left} without who left"
    return f"{whole} ({without})" if left else whole


def _user_row(studio: Studio, user: Assignment) -> tuple[str, ...]:
    by = f" by {user.conductor}" if user.conductor else ""
    return (
        user.login,
        user.name,
        STATUS_LABELS[user.status],
        shown(studio, user.status_at) + by,
        flags_in_words(user.flags),
        _reminders(studio, user),
        ", ".join(f"{manager.name} ({manager.reason})" for manager in user.managers),
    )


def _reminders(studio: Studio, user: Assignment) -> str:
    """How often somebody was reminded, and when last (P15)."""
    return f"{user.reminders}, {shown(studio, user.reminded_at)}" if user.reminders else ""


def _export_row(studio: Studio, user: Assignment) -> tuple[str, ...]:
    return (
        user.login,
        user.name,
        user.email,
        user.status,
        iso(studio, user.status_at) or "",
        user.conductor,
        "|".join(shapes.flags(user)),
        "|".join(manager.login for manager in user.managers),
        str(user.reminders),
        iso(studio, user.reminded_at) or "",
    )
