"""One person, with all that one acts on there (S3), and the correction of facts (U8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.conversations.conversation import Conversation, HistoryFilter
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.facts import FactType, fact_called
from studio_tui.domain.people.hr_file import key
from studio_tui.domain.people.hr_file.row_reader import read_cell
from studio_tui.domain.people.hr_file.wrong import WrongCell
from studio_tui.domain.people.users import User
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.addresses import clear_address, why_no_address
from studio_tui.domain.shared.errors import Conflict, Invalid, NotFound, NothingToDo, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services.conversations.overview import history
from studio_tui.services.people import users
from studio_tui.services.people.applying import PeopleChange, apply_change
from studio_tui.services.people.import_comparison import default_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import (
    ActivityFilter,
    ActivityLine,
    activity_lines,
)
from studio_tui.storage.people import import_read
from studio_tui.storage.people import users as people
from studio_tui.storage.people.import_read import Profile
from studio_tui.storage.people.import_write import Write

CHANGED = Verb.CHANGE_USER
"""What the activity calls a change by hand."""
_RECENT = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Everything about one person, the newest first, at most two hundred of each."""

    user: User
    """With the managers, and why they are."""
    pushes: tuple[tuple[str, Assignment], ...]
    """The name of each push with what became of it."""
    mails: tuple[Notification, ...]
    changes: tuple[ActivityLine, ...]
    conversations: tuple[Conversation, ...]
    """Those that are over; nothing of what was said."""

    @property
    def failed(self) -> tuple[Notification, ...]:
        """The mail that failed."""
        return tuple(each for each in self.mails if each.state is NotificationState.FAILED)


@dataclass(frozen=True, slots=True)
class PersonEdited:
    """What a change by hand did."""

    user: User
    before: Mapping[str, Any]
    """What the facts that changed were until now."""
    told: int
    """How many invitations go to a new address, or are taken back at the old one (C5)."""
    failed: int
    """How many mails to the person failed before: they can be sent again."""


def show(studio: Studio, actor: Actor, user_id: int) -> Person:
    """A person, by id; raises `NotFound`."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        if not people.users_by_id([user_id]):
            raise NotFound("This user is no longer there.")
    found = users.show(studio, actor, user_id)
    held = history(studio, actor, HistoryFilter(user_id=user_id), Sort("at", descending=True))
    conversations = held.rows(0, _RECENT)
    with studio.store.reading():
        changes = activity_lines(ActivityFilter(user_id=user_id), _RECENT)
    return Person(
        found.user, found.pushes, found.notifications, tuple(changes), tuple(conversations)
    )


def edit(
    studio: Studio,
    actor: Actor,
    user_id: int,
    told: Mapping[str, str],
    *,
    was: Mapping[str, Any] | None = None,
) -> PersonEdited:
    """Correct facts about somebody, as an import that knows them does (U8).

    ``told``: what is typed, by the name of a fact that is changed by hand (`Fact.changed_by`).
    Whoever is invited to what lies ahead is invited at a new address, and no longer at the old.
    Raises `Invalid` with the fields that cannot be read or are somebody else's, `Conflict` where a
    fact is not what it ``was`` any more (A4), `NothingToDo` where all is so already.
    """
    wanted = _read(studio, actor, told)
    with studio.store.writing():
        import_read.lock_users()
        before = import_read.profiles([user_id]).get(user_id)
        if before is None:
            raise NotFound("This user is no longer there.")
        changed = _changed(before, wanted, was or {})
        if "email" in changed:
            _require_free(user_id, wanted["email"])
        change = PeopleChange(
            CHANGED,
            before.login,
            [Write(user_id, before, before._replace(**wanted))],
            before=_shown(changed),
            after=lambda: _shown({name: wanted[name] for name in changed}),
        )
        applied = apply_change(studio, actor, change)
    found = users.show(studio, actor, user_id)
    failed = sum(each.state is NotificationState.FAILED for each in found.notifications)
    return PersonEdited(found.user, changed, applied.told, failed)


def _read(studio: Studio, actor: Actor, told: Mapping[str, str]) -> dict[str, Any]:
    """The values that ``told`` stands for; raises `Forbidden`, or `Invalid`."""
    values, wrong = dict[str, Any](), dict[str, str]()
    for name, text in told.items():
        fact = fact_called(name)
        if fact.changed_by is None:
            raise Refused(f"The {fact.in_words} comes from the HR system, and from nowhere else.")
        require(actor, fact.changed_by)
        try:
            value = _address(text) if fact.type is FactType.EMAIL else read_cell(fact.type, text)
        except WrongCell as error:
            wrong[name] = str(error)
        else:
            default = default_of(fact, studio.settings.organisation)
            values[name] = default if value is None else value
    if wrong:
        raise Invalid(wrong)
    return values


def _address(text: str) -> str:
    address = clear_address(text)
    if reason := why_no_address(address):
        raise WrongCell(reason)
    return address


def _changed(before: Profile, wanted: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
    """What the facts that change are now; raises `Conflict` or `NothingToDo`."""
    for name, value in was.items():
        if (now := getattr(before, name)) != value:
            fact = fact_called(name)
            raise Conflict(
                f"Somebody else changed the {fact.in_words} in the meantime: it is "
                f"{fact.as_words(now)}."
            )
    changed = {name: now for name in wanted if (now := getattr(before, name)) != wanted[name]}
    if not changed:
        same = (
            f"The {fact.in_words} of {before.name} is {fact.as_words(wanted[fact.name])} already."
            for fact in map(fact_called, wanted)
        )
        raise NothingToDo(" ".join(same))
    return changed


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fact_called(name).as_json(value) for name, value in values.items()}


def _require_free(user_id: int, address: str) -> None:
    """Raise `Invalid` where the address, or a login that reads so, is somebody else's (U1)."""
    others = [
        other for other in people.ids_of_names([address]).get(key(address), ()) if other != user_id
    ]
    for other in people.users_by_id(others):
        raise Invalid({"email": f"{address} is {other.name} ({other.login})"})
