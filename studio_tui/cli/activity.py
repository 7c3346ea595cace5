"""``studio-tui activity``: who did what, when, from what to what (A3)."""

import json
from collections.abc import Mapping
from typing import Any

import click

from studio_tui.cli import shapes
from studio_tui.cli.output import json_option, write_csv, write_json, write_table
from studio_tui.cli.session import with_studio
from studio_tui.cli.times import iso, shown, with_zone
from studio_tui.domain.access import Actor
from studio_tui.services import activity as service
from studio_tui.services import pushes
from studio_tui.services.activity import ActivityLine
from studio_tui.services.context import Studio

_push = click.option("--push", help="Only what was done to this push.")
_user = click.option("--user", metavar="LOGIN", help="Only what was done about this user.")
_limit = click.option(
    "--limit", type=click.IntRange(1), default=10_000, show_default=True, help="At most so many."
)


@click.group("activity")
def activity() -> None:
    """See who did what, when, from what to what."""


@activity.command("list")
@_push
@_user
@_limit
@json_option
@with_studio
def list_(
    studio: Studio, actor: Actor, push: str | None, user: str | None, limit: int, as_json: bool
) -> None:
    """List the activity, the newest first."""
    lines = _lines(studio, actor, push, user, limit)
    if as_json:
        write_json([shapes.activity(studio, line) for line in lines])
        return
    headings = (with_zone(studio, "When"), "Who", "Did", "What", "Users", "Changed")
    write_table(headings, (_row(studio, line) for line in lines), "No activity.")


@activity.command()
@_push
@_user
@_limit
@with_studio
def export(studio: Studio, actor: Actor, push: str | None, user: str | None, limit: int) -> None:
    """Print the activity as CSV, the newest first."""
    lines = _lines(studio, actor, push, user, limit)
    headings = ("id", "at", "actor", "action", "subject", "users", "before", "after")
    write_csv(headings, (_export_row(studio, line) for line in lines))


def _lines(
    studio: Studio, actor: Actor, push: str | None, user: str | None, limit: int
) -> list[ActivityLine]:
    if push is not None and user is not None:
        raise click.UsageError("Either --push or --user.")
    if push is not None:
        push_id = pushes.find(studio, actor, push).id
        return service.of_push(studio, actor, push_id, limit)
    if user is not None:
        return service.of_user(studio, actor, user, limit)
    return service.of_everything(studio, actor, limit)


def _row(studio: Studio, line: ActivityLine) -> tuple[str, ...]:
    return (
        shown(studio, line.at),
        line.actor,
        line.action,
        line.subject,
        str(line.users or ""),
        _changed(line.before or {}, line.after or {}),
    )


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """``deadline: 2026-03-31 → 2026-04-30``; a whole text is only named."""
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
        line.action,
        line.subject,
        str(line.users),
        _json(line.before),
        _json(line.after),
    )


def _json(facts: Mapping[str, Any] | None) -> str:
    return json.dumps(facts, ensure_ascii=False) if facts is not None else ""
