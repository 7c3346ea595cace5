"""``studio-tui pushes show`` and ``export``: a push and the progress of its users."""

from collections.abc import Iterable

import click

from studio_tui.cli.audiences.where import where_of, where_option
from studio_tui.cli.pushes import shapes
from studio_tui.cli.shared.groups import show_groups
from studio_tui.cli.shared.output import (
    json_option,
    write_csv,
    write_facts,
    write_json,
    write_table,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.cli.shared.times import iso, shown, zone_heading
from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.pushes.push import Assignment, AssignmentFilter, Progress, Push
from studio_tui.services.pushes import assign, audiences, groups, pushes, repeats
from studio_tui.services.pushes.repeats import RepeatDetails
from studio_tui.services.system.context import Studio
from studio_tui.wording.pushes import (
    STATUS_LABELS,
    attention_of,
    reminders_in_words,
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
    "excuse",
    "deadline",
)

_NOBODY = "Nobody is assigned. “studio-tui pushes assign PUSH LOGIN…” does it."


@click.command()
@click.argument("push")
@click.option(
    "--by", type=NameChoice([*map(str, GroupBy)]), help="Its people in groups, late first."
)
@where_option
@json_option
@with_studio
def show(
    studio: Studio, actor: Actor, push: str, by: str | None, where: str | None, as_json: bool
) -> None:
    """Show PUSH: its settings, its progress, and who has held the conversation.

    With --by, how far the people of each manager, team, department or language are. Who has two
    managers is counted at both.
    """
    if by and where:
        raise click.UsageError("Either --by or --where: groups are of everybody in PUSH.")
    found = pushes.find(studio, actor, push)
    if by is not None:
        found_groups = groups.every(studio, actor, found, GroupBy(by))
        show_groups(studio, GroupBy(by), found_groups, found, as_json=as_json)
        return
    users = _users(studio, actor, found, where)
    comes_again = repeats.of_push(studio, actor, found)
    audience = audiences.of_push(studio, actor, found)
    if as_json:
        write_json(shapes.whole_push(studio, found, users, comes_again, audience))
        return
    write_facts(_facts(found, comes_again, audience))
    click.echo()
    write_table(
        ("Login", "Name", "Status", zone_heading(studio, "When"), "Flags", "Reminders", "Managers"),
        (_user_row(studio, user) for user in users),
        "Nobody matches." if where else _NOBODY,
    )


@click.command()
@click.argument("push")
@where_option
@with_studio
def export(studio: Studio, actor: Actor, push: str, where: str | None) -> None:
    """Print who is in PUSH, and how far each is, as CSV."""
    users = _users(studio, actor, pushes.find(studio, actor, push), where)
    write_csv(_EXPORTED, (_export_row(studio, user) for user in users))


def _users(studio: Studio, actor: Actor, push: Push, where: str | None) -> list[Assignment]:
    wanted = AssignmentFilter(where=where_of(studio, actor, where))
    return assign.every(studio, actor, push, wanted)


def _facts(
    push: Push, comes_again: RepeatDetails | None, audience: Audience | None
) -> Iterable[tuple[str, str]]:
    yield "Push", push.name
    yield "Template", push.template.name
    yield "State", state_in_words(push)
    yield "Available from", push.available_from.isoformat()
    yield "Deadline", push.deadline.isoformat()
    yield "Reminders", reminders_in_words(push.reminders)
    if audience:
        yield "Audience", str(audience)
    if comes_again:
        yield "Comes again", comes_again.repeat.in_words
    yield "Progress", _progress(push.progress)


def _progress(progress: Progress) -> str:
    if not progress.assigned:
        return ""
    whole = f"{progress.done} of {progress.assigned} held"
    left = progress.left
    without = f"{progress.done - progress.done_left} of {progress.assigned - left} without who left"
    whole = f"{whole} ({without})" if left else whole
    return f"{whole}, {progress.excused} excused" if progress.excused else whole


def _user_row(studio: Studio, user: Assignment) -> tuple[str, ...]:
    by = f" by {user.conductor}" if user.conductor else ""
    return (
        user.login,
        user.name,
        f"{STATUS_LABELS[user.status]}: {user.excuse}"
        if user.excuse
        else STATUS_LABELS[user.status],
        shown(studio, user.status_at) + by,
        attention_of(user),
        _reminders(studio, user),
        ", ".join(f"{manager.name} ({manager.reason})" for manager in user.managers),
    )


def _reminders(studio: Studio, user: Assignment) -> str:
    """Return the number of reminders of a user and the time of the last one (P15)."""
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
        user.excuse,
        user.deadline.isoformat() if user.deadline else "",
    )
