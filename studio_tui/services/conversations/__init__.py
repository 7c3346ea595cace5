"""Conversations: plan, prepare, talk, finish (C1 to C6, P10), a module for each side of it."""

from studio_tui.domain.conversations import Ask
from studio_tui.services import naming
from studio_tui.services.context import Studio
from studio_tui.services.conversations.asking import (
    conductors,
    hand_over,
    mine_again,
    not_mine,
)
from studio_tui.services.conversations.overview import history, matters, source
from studio_tui.services.conversations.planning import Usable, cancel, move, plan, usable
from studio_tui.services.conversations.talking import begin, finish, record_held, reopen, start
from studio_tui.services.conversations.writing import (
    add_question,
    read,
    remove_question,
    submit,
    write,
)

__all__ = [
    "Usable",
    "add_question",
    "begin",
    "cancel",
    "conductors",
    "find",
    "finish",
    "hand_over",
    "history",
    "matters",
    "mine_again",
    "move",
    "not_mine",
    "plan",
    "read",
    "record_held",
    "remove_question",
    "reopen",
    "source",
    "start",
    "submit",
    "usable",
    "write",
]


def find(studio: Studio, push_name: str, login: str) -> Ask:
    """What a push asks for a user, by the name of the push and a login or address."""
    with studio.store.reading():
        return Ask(naming.user_id_named(login), naming.push_id_named(push_name))
