"""``studio-tui conversations``: plan, move, cancel, and choose who is to hold the conversation."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import click

from studio_tui.cli.conversations import shapes
from studio_tui.cli.conversations.arguments import (
    ask_argument,
    ask_named,
    conversation_argument,
    conversation_named,
    is_number,
)
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.dry_run import UNDO, dry_run_options
from studio_tui.cli.shared.output import (
    complain,
    json_if_nothing_to_do,
    json_option,
    say,
    write_json,
    write_table,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import in_zone, instant, when
from studio_tui.domain.conversations.conversation import Conversation, Plan
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.services import conversations as service
from studio_tui.services.conversations import UsableSource
from studio_tui.services.outbox import undo as undoing
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted

_AT = (
    "When, such as 2026-03-31T14:00 or “fri 14h30”, in the organisation's zone unless it names an "
    "offset."
)

_JUST_NOW = timedelta(seconds=10)
"""Maximum age of the newest act that can be undone to count as the act of this command."""


@click.command()
@click.argument("user")
@json_option
@with_studio
def usable(studio: Studio, actor: Actor, user: str, as_json: bool) -> None:
    """List what you can begin a conversation with USER about: pushes, then templates."""
    found = service.usable(studio, actor, service.user_named(studio, user, asked_by=actor))
    if as_json:
        write_json([shapes.usable(one) for one in found])
        return
    headings = ("Push", "Template", "Deadline", "")
    write_table(headings, map(_row, found), "Nothing: no push asks, and no template allows it.")


@click.command()
@ask_argument
@click.option("--at", type=instant, required=True, help=_AT)
@click.option("--minutes", type=int, default=60, show_default=True, help="How long it lasts.")
@click.option("--place", default="", help="Where it is held.")
@click.option("--by", "conductor", metavar="LOGIN", help="The leader or coach who holds it.")
@dry_run_options
@json_option
@with_studio
def plan(
    studio: Studio,
    actor: Actor,
    named: Sequence[str],
    template: str | None,
    at: datetime,
    minutes: int,
    place: str,
    conductor: str | None,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Plan the conversation of USER in PUSH, or one by a template that no push asks for.

    Both sides get an invitation. What is planned already is moved.
    """
    ask = ask_named(studio, actor, named, template)
    wanted = Plan(in_zone(at, studio.zone), minutes, place)
    _do(
        studio,
        actor,
        lambda: service.plan(studio, actor, ask, wanted, conductor=conductor),
        lambda: service.look_up(studio, actor, ask).conversation_id,
        _RunOptions(dry_run, with_mail, as_json),
    )


@click.command()
@conversation_argument
@click.option("--at", type=instant, help=_AT)
@click.option("--minutes", type=int, help="How long it lasts.")
@click.option("--place", help="Where it is held.")
@dry_run_options
@json_option
@with_studio
def move(
    studio: Studio,
    actor: Actor,
    named: Sequence[str],
    at: datetime | None,
    minutes: int | None,
    place: str | None,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Move a conversation to another time or place; the rest stays as it was planned."""
    number = conversation_named(studio, actor, named)
    conversation = service.show(studio, actor, number)
    planned_for = in_zone(at, studio.zone) if at else conversation.planned_for
    if planned_for is None:
        raise Refused("It is not planned yet: say --at when it is to be held.")
    wanted = Plan(planned_for, conversation.minutes, conversation.place)
    if minutes is not None:
        wanted = replace(wanted, minutes=minutes)
    if place is not None:
        wanted = replace(wanted, place=place)
    _do(
        studio,
        actor,
        lambda: service.move(studio, actor, conversation, wanted),
        lambda: number,
        _RunOptions(dry_run, with_mail, as_json),
    )


@click.command()
@conversation_argument
@dry_run_options
@json_option
@with_studio
def cancel(
    studio: Studio,
    actor: Actor,
    named: Sequence[str],
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Cancel a conversation: what was written stays, invitations are withdrawn."""
    with json_if_nothing_to_do(as_json, lambda: None):
        number = conversation_named(studio, actor, named, NothingToDo)
    asked = _RunOptions(dry_run, with_mail, as_json)
    if asked.is_dry_run(studio, actor, lambda: service.cancel(studio, actor, number), "cancelled"):
        return
    with json_if_nothing_to_do(as_json, lambda: _shape_of_id(studio, actor, number)):
        cancelled = service.cancel(studio, actor, number)
    if as_json:
        write_json(shapes.held(studio, cancelled))
        return
    say(f"Cancelled: the conversation of {cancelled.conductor} with {cancelled.name}.")
    _say_undo(studio, actor)


@click.command("hand-over")
@click.argument("push")
@click.argument("user")
@click.argument("conductor")
@dry_run_options
@json_option
@with_studio
def hand_over(
    studio: Studio,
    actor: Actor,
    push: str,
    user: str,
    conductor: str,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Name who is to hold the conversation of USER in PUSH: CONDUCTOR, a leader or coach.

    Both are told by mail, and who held it before. What was written before stays closed to
    CONDUCTOR, unless who wrote it opens it (“conversations open”).
    """
    found = service.find(studio, push, user, asked_by=actor)
    asked = _RunOptions(dry_run, with_mail, as_json)
    if asked.is_dry_run(
        studio, actor, lambda: service.hand_over(studio, actor, found, conductor), "handed over"
    ):
        return
    with json_if_nothing_to_do(
        as_json, lambda: _shape_handed_over(service.look_up(studio, actor, found).assignment)
    ):
        handed = service.hand_over(studio, actor, found, conductor)
    if as_json:
        write_json(_shape_handed_over(handed))
        return
    say(f"{handed.conductor} is to hold the conversation with {handed.name}; both are told.")
    _say_undo(studio, actor)


@click.command("open")
@click.argument("named", nargs=-1, required=True, metavar="PUSH [USER] | ID")
@click.option("--undo", is_flag=True, help="Close it again.")
@with_studio
def open_(studio: Studio, actor: Actor, named: Sequence[str], undo: bool) -> None:
    """Let who holds a conversation read what you wrote in it before they did.

    You open your own part: the user what they prepared, who held it before what they wrote.
    Without USER, it is the conversation about yourself in PUSH.
    """
    if len(named) == 1 and not is_number(named[0]):
        named = (named[0], actor.login)
    number = conversation_named(studio, actor, named)
    if undo:
        closed = service.close_own(studio, actor, number)
        say(f"Closed: {closed.conductor} no longer reads what you wrote before.")
        return
    opened = service.open_own(studio, actor, number)
    say(f"Open: {opened.conductor} reads what you wrote so far. --undo closes it again.")


@click.command("not-mine")
@click.argument("push")
@click.argument("user")
@click.option("--undo", is_flag=True, help="Take it back: it asks you again.")
@with_studio
def not_mine(studio: Studio, actor: Actor, push: str, user: str, undo: bool) -> None:
    """Say that another leader or coach is to hold the conversation of USER in PUSH.

    It no longer asks you; the others go on being asked.
    """
    ask = service.find(studio, push, user, asked_by=actor)
    if undo:
        service.mine_again(studio, actor, ask)
        say("It asks you again.")
        return
    service.not_mine(studio, actor, ask)
    say("It no longer asks you; the others are asked as before.")


@dataclass(frozen=True, slots=True)
class _RunOptions:
    """The options for dry runs and output that a command was called with."""

    dry_run: bool
    with_mail: bool
    as_json: bool

    def is_dry_run(
        self, studio: Studio, actor: Actor, act: Callable[[], object], done: str
    ) -> bool:
        """Return whether this is a dry run. If so, run ``act`` and print the mail it would send."""
        dry_runs.check_options(dry_run=self.dry_run, with_mail=self.with_mail)
        if self.dry_run:
            dry_runs.run_and_write(
                studio,
                actor,
                act,
                None,
                f"The conversation would be {done}",
                with_mail=self.with_mail,
                as_json=self.as_json,
            )
        return self.dry_run


def _do(
    studio: Studio,
    actor: Actor,
    act: Callable[[], Conversation],
    number_of: Callable[[], int | None],
    asked: _RunOptions,
) -> None:
    """Plan or move a conversation by ``act``, or do so as a dry run.

    ``number_of`` returns the id of the existing conversation. It is printed if there is nothing to
    do.
    """
    tried: list[Conversation] = []
    if asked.is_dry_run(studio, actor, lambda: tried.append(act()), "planned so"):
        return
    with json_if_nothing_to_do(
        asked.as_json, lambda: {**_shape_of_id(studio, actor, number_of() or 0), "warnings": []}
    ):
        planned = act()
    found = service.warnings(studio, actor, planned)
    if asked.as_json:
        write_json({**shapes.held(studio, planned), "warnings": found})
        return
    _say_planned(studio, planned)
    for warning in found:
        complain(warning)
    _say_undo(studio, actor)


def _shape_of_id(studio: Studio, actor: Actor, number: int) -> dict[str, object]:
    return shapes.held(studio, service.show(studio, actor, number))


def _shape_handed_over(assignment: Assignment) -> dict[str, object]:
    return {"login": assignment.login, "conductor": assignment.conductor}


def _say_undo(studio: Studio, actor: Actor) -> None:
    """Print how many mails leave at what time and how to undo them, if the command sent any."""
    acts = undoing.undoable(studio, actor)
    if acts and acts[0].done_at >= studio.now() - _JUST_NOW:
        mails = counted(acts[0].mails, "mail")
        # To stderr, because scripts read the answer on stdout.
        complain(f"{mails} to leave {when(studio, acts[0].leaves_at)}. {UNDO}")


def _say_planned(studio: Studio, planned: Conversation) -> None:
    if planned.planned_for is not None:
        moment = when(studio, planned.planned_for)
        say(f"{planned.conductor} talks with {planned.name} {moment}.")


def _row(one: UsableSource) -> tuple[str, ...]:
    return (
        one.name if one.ask.push_id is not None else "",
        one.template.name,
        one.deadline.isoformat() if one.deadline else "",
        "" if one.template.planning else "starts at the talk",
    )
