"""Arguments that name a conversation: a push and a user, its id, or a user and a template."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from studio_tui.domain.conversations.conversation import ConversationRequest
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Refused
from studio_tui.services import conversations
from studio_tui.services.system.context import Studio

C = TypeVar("C", bound=Callable[..., Any])

_PAIR = 2


def conversation_argument(command: C) -> C:
    """Add ``PUSH USER`` or ``ID``, as the argument ``named``."""
    return click.argument("named", nargs=-1, required=True, metavar="PUSH USER | ID")(command)


def ask_argument(command: C) -> C:
    """Add ``PUSH USER``, or ``USER`` with ``--template``.

    Their arguments are ``named`` and ``template``.
    """
    option = click.option("--template", help="Of a conversation that no push asks for.")
    return click.argument("named", nargs=-1, required=True, metavar="[PUSH] USER")(option(command))


def is_number(text: str) -> bool:
    """Return whether ``text`` has the form of the id of a conversation."""
    return text.isascii() and text.isdigit()


def id_in(named: Sequence[str]) -> int | None:
    """Return the id in the argument, or None if a push and a user are named.

    Raises `click.UsageError` for anything else.
    """
    if len(named) == _PAIR:
        return None
    if len(named) == 1 and is_number(named[0]):
        return int(named[0])
    raise click.UsageError("Say which conversation: PUSH USER, or its ID.")


def conversation_named(
    studio: Studio, actor: Actor, named: Sequence[str], missing: type[Refused] = Refused
) -> int:
    """Return the id of the named conversation.

    Raises ``missing`` if a push asks for the conversation, but none is planned or begun yet.
    """
    number = id_in(named)
    if number is not None:
        return conversations.id_by_number(studio, actor, number)
    found = conversations.look_up(
        studio, actor, conversations.find(studio, named[0], named[1], asked_by=actor)
    )
    if found.conversation_id is None:
        raise missing(f"Nobody has planned or begun the conversation with {found.assignment.name}.")
    return found.conversation_id


def ask_named(
    studio: Studio, actor: Actor, named: Sequence[str], template: str | None
) -> ConversationRequest:
    """Return what a new conversation is about: a user, and a push or a template.

    Raises `click.UsageError` if the arguments name neither.
    """
    if template is None and len(named) == _PAIR:
        return conversations.find(studio, named[0], named[1], asked_by=actor)
    if template is not None and len(named) == 1:
        return conversations.ask_about(studio, named[0], template, asked_by=actor)
    raise click.UsageError("Say what it is about: PUSH USER, or USER --template TEMPLATE.")
