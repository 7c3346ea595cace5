"""``studio-tui users retention``: erasing users whose retention time is over (U13)."""

import sys

import click

from studio_tui.cli.people import shapes
from studio_tui.cli.shared.output import complain, json_option, say, write_json, write_table
from studio_tui.cli.shared.progress import ProgressPrinter
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.retention import DueErasure
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.services.people import retention as service
from studio_tui.services.people.retention import Retention
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell who would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@with_studio
def retention(studio: Studio, actor: Actor, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase who left longer ago than privacy.retention_months, as the worker does once a day.

    Each is erased as by “users erase”, for good. Who will be within two weeks is told besides.
    """
    found = service.show(studio, actor)
    if as_json and (dry_run or not found.over):
        write_json(shapes.retention(found, ()))
    if not found.over:
        _tell_soon(found, as_json=as_json)
        raise NothingToDo(
            "Nobody to erase: nobody's retention time is over." if found.months else service.NOT_SET
        )
    if not as_json:
        _tell(found)
    if dry_run:
        if not as_json:
            say("Nothing was changed.")
        return
    if not yes:
        _ask(found)
    with ProgressPrinter("Erasing") as progress:
        ids = [each.user_id for each in found.over]
        erased = service.erase_over(studio, actor, ids, progress)
    if as_json:
        write_json(shapes.retention(service.show(studio, actor), erased))
    else:
        say(f"{counted(len(erased), 'person is', 'people are')} erased.")
        say("Backups made before still hold everything.")


def _tell(found: Retention) -> None:
    number = counted(len(found.over), "person", "people")
    say(f"{number} left more than {counted(found.months, 'month')} ago:")
    write_table(("Login", "Name", "Left", "By itself on"), map(_row, found.over), "")
    _tell_soon(found, as_json=False)


def _tell_soon(found: Retention, *, as_json: bool) -> None:
    if found.soon and not as_json:
        say(f"Within two weeks {counted(len(found.soon), 'person', 'people')} more:")
        write_table(("Login", "Name", "Left", "By itself on"), map(_row, found.soon), "")


def _row(of: DueErasure) -> tuple[str, ...]:
    return of.login, of.name, str(of.left_on), str(of.erase_on)


def _ask(found: Retention) -> None:
    """Ask for confirmation at the terminal.

    Raises `Refused` if the user declines or cannot be asked.
    """
    if not sys.stdin.isatty():
        raise Refused("Nobody was erased: it cannot be taken back. Say so with --yes.")
    complain(f"{counted(len(found.over), 'person', 'people')}: for good.")
    if not click.confirm("This cannot be taken back. Erase", default=False, err=True):
        raise Refused("Nobody was erased.")
