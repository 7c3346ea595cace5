"""``studio-tui conversations``: list, show, plan, hand over, finish."""

from collections.abc import Iterable
from datetime import datetime

import click

from studio_tui.cli import shapes
from studio_tui.cli.output import json_option, say, write_facts, write_json, write_table
from studio_tui.cli.session import with_studio
from studio_tui.cli.times import in_zone, instant, shown, when, with_zone
from studio_tui.domain.access import Actor
from studio_tui.domain.conversations import Plan
from studio_tui.domain.errors import Refused
from studio_tui.domain.pushes import Assignment, PushState, Status
from studio_tui.services import assigning, pushes, users
from studio_tui.services import conversations as service
from studio_tui.services.context import Studio

Listed = tuple[str, Assignment]
"""The name of the push, and one user's conversation in it."""

_by = click.option("--by", "conductor", metavar="LOGIN", help="The leader or coach who holds it.")


@click.group("conversations")
def conversations() -> None:
    """Follow the conversations that pushes ask for, plan them, hand over, record as held."""


@conversations.command("list")
@click.option("--push", help="Only those of this push, which may be closed.")
@click.option("--status", type=click.Choice([*map(str, Status)]), help="Only those this far.")
@json_option
@with_studio
def list_(
    studio: Studio, actor: Actor, push: str | None, status: str | None, as_json: bool
) -> None:
    """List the conversations of all pushes that are not closed."""
    every = _listed(studio, actor, push)
    listed = [(name, one) for name, one in every if status is None or one.status == status]
    if as_json:
        write_json([shapes.conversation(studio, name, one) for name, one in listed])
        return
    headings = ("Push", "Login", "Name", "Status", with_zone(studio, "When"), "Conductor", "Flags")
    write_table(headings, (_row(studio, *each) for each in listed), "No conversations.")


@conversations.command()
@click.argument("push")
@click.argument("user")
@json_option
@with_studio
def show(studio: Studio, actor: Actor, push: str, user: str, as_json: bool) -> None:
    """Show how far the conversation of USER in PUSH is."""
    name, found = _one(studio, actor, push, user)
    if as_json:
        write_json(shapes.conversation(studio, name, found))
        return
    managers = ", ".join(f"{manager.name} ({manager.reason})" for manager in found.managers)
    write_facts(
        (
            ("Push", name),
            ("User", f"{found.name} ({found.login})"),
            ("Status", found.status.replace("_", " ")),
            (with_zone(studio, "When"), shown(studio, found.status_at)),
            ("Conductor", found.conductor),
            ("Flags", ", ".join(shapes.flags(found)).replace("_", " ")),
            ("Managers", managers or "none"),
            ("Reminders", str(found.reminders or "")),
            (with_zone(studio, "Reminded"), shown(studio, found.reminded_at)),
        )
    )


@conversations.command()
@click.argument("push")
@click.argument("user")
@click.option("--at", type=instant, required=True, help="When, such as 2026-03-31T14:00.")
@_by
@with_studio
def plan(
    studio: Studio,
    actor: Actor,
    push: str,
    user: str,
    at: datetime,
    conductor: str | None,
) -> None:
    """Record when the conversation of USER in PUSH is to be held."""
    moment = in_zone(at, studio.zone)
    found = service.find(studio, push, user)
    planned = service.plan(studio, actor, found, Plan(moment), conductor=conductor)
    say(f"{planned.conductor} talks with {planned.name} {when(studio, moment)}.")


@conversations.command()
@click.argument("push")
@click.argument("user")
@click.option("--at", type=instant, help="When it was held; now, unless said otherwise.")
@_by
@with_studio
def finish(
    studio: Studio,
    actor: Actor,
    push: str,
    user: str,
    at: datetime | None,
    conductor: str | None,
) -> None:
    """Record the conversation of USER in PUSH as held."""
    held_at = in_zone(at, studio.zone) if at else None
    found = service.find(studio, push, user)
    held = service.record_held(studio, actor, found, conductor=conductor, held_at=held_at)
    say(f"Done: {held.conductor} talked with {held.name}.")


@conversations.command("hand-over")
@click.argument("push")
@click.argument("user")
@click.argument("conductor")
@with_studio
def hand_over(studio: Studio, actor: Actor, push: str, user: str, conductor: str) -> None:
    """Name who is to hold the conversation of USER in PUSH: CONDUCTOR, a leader or coach.

    Both are told by mail.
    """
    found = service.find(studio, push, user)
    handed = service.hand_over(studio, actor, found, conductor)
    say(f"{handed.conductor} is to hold the conversation with {handed.name}; both are told.")


def _listed(studio: Studio, actor: Actor, push: str | None) -> Iterable[Listed]:
    if push is not None:
        chosen = [pushes.find(studio, actor, push)]
    else:
        every = pushes.every(studio, actor)
        chosen = [one for one in every if one.state is not PushState.CLOSED]
    for one in chosen:
        for assignment in assigning.every(studio, actor, one):
            yield one.name, assignment


def _one(studio: Studio, actor: Actor, push: str, user: str) -> Listed:
    found = pushes.find(studio, actor, push)
    person = users.find(studio, actor, user)
    for name, assignment in person.pushes:
        if assignment.push_id == found.id:
            return name, assignment
    raise Refused(f"{person.user.name} is not assigned to “{found.name}”.")


def _row(studio: Studio, push: str, one: Assignment) -> tuple[str, ...]:
    return (
        push,
        one.login,
        one.name,
        one.status.replace("_", " "),
        shown(studio, one.status_at),
        one.conductor,
        ", ".join(shapes.flags(one)).replace("_", " "),
    )
