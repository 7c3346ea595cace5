"""The activity of a push as plain text (A3)."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from studio_tui.services.activity.activity import ActivityLine
from studio_tui.tui.moments import moment
from studio_tui.tui.text import plain
from studio_tui.tui.widgets.activity_rows import changes
from studio_tui.wording.counting import counted


def activity_in_words(lines: Sequence[ActivityLine], zone: ZoneInfo) -> str:
    """Return a paragraph for each activity line, the newest first.

    Times are in ``zone``, which the first line names.
    """
    told = [_paragraph(line, zone) for line in lines]
    return "\n\n".join([f"Times in {zone.key}.", *told])


def _paragraph(line: ActivityLine, zone: ZoneInfo) -> str:
    about = f" ({counted(line.users, 'user', 'users')})" if line.users else ""
    head = f"{moment(line.at, zone)}  {plain(line.by)} {line.action}: {plain(line.subject)}"
    return "\n".join([head + about, *(f"    {plain(change)}" for change in changes(line, zone))])
