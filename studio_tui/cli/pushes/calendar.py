"""``studio-tui calendar``: the events of pushes by day (P17)."""

import click

from studio_tui.cli.pushes import shapes
from studio_tui.cli.shared.output import json_option, write_bytes, write_json, write_table
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.calendar import DAY_KINDS, CalendarEntry
from studio_tui.services.pushes import calendar as service
from studio_tui.services.system.context import Studio
from studio_tui.wording.calendar import count_in_words

_MAX_MONTHS = 60


@click.command()
@click.option(
    "--months",
    type=click.IntRange(1, _MAX_MONTHS),
    default=12,
    show_default=True,
    help="So many months from today on.",
)
@click.option("--ics", is_flag=True, help="As iCalendar, for a calendar program.")
@json_option
@with_studio
def calendar(studio: Studio, actor: Actor, months: int, ics: bool, as_json: bool) -> None:
    """See which pushes begin, end, come again and remind, what is mailed, and how many
    conversations are planned, by day."""
    if ics and as_json:
        raise click.UsageError("Either --json or --ics.")
    entries = service.show(studio, actor, months)
    if as_json:
        write_json([shapes.calendar_entry(each) for each in entries])
    elif ics:
        from studio_tui.mail.compose.calendar_file import calendar_file

        name = studio.settings.organisation.name
        write_bytes(calendar_file(entries, studio.now(), name))
    else:
        headings = ("Day", "", "Push", "How many", "")
        write_table(headings, map(_row, entries), "Nothing happens within these months.")


def _row(entry: CalendarEntry) -> tuple[str, ...]:
    what, number = DAY_KINDS[entry.kind].label, count_in_words(entry)
    return f"{entry.day:%Y-%m-%d %a}", what, entry.push, number, entry.text
