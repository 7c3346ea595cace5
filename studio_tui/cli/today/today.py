"""``studio-tui today``: the lines of Today (S1), also for cron and a status line."""

from collections.abc import Iterable
from datetime import date

import click

from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.groups import show_groups
from studio_tui.cli.shared.output import (
    json_if_nothing_to_do,
    json_option,
    say,
    write_json,
    write_table,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.cli.shared.times import day
from studio_tui.cli.today import shapes
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.shared.text import fold
from studio_tui.domain.today.today import STEPS, Case, CaseKind, FirstStep
from studio_tui.services.pushes import groups, pushes
from studio_tui.services.system.context import Studio
from studio_tui.services.today import today as service
from studio_tui.services.today.today import Today
from studio_tui.wording.counting import counted
from studio_tui.wording.today import NOTHING

_KINDS = NameChoice([*map(str, CaseKind)])


@click.command()
@click.option("--snooze", type=_KINDS, metavar="KIND", help="Put off the lines of this kind.")
@click.option("--wake", type=_KINDS, metavar="KIND", help="Bring back what was put off.")
@click.option("--push", help="Only the lines of this push.")
@click.option("--until", type=day, help="Put off until this day; without it, until it changes.")
@click.option(
    "--by",
    type=NameChoice([*map(str, GroupBy)]),
    help="The people of all open pushes in groups, late first.",
)
@click.option("--all", "everything", is_flag=True, help="Also what is put off.")
@json_option
@with_studio
def today(
    studio: Studio,
    actor: Actor,
    snooze: str | None,
    wake: str | None,
    push: str | None,
    until: date | None,
    by: str | None,
    everything: bool,
    as_json: bool,
) -> None:
    """See what needs somebody, over all open pushes, the most urgent first.

    Who leads, coaches or is asked sees what waits for them. What is dealt with goes by itself. A
    line that is put off is put off for you alone.

    With --by, how far the people of each manager, team, department or language are over all open
    pushes, and the nearest deadline of what they have still to hold.
    """
    others = snooze or wake or until or everything or push is not None
    _check_options(snooze, wake, until, by_and_others=bool(by and others))
    if by is not None:
        show_groups(
            studio, GroupBy(by), groups.every(studio, actor, None, GroupBy(by)), as_json=as_json
        )
        return
    found = service.show(studio, actor)
    if push is not None:
        push = _name_of(studio, actor, push, (*found.cases, *found.snoozed))
    if snooze:
        cases = list(_chosen(found.cases, snooze, push))
        with json_if_nothing_to_do(as_json, lambda: _shapes(studio, found, push, everything)):
            number = service.snooze(studio, actor, cases, until)
        _say_put_off(number, until, as_json)
    elif wake:
        number = service.wake(studio, actor, list(_chosen(found.snoozed, wake, push)))
        if not as_json:
            say(f"{counted(number, 'line')} brought back.")
    if snooze or wake:
        if not as_json:
            return
        found = service.show(studio, actor)
    if as_json:
        write_json(_shapes(studio, found, push, everything))
    else:
        _tell(_shown(found, push, everything), found.steps)


def _shown(found: Today, push: str | None, everything: bool) -> list[Case]:
    """Return the lines of a push or of all pushes.

    Lines that were put off are included only with ``everything``.
    """
    put_off = _chosen(found.snoozed, None, push) if everything else ()
    return [*_chosen(found.cases, None, push), *put_off]


def _shapes(studio: Studio, found: Today, push: str | None, everything: bool) -> list[Shape]:
    return [shapes.case(studio, case) for case in _shown(found, push, everything)]


def _check_options(
    snooze: str | None, wake: str | None, until: date | None, *, by_and_others: bool
) -> None:
    if snooze and wake:
        raise click.UsageError("Either --snooze or --wake.")
    if until and not snooze:
        raise click.UsageError("--until goes with --snooze.")
    if by_and_others:
        raise click.UsageError("--by goes with no other option but --json.")


def _name_of(studio: Studio, actor: Actor, name: str, cases: Iterable[Case]) -> str:
    """Return the name of the push of a line, or of a push without lines that ``actor`` may see."""
    for case in cases:
        if fold(case.push) == fold(name):
            return case.push
    return pushes.find(studio, actor, name).name


def _chosen(cases: Iterable[Case], kind: str | None, push: str | None) -> Iterable[Case]:
    for case in cases:
        if (kind is None or case.kind == kind) and (push is None or case.push == push):
            yield case


def _say_put_off(number: int, until: date | None, as_json: bool) -> None:
    if not as_json:
        when = f"until {until}" if until else "until it changes"
        say(f"{counted(number, 'line')} put off {when}: “studio-tui today --all” shows it still.")


def _tell(cases: list[Case], steps: tuple[FirstStep, ...]) -> None:
    if not cases and all(step in (FirstStep.SET_UP_PUSH, FirstStep.ASSIGN_USERS) for step in steps):
        following = [f"Next: {step}. {STEPS[step][1]}" for step in steps]
        say(" ".join([NOTHING, *following]))
        return
    for step in steps:
        say(f"To begin: {step}. {STEPS[step][1]}")
    if cases:
        write_table(("What", "Push", "Who or what"), map(_row, cases), NOTHING)


def _row(case: Case) -> tuple[str, ...]:
    whose = "yours: " if case.own else ""
    off = ""
    if case.snoozed:
        off = f" (put off until {case.snoozed_until or 'it changes'})"
    return f"{whose}{case.words}", case.push, f"{case.text}{off}"
