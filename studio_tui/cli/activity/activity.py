"""``studio-tui activity``: who changed what, when, and from which value to which (A3)."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import click

from studio_tui.cli.activity import shapes
from studio_tui.cli.audiences.where import where_of, where_option
from studio_tui.cli.shared.output import (
    json_option,
    say,
    write_csv,
    write_json,
    write_table,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import CommandGroup
from studio_tui.cli.shared.times import iso, past_day, shown, zone_heading
from studio_tui.domain.activity.origins import short_origin
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.clock import end_of_day, start_of_day
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.activity import activity as service
from studio_tui.services.activity import verify as verifying
from studio_tui.services.activity.activity import ActivityFilter, ActivityLine
from studio_tui.services.activity.verify import ActivityFlaw, VerifyResult
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted

C = TypeVar("C", bound=Callable[..., Any])


def _narrowing(command: C) -> C:
    """Add the filter options of all commands that read lines. A line must match all of them."""
    for option in (
        click.option("--until", type=past_day, metavar="DATE", help="Not after this day."),
        click.option("--since", type=past_day, metavar="DATE", help="Not before this day."),
        click.option("--action", default="", metavar="WORDS", help="Only what was done so."),
        click.option("--actor", "by", default="", metavar="LOGIN", help="Only what they did."),
        click.option("--user", metavar="LOGIN", help="Only what was done about this user."),
        click.option("--push", help="Only what was done to this push."),
        where_option,
    ):
        command = option(command)
    return command


@click.group("activity", cls=CommandGroup)
def activity() -> None:
    """See who did what, when, from where, from what to what."""


@activity.command("list")
@_narrowing
@click.option(
    "--limit", type=click.IntRange(1), default=10_000, show_default=True, help="At most so many."
)
@json_option
@with_studio
def list_(studio: Studio, actor: Actor, /, limit: int, as_json: bool, **narrowing: Any) -> None:
    """List the activity, the newest first."""
    lines = service.of_everything(studio, actor, _filter(studio, actor, **narrowing), limit)
    if as_json:
        write_json([shapes.activity(studio, line) for line in lines])
        return
    headings = (
        zone_heading(studio, "When"),
        "Who",
        "Did",
        "What",
        "Users",
        "Changed",
        "From where",
    )
    write_table(headings, (_row(studio, line) for line in lines), "No activity.")


@activity.command()
@_narrowing
@click.option("--limit", type=click.IntRange(1), help="At most so many; otherwise all.")
@with_studio
def export(studio: Studio, actor: Actor, /, limit: int | None, **narrowing: Any) -> None:
    """Print the activity as CSV, the newest first."""
    lines = service.every(studio, actor, _filter(studio, actor, **narrowing), limit)
    headings = (
        "id", "at", "actor", "actor_name", "action", "subject", "users", "before", "after",
        "origin",
    )  # fmt: skip
    write_csv(headings, (_export_row(studio, line) for line in lines))


@activity.command()
@click.option(
    "--against", metavar="ANCHOR", help="An anchor or seal kept from before: is it in the chain?"
)
@click.option("--print-anchor", is_flag=True, help="Print the anchor to keep elsewhere, alone.")
@json_option
@with_studio
def verify(
    studio: Studio, actor: Actor, against: str | None, print_anchor: bool, as_json: bool
) -> None:
    """Tell whether the activity is as it was written, by its chain of seals.

    Ends with 1 where it is not. Who can write to the database can also write all of the chain anew:
    only an anchor kept elsewhere shows that. Print one with --print-anchor from time to time, and
    ask with --against.
    """
    found = verifying.verify(studio, actor, kept=against)
    missing = against is not None and found.kept_at is None
    if as_json:
        write_json(shapes.verified(found, against))
    elif found.intact and not missing:
        if print_anchor:
            say(found.anchor)
        else:
            _tell(found)
    if not found.intact:
        raise Refused(f"{where_it_breaks(studio, found)}.")
    if missing:
        raise Refused(
            "The chain is whole, but this seal is not in it: lines were taken away from its end, "
            "or it was written anew, or the seal is of another database."
        )


def where_it_breaks(studio: Studio, found: VerifyResult) -> str:
    """Return a sentence about the first line that was changed, or that follows a missing one.

    Returns an empty text if the activity is intact.
    """
    if found.flaw is not None and found.broken is None:
        return _flaw(found)
    if found.broken is None:
        return ""
    number, line = found.broken.activity_id, found.broken.line
    if line is None:
        return f"The activity breaks at line {number}, which was taken out"
    told = f"{shown(studio, line.at)}, {line.actor} {line.action}: {line.subject}"
    return (
        f"The activity breaks at line {number} ({told}): it, or what stood before it, is not as "
        "it was written"
    )


def _flaw(found: VerifyResult) -> str:
    if found.flaw is ActivityFlaw.UNSEALED:
        return (
            f"Line {found.flaw_at} of the activity has no seal: its seal was taken away, or the "
            "line was written past the Studio"
        )
    if found.flaw is ActivityFlaw.EMPTIED:
        return (
            f"Lines of the activity were emptied otherwise than line {found.flaw_at}, by which "
            "somebody was erased, tells"
        )
    if found.flaw is ActivityFlaw.UNFOUNDED:
        return "The activity has lost its first line, which says that the Studio was set up"
    many = counted(found.missing, "line") if found.missing else "lines"
    return f"The end of the activity was taken away: {many} or their seals are missing"


def _tell(found: VerifyResult) -> None:
    say(f"{counted(found.lines, 'line')} as written, none missing between them.")
    if found.kept_at is not None:
        say(f"The seal that was kept is that of the {found.kept_at:,} lines it was made for.")
    if found.unsealed:
        say(f"{counted(found.unsealed, 'line')} not sealed yet: the next act seals what is new.")
    say(f"Newest seal, to keep elsewhere: {found.head}")
    say(f"Anchor, the same with the number of lines: {found.anchor}")


def _filter(
    studio: Studio,
    actor: Actor,
    *,
    push: str | None,
    user: str | None,
    by: str,
    action: str,
    since: date | None,
    until: date | None,
    where: str | None,
) -> ActivityFilter:
    wanted = ActivityFilter(
        push_id=pushes.find(studio, actor, push).id if push is not None else None,
        actor=by.strip(),
        action=action.strip(),
        since=start_of_day(since, studio.zone) if since else None,
        until=end_of_day(until, studio.zone) if until else None,
        where=where_of(studio, actor, where),
    )
    return service.narrowed(studio, actor, wanted, user) if user is not None else wanted


def _row(studio: Studio, line: ActivityLine) -> tuple[str, ...]:
    return (
        shown(studio, line.at),
        line.by,
        line.action,
        f"{line.subject}{_emptied(studio, line)}",
        str(line.users or ""),
        _changed(line.before or {}, line.after or {}),
        short_origin(line.origin),
    )


def _emptied(studio: Studio, line: ActivityLine) -> str:
    if line.emptied is None:
        return ""
    at, login = line.emptied
    return f" (emptied {shown(studio, at)} by {login})"


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return changes as ``deadline: 2026-03-31 → 2026-04-30``.

    A changed text is named but not shown.
    """
    parts = []
    for key in {**before, **after}:
        if key == "text":
            parts.append("text")
        elif key in before and key in after:
            parts.append(f"{key}: {before[key]} → {after[key]}")
        else:
            parts.append(f"{key}: {before.get(key, after.get(key))}")
    return ", ".join(parts)


def _export_row(studio: Studio, line: ActivityLine) -> tuple[str, ...]:
    return (
        str(line.id),
        iso(studio, line.at) or "",
        line.actor,
        line.actor_name,
        line.action,
        line.subject,
        str(line.users),
        _json(line.before),
        _json(line.after),
        line.origin,
    )


def _json(facts: Mapping[str, Any] | None) -> str:
    return json.dumps(facts, ensure_ascii=False) if facts is not None else ""
