"""The permissions of users: the only module that decides them (A2)."""

from dataclasses import field
from enum import StrEnum

from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Actor:
    """The authenticated user of a session. The identity comes from outside the program (A1)."""

    user_id: int
    login: str
    name: str
    role: Role
    time_zone: str = ""
    """Time zone of the actor; empty: that of the organisation (D1)."""
    origin: str = field(default="", compare=False)
    """Origin of the session, for the activity (A3). Not part of the identity."""
    scope: str = field(default="", compare=False)
    """Audience to which the actor's sight is limited (U12); empty: the whole organisation."""


class Action(StrEnum):
    """An action that requires a permission. The value completes the sentence “… may not ___”."""

    READ_USERS = "see the users"
    IMPORT_USERS = "import users"
    NAME_STAND_INS = "name who stands in for others"
    CORRECT_ADDRESSES = "correct the address of a user"
    EDIT_PEOPLE = "add and change users by hand"
    EDIT_TEAMS = "add, change and remove teams"
    MERGE_USERS = "merge two records of one user"
    LIMIT_SIGHT = "limit whom an admin sees"
    REVIEW_CHANGES = "decide on changes of people who are in a push"
    PERSONAL_DATA = "export or erase all that is kept about a user"
    READ_TEMPLATES = "see the templates"
    EDIT_TEMPLATES = "change templates"
    EDIT_LIBRARY = "change the question library"
    READ_PUSHES = "see the pushes"
    CREATE_PUSHES = "create pushes"
    ASSIGN = "assign users to a push"
    EDIT_SEGMENTS = "keep segments"
    ASSIGN_HIRED = "let everybody who is hired come into a push"
    EDIT_PUSHES = "change, close or reopen a push"
    EXCUSE = "excuse users of a push or give them longer"
    REMIND = "remind users"
    READ_OUTBOX = "see the outbox"
    SEND_AGAIN = "send mail again"
    DROP_MAIL = "drop mail"
    TEST_MAIL = "send a test mail"
    READ_ACTIVITY = "see the activity"
    VERIFY_ACTIVITY = "check that the activity is as it was written"
    KEEP_KEYS = "add, see or remove the SSH keys of others"
    MOVE_DATABASE = "back up or copy the database"
    FINISH_ANY = "record anybody's conversation as held"


_READ = frozenset(
    {
        Action.READ_USERS,
        Action.READ_TEMPLATES,
        Action.READ_PUSHES,
        Action.READ_OUTBOX,
        Action.READ_ACTIVITY,
        Action.VERIFY_ACTIVITY,
    }
)
FULL_SIGHT_ACTIONS = frozenset(
    {
        Action.IMPORT_USERS,
        Action.NAME_STAND_INS,
        Action.EDIT_TEAMS,
        Action.MERGE_USERS,
        Action.LIMIT_SIGHT,
        Action.PERSONAL_DATA,
        Action.ASSIGN_HIRED,
        Action.EDIT_TEMPLATES,
        Action.EDIT_LIBRARY,
        Action.EDIT_SEGMENTS,
        Action.VERIFY_ACTIVITY,
        Action.KEEP_KEYS,
        Action.MOVE_DATABASE,
    }
)
"""Actions that may affect the whole organisation. They require an unlimited sight (U12)."""
_RIGHTS: dict[Role, frozenset[Action]] = {
    Role.ADMIN: frozenset(Action),
    Role.SUPPORT: _READ
    | {Action.SEND_AGAIN, Action.TEST_MAIL, Action.REMIND, Action.CORRECT_ADDRESSES},
    Role.USER: frozenset(),
}


def may(actor: Actor, action: Action) -> bool:
    """Return whether ``actor`` may do ``action``, by their role and their sight (U12)."""
    return action in _RIGHTS[actor.role] and not (actor.scope and action in FULL_SIGHT_ACTIONS)


def require(actor: Actor, action: Action) -> None:
    """Raise `Forbidden` unless ``actor`` may do ``action``."""
    if not may(actor, action):
        limited = ", limited to a part of the organisation" if actor.scope else ""
        raise Forbidden(f"{actor.login} ({actor.role}{limited}) may not {action}.")
