"""``studio-tui users edit``: correct what is known of somebody (U8)."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from studio_tui.cli.shared import shapes
from studio_tui.cli.shared.output import json_option, say, write_json
from studio_tui.cli.shared.session import with_studio
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.facts import FACTS, Fact, FactType, fact_called
from studio_tui.domain.shared.enum_tables import OfSome
from studio_tui.services.people import person, users
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted

P = ParamSpec("P")
R = TypeVar("R")

_CHANGED = [fact for fact in FACTS if fact.changed_by]
_TYPED = OfSome({FactType.EMAIL: "ADDRESS", FactType.DAY: "DATE"}, otherwise="TEXT")


def _option(fact: Fact) -> str:
    return f"--{fact.name.replace('_', '-')}"


def _options_of_facts(command: Callable[P, R]) -> Callable[P, R]:
    """An option for each fact that is changed by hand."""
    for fact in reversed(_CHANGED):
        words = f"Another {fact.in_words}."
        command = click.option(_option(fact), metavar=_TYPED[fact.type], help=words)(command)
    return command


@click.command()
@click.argument("user")
@_options_of_facts
@json_option
@with_studio
def edit(studio: Studio, actor: Actor, /, user: str, as_json: bool, **typed: str | None) -> None:
    """Correct what is known of USER (a login or an address).

    Invitations to what lies ahead go to the new address. Mail that failed is sent again by “outbox
    retry”.
    """
    told = {name: text for name, text in typed.items() if text is not None}
    if not told:
        raise click.UsageError(f"Say what to change: {', '.join(map(_option, _CHANGED))}.")
    found = users.find(studio, actor, user).user
    was = {name: getattr(found, name) for name in told}
    changed = person.edit(studio, actor, found.id, told, was=was)
    if as_json:
        write_json(shapes.user(changed.user))
        return
    for name, before in changed.before.items():
        fact, after = fact_called(name), getattr(changed.user, name)
        say(f"{changed.user.name}: {fact.as_words(before)} becomes {fact.as_words(after)}.")
    if changed.told:
        say(f"{counted(changed.told, 'invitation')} follow to the new address.")
    if changed.failed:
        mails = counted(changed.failed, "mail")
        say(f"{mails} failed before: “studio-tui outbox retry” sends what is still true.")
