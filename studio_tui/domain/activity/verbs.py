"""The verbs of the activity, each declared once (A3, P14, N5).

The code that writes, lists, verifies and undoes actions reads the declarations.
`verb_table` makes the table of ``docs/activity.md``.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from studio_tui.domain.people.access import Action
from studio_tui.domain.people.facts import FACTS
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import CompleteTable

Fields = Mapping[str, type]
"""Names of the fields that a line may record as before and after, with the type of each value."""
UNDID = "undid: "
"""Prefix of a verb that was undone."""
DROPPED: Fields = {"mail dropped": int}
"""Additional fields of a line that records an undo."""
AUDIENCE_FIELDS = frozenset({"audience", "scope", "where"})
"""Names of the fields that hold the text of an audience, which may name anybody."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """The declaration of an action that sends mail.

    Its actor sees beforehand who gets which mail, and can undo the action until the first mail is
    sent.
    """

    command: str
    """Shell command of the action, which can be tried with ``--dry-run``."""
    needs: Action | None = None
    """Permission for the action and for undoing it; None: only its actor may undo it."""
    many: str = ""
    """Description of the action on a number of users: “12 users assigned to”.

    Empty: see ``one``.
    """
    one: str = ""
    """Description of the action on its object."""
    undone: bool = True
    """Whether the action is undone as a whole.

    If not, the mail that it sends again can only be dropped.
    """
    tells_back: bool = False
    """Whether the line of its undo records before and after."""


@dataclass(frozen=True, slots=True)
class VerbFacts:
    """The declaration of a verb."""

    fields: Fields = field(default_factory=dict)
    mailing: Mailing | None = None
    """None for an action that sends no mail, or sends it only as a consequence.

    Such an action cannot be undone.
    """


class Verb(StrEnum):
    """An action; the value is its name in the activity."""

    SET_UP = "set up"
    IMPORT = "imported users"
    WAITING_IMPORT = "left an import waiting"
    DISCARD_IMPORT = "discarded an import"
    ADD_USER = "added user"
    CHANGE_USER = "changed user"
    MERGE_USERS = "merged users"
    MARK_LEFT = "marked as left"
    TAKE_BACK = "took back user"
    EXPORT_DATA = "exported all about user"
    ERASE = "erased user"
    ADD_TEAM = "added team"
    EDIT_TEAM = "changed team"
    REMOVE_TEAM = "removed team"
    REVIEW = "decided on changes"
    LIMIT_SIGHT = "limited whom somebody sees"
    STAND_IN = "named a stand-in"
    END_STAND_IN = "ended a stand-in"
    ADD_KEY = "added an SSH key"
    REMOVE_KEY = "removed an SSH key"
    ADD_TEMPLATE = "added template"
    EDIT_TEMPLATE = "edited template"
    BRING_BACK = "brought back template"
    ARCHIVE = "archived template"
    UNARCHIVE = "took template out of the archive"
    DELETE_TEMPLATE = "deleted template"
    ADD_QUESTIONS = "added questions"
    EDIT_QUESTIONS = "edited questions"
    DELETE_QUESTIONS = "deleted questions"
    CREATE = "created push"
    ASSIGN = "assigned users"
    SET_AUDIENCE = "changed audience of push"
    JOIN = "assigned who came to match"
    UNASSIGN = "unassigned users"
    EXCUSE = "excused users"
    ASK_AGAIN = "took back: excused"
    OWN_DEADLINE = "gave users another deadline"
    SAVE_SEGMENT = "saved segment"
    DELETE_SEGMENT = "deleted segment"
    REMIND = "reminded users"
    EDIT = "edited push"
    CLOSE = "closed push"
    REOPEN = "reopened push"
    REPEAT = "let push repeat"
    SKIP_REPEAT = "skipped push that repeats"
    KEEP_REPEAT = "took back: skipped push that repeats"
    END_REPEAT = "ended repeating push"
    HAND_OVER = "handed over conversation"
    NOT_MINE = "said: not mine"
    MINE_AGAIN = "took back: not mine"
    PLAN = "planned conversation"
    MOVE = "moved conversation"
    CANCEL = "cancelled conversation"
    PREPARE = "prepared conversation"
    BEGIN = "began conversation"
    ADD_QUESTION = "added question"
    REMOVE_QUESTION = "removed question"
    FINISH = "finished conversation"
    REOPEN_TALK = "reopened conversation"
    READ = "read conversation"
    OPEN_OWN = "opened own part of conversation"
    CLOSE_OWN = "closed own part of conversation"
    RETRY = "retried mail"
    SEND_AGAIN = "sent mail again"
    DROP = "dropped mail"
    BOUNCE = "noted bounced mail"
    RESUME = "let mail go on"
    FREE_WORKER = "freed a worker"
    BACK_UP = "backed up the database"
    COPY = "copied the database"
    RESTORE = "restored the database"
    SEAL_LATE = "sealed late"

    @property
    def fields(self) -> Fields:
        """Fields that its lines may record as before and after."""
        return VERBS[self].fields

    @property
    def mailing(self) -> Mailing:
        """Declaration of an action that sends mail. Raises LookupError for other actions."""
        if (mailing := VERBS[self].mailing) is None:
            raise LookupError(f"“{self}” sends no mail")
        return mailing


_TEXT: Fields = {"text": str}
_KEY: Fields = {"fingerprint": str, "kind": str, "comment": str}
_STAND_IN: Fields = {"stand_in": str, "from": str, "until": str, "for": str}
_PUSH: Fields = {
    "name": str,
    "available_from": str,
    "deadline": str,
    "remind_before_days": str,
    "remind_after_days": str,
}
_PLAN: Fields = {"planned_for": str, "minutes": int, "conductor": str}
_STATUS: Fields = {"status": str}
_FACTS: Fields = {fact.name: object for fact in FACTS}
_SEGMENT: Fields = {"name": str, "description": str, "where": str}
_USERS: Fields = {"users": list}
_TEAM: Fields = {"path": str, "leaders": list}
_COUNTS: Fields = dict.fromkeys(
    (
        "users", "active", "added", "changed", "left", "returned", "refused", "teams_created",
    ),
    int,
)  # fmt: skip

VERBS: Mapping[Verb, VerbFacts] = CompleteTable(
    {
        Verb.SET_UP: VerbFacts(),
        Verb.IMPORT: VerbFacts(_COUNTS),
        Verb.WAITING_IMPORT: VerbFacts({"left": int, "refused": int}),
        Verb.DISCARD_IMPORT: VerbFacts(),
        Verb.ADD_USER: VerbFacts(_FACTS),
        Verb.CHANGE_USER: VerbFacts(_FACTS),
        Verb.MERGE_USERS: VerbFacts({"login": str, "email": str}),
        Verb.MARK_LEFT: VerbFacts(_USERS),
        Verb.TAKE_BACK: VerbFacts(_USERS),
        Verb.EXPORT_DATA: VerbFacts(),
        Verb.ERASE: VerbFacts({"lines": int, "emptied": str}),
        Verb.ADD_TEAM: VerbFacts(_TEAM),
        Verb.EDIT_TEAM: VerbFacts(_TEAM),
        Verb.REMOVE_TEAM: VerbFacts(_TEAM),
        Verb.REVIEW: VerbFacts(
            {"decision": str, "to": str, "lines": int},
            Mailing("users review", Action.REVIEW_CHANGES, many="reviewed in"),
        ),
        Verb.LIMIT_SIGHT: VerbFacts({"scope": str}),
        Verb.STAND_IN: VerbFacts(_STAND_IN),
        Verb.END_STAND_IN: VerbFacts(_STAND_IN),
        Verb.ADD_KEY: VerbFacts(_KEY),
        Verb.REMOVE_KEY: VerbFacts(_KEY),
        Verb.ADD_TEMPLATE: VerbFacts(),
        Verb.EDIT_TEMPLATE: VerbFacts(_TEXT),
        Verb.BRING_BACK: VerbFacts(_TEXT),
        Verb.ARCHIVE: VerbFacts(),
        Verb.UNARCHIVE: VerbFacts(),
        Verb.DELETE_TEMPLATE: VerbFacts(_TEXT),
        Verb.ADD_QUESTIONS: VerbFacts(_TEXT),
        Verb.EDIT_QUESTIONS: VerbFacts(_TEXT),
        Verb.DELETE_QUESTIONS: VerbFacts(_TEXT),
        Verb.CREATE: VerbFacts({"template": str, "copied_from": str, **_PUSH}),
        Verb.ASSIGN: VerbFacts(mailing=Mailing("pushes assign", Action.ASSIGN, many="assigned to")),
        Verb.SET_AUDIENCE: VerbFacts({"audience": str}),
        Verb.JOIN: VerbFacts(
            {"audience": str, "no longer match": int},
            Mailing("pushes edit", Action.ASSIGN, many="assigned, who came to match, to"),
        ),
        Verb.UNASSIGN: VerbFacts(),
        Verb.EXCUSE: VerbFacts({"reason": str}),
        Verb.ASK_AGAIN: VerbFacts(),
        Verb.OWN_DEADLINE: VerbFacts({"deadline": str}),
        Verb.SAVE_SEGMENT: VerbFacts(_SEGMENT),
        Verb.DELETE_SEGMENT: VerbFacts(_SEGMENT),
        Verb.REMIND: VerbFacts(
            {"round": str}, Mailing("pushes remind", Action.REMIND, many="reminded of")
        ),
        Verb.EDIT: VerbFacts(
            _PUSH, Mailing("pushes edit", Action.EDIT_PUSHES, one="changed", tells_back=True)
        ),
        Verb.CLOSE: VerbFacts(DROPPED, Mailing("pushes close", Action.EDIT_PUSHES, one="closed")),
        Verb.REOPEN: VerbFacts(
            {"closed_at": str, "mail waiting again": int},
            Mailing("pushes reopen", Action.EDIT_PUSHES, one="reopened"),
        ),
        Verb.REPEAT: VerbFacts({"every": str, "days after hire": int, "until": str}),
        Verb.SKIP_REPEAT: VerbFacts({"day": str}),
        Verb.KEEP_REPEAT: VerbFacts({"day": str}),
        Verb.END_REPEAT: VerbFacts(),
        Verb.HAND_OVER: VerbFacts(
            {"conductor": str, "named": str},
            Mailing("conversations hand-over", one="conversation handed over", tells_back=True),
        ),
        Verb.NOT_MINE: VerbFacts(),
        Verb.MINE_AGAIN: VerbFacts(),
        Verb.PLAN: VerbFacts(_PLAN, Mailing("conversations plan", one="conversation planned")),
        Verb.MOVE: VerbFacts(
            _PLAN, Mailing("conversations move", one="conversation moved", tells_back=True)
        ),
        Verb.CANCEL: VerbFacts(
            {**_STATUS, **_PLAN}, Mailing("conversations cancel", one="conversation cancelled")
        ),
        Verb.PREPARE: VerbFacts(),
        Verb.BEGIN: VerbFacts(_STATUS),
        Verb.ADD_QUESTION: VerbFacts(),
        Verb.REMOVE_QUESTION: VerbFacts(),
        Verb.FINISH: VerbFacts({**_STATUS, "conductor": str, "at": str}),
        Verb.REOPEN_TALK: VerbFacts(_STATUS),
        Verb.READ: VerbFacts({"parts": list}),
        Verb.OPEN_OWN: VerbFacts({"to": str}),
        Verb.CLOSE_OWN: VerbFacts({"to": str}),
        Verb.RETRY: VerbFacts(
            {"mails": int, "no longer true": int},
            Mailing("outbox retry", Action.SEND_AGAIN, undone=False),
        ),
        Verb.SEND_AGAIN: VerbFacts(
            mailing=Mailing("outbox again", Action.SEND_AGAIN, undone=False)
        ),
        Verb.DROP: VerbFacts({"mails": int}),
        Verb.BOUNCE: VerbFacts({"mails": int}),
        Verb.RESUME: VerbFacts({"may go twice": int}),
        Verb.FREE_WORKER: VerbFacts({"mails": int}),
        Verb.BACK_UP: VerbFacts(),
        Verb.COPY: VerbFacts(),
        Verb.RESTORE: VerbFacts({"account": str, "origin": str}),
        Verb.SEAL_LATE: VerbFacts(),
    }
)
"""Declarations of all verbs."""
MAILING: tuple[Verb, ...] = tuple(verb for verb, facts in VERBS.items() if facts.mailing)
"""Actions that send mail."""
UNDOABLE: tuple[Verb, ...] = tuple(verb for verb in MAILING if verb.mailing.undone)
"""Actions that can be undone as a whole."""


def check_fields(fields: Fields, told: Mapping[str, Any] | None) -> None:
    """Raise ValueError if ``told`` has a field that ``fields`` does not declare, or a wrong type.

    None is a valid value of every field and means that there is none.
    """
    for name, value in (told or {}).items():
        declared = fields.get(name)
        if declared is None or not isinstance(value, declared | None):
            raise ValueError(f"“{name}” ({type(value).__name__}) is not declared of this verb")
