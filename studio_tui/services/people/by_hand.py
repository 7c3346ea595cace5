"""Edits of people by hand: add, change, mark as left, take back (U8).

The input for a person is treated as one row of an import: the code of imports (`hr_file.check`,
`Comparison`, `apply_change`) checks, compares and writes it, so the same rules apply. Unlike in an
import, the caller names the user. An unknown team or coach is refused; it is neither created nor
left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.facts import fact_called
from studio_tui.domain.people.hr_file import UserRef
from studio_tui.domain.people.keys import address_key
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import User
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Conflict, Forbidden, NotFound, NothingToDo, Refused
from studio_tui.services.outbox import outbox
from studio_tui.services.people import users
from studio_tui.services.people.admins import admins_lost
from studio_tui.services.people.applying import PeopleChange, apply_change
from studio_tui.services.people.import_plan import FieldChange, PlannedUser, Value
from studio_tui.services.people.person_input import PersonInput, plan_change
from studio_tui.services.pushes.assign import AssignResult
from studio_tui.services.pushes.joining import join
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import was_imported
from studio_tui.storage.people import import_read
from studio_tui.storage.people import users as people
from studio_tui.storage.people.import_read import Profile
from studio_tui.storage.people.import_write import Write
from studio_tui.storage.people.locking import lock_users
from studio_tui.storage.people.managers import count_unmanaged, ids_managed_by
from studio_tui.storage.people.scope import require_whole_teams
from studio_tui.storage.pushes import assignments

_MAX_NAMED = 10
"""Maximum number of people named in a message."""


@dataclass(frozen=True, slots=True)
class PersonEdited:
    """The result of adding or editing a person by hand."""

    user: User
    changes: tuple[FieldChange, ...]
    """The facts that changed; for an added person, every fact that is not empty."""
    reinvited: int = 0
    """Number of invitations sent to a new address or withdrawn from an old one (C5)."""
    failed: int = 0
    """Number of earlier mails to the person that failed and can be sent again."""
    bounced: tuple[int, ...] = ()
    """Ids of the mails that bounced from the previous address and can be sent again (N15)."""
    becomes_admin: bool = False
    imported: bool = False
    """Whether an import wrote this person before, so that the next import may overwrite the edit.
    """
    assigned: tuple[AssignResult, ...] = ()
    """The pushes that the person was added to."""
    reviews_added: int = 0
    """Number of lines that the edit added to the desk of changes (U7)."""

    @property
    def before(self) -> dict[str, Value]:
        """The previous values of the facts that changed, by name."""
        return {change.field: change.before for change in self.changes}


@dataclass(frozen=True, slots=True)
class AffectedPerson:
    """A person who is marked as left or taken back, with what depends on them."""

    user: User
    pushes: tuple[str, ...]
    """Names of the pushes they are in that are not closed."""
    managed: int
    """Number of people they manage, or managed until they left."""


@dataclass(frozen=True, slots=True)
class ActiveChanged:
    """The result of marking people as left or taking them back."""

    people: tuple[AffectedPerson, ...]
    """The people whose state changed; without those who already had it."""
    unmanaged: int
    """Number of people managed by them, before or after the change, who have no manager."""
    reviews_added: int = 0
    """Number of lines that the change added to the desk of changes (U7)."""


def add(
    studio: Studio,
    actor: Actor,
    login: str,
    given: PersonInput,
    *,
    push_ids: Sequence[int] = (),
) -> PersonEdited:
    """Add a person and assign them to pushes, in one transaction (U8, P6).

    Raises `Invalid` with the facts whose values are not valid, and `Refused` for a closed push.
    """
    require(actor, Action.EDIT_PEOPLE)
    if push_ids:
        require(actor, Action.ASSIGN)
    with studio.store.writing():
        lock_users()
        plan = plan_change(studio, None, login, given)
        _require_within_rights(actor, {login: plan.before}, {login: plan.after})
        applied = apply_change(studio, actor, _change(Verb.ADD_USER, plan))
        user_id = people.ids_of_logins([plan.login]).popitem()[1]
        assigned = join(studio, actor, user_id, push_ids)
    found = users.show(studio, actor, user_id)
    return PersonEdited(
        found.user,
        plan.changes,
        applied.reinvited,
        becomes_admin=plan.becomes_admin,
        assigned=assigned,
        reviews_added=applied.reviews_added,
    )


def edit(
    studio: Studio,
    actor: Actor,
    user_id: int,
    given: PersonInput,
    *,
    was: Mapping[str, Any] | None = None,
) -> PersonEdited:
    """Change facts about a person by the rules of an import (U8).

    ``was`` holds the values that the caller read, by the attribute names of `User`. If the address
    changes, invitations to conversations ahead are sent to the new address and withdrawn from the
    old one. Raises `Invalid` with the facts whose values are not valid, `Conflict` if a fact
    differs from ``was`` (A4), `NothingToDo` if all facts have these values already, and `Refused`
    if no admin would remain.
    """
    for name in given.names:
        right = fact_called(name).changed_by
        if right is None:
            raise Refused(f"The {fact_called(name).in_words} is not changed by hand.")
        require(actor, right)
    with studio.store.writing():
        lock_users()
        now = _current_user(user_id)
        _require_as_read(now, was or {})
        plan = plan_change(studio, user_id, now.login, given)
        if not plan.changes:
            raise NothingToDo(_no_change_message(plan, given))
        _require_within_rights(actor, {user_id: plan.before}, {user_id: plan.after})
        _require_admin({user_id: plan.before}, {user_id: plan.after})
        applied = apply_change(studio, actor, _change(Verb.CHANGE_USER, plan, user_id))
        imported = was_imported(user_id)
    found = users.show(studio, actor, user_id)
    return PersonEdited(
        found.user,
        plan.changes,
        applied.reinvited,
        failed=sum(each.state is NotificationState.FAILED for each in found.notifications),
        bounced=outbox.bounced_with_new_address(studio, actor, user_id)
        if any(each.field == "email" for each in plan.changes)
        else (),
        becomes_admin=plan.becomes_admin,
        imported=imported,
        reviews_added=applied.reviews_added,
    )


def leave(studio: Studio, actor: Actor, user_ids: Collection[int]) -> ActiveChanged:
    """Mark those of these users who are active as left (U8).

    Raises `NothingToDo` if all of them have left already, and `Refused` if no admin would remain.
    """
    return _set_active(studio, actor, user_ids, active=False)


def take_back(studio: Studio, actor: Actor, user_ids: Collection[int]) -> ActiveChanged:
    """Make those of these users who have left active again (U8).

    Raises `NothingToDo` if none of them has left.
    """
    return _set_active(studio, actor, user_ids, active=True)


def try_leaving(studio: Studio, actor: Actor, user_ids: Collection[int]) -> ActiveChanged:
    """Return what `leave` would do, without writing anything; raises the same errors."""
    with studio.store.dry_run():
        found = leave(studio, actor, user_ids)
    return found  # noqa: RET504 - `trying` rolls back by raising inside the block


def _set_active(
    studio: Studio, actor: Actor, user_ids: Collection[int], *, active: bool
) -> ActiveChanged:
    require(actor, Action.EDIT_PEOPLE)
    with studio.store.writing():
        lock_users()
        before = import_read.profiles(user_ids)
        if len(before) < len(set(user_ids)):
            raise NotFound("This user is no longer there.")
        after = {
            ref: profile._replace(active=active)
            for ref, profile in before.items()
            if profile.active is not active
        }
        if not after:
            raise NothingToDo(
                _no_change_of_active_message([each.name for each in before.values()], active=active)
            )
        _require_within_rights(actor, before, after)
        _require_admin(before, {**before, **after})
        ids = [user_id for user_id in dict.fromkeys(user_ids) if user_id in after]
        managed = {} if active else _managed(ids)
        logins = [before[user_id].login for user_id in ids]
        change = PeopleChange(
            Verb.TAKE_BACK if active else Verb.MARK_LEFT,
            logins[0] if len(logins) == 1 else f"{len(logins):,} users",
            [Write(ref, before[ref], profile) for ref, profile in after.items()],
            after=lambda: {"users": logins},
        )
        applied = apply_change(studio, actor, change)
        managed = managed or _managed(ids)
        affected = tuple(
            AffectedPerson(user, assignments.open_pushes_of(user.id), len(managed[user.id]))
            for user in people.users_by_id(ids)
        )
        concerned = set().union(*managed.values())
        unmanaged = count_unmanaged(people.these_users(concerned))
        return ActiveChanged(affected, unmanaged, applied.reviews_added)


def _managed(user_ids: Sequence[int]) -> dict[int, list[int]]:
    return {user_id: ids_managed_by(user_id) for user_id in user_ids}


def _current_user(user_id: int) -> User:
    for user in people.users_by_id([user_id]):
        return user
    raise NotFound("This user is no longer there.")


def _require_as_read(now: User, was: Mapping[str, Any]) -> None:
    """Raise `Conflict` if a fact differs from the value that the caller read (A4)."""
    for name, value in was.items():
        if (current := getattr(now, name)) != value:
            fact = fact_called(name)
            raise Conflict(
                f"Somebody else changed the {fact.in_words} in the meantime: it is "
                f"{fact.as_words(current) or 'empty'}."
            )


def _change(verb: Verb, plan: PlannedUser, user_id: int | None = None) -> PeopleChange:
    changed = plan.changes
    ref: UserRef = address_key(plan.email, plan.login) if user_id is None else user_id
    after = {change.field: _as_json(change.after) for change in changed}
    before = {change.field: _as_json(change.before) for change in changed}
    return PeopleChange(
        verb,
        plan.login,
        [Write(ref, plan.before, plan.after)],
        before=before if plan.before else None,
        after=lambda: after,
    )


def _as_json(value: Value) -> Value | list[str]:
    return list(value) if isinstance(value, tuple) else value


def _require_within_rights(
    actor: Actor, before: Mapping[Any, Profile | None], after: Mapping[Any, Profile]
) -> None:
    """Refuse changes that an actor with a scope may not make (U12).

    Raises `Forbidden` if the change is to an admin or support user or would make a user one, and
    `Refused` if it adds or removes a leader of a team with members beyond the actor's sight.
    """
    if not actor.scope:
        return
    for ref, profile in after.items():
        was = before.get(ref)
        if any(each is not None and each.role != Role.USER for each in (was, profile)):
            raise Forbidden(
                "Who sees a part of the organisation changes nobody who is admin or support, and "
                "makes nobody one."
            )
        led = profile.leads if was is None or not was.active else was.leads ^ profile.leads
        require_whole_teams(led)


def _require_admin(
    before: Mapping[UserRef, Profile | None], after: Mapping[UserRef, Profile]
) -> None:
    known = {ref: profile for ref, profile in before.items() if profile is not None}
    if lost := admins_lost(known, after):
        raise Refused(
            f"Nothing was changed: without {lost.names} nobody active would be admin any more. "
            "Give somebody else the role admin first: “studio-tui users edit LOGIN --role admin”."
        )


def _no_change_message(plan: PlannedUser, given: PersonInput) -> str:
    facts = [fact_called(name) for name in given.names]
    shown = (
        f"The {fact.in_words} of {plan.name} is "
        f"{fact.as_words(getattr(plan.after, fact.name)) or 'empty'} already."
        for fact in facts
        if fact.is_column
    )
    several = [fact.in_words for fact in facts if not fact.is_column]
    rest = [f"The {' and '.join(several)} of {plan.name} are so already."] if several else []
    return " ".join([*shown, *rest])


def _no_change_of_active_message(names: Iterable[str], *, active: bool) -> str:
    listed = list(names)
    more = f" and {len(listed) - _MAX_NAMED:,} more" if len(listed) > _MAX_NAMED else ""
    words = "not left" if active else "left already"
    have = "has" if len(listed) == 1 else "have"
    return f"Nothing to do: {', '.join(listed[:_MAX_NAMED])}{more} {have} {words}."
