"""Conversations: plan, prepare, talk, finish (C1 to C6, P10). Each aspect has its own module."""

from studio_tui.services.conversations.conductor_choice import (
    conductors,
    hand_over,
    mine_again,
    not_mine,
)
from studio_tui.services.conversations.lookup import (
    FoundConversation,
    ask_about,
    find,
    id_by_number,
    look_up,
    user_named,
)
from studio_tui.services.conversations.overview import history, my_conversations, source
from studio_tui.services.conversations.planning import UsableSource, cancel, move, plan, usable
from studio_tui.services.conversations.reading import read, show
from studio_tui.services.conversations.taking_over import close_own, open_own
from studio_tui.services.conversations.talks import begin, finish, record_held, reopen, start
from studio_tui.services.conversations.warning import (
    NO_CALENDAR,
    users_with_sender_address,
    warnings,
)
from studio_tui.services.conversations.writing import (
    add_question,
    earlier,
    remove_question,
    submit,
    write,
)

__all__ = [
    "NO_CALENDAR",
    "FoundConversation",
    "UsableSource",
    "add_question",
    "ask_about",
    "begin",
    "cancel",
    "close_own",
    "conductors",
    "earlier",
    "find",
    "finish",
    "hand_over",
    "history",
    "id_by_number",
    "look_up",
    "mine_again",
    "move",
    "my_conversations",
    "not_mine",
    "open_own",
    "plan",
    "read",
    "record_held",
    "remove_question",
    "reopen",
    "show",
    "source",
    "start",
    "submit",
    "usable",
    "user_named",
    "users_with_sender_address",
    "warnings",
    "write",
]
