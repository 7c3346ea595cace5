"""``studio-tui users import``: importing the export of an HR system (U6)."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from shlex import quote

import click

from studio_tui.cli.people import shapes
from studio_tui.cli.people.unattended import (
    UnattendedOptions,
    decide_waiting,
    run_unattended,
    unattended_options,
)
from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.errors import FAILED
from studio_tui.cli.shared.input_files import display_name, read_bytes, seekable
from studio_tui.cli.shared.output import complain, json_option, say, write_json
from studio_tui.cli.shared.paths import Dash, HostPath
from studio_tui.cli.shared.progress import ProgressPrinter
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.hr_file import MAX_BYTES, FileHints
from studio_tui.domain.people.review import Review
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.people import hr_files, imports, reviews
from studio_tui.services.people.import_plan import ImportPlan, PlannedUser
from studio_tui.services.people.unattended import GivenFile
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import NO_ADDRESS
from studio_tui.wording.people import value_in_words
from studio_tui.wording.review import change_in_words

_MAX_LISTED = 20
"""Maximum number of changes of people in open pushes that a dry run lists."""


def _mapped(text: str) -> tuple[str, str]:
    """Parse an option of the form ``HEADING=field``, or ``WORD=active`` and ``WORD=left``."""
    heading, equals, field = text.rpartition("=")
    if not equals or not heading.strip() or not field.strip():
        raise click.BadParameter("Write it as “Work Email=email”.")
    return heading.strip(), field.strip()


@click.command("import")
@click.argument("file", type=HostPath(Dash.INPUT), required=False)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    type=_mapped,
    metavar="HEADING=FIELD",
    help="What a column tells; or, of a word for a status, WORD=active or WORD=left.",
)
@click.option(
    "--encoding",
    default="",
    metavar="NAME",
    help="The encoding of the file, such as windows-1250; found out where it is not told.",
)
@click.option(
    "--delimiter",
    default="",
    metavar="CHARACTER",
    help="What separates the columns: a character, tab or pipe; found out where it is not told.",
)
@click.option(
    "--dates",
    type=NameChoice(("day-first", "month-first")),
    default=None,
    help="How to read 03/04/2020; found out where dates of the file prove it.",
)
@click.option(
    "--sheet",
    default="",
    metavar="NAME",
    help="Which sheet of a workbook; the first that lists people where it is not told.",
)
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@click.option("--skip-refused", is_flag=True, help="Import the other lines of the file.")
@unattended_options
@yes_option
@json_option
@with_studio
def import_(
    studio: Studio,
    actor: Actor,
    file: Path | None,
    mapping: Sequence[tuple[str, str]],
    encoding: str,
    delimiter: str,
    dates: str | None,
    sheet: str,
    dry_run: bool,
    skip_refused: bool,
    unattended: UnattendedOptions,
    yes: bool,
    as_json: bool,
) -> None:
    """Import users, teams, leaders and coaches from FILE, a CSV or workbook of an HR system.

    “-” reads the input.
    The usual headings of HR systems are recognised; --map "Work Email=email" tells about others.
    The usual words for a status are known, too; --map "Pending=active" explains others.
    Where lines are refused, nothing is imported, unless --skip-refused leaves them out.
    --unattended is for cron and timers: what would mark too many as left, or refuse too many
    lines, waits for an admin, who sees it with --waiting.
    """
    require(actor, Action.IMPORT_USERS)
    form = FileHints(encoding, delimiter, dates or "", sheet)
    if file is None:
        decide_waiting(studio, actor, unattended, _tell_dry_run, yes=yes, as_json=as_json)
        return
    if unattended.limits:
        given = GivenFile(display_name(file), read_bytes(file, MAX_BYTES), dict(mapping), form)
        run_unattended(studio, actor, given, unattended.limits, dry_run=dry_run, as_json=as_json)
        return
    with ProgressPrinter("Reading") as reading, seekable(file) as source:
        content = hr_files.read(source, dict(mapping), progress=reading, form=form)
    with ProgressPrinter("Comparing") as comparing:
        plan = imports.preview(studio, actor, content, progress=comparing)
    stopped = bool(plan.refusals) and not skip_refused
    if not dry_run and not stopped:
        left = len(plan.left)
        confirm_count(
            lambda: left, "users would be marked as left", "Nothing was imported", yes=yes
        )
        with ProgressPrinter("Importing") as importing:
            plan = imports.apply(
                studio, actor, content, skip_refused=skip_refused, progress=importing
            )
    if dry_run or stopped:
        touched = imports.touched(studio, actor, content, skip_refused=skip_refused)
    else:
        touched = reviews.caused_by(studio, plan.line) if plan.line is not None else []
    if as_json:
        changes = [shapes.review(studio, each, is_tried=dry_run) for each in touched]
        write_json({**plan.as_json(), "review": changes})
    elif dry_run or stopped:
        _tell_dry_run(plan, touched)
    else:
        _tell_done(plan)
        _tell_bounced(studio, actor)
        _tell_reviews_waiting(touched)
    if stopped or plan.all_refused:
        complain(f"studio-tui: {_why_nothing(plan)}")
        click.get_current_context().exit(FAILED)


def _tell_dry_run(plan: ImportPlan, touched: Sequence[Review]) -> None:
    _tell_plan(plan)
    _tell_reviews_of_dry_run(touched)


def _tell_reviews_of_dry_run(touched: Sequence[Review]) -> None:
    """Print the changes of people in open pushes that would wait for a decision (U7)."""
    if not touched:
        return
    changes = counted(len(touched), "change")
    say(f"{changes} of people in open pushes would wait for a decision:")
    _list(
        f"{each.name} ({each.login}) in “{each.push}”: {each.kind.label}, {change_in_words(each)}"
        for each in touched[:_MAX_LISTED]
    )
    if len(touched) > _MAX_LISTED:
        _list([f"and {len(touched) - _MAX_LISTED:,} more"])


def _tell_reviews_waiting(touched: Sequence[Review]) -> None:
    """Print how many of the changes wait for a decision."""
    if touched:
        wait = counted(
            len(touched),
            "change of somebody in an open push waits",
            "changes of people in open pushes wait",
        )
        say(f"{wait} for a decision: “studio-tui users review”.")


def _why_nothing(plan: ImportPlan) -> str:
    lines = counted(len(plan.refusals), "line is", "lines are")
    if plan.all_refused:
        return f"Nothing was imported: {lines} refused, and there is no other. Correct the file."
    return (
        f"Nothing was imported: {lines} refused. "
        "Correct the file, or leave them out with --skip-refused."
    )


def _tell_plan(plan: ImportPlan) -> None:
    groups = {
        "added": plan.added,
        "changed": plan.changed,
        "marked as left": plan.left,
        "active again": plan.returned,
    }
    for what, users in groups.items():
        if users:
            say(f"{counted(len(users), 'user')} would be {what}:")
            _list_users(users, with_changes=users is not plan.added)
    _tell_admins(plan, "would become")
    if plan.teams_created:
        say(f"{counted(len(plan.teams_created), 'team')} would be made:")
        _list(plan.teams_created)
    if plan.refusals:
        say(f"{counted(len(plan.refusals), 'line is', 'lines are')} refused:")
        _list(map(str, plan.refusals))
    _tell_warnings(plan)
    if plan.sheet:
        say(f"The file is {plan.encoding}; what is read is the sheet “{plan.sheet}”.")
    else:
        say(f"The file is {plan.encoding}, separated by {_separator(plan.delimiter)}.")
    say(f"In short: {plan.summary}; {plan.unchanged:,} unchanged. Nothing was changed yet.")


def _tell_bounced(studio: Studio, actor: Actor) -> None:
    """Print how bounced mails are sent again to people whose address has changed (N15)."""
    from studio_tui.services.outbox import outbox

    if mails := outbox.bounced_with_new_address(studio, actor):
        say(
            f"{counted(len(mails), 'mail')} came back before from an address that is another by "
            "now: “studio-tui outbox again --bounced” sends what is still true."
        )


def _tell_done(plan: ImportPlan) -> None:
    say(f"Imported: {plan.summary}; {plan.unchanged:,} unchanged.")
    _tell_admins(plan, "became")
    if plan.refusals:
        say(f"{counted(len(plan.refusals), 'refused line')} left out:")
        _list(map(str, plan.refusals))
    _tell_warnings(plan)
    if plan.touched:
        say("Next: “studio-tui users list” shows everyone and their managers.")


def _tell_admins(plan: ImportPlan, became: str) -> None:
    if plan.new_admins:
        say(f"{counted(len(plan.new_admins), 'user')} {became} an admin:")
        _list(f"{user.name} ({user.login})" for user in plan.new_admins)


def _tell_warnings(plan: ImportPlan) -> None:
    for word in plan.unknown_words:
        active, left = quote(f"{word}=active"), quote(f"{word}=left")
        say(f"What “{clean_line(word)}” means is not known: add --map {active} or --map {left}.")
    if plan.warnings:
        say(f"{counted(len(plan.warnings), 'warning')}:")
        _list(map(str, plan.warnings))
    if plan.ignored:
        say(f"Columns that tell the Studio nothing: {', '.join(plan.ignored)}.")


def _separator(delimiter: str) -> str:
    return "tabs" if delimiter == "\t" else f"“{delimiter}”"


def _list_users(users: Iterable[PlannedUser], *, with_changes: bool) -> None:
    for user in users:
        line = f"line {user.line}: " if user.line else ""
        changes = f": {_changes(user)}" if with_changes else ""
        gone = "" if with_changes or user.after.active else ", has left"
        address = user.email or NO_ADDRESS
        _list([f"{line}{user.name} ({user.login}, {address}){gone}{changes}"])


def _changes(user: PlannedUser) -> str:
    return "; ".join(
        f"{change.field}: {value_in_words(change.before)} → {value_in_words(change.after)}"
        for change in user.changes
    )


def _list(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(f"  {clean_line(line)}")
