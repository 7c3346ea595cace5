"""Shell completion of names, limited to those that the actor may see (A2, U12). Read-only."""

from collections.abc import Iterable
from enum import Enum, auto

from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.shared.text import fold
from studio_tui.services.system.context import Studio
from studio_tui.storage.people.user_search import logins_beginning

MOST = 100
"""Maximum number of names to return: users who miss a name type more letters."""


class NameKind(Enum):
    """The kinds of things that can be named."""

    PUSH = auto()
    USER = auto()
    """Completed by login."""
    TEAM = auto()
    """Completed by path."""
    TEMPLATE = auto()
    TOPIC = auto()
    SEGMENT = auto()


_RIGHTS = {
    NameKind.PUSH: Action.READ_PUSHES,
    NameKind.USER: Action.READ_USERS,
    NameKind.TEAM: Action.READ_USERS,
    NameKind.TEMPLATE: Action.READ_TEMPLATES,
    NameKind.TOPIC: Action.READ_TEMPLATES,
    NameKind.SEGMENT: Action.READ_USERS,
}


def names_beginning(studio: Studio, actor: Actor, kind: NameKind, text: str) -> tuple[str, ...]:
    """Return at most `MOST` names that begin with ``text``, ignoring case, in order.

    An actor who may not see all names gets the pushes and people of My conversations (C1).
    """
    if may(actor, _RIGHTS[kind]):
        with studio.store.reading():
            found = _every(kind, text)
    else:
        with studio.own_store.reading():
            found = _around(actor, kind)
    begun = fold(text)
    return tuple(name for name in dict.fromkeys(found) if fold(name).startswith(begun))[:MOST]


# Import only what this kind needs: the shell waits for the answer.
def _every(kind: NameKind, text: str) -> Iterable[str]:
    match kind:
        case NameKind.USER:
            return logins_beginning(text, MOST)
        case NameKind.PUSH:
            from studio_tui.storage.pushes.push_search import named_pushes

            return [push.name for push in named_pushes()]
        case NameKind.TEAM:
            from studio_tui.storage.people.teams import every_team

            return [team.path for team in every_team()]
        case NameKind.SEGMENT:
            from studio_tui.storage.audiences.segments import segments

            return [segment.name for segment in segments()]
        case NameKind.TEMPLATE | NameKind.TOPIC:
            return _of_templates(kind)


def _of_templates(kind: NameKind) -> Iterable[str]:
    from studio_tui.services.templates import definitions
    from studio_tui.storage.templates import library, templates

    if kind is NameKind.TOPIC:
        return [definitions.load_topic(topic.definition).name for topic in library.topics()]
    return [definitions.load(each.definition).name for each in templates.named_templates()]


def _around(actor: Actor, kind: NameKind) -> Iterable[str]:
    if kind not in (NameKind.PUSH, NameKind.USER):
        return ()
    from studio_tui.storage.conversations import my_list

    people = my_list.people_around(actor.user_id)
    if kind is NameKind.USER:
        return sorted(login for login, _ in people.values())
    asked = my_list.asked_of(list(people), actor.user_id)
    return sorted(row.push for row in asked if row.push)
