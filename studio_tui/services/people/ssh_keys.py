"""SSH keys with which users sign in (A1).

Admins manage all keys; every user can list and remove their own.
"""

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.people.access import Action, Actor, may, require
from studio_tui.domain.people.ssh_keys import UserKey, parse_public_key
from studio_tui.domain.shared.errors import NotFound, NothingToDo, Refused
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.pushes.pushes import cause_at_once
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox.notices import give_notice
from studio_tui.storage.people import ssh_keys
from studio_tui.storage.people.users import one_user


def add(studio: Studio, actor: Actor, login: str, text: str) -> UserKey:
    """Register a public key for the user ``login``; ``text`` is the line of an ``id_….pub`` file.

    The user is notified if the actor is someone else. Raises `Refused` for an invalid key or one
    that another user has, and `NothingToDo` if the user has it already.
    """
    require(actor, Action.KEEP_KEYS)
    key = parse_public_key(text)
    with studio.store.writing():
        user_id = naming.user_id_named(login)
        if known := ssh_keys.key_named(key.fingerprint):
            refusal = NothingToDo if known[0] == user_id else Refused
            raise refusal(f"{known[1].name} ({known[1].login}) has this key already.")
        ssh_keys.insert_key(user_id, key, studio.now())
        added = _found(key.fingerprint)[1]
        act = _write(studio, actor, Verb.ADD_KEY, user_id, added)
        if user_id != actor.user_id:
            cause = cause_at_once(studio, act)
            give_notice(cause, Kind.KEY_ADDED, Capacity.USER, user_id, user_id)
    return added


def remove(studio: Studio, actor: Actor, fingerprint: str) -> UserKey:
    """Delete a key. The own key requires no right."""
    with studio.own_store.writing():
        # Check the right before the lookup fails, so as not to reveal whether a key exists.
        known = ssh_keys.key_named(fingerprint)
        if known is None or known[0] != actor.user_id:
            require(actor, Action.KEEP_KEYS)
        user_id, key = _found(fingerprint)
        ssh_keys.delete_key(fingerprint)
        _write(studio, actor, Verb.REMOVE_KEY, user_id, key)
    return key


def own(studio: Studio, actor: Actor) -> list[UserKey]:
    """Return the keys of ``actor``."""
    with studio.own_store.reading():
        return ssh_keys.keys_of(actor.user_id)


def every(studio: Studio, actor: Actor, login: str | None = None) -> list[UserKey]:
    """Return the keys of the user ``login``, or of all users if it is None."""
    require(actor, Action.KEEP_KEYS)
    with studio.store.reading():
        return ssh_keys.keys_of(naming.user_id_named(login) if login is not None else None)


def visible(studio: Studio, actor: Actor) -> list[UserKey]:
    """Return the keys that ``actor`` may see: all of them, or their own."""
    return every(studio, actor) if may(actor, Action.KEEP_KEYS) else own(studio, actor)


def _found(fingerprint: str) -> tuple[int, UserKey]:
    found = ssh_keys.key_named(fingerprint)
    if found is None:
        shown = clean_line(fingerprint)[:60]
        raise NotFound(f"There is no key “{shown}”: “studio-tui ssh list” shows them.")
    return found


def _write(studio: Studio, actor: Actor, verb: Verb, user_id: int, key: UserKey) -> int:
    facts = {"fingerprint": key.fingerprint, "kind": key.kind, "comment": key.comment}
    added = verb is Verb.ADD_KEY
    line = write_activity(
        actor,
        studio.now(),
        verb,
        key.login,
        before=None if added else facts,
        after=facts if added else None,
    )
    about_users(line, one_user(user_id))
    return line
