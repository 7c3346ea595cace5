"""``studio-tui teams``: the tree of teams, edited by hand (U2, U8)."""

from collections.abc import Callable, Sequence

import click

from studio_tui.cli.people import shapes
from studio_tui.cli.people.edit import tell_reviews_added
from studio_tui.cli.people.fact_options import errors_by_option
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.output import (
    json_if_nothing_to_do,
    json_option,
    say,
    write_facts,
    write_json,
    write_table,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import CommandGroup
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.teams import Team
from studio_tui.services.people import teams as service
from studio_tui.services.people.teams import TOP, TeamChanged, TeamEdit
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted

_OPTIONS = {
    "name": "--name",
    "under": "--under",
    "leaders": "--leader",
    "no_leaders": "--no-leader",
}
"""The option of each field of `TeamEdit`, by which errors call the field."""
_dry_run = click.option("--dry-run", is_flag=True, help="Only tell what would happen.")


@click.group("teams", cls=CommandGroup)
def teams() -> None:
    """See the teams as a tree; add, rename, move and remove them, and say who leads.

    A team is named by its path, as in “Sales > Belgium”, or by its name where only one has it.
    """


@teams.command("list")
@json_option
@with_studio
def list_(studio: Studio, actor: Actor, as_json: bool) -> None:
    """List all teams, each above those below it, with who leads and how many are in it."""
    listed = service.every(studio, actor)
    if as_json:
        write_json([shapes.team(each) for each in listed])
        return
    headings = ("Team", "Leaders", "Members", "With those below")
    empty = "No team yet. “studio-tui teams add NAME” adds one."
    write_table(headings, map(_row, listed), empty)


@teams.command()
@click.argument("team")
@json_option
@with_studio
def show(studio: Studio, actor: Actor, team: str, as_json: bool) -> None:
    """Show TEAM: who leads it, who is in it, and which teams are right below it."""
    found = service.show(studio, actor, service.find(studio, actor, team).id)
    if as_json:
        write_json(shapes.team_shown(found))
        return
    own = found.team
    write_facts(
        (
            ("Team", own.path),
            ("Leaders", own.led_by or ("nobody you see" if actor.scope else "nobody")),
            ("Members", f"{own.members:,}"),
            ("With those below", f"{own.people:,}"),
            ("Below", ", ".join(each.name for each in found.below)),
        )
    )
    if found.members:
        click.echo()
        rows = [(each.login, each.name, "" if each.active else "left") for each in found.members]
        write_table(("Login", "Name", ""), rows, "")


@teams.command()
@click.argument("name")
@click.option("--under", default=TOP, metavar="TEAM", help="The team it is under; else at the top.")
@click.option(
    "--leader",
    "leaders",
    multiple=True,
    metavar="LOGIN",
    help="Who leads it; can be given several times.",
)
@_dry_run
@json_option
@with_studio
def add(
    studio: Studio,
    actor: Actor,
    name: str,
    under: str,
    leaders: Sequence[str],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add a team called NAME, at the top or under another."""

    def act() -> TeamChanged:
        return service.add(studio, actor, name, under=under, leaders=leaders)

    done = _done(studio, actor, act, dry_run=dry_run)
    _tell(done, as_json=as_json, dry_run=dry_run)


@teams.command()
@click.argument("team")
@click.option("--name", metavar="NAME", help="Another name.")
@click.option("--under", metavar="TEAM", help="The team it is to be under.")
@click.option("--top", is_flag=True, help="Put it at the top, under no other.")
@click.option(
    "--leader",
    "leaders",
    multiple=True,
    metavar="LOGIN",
    help="Who is to lead it as well; can be given several times.",
)
@click.option(
    "--no-leader", "no_leaders", multiple=True, metavar="LOGIN", help="Who is to lead it no more."
)
@_dry_run
@json_option
@with_studio
def edit(
    studio: Studio,
    actor: Actor,
    team: str,
    name: str | None,
    under: str | None,
    top: bool,
    leaders: Sequence[str],
    no_leaders: Sequence[str],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Rename or move TEAM, or change who leads it. The teams below it move with it."""
    if under is not None and top:
        raise click.UsageError("--under and --top are two places: say one.")
    if under is not None and not under.strip():
        raise click.UsageError("--under needs the name of a team; --top puts it under none.")
    if name is None and under is None and not top and not leaders and not no_leaders:
        raise click.UsageError(
            "Say what to change: --name, --under, --top, --leader or --no-leader."
        )
    found = service.find(studio, actor, team)
    wanted = TeamEdit(name, TOP if top else under, leaders, no_leaders)
    with json_if_nothing_to_do(as_json, lambda: shapes.team_changed(TeamChanged(found, found))):
        done = _done(
            studio,
            actor,
            lambda: service.edit(studio, actor, found.id, wanted, was=found),
            dry_run=dry_run,
        )
    _tell(done, as_json=as_json, dry_run=dry_run)


@teams.command()
@click.argument("team")
@_dry_run
@json_option
@with_studio
def remove(studio: Studio, actor: Actor, team: str, dry_run: bool, as_json: bool) -> None:
    """Remove TEAM, which has to be empty: nobody is in it or leads it, and no team is below it."""
    found = service.find(studio, actor, team)
    done = _done(studio, actor, lambda: service.remove(studio, actor, found.id), dry_run=dry_run)
    _tell(done, as_json=as_json, dry_run=dry_run)


def _done(
    studio: Studio, actor: Actor, act: Callable[[], TeamChanged], *, dry_run: bool
) -> TeamChanged:
    require(actor, Action.EDIT_PEOPLE)
    tried: list[TeamChanged] = []
    with errors_by_option(_OPTIONS):
        if dry_run:
            dry_runs.run_dry_as(studio, actor, lambda: tried.append(act()))
            return tried[0]
        return act()


def _row(team: Team) -> tuple[str, ...]:
    return (team.path, team.led_by, f"{team.members:,}", f"{team.people:,}")


def _tell(done: TeamChanged, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        write_json(shapes.team_changed(done))
        return
    before, after = done.before, done.after
    be = "would be" if dry_run else "is"
    if before is None and after is not None:
        say(f"“{after.path}” {be} added, led by {after.led_by or 'nobody'}.")
    elif after is None and before is not None:
        say(f"“{before.path}” {be} removed.")
    elif before is not None and after is not None:
        _tell_edited(before, after, be)
    if done.other_managers:
        get = "would get" if dry_run else "get" if done.other_managers > 1 else "gets"
        say(f"{counted(done.other_managers, 'user')} {get} other managers.")
    tell_reviews_added(done.reviews_added, dry_run=dry_run)
    if dry_run:
        say("Nothing was changed.")


def _tell_edited(before: Team, after: Team, be: str) -> None:
    if before.path != after.path:
        with_it = f", with {counted(after.people, 'user')} in it" if after.people else ""
        say(f"“{before.path}” {be} “{after.path}”{with_it}.")
    if before.leaders != after.leaders:
        say(f"“{after.path}” {be} led by {after.led_by or 'nobody'}.")
