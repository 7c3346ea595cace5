"""Erasing of a person (U13): their identity and own texts are deleted, texts of others stay.

Counts stay right because the counted rows stay. The seal chain of the activity stays intact, see
`storage.activity.emptying`. Afterwards neither a reader nor the program can find out who the person
was.
"""

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.person_acts import EraseResult
from studio_tui.domain.people.unattended import FileOutcome
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.services.conversations import planning
from studio_tui.services.conversations.state import conversation_to_change
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity import emptying
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.people import erasing, last_file, users
from studio_tui.storage.people.locking import lock_users


def erase(studio: Studio, actor: Actor, login: str) -> EraseResult:
    """Erase the identity and the texts of the user with this login or address, for good.

    Raises `NotFound`, `NothingToDo` if the user is erased already, and `Refused` if the user is the
    actor or has not left.
    """
    require(actor, Action.PERSONAL_DATA)
    with studio.store.writing():
        done = erase_one(studio, actor, naming.user_id_named(login))
    studio.store.purge_freed()
    return done


def erase_one(studio: Studio, actor: Actor | None, user_id: int) -> EraseResult:
    """Erase a user by id, like `erase`; ``actor`` is None if the retention time triggers it.

    The deleted data remains in free pages of the database file until the caller runs
    `Store.purge_freed`.
    """
    with studio.store.writing():
        lock_users()
        _require_erasable(actor, user_id)
        return _erase(studio, actor, user_id)


def try_erasing(studio: Studio, actor: Actor, login: str) -> EraseResult:
    """Return what `erase` would do, without writing anything; raises the same errors."""
    with studio.store.dry_run():
        found = erase(studio, actor, login)
    return found  # noqa: RET504 - `trying` rolls back by raising inside the block


def _require_erasable(actor: Actor | None, user_id: int) -> None:
    (user,) = users.users_by_id([user_id])
    if erasing.is_erased(user_id):
        raise NothingToDo(f"{user.name} ({user.login}) is erased already.")
    if actor is not None and user_id == actor.user_id:
        raise Refused("Nobody erases themself: another admin does.")
    if user.active:
        raise Refused(
            f"{user.name} ({user.login}) has not left: mark them as left first, with "
            f"“studio-tui users leave {user.login}”."
        )


def _erase(studio: Studio, actor: Actor | None, user_id: int) -> EraseResult:
    (user,) = users.users_by_id([user_id])
    by, ids = erasing.Placeholder(user_id), erasing.records_of(user_id)
    told = erasing.known(ids)
    texts, (mails, waiting) = erasing.count_texts(ids), erasing.count_mails(ids)
    ahead, under_way = (erasing.talks_of(ids, begun=begun) for begun in (False, True))
    organisation = studio.settings.organisation
    for each in ids:
        erasing.erase_identity(each, by, organisation.language, studio.zone.key)
    lines = erasing.lines_to_empty(ids, told, by)
    sealed = emptying.emptying_hash((each.line.id, each.before, each.after) for each in lines)
    after = {"lines": len(lines), "emptied": sealed}
    act = write_activity(actor, studio.now(), Verb.ERASE, by.login, after=after)
    about_users(act, users.these_users(ids))
    emptying.empty(lines, act)
    for conversation_id in ahead:
        planning.cancel_now(studio, actor, conversation_to_change(conversation_id))
    erasing.erase_rows(ids, told, by)
    discarded = _discard_import(studio)
    return EraseResult(
        user,
        by.name,
        by.login,
        texts,
        len(ahead),
        len(under_way),
        mails,
        waiting,
        len(lines),
        discarded,
    )


def _discard_import(studio: Studio) -> bool:
    last = last_file.last_file()
    if last is None or last.fate is not FileOutcome.WAITS:
        return False
    last_file.decide(FileOutcome.DISCARDED, studio.now())
    return True
