"""Scopes, which limit the sight of an admin or support user (U12): query, set and remove."""

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.audiences.audience import Audience, conditions_of
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.scope import LIMITED_ROLES, Scope
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.people import scope as sights
from studio_tui.storage.people import users
from studio_tui.storage.people.stored_scope import active_admins, scope_of, store_scope


def own(studio: Studio, actor: Actor) -> Scope:
    """Return the scope of ``actor``, with the number of users they see."""
    with studio.seen_by(None).store.reading():
        return _scope(actor.user_id)


def show(studio: Studio, actor: Actor, login: str) -> Scope:
    """Return the scope of the user ``login``; their own requires no right. Raises `NotFound`."""
    require(actor, Action.READ_USERS)
    with studio.own_store.reading():
        user_id = naming.user_id_named(login)
    if user_id == actor.user_id:
        return own(studio, actor)
    require(actor, Action.LIMIT_SIGHT)
    with studio.store.reading():
        return _scope(user_id)


def limit(studio: Studio, actor: Actor, login: str, where: str) -> Scope:
    """Limit the sight of the user ``login`` to the audience ``where``.

    Raises `WrongAudience` for an invalid audience and `NothingToDo` if this is the scope already.
    Raises `Refused` if the audience names a segment, if the role of the user is not one with a
    scope, or if no admin would see the whole organisation.
    """
    require(actor, Action.LIMIT_SIGHT)
    audience = audience_of(studio, actor, where)
    if any(each.word == "segment" for each in conditions_of(audience)):
        raise Refused("A scope names no segment: whoever changes it would change who sees whom.")
    with studio.store.writing():
        user_id = naming.user_id_named(login)
        (user,) = users.users_by_id([user_id])
        if user.role not in LIMITED_ROLES:
            raise Refused(f"{user.name} is {user.role}, and sees no more than their own part.")
        if user.role is Role.ADMIN and active_admins() <= {user_id}:
            raise Refused(
                f"Nothing was changed: without {user.name} ({user.login}) no admin would see the "
                "whole organisation."
            )
        _keep(studio, actor, user_id, audience)
        return _scope(user_id)


def lift(studio: Studio, actor: Actor, login: str) -> Scope:
    """Remove the scope of the user ``login``; raises `NothingToDo` if they have none."""
    require(actor, Action.LIMIT_SIGHT)
    with studio.store.writing():
        user_id = naming.user_id_named(login)
        _keep(studio, actor, user_id, None)
        return _scope(user_id)


def _keep(studio: Studio, actor: Actor, user_id: int, audience: Audience | None) -> None:
    before, after = scope_of(user_id), str(audience or "")
    (user,) = users.users_by_id([user_id])
    if before == after:
        sees = f"those in “{after}” alone" if after else "the whole organisation"
        raise NothingToDo(f"Nothing to do: {user.name} sees {sees} already.")
    store_scope(user_id, audience)
    line = write_activity(
        actor,
        studio.now(),
        Verb.LIMIT_SIGHT,
        user.login,
        before={"scope": before or None},
        after={"scope": after or None},
    )
    about_users(line, users.one_user(user_id))


def _scope(user_id: int) -> Scope:
    (user,) = users.users_by_id([user_id])
    audience = scope_of(user_id)
    condition = sights.whom_sees(user_id, and_own=False)
    of = sights.count_within(None)
    seen = of if condition is None else sights.count_within(condition)
    return Scope(user_id, user.login, user.name, audience, seen, of)
