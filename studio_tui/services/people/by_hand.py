"""People kept by hand: added, changed, marked as left, taken back (U8).

What is entered about somebody is one row of an import: it is checked, compared and written by what
imports do (`hr_file.check`, `Comparison`, `apply_change`), and so by the same rules. Who the row is
about is told, and not found out; a team or a coach that is not there is refused, and neither made
nor left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.facts import fact_called
from studio_tui.domain.people.hr_file import UserRef
from studio_tui.domain.people.keys import address_key
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import User
from studio_tui.domain.shared.errors import Conflict, Forbidden, NotFound, NothingToDo, Refused
from studio_tui.services.outbox import outbox
from studio_tui.services.people import users
from studio_tui.services.people.admins import admins_lost
from studio_tui.services.people.applying import PeopleChange, apply_change
from studio_tui.services.people.entered import Entered, planned
from studio_tui.services.people.import_plan import FieldChange, PlannedUser, Value
from studio_tui.services.pushes.assign import Assigned
from studio_tui.services.pushes.joining import join
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import was_imported
from studio_tui.storage.people import import_read
from studio_tui.storage.people import users as people
from studio_tui.storage.people.import_read import Profile
from studio_tui.storage.people.import_write import Write
from studio_tui.storage.people.managers import count_unmanaged, ids_managed_by
from studio_tui.storage.people.scope import require_whole_teams
from studio_tui.storage.pushes import assignments

_NAMED = 10
"""At most so many people are named in a sentence."""


@dataclass(frozen=True, slots=True)
class PersonEdited:
    """What a change by hand did."""

    user: User
    changes: tuple[FieldChange, ...]
    """Each fact that changed; of who was added, each that says something."""
    told: int = 0
    """How many invitations go to a new address, or are taken back at the old one (C5)."""
    failed: int = 0
    """How many mails to the person failed before: they can be sent again."""
    bounced: tuple[int, ...] = ()
    """The mails, by id, that came back from the address before: they can be sent again (N15)."""
    becomes_admin: bool = False
    imported: bool = False
    """Whether an import told of them before, so that the next one may tell otherwise."""
    assigned: tuple[Assigned, ...] = ()
    """The pushes that they were added to."""
    noticed: int = 0
    """How many changes of people in open pushes wait for a decision because of it (U7)."""

    @property
    def before(self) -> dict[str, Value]:
        """What the facts that changed were until now."""
        return {change.field: change.before for change in self.changes}


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who leaves or comes back, and what hangs on them."""

    user: User
    pushes: tuple[str, ...]
    """The pushes they are in that are not closed."""
    managed: int
    """How many people they are, or were, a manager of."""


@dataclass(frozen=True, slots=True)
class ActiveChanged:
    """Who was marked as left, or taken back."""

    people: tuple[Standing, ...]
    """Those of whom it was not so already."""
    alone: int
    """How many people whom they manage, or managed, have no manager."""
    noticed: int = 0
    """How many changes of people in open pushes wait for a decision because of it (U7)."""


def add(
    studio: Studio,
    actor: Actor,
    login: str,
    entered: Entered,
    *,
    push_ids: Sequence[int] = (),
) -> PersonEdited:
    """Add somebody, and assign them to these pushes, all in one transaction (U8, P6).

    Raises `Invalid` with the facts that cannot be so, `Refused` for a push that is closed.
    """
    require(actor, Action.EDIT_PEOPLE)
    if push_ids:
        require(actor, Action.ASSIGN)
    with studio.store.writing():
        import_read.lock_users()
        plan = planned(studio, None, login, entered)
        _require_within_rights(actor, {login: plan.before}, {login: plan.after})
        applied = apply_change(studio, actor, _change(Verb.ADD_USER, plan))
        user_id = people.ids_of_logins([plan.login]).popitem()[1]
        assigned = join(studio, actor, user_id, push_ids)
    found = users.show(studio, actor, user_id)
    return PersonEdited(
        found.user,
        plan.changes,
        applied.told,
        becomes_admin=plan.becomes_admin,
        assigned=assigned,
        noticed=applied.noticed,
    )


def edit(
    studio: Studio,
    actor: Actor,
    user_id: int,
    entered: Entered,
    *,
    was: Mapping[str, Any] | None = None,
) -> PersonEdited:
    """Change facts about somebody, as an import that tells them does (U8).

    ``was``: what facts were when they were read, as `User` has them. Whoever is invited to what
    lies ahead is invited at a new address, and no longer at the old. Raises `Invalid` with the
    facts that cannot be so, `Conflict` where a fact is not what it ``was`` any more (A4),
    `NothingToDo` where all is so already, `Refused` where no admin would be left.
    """
    for name in entered.names:
        right = fact_called(name).changed_by
        if right is None:
            raise Refused(f"The {fact_called(name).in_words} is not changed by hand.")
        require(actor, right)
    with studio.store.writing():
        import_read.lock_users()
        now = _user_now(user_id)
        _require_as_read(now, was or {})
        plan = planned(studio, user_id, now.login, entered)
        if not plan.changes:
            raise NothingToDo(_all_so(plan, entered))
        _require_within_rights(actor, {user_id: plan.before}, {user_id: plan.after})
        _require_admin({user_id: plan.before}, {user_id: plan.after})
        applied = apply_change(studio, actor, _change(Verb.CHANGE_USER, plan, user_id))
        imported = was_imported(user_id)
    found = users.show(studio, actor, user_id)
    return PersonEdited(
        found.user,
        plan.changes,
        applied.told,
        failed=sum(each.state is NotificationState.FAILED for each in found.notifications),
        bounced=outbox.to_corrected(studio, actor, user_id)
        if any(each.field == "email" for each in plan.changes)
        else (),
        becomes_admin=plan.becomes_admin,
        imported=imported,
        noticed=applied.noticed,
    )


def leave(studio: Studio, actor: Actor, user_ids: Collection[int]) -> ActiveChanged:
    """Mark people as left, those who have not yet (U8).

    Raises `NothingToDo` where all have left already, `Refused` where no admin would be left.
    """
    return _set_active(studio, actor, user_ids, active=False)


def take_back(studio: Studio, actor: Actor, user_ids: Collection[int]) -> ActiveChanged:
    """Take people back, those who had left (U8); raises `NothingToDo` where nobody had."""
    return _set_active(studio, actor, user_ids, active=True)


def try_leaving(studio: Studio, actor: Actor, user_ids: Collection[int]) -> ActiveChanged:
    """What `leave` would touch; nothing of it stays, and it raises the same."""
    with studio.store.trying():
        found = leave(studio, actor, user_ids)
    return found  # noqa: RET504 - the unit of work takes back by an exception of its own


def _set_active(
    studio: Studio, actor: Actor, user_ids: Collection[int], *, active: bool
) -> ActiveChanged:
    require(actor, Action.EDIT_PEOPLE)
    with studio.store.writing():
        import_read.lock_users()
        before = import_read.profiles(user_ids)
        if len(before) < len(set(user_ids)):
            raise NotFound("This user is no longer there.")
        after = {
            ref: profile._replace(active=active)
            for ref, profile in before.items()
            if profile.active is not active
        }
        if not after:
            raise NothingToDo(_already([each.name for each in before.values()], active=active))
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
        standing = tuple(
            Standing(user, assignments.open_pushes_of(user.id), len(managed[user.id]))
            for user in people.users_by_id(ids)
        )
        concerned = set().union(*managed.values())
        alone = count_unmanaged(people.these_users(concerned))
        return ActiveChanged(standing, alone, applied.noticed)


def _managed(user_ids: Sequence[int]) -> dict[int, list[int]]:
    return {user_id: ids_managed_by(user_id) for user_id in user_ids}


def _user_now(user_id: int) -> User:
    for user in people.users_by_id([user_id]):
        return user
    raise NotFound("This user is no longer there.")


def _require_as_read(now: User, was: Mapping[str, Any]) -> None:
    """Raise `Conflict` where a fact is not what it was when it was read (A4)."""
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
    """Raise `Refused` where an actor with a scope would change who may do more than a user, make
    somebody one, or let somebody lead, or no more, whom they do not see (U12)."""
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


def _all_so(plan: PlannedUser, entered: Entered) -> str:
    facts = [fact_called(name) for name in entered.names]
    shown = (
        f"The {fact.in_words} of {plan.name} is "
        f"{fact.as_words(getattr(plan.after, fact.name)) or 'empty'} already."
        for fact in facts
        if fact.is_column
    )
    several = [fact.in_words for fact in facts if not fact.is_column]
    rest = [f"The {' and '.join(several)} of {plan.name} are so already."] if several else []
    return " ".join([*shown, *rest])


def _already(names: Iterable[str], *, active: bool) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED:,} more" if len(listed) > _NAMED else ""
    words = "not left" if active else "left already"
    have = "has" if len(listed) == 1 else "have"
    return f"Nothing to do: {', '.join(listed[:_NAMED])}{more} {have} {words}."
