"""``studio-tui users stand-in`` (U14)."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import click

from studio_tui.cli.people import shapes
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.dry_run import dry_run_options
from studio_tui.cli.shared.output import (
    json_if_nothing_to_do,
    json_option,
    say,
    write_json,
    write_table,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import day
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.stand_ins import StandIn
from studio_tui.services.people import stand_ins as service
from studio_tui.services.people.stand_ins import StandInRequest, StandInResult
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted

Act = Callable[[], StandInResult]


@click.command("stand-in")
@click.argument("leader")
@click.option("--by", metavar="LOGIN", help="Who stands in.")
@click.option("--from", "first_day", type=day, metavar="DAY", help="From this day on; today.")
@click.option("--until", "last_day", type=day, metavar="DAY", help="The last day.")
@click.option(
    "--for",
    "users",
    multiple=True,
    metavar="LOGIN",
    help="Only for this one of their people; may be repeated.",
)
@click.option("--end", is_flag=True, help="End what there is at once, and what is to begin.")
@dry_run_options
@json_option
@with_studio
def stand_in(
    studio: Studio,
    actor: Actor,
    leader: str,
    by: str | None,
    first_day: date | None,
    last_day: date | None,
    users: Sequence[str],
    end: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Let somebody stand in for LEADER, who is away, for all their people or some.

    Asked by an admin, or by LEADER themself. Both are told by mail. The stand-in sees what waits
    for LEADER and can hold it, but reads nothing that was written before. It begins and ends by
    itself. Without an option, it shows who stands in.
    """
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    named = by is not None or first_day is not None or last_day is not None or bool(users)
    if end and named:
        raise click.UsageError("Either --end, or --by with --until.")
    leader_id = service.leader_id_named(studio, actor, leader)
    if end:
        act: Act = partial(service.end, studio, actor, leader_id)
    elif not named:
        _show(studio, actor, leader_id, as_json=as_json)
        return
    elif by is None or last_day is None:
        raise click.UsageError("Say who stands in and until when: --by LOGIN --until DAY.")
    else:
        wanted = StandInRequest(by, first_day or studio.today(), last_day, tuple(users))
        act = partial(service.name_stand_in, studio, actor, leader_id, wanted)
    if dry_run:
        sentence = "It would end" if end else f"{by} would stand in for {leader}"
        dry_runs.run_and_write(
            studio, actor, act, None, sentence, with_mail=with_mail, as_json=as_json
        )
        return
    with json_if_nothing_to_do(as_json, list):
        done = act()
    if as_json:
        write_json([shapes.stand_in(each) for each in done.stand_ins])
        return
    for each in done.stand_ins:
        say(_ended(each) if end else _begun(each, done.people))


def _ended(each: StandIn) -> str:
    return f"{each.name} no longer stands in for {each.leader}; both are told."


def _begun(each: StandIn, people: int) -> str:
    return (
        f"{each.name} stands in for {each.leader} from {each.first_day} to {each.last_day}, "
        f"for {counted(people, 'person', 'people')}; both are told."
    )


def _show(studio: Studio, actor: Actor, leader_id: int, *, as_json: bool) -> None:
    found = service.of_leader(studio, actor, leader_id)
    if as_json:
        write_json([shapes.stand_in(each) for each in found])
        return
    write_table(
        ("Login", "Name", "From", "Until", "For"),
        (
            (
                each.login,
                each.name,
                each.first_day.isoformat(),
                each.last_day.isoformat(),
                ", ".join(each.users) or "everybody",
            )
            for each in found
        ),
        "Nobody stands in, or is to. --by LOGIN --until DAY names somebody.",
    )
