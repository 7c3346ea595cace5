"""``studio-tui pushes repeat`` (P17)."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from studio_tui.cli.pushes import shapes
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
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.pushes.repeats import Rhythm, parse_after, parse_every
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes import repeats as service
from studio_tui.services.pushes.repeats import RepeatDetails
from studio_tui.services.system.context import Studio

T = TypeVar("T")


def _typed(read: Callable[[str], T]) -> Callable[[str], T]:
    """Make ``read`` the parser of an option. Its `ValueError` becomes a usage error."""

    def typed(text: str) -> T:
        try:
            return read(text)
        except ValueError as error:
            raise click.BadParameter(f"{error}.") from error

    return typed


@click.command()
@click.argument("push")
@click.option("--every", type=_typed(parse_every), metavar="RHYTHM", help="A rhythm: 2w, 3m or 1y.")
@click.option(
    "--until", type=day, help="The last day on which one may begin; with --every or alone."
)
@click.option("--no-until", is_flag=True, help="Without an end.")
@click.option(
    "--after-hire",
    type=_typed(parse_after),
    metavar="DAYS",
    help="So many days after each person was hired, such as 90d.",
)
@click.option("--skip", type=day, metavar="DAY", help="Make nothing on this first day.")
@click.option("--no-skip", type=day, metavar="DAY", help="Make it after all.")
@click.option("--stop", is_flag=True, help="Make no more; what was made stays.")
@json_option
@with_studio
def repeat(
    studio: Studio,
    actor: Actor,
    push: str,
    every: Rhythm | None,
    until: date | None,
    no_until: bool,
    after_hire: int | None,
    skip: date | None,
    no_skip: date | None,
    stop: bool,
    as_json: bool,
) -> None:
    """Let PUSH come again by itself: with its people, its reminders and its template.

    By a rhythm, each is made on its first day, computed from the days of PUSH; it is on Today two
    weeks before. By hire dates, everybody comes into PUSH so many days after they were hired.
    Without options it is told how PUSH comes again, and on which days within a year.
    """
    asked = [every is not None, after_hire is not None, skip is not None, no_skip is not None, stop]
    _check(asked, until=until, no_until=no_until, every=every)
    found = pushes.find(studio, actor, push)
    with json_if_nothing_to_do(as_json, lambda: _shape(studio, actor, found)):
        if every is not None:
            service.set_rhythm(studio, actor, found, every, until)
        elif after_hire is not None:
            service.set_after_hire(studio, actor, found, after_hire)
        elif skip is not None:
            service.skip(studio, actor, found, skip)
        elif no_skip is not None:
            service.keep(studio, actor, found, no_skip)
        elif stop:
            service.stop(studio, actor, found)
        elif until is not None or no_until:
            service.set_until(studio, actor, found, until)
    if as_json:
        write_json(_shape(studio, actor, found))
    else:
        _tell(found, service.of_push(studio, actor, found))


def _check(asked: list[bool], *, until: date | None, no_until: bool, every: Rhythm | None) -> None:
    if sum(asked) > 1:
        raise click.UsageError("Only one of --every, --after-hire, --skip, --no-skip and --stop.")
    if until is not None and no_until:
        raise click.UsageError("Either --until or --no-until.")
    if (until is not None or no_until) and any(asked) and every is None:
        raise click.UsageError("--until goes with --every, or alone.")


def _shape(studio: Studio, actor: Actor, push: Push) -> dict[str, Any]:
    found = service.of_push(studio, actor, push)
    return {"push": push.name, "repeats": shapes.repeating(found, studio.today())}


def _tell(push: Push, repeating: RepeatDetails | None) -> None:
    if repeating is None:
        say(f"“{push.name}” does not come again.")
        return
    say(f"“{push.name}” comes again {repeating.repeat.in_words}.")
    if repeating.repeat.every is None:
        say("Each has as many days as the push has.")
        return
    skipped = repeating.repeat.skipped
    rows = (
        (f"{each.first}", f"{each.deadline}", "skipped" if each.number in skipped else "")
        for each in repeating.coming
    )
    write_table(("First day", "Deadline", ""), rows, "Nothing is made within a year.")
