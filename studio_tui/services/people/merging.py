"""Merging of two records of one person (U11).

All that belongs to the other record moves to the kept one: pushes, conversations, mail, keys,
teams, coachings. A fact that is empty in the kept record takes the value of the other. Where both
have a value, the kept record wins.
"""

from dataclasses import replace
from typing import Any

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.facts import FACTS
from studio_tui.domain.people.keys import number_key
from studio_tui.domain.people.person_acts import MergeResult
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.people.applying import PeopleChange, apply_change
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.people import import_read, merging, users
from studio_tui.storage.people.import_read import Profile
from studio_tui.storage.people.import_write import Write
from studio_tui.storage.people.locking import lock_users
from studio_tui.storage.people.merging import SharedPush

_EMPTY = frozenset[Any]()
_NAMES = frozenset({"login", "email", "given_name", "family_name", "language", "time_zone", "role"})
"""Facts that never move to the kept record, because every record has a value of its own."""


def preview(studio: Studio, actor: Actor, kept: str, other: str) -> MergeResult:
    """Return what `merge` would do, without writing anything; raises the same errors."""
    require(actor, Action.MERGE_USERS)
    with studio.store.reading():
        return _Pair(actor, kept, other).description()


def merge(studio: Studio, actor: Actor, kept: str, other: str) -> MergeResult:
    """Merge the record ``other`` into ``kept``; both are logins or addresses.

    Raises `NotFound` for an unknown name. Raises `Refused` if both are the same record, if
    ``other`` is the actor (so that an admin remains), if both take part in the same conversation,
    or if both have a conversation in one push and not both are held.
    """
    require(actor, Action.MERGE_USERS)
    with studio.store.writing():
        lock_users()
        pair = _Pair(actor, kept, other)
        described = pair.description()
        dropped = merging.drop_duplicate_mail(*pair.ids)
        merging.move_pushes(*pair.ids, pair.shared)
        merging.move_references(*pair.ids)
        apply_change(studio, actor, pair.change())
        merging.retire_record(*pair.ids, pair.other, studio.now())
        (found,) = users.users_by_id([pair.ids[0]])
    return replace(described, kept=found, dropped=dropped)


class _Pair:
    """Two records in their state before the merge."""

    def __init__(self, actor: Actor, kept: str, other: str) -> None:
        self.ids = (naming.user_id_named(kept), naming.user_id_named(other))
        if self.ids[0] == self.ids[1]:
            raise Refused(f"“{kept}” and “{other}” are one record already.")
        if actor.user_id == self.ids[1]:
            raise Refused("This is the record you come in by: merge the other one into it.")
        profiles = import_read.profiles(self.ids)
        self.kept, self.other = profiles[self.ids[0]], profiles[self.ids[1]]
        self.shared = merging.shared_pushes(*self.ids)
        self.after = _joined(self.kept, self.other)
        self._require_possible()

    def _require_possible(self) -> None:
        names = f"{self.kept.login} and {self.other.login}"
        if talks := merging.shared_conversations(*self.ids):
            raise Refused(
                f"{names} both take part in {talks:,} conversations: they are two people."
                if talks > 1
                else f"{names} both take part in one conversation: they are two people."
            )
        for push in self.shared:
            both = push.kept_talk is not None and push.other_talk is not None
            if both and not (push.kept_held and push.other_held):
                raise Refused(
                    f"{names} both have a conversation in “{push.push}”, and not both are held: "
                    "cancel the one that is not to be, and merge them then."
                )

    def description(self) -> MergeResult:
        """Return a description of the merge."""
        kept, other = users.users_by_id(list(self.ids))
        moved = merging.owned(self.ids[1])
        notes = tuple(_note_about(push, self.other.login) for push in self.shared)
        return MergeResult(kept, other, moved, _adopted_facts(self.kept, self.after), notes)

    def change(self) -> PeopleChange:
        """Return the change to the facts of both records, once the rows of the other are moved."""
        now = import_read.profiles(self.ids)
        kept, other = now[self.ids[0]], now[self.ids[1]]
        after = _joined(kept, other)
        return PeopleChange(
            Verb.MERGE_USERS,
            self.kept.login,
            [
                Write(self.ids[0], kept, after),
                Write(self.ids[1], other, _emptied(other, after)),
            ],
            before={"login": self.other.login, "email": self.other.email},
            after=lambda: {"login": self.kept.login, "email": self.kept.email},
        )


def _joined(kept: Profile, other: Profile) -> Profile:
    """Return the merged profile: the kept one, with its empty facts filled from the other."""
    taken: dict[str, Any] = {
        name: getattr(other, name)
        for name in Profile._fields
        if name not in _NAMES and not getattr(kept, name)
    }
    return kept._replace(**taken, email=kept.email or other.email)


def _emptied(other: Profile, kept: Profile) -> Profile:
    """Return the emptied profile of the other record.

    It gives up its employee number if the kept record has taken that over.
    """
    nothing: dict[str, Any] = dict.fromkeys(("groups", "teams", "leads", "coaches"), _EMPTY)
    number = "" if number_key(kept.employee_number) == number_key(other.employee_number) else None
    if number is not None:
        nothing["employee_number"] = number
    return other._replace(active=False, role=Role.USER.value, **nothing)


def _adopted_facts(kept: Profile, after: Profile) -> tuple[str, ...]:
    names = (fact.name for fact in FACTS if fact.is_column)
    return tuple(name for name in names if getattr(kept, name) != getattr(after, name))


def _note_about(push: SharedPush, other: str) -> str:
    if push.other_talk is None:
        return f"Both are in “{push.push}”: as it stands for the one that stays."
    if push.kept_talk is None:
        return f"Both are in “{push.push}”: the conversation of {other} counts, which is further."
    return (
        f"Both have held a conversation in “{push.push}”: the one of {other} stays in the history, "
        "outside of the push."
    )
