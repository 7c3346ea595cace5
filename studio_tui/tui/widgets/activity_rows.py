"""Presentation of an activity line: as a row of a list, and in full (A3)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from studio_tui.domain.activity.origins import short_origin
from studio_tui.domain.pushes.push import Status
from studio_tui.services.activity.activity import ActivityLine
from studio_tui.tui.moments import moment, moment_and_zone
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.wording.pushes import STATUS_LABELS

_LABELS = {
    "remind_before_days": "reminders before the deadline (days)",
    "remind_after_days": "reminders after the deadline (days)",
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def activity_columns(zone: ZoneInfo) -> tuple[Column[ActivityLine], ...]:
    """Return the columns of a list of activity."""
    return (
        Column("at", "When", lambda done: moment(done.at, zone), width=16, sortable=True),
        Column("actor", "Who", lambda done: done.by, 10, 1, max_width=20, sortable=True),
        Column("action", "What", lambda done: done.action, 16, 1, max_width=24, sortable=True),
        Column(
            "subject",
            "",
            lambda done: done.subject,
            12,
            2,
            max_width=40,
            sortable=True,
            name="On",
        ),
        Column(
            "change",
            "From → to",
            lambda done: _change_cell(done, zone),
            width=14,
            flex=5,
            hide_order=1,
            sortable=True,
        ),
        Column(
            "origin",
            "From where",
            lambda done: short_origin(done.origin),
            width=18,
            flex=1,
            max_width=34,
            hide_order=2,
            sortable=True,
        ),
    )


def changes(done: ActivityLine, zone: ZoneInfo | None = None) -> list[str]:
    """Return the changed values as text, one per line: ``deadline: 2026-03-31 → 2026-04-15``.

    Instants are given in ``zone``, or else in UTC. New values that are empty or zero are left out.
    """
    before, after = done.before or {}, done.after or {}
    told = [
        name
        for name in dict.fromkeys((*before, *after))
        if name in before or after[name] not in (0, "", None)
    ]
    return [_change(name, before, after, zone) for name in told]


def in_full(done: ActivityLine, zone: ZoneInfo) -> str:
    """Return a line of activity with all its details as a text."""
    facts = [
        f"When      {moment_and_zone(done.at, zone)}",
        f"Who       {f'{done.actor_name} ({done.actor})' if done.actor_name else done.actor}",
        *([f"From      {done.origin}"] if done.origin else []),
        f"What      {done.action}",
        f"On        {done.subject}",
    ]
    if done.users:
        facts.append(f"Users     {done.users:,}")
    return "\n".join([*facts, "", *changes(done, zone)]).rstrip()


def found_in(done: ActivityLine, zone: ZoneInfo) -> str:
    """Return the text that a filter searches."""
    who = (done.actor_name, done.actor, done.origin)
    return " ".join((*who, done.action, done.subject, *changes(done, zone)))


def _change_cell(done: ActivityLine, zone: ZoneInfo) -> StyledText:
    about = [f"{done.users:,} users"] if done.users > 1 else []
    return StyledText(", ".join([*about, *changes(done, zone)]), Tone.MUTED)


def _change(
    name: str, before: Mapping[str, Any], after: Mapping[str, Any], zone: ZoneInfo | None
) -> str:
    label = _LABELS.get(name, name.replace("_", " "))
    old, new = (_value(name, facts.get(name), zone) for facts in (before, after))
    if name not in before:
        return f"at {new}" if name == "at" else f"{label}: {new}"
    if name not in after:
        # The verb of the activity implies the new status, so show only the old one.
        return f"was {old}" if name == "status" else f"{label}: {old} → nothing"
    return f"{label}: {old} → {new}"


def _value(name: str, value: Any, zone: ZoneInfo | None) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if value in ("", None):
        return "none"
    text = str(value)
    if name == "status" and text in set(Status):
        return STATUS_LABELS[Status(text)]
    return _instant(text, zone) if _INSTANT.match(text) else text


def _instant(text: str, zone: ZoneInfo | None) -> str:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    known = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return moment(known, zone) if zone else moment_and_zone(known, ZoneInfo("UTC"))
