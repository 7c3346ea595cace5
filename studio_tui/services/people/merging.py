"""Two records of one person become one (U11): doubles of the past.

What is the other's becomes the one's: pushes, conversations, mail, keys, teams, coachings. Where a
fact is empty at the one, the other's is taken. What both have stays as the one has it.
"""

from dataclasses import replace
from typing import Any

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.facts import FACTS
from studio_tui.domain.people.keys import number_key
from studio_tui.domain.people.person_acts import Merged
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.people.applying import PeopleChange, apply_change
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.people import import_read, merging, users
from studio_tui.storage.people.import_read import Profile
from studio_tui.storage.people.import_write import Write
from studio_tui.storage.people.merging import SharedPush

_EMPTY = frozenset[Any]()
_NAMES = frozenset({"login", "email", "given_name", "family_name", "language", "time_zone", "role"})
"""Facts that stay as they are: everybody has them."""


def preview(studio: Studio, actor: Actor, kept: str, other: str) -> Merged:
    """What merging ``other`` into ``kept``, logins or addresses, would do; raises as `merge`."""
    require(actor, Action.MERGE_USERS)
    with studio.store.reading():
        return _Pair(actor, kept, other).told()


def merge(studio: Studio, actor: Actor, kept: str, other: str) -> Merged:
    """Make one record of two; ``kept`` stays, and ``other`` is gone.

    Raises `Refused` for one and the same, for whoever acts (so that an admin is left), and where
    both take part in one conversation, or have one in the same push and not both are over;
    `NotFound` for a name that nobody has.
    """
    require(actor, Action.MERGE_USERS)
    with studio.store.writing():
        import_read.lock_users()
        pair = _Pair(actor, kept, other)
        told = pair.told()
        dropped = merging.drop_doubles(*pair.ids)
        merging.move_pushes(*pair.ids, pair.shared)
        merging.move_rest(*pair.ids)
        apply_change(studio, actor, pair.change())
        merging.bury(*pair.ids, pair.other, studio.now())
        (found,) = users.users_by_id([pair.ids[0]])
    return replace(told, kept=found, dropped=dropped)


class _Pair:
    """Two records as they are before they are merged."""

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

    def told(self) -> Merged:
        """What merging them does."""
        kept, other = users.users_by_id(list(self.ids))
        moved = merging.owned(self.ids[1])
        notes = tuple(_note(push, self.other.login) for push in self.shared)
        return Merged(kept, other, moved, _taken(self.kept, self.after), notes)

    def change(self) -> PeopleChange:
        """The facts of both, once what is the other's has moved."""
        now = import_read.profiles(self.ids)
        kept, other = now[self.ids[0]], now[self.ids[1]]
        after = _joined(kept, other)
        return PeopleChange(
            Verb.MERGE_USERS,
            self.kept.login,
            [
                Write(self.ids[0], kept, after),
                Write(self.ids[1], other, _gone(other, after)),
            ],
            before={"login": self.other.login, "email": self.other.email},
            after=lambda: {"login": self.kept.login, "email": self.kept.email},
        )


def _joined(kept: Profile, other: Profile) -> Profile:
    """Who both are: facts of the one, and of the other where the one has none."""
    taken: dict[str, Any] = {
        name: getattr(other, name)
        for name in Profile._fields
        if name not in _NAMES and not getattr(kept, name)
    }
    return kept._replace(**taken, email=kept.email or other.email)


def _gone(other: Profile, kept: Profile) -> Profile:
    """What is left of the other record; a number that the one has taken over is that one's."""
    nothing: dict[str, Any] = dict.fromkeys(("groups", "teams", "leads", "coaches"), _EMPTY)
    number = "" if number_key(kept.employee_number) == number_key(other.employee_number) else None
    if number is not None:
        nothing["employee_number"] = number
    return other._replace(active=False, role=Role.USER.value, **nothing)


def _taken(kept: Profile, after: Profile) -> tuple[str, ...]:
    told = (fact.name for fact in FACTS if fact.is_column)
    return tuple(name for name in told if getattr(kept, name) != getattr(after, name))


def _note(push: SharedPush, other: str) -> str:
    if push.other_talk is None:
        return f"Both are in “{push.push}”: as it stands for the one that stays."
    if push.kept_talk is None:
        return f"Both are in “{push.push}”: the conversation of {other} counts, which is further."
    return (
        f"Both have held a conversation in “{push.push}”: the one of {other} stays in the history, "
        "outside of the push."
    )
