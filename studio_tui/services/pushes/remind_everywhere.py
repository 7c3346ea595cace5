"""Reminders in all open pushes at once (S2, P15), in one transaction.

`services.pushes.remind` does it for each push. Each push has an act of its own, which is undone
separately. A user in two pushes gets a mail for each.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import AssignmentFilter, PushFacts, PushState, SkippedPerson
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.errors import NothingToDo
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes.push_reminders import (
    SHOWN,
    ManagersPreview,
    PushReminders,
    RemindPreview,
    RemindResult,
    preview_of_managers,
)
from studio_tui.services.pushes.pushes import locked_push
from studio_tui.services.pushes.remind import EVERYBODY, NO_MANAGER, NOBODY
from studio_tui.services.system.context import Studio
from studio_tui.storage.pushes import pushes


def preview(
    studio: Studio,
    actor: Actor,
    selection: Selection[AssignmentFilter],
    *,
    again: bool = False,
) -> RemindPreview:
    """Return what `remind` would do, without writing anything; counts a user once per push."""
    require(actor, Action.REMIND)
    with studio.store.reading():
        found = [
            PushReminders(studio, push.id).preview(selection, again=again)
            for push in pushes.open_pushes(studio.today())
        ]
    return RemindPreview(
        reminding=sum(each.reminding for each in found),
        done=sum(each.done for each in found),
        left=sum(each.left for each in found),
        recently=tuple(one for each in found for one in each.recently)[:SHOWN],
        recently_count=sum(each.recently_count for each in found),
        excused=sum(each.excused for each in found),
    )


def skipped(
    studio: Studio,
    actor: Actor,
    selection: Selection[AssignmentFilter],
    *,
    again: bool = False,
) -> list[SkippedPerson]:
    """Return the people in ``selection`` who would not be reminded, and why, by push (P14)."""
    require(actor, Action.REMIND)
    with studio.store.reading():
        return [
            replace(each, why=f"{each.why}: {push.name}")
            for push in pushes.open_pushes(studio.today())
            for each in PushReminders(studio, push.id).skipped(selection, again=again)
        ]


def remind(
    studio: Studio,
    actor: Actor,
    selection: Selection[AssignmentFilter],
    *,
    again: bool = False,
    progress: Progress = ignore_progress,
) -> RemindResult:
    """Remind the selected people who still have to talk, and their managers, in every open push.

    Raises `NothingToDo` if nobody would be reminded.
    """
    require(actor, Action.REMIND)
    with studio.store.writing():
        done = [
            PushReminders(studio, push.id).remind(actor, push.name, selection, again=again)
            for push in _locked_open_pushes(studio, progress)
        ]
        return _sum_of(done, NOBODY)


def preview_managers(
    studio: Studio, actor: Actor, managers: Collection[int], *, again: bool = False
) -> ManagersPreview:
    """Return what `remind_managers` would do, without writing anything."""
    require(actor, Action.REMIND)
    with studio.store.reading():
        found = [
            PushReminders(studio, push.id).managers_asked(managers, EVERYBODY)
            for push in pushes.open_pushes(studio.today())
        ]
    return preview_of_managers(managers, found, again=again)


def remind_managers(
    studio: Studio,
    actor: Actor,
    managers: Collection[int],
    *,
    again: bool = False,
    progress: Progress = ignore_progress,
) -> RemindResult:
    """Remind these managers of their people in every open push, with one mail per push.

    Raises `NothingToDo` if nobody would be reminded.
    """
    require(actor, Action.REMIND)
    with studio.store.writing():
        done = []
        for push in _locked_open_pushes(studio, progress):
            reminding = PushReminders(studio, push.id)
            if reminding.managers_asked(managers, EVERYBODY).to_remind(again=again):
                done.append(
                    reminding.remind_managers(actor, push.name, managers, EVERYBODY, again=again)
                )
        return _sum_of(done, NO_MANAGER)


def _locked_open_pushes(studio: Studio, progress: Progress) -> Iterator[PushFacts]:
    """Yield the open pushes, locking each. Locking in the order of ids avoids a deadlock."""
    found = sorted(each.id for each in pushes.open_pushes(studio.today()))
    for place, push_id in enumerate(found):
        progress(place / len(found))
        push = locked_push(studio, push_id)
        if push.state is PushState.OPEN:
            yield push


def _sum_of(done: Sequence[RemindResult | None], nobody: str) -> RemindResult:
    """Return the sum of the results of several pushes; raises `NothingToDo` if there are none."""
    acts = [each for each in done if each is not None]
    if not acts:
        raise NothingToDo(nobody)
    return RemindResult(
        activity_id=acts[-1].activity_id,
        users_told=sum(each.users_told for each in acts),
        managers_told=sum(each.managers_told for each in acts),
        leaves_at=min(each.leaves_at for each in acts),
        pushes=len(acts),
    )
