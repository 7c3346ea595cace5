"""Adding one person to several pushes in one act (U8, P6)."""

from collections.abc import Sequence

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.shared.errors import NothingToDo
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import assign
from studio_tui.services.pushes.assign import AssignResult
from studio_tui.services.pushes.pushes import push_facts
from studio_tui.services.system.context import Studio


def join(
    studio: Studio, actor: Actor, user_id: int, push_ids: Sequence[int]
) -> tuple[AssignResult, ...]:
    """Assign a person to each of these pushes, in one transaction.

    Pushes that they are in already are skipped. Raises `NothingToDo` if these are all, and
    `Refused` for a closed push.
    """
    require(actor, Action.ASSIGN)
    assigned, said = list[AssignResult](), list[str]()
    with studio.store.writing():
        for push_id in dict.fromkeys(push_ids):
            push = push_facts(studio, push_id)
            try:
                assigned.append(assign.assign(studio, actor, push, Selection.of([user_id])))
            except NothingToDo as error:
                said.append(str(error))
    if said and not assigned:
        raise NothingToDo(" ".join(said))
    return tuple(assigned)
