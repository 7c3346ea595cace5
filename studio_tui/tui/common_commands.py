"""Commands that several screens share, with the same key and wording."""

from studio_tui.domain.people.access import Action
from studio_tui.tui.commands import Command

RETRY = Command(
    "retry",
    "r",
    "Retry",
    "Send what failed once more",
    needs=Action.SEND_AGAIN,
    verb="outbox retry ID",
)
REMIND = Command(
    "remind",
    "r",
    "Remind",
    "Remind the marked, or this one",
    needs=Action.REMIND,
    verb="pushes remind PUSH LOGIN",
)
HELD = Command(
    "held",
    "h",
    "Held",
    "Record the conversation as held",
    verb="conversations finish PUSH USER --at INSTANT",
)
HAND_OVER = Command(
    "hand_over",
    "H",
    "Hand over",
    "Name who is to hold the conversation",
    footer=False,
    verb="conversations hand-over PUSH USER CONDUCTOR",
)
STAND_IN = Command(
    "stand_in",
    "S",
    "Stand-in",
    "Name who stands in while somebody is away, or end that",
    footer=False,
    verb="users stand-in LEADER --by LOGIN --until DAY",
)
EXCUSE = Command(
    "excuse",
    "L",
    "Excuse",
    "Excuse them with a reason, or ask them again",
    footer=False,
    needs=Action.EXCUSE,
    verb="pushes excuse PUSH LOGIN --reason TEXT",
)
LONGER = Command(
    "longer",
    "l",
    "Longer",
    "Give them until a later day than everybody",
    footer=False,
    needs=Action.EXCUSE,
    verb="pushes deadline PUSH LOGIN --to DAY",
)
