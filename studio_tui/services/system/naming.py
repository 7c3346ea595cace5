"""Lookup by name: users by login or address, everything else by name."""

import difflib
from collections.abc import Callable, Sequence

from studio_tui.domain.people.teams import SEPARATOR
from studio_tui.domain.shared.addresses import clear_address
from studio_tui.domain.shared.errors import NotFound, Refused
from studio_tui.domain.shared.lookalikes import appearance
from studio_tui.domain.shared.text import clean_line, fold
from studio_tui.services.templates import definitions
from studio_tui.storage.people import merged, users
from studio_tui.storage.people.teams import StoredTeam
from studio_tui.storage.pushes import assignments, pushes
from studio_tui.storage.templates import library, templates


def push_id_named(name: str) -> int:
    """Return the id of the push with this name, ignoring case.

    Of several, a push that is not closed comes first, then the newest. Raises `NotFound`.
    """
    if found := pushes.push_ids_of(name):
        return found[0]
    raise NotFound(nothing_named("push", name, pushes.push_names(closed=True)))


def template_id_named(name: str) -> int:
    """Return the id of the template with this name, ignoring case; raises `NotFound`."""
    found = templates.template_id_of(name)
    if found is not None:
        return found
    known = [definitions.load(stored.definition).name for stored in templates.templates()]
    raise NotFound(nothing_named("template", name, known))


def library_topic_id_named(name: str) -> int:
    """Return the id of the library topic with this name, ignoring case; raises `NotFound`."""
    found = library.topic_id_of(name)
    if found is not None:
        return found
    known = [definitions.load_topic(stored.definition).name for stored in library.topics()]
    raise NotFound(nothing_named("topic in the question library", name, known))


def user_id_named(login_or_email: str) -> int:
    """Return the id of the user with this login or address, ignoring case.

    ``Ann <ann@example.org>`` is accepted too. Raises `NotFound`, or `Refused` if the name belongs
    to two users.
    """
    name = clear_address(login_or_email)
    found = users.ids_of_names([name]).get(fold(name))
    if found is None:
        if into := merged.merged_into([fold(name)]).get(fold(name)):
            (kept,) = users.users_by_id([into])
            raise NotFound(f"“{clean_line(name)}” was merged into {kept.name} ({kept.login}).")
        raise NotFound(nothing_named("user", login_or_email, users.login_keys()))
    return _one(name, found)


def user_ids_named(names: Sequence[str]) -> list[int]:
    """Return the ids of the users with these logins or addresses, in that order.

    Raises `NotFound` naming all unknown ones, and `Refused` for a name that belongs to two users.
    """
    names = [clear_address(name) for name in names]
    known = users.ids_of_names(names)
    unknown = [name for name in names if fold(name) not in known]
    if len(unknown) > 1:
        listed = ", ".join(clean_line(name) for name in unknown[:10])
        more = f" and {len(unknown) - 10} more" if len(unknown) > 10 else ""
        raise NotFound(f"{len(unknown)} users are unknown: {listed}{more}.")
    return [
        _one(name, known[fold(name)]) if fold(name) in known else user_id_named(name)
        for name in names
    ]


def _one(name: str, ids: Sequence[int]) -> int:
    """Return the only one of ``ids``.

    Raises `Refused` for a login that is also the address of another user.
    """
    if len(ids) == 1:
        return ids[0]
    candidates = " and ".join(
        f"{user.name} (login {user.login}, address {user.email})"
        for user in users.users_by_id(list(ids))
    )
    raise Refused(f"“{clean_line(name)}” is two people: {candidates}. Name them otherwise.")


def team_named(name: str, known: Sequence[StoredTeam]) -> StoredTeam:
    """Return the team of ``known`` with this path, or the only one with this name, ignoring case.

    If there is none, a name of the same appearance matches. Raises `NotFound`, or `Refused` if
    several teams have the name.
    """
    path = clean_line(name).removeprefix("/").replace("/" if name.startswith("/") else ">", ">")
    wanted = [part.strip() for part in path.split(">")]
    for look in (fold, appearance):
        looks = [look(part) for part in wanted]
        below = [team for team in known if _ends_with(team, looks, look)]
        found = [team for team in below if team.path.count(SEPARATOR) == len(wanted) - 1] or below
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(team.path for team in found[:5])
            more = f" and {len(found) - 5} more" if len(found) > 5 else ""
            shown = clean_line(name)
            raise Refused(
                f"“{shown}” is {len(found)} teams: {listed}{more}. Name those above it, too."
            )
    paths = [spelled for team in known for spelled in {team.path, team.name}]
    raise NotFound(nothing_named("team", name, paths))


def _ends_with(team: StoredTeam, looks: Sequence[str], look: Callable[[str], str]) -> bool:
    parts = team.path.split(SEPARATOR)[-len(looks) :]
    return [look(part) for part in parts] == looks


def assignment_ids_named(push_id: int, push_name: str, names: Sequence[str]) -> list[int]:
    """Return the ids of these users' assignments to a push, by login or address.

    Raises `NotFound` naming all unknown users, or all that are not assigned.
    """
    user_ids = user_ids_named(names)
    found = [assignments.assignment_id_of(push_id, user_id) for user_id in user_ids]
    missing = [clean_line(n) for n, row_id in zip(names, found, strict=True) if row_id is None]
    if missing:
        raise NotFound(f"Not assigned to “{push_name}”: {', '.join(missing)}.")
    return [row_id for row_id in found if row_id is not None]


def nothing_named(noun: str, name: str, known: Sequence[str]) -> str:
    """Return the message that no ``noun`` has this name, with a near miss among ``known``."""
    shown = clean_line(name)[:100]
    by_key = {fold(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(fold(name), list(by_key), n=1, cutoff=0.6)
    hint = f" Did you mean “{by_key[near[0]]}”?" if near else ""
    return f"There is no {noun} “{shown}”.{hint}"
