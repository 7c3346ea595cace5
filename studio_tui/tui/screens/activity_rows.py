"""How a line of activity stands in a list, and in full (A3)."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from studio_tui.services.activity import ActivityLine
from studio_tui.tui.moments import moment, moment_and_zone
from studio_tui.tui.widgets.columns import Column, Tone, Toned


def activity_columns(zone: ZoneInfo) -> tuple[Column[ActivityLine], ...]:
    """The columns of a list of activity."""
    return (
        Column("at", "When", lambda done: moment(done.at, zone), width=16),
        Column("actor", "Who", lambda done: done.actor, width=7, flex=1, most=20),
        Column("action", "What", lambda done: done.action, width=16, flex=1, most=24),
        Column("subject", "", lambda done: done.subject, width=12, flex=2, most=40),
        Column("change", "From → to", _change_cell, width=14, flex=5, gives_way=1),
    )


def changes(done: ActivityLine) -> list[str]:
    """What changed, a line each: ``deadline: 2026-03-31 → 2026-04-15``."""
    before, after = done.before or {}, done.after or {}
    return [_change(name, before, after) for name in dict.fromkeys((*before, *after))]


def in_full(done: ActivityLine, zone: ZoneInfo) -> str:
    """All of a line of activity, as a text to read."""
    facts = [
        f"When      {moment_and_zone(done.at, zone)}",
        f"Who       {done.actor}",
        f"What      {done.action}",
        f"On        {done.subject}",
    ]
    if done.users:
        facts.append(f"Users     {done.users:,}")
    return "\n".join([*facts, "", *changes(done)]).rstrip()


def found_in(done: ActivityLine) -> str:
    """What a filter looks through."""
    return " ".join((done.actor, done.action, done.subject, *changes(done)))


def _change_cell(done: ActivityLine) -> Toned:
    about = [f"{done.users:,} users"] if done.users > 1 else []
    return Toned(", ".join([*about, *changes(done)]), Tone.MUTED)


def _change(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    label = name.replace("_", " ")
    if name not in before:
        return f"{label}: {_value(after[name])}"
    if name not in after:
        return f"{label}: {_value(before[name])} → nothing"
    return f"{label}: {_value(before[name])} → {_value(after[name])}"


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
