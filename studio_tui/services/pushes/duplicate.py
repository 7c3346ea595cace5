"""A push once more, with its people, its reminders and its template: other days, one act (P17)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import (
    AssignmentFilter,
    Flag,
    PushDraft,
    PushFacts,
    Skipped,
    check_drafts,
)
from studio_tui.domain.pushes.repeats import next_name, next_period
from studio_tui.domain.shared.cancellation import Progress, unwatched
from studio_tui.domain.shared.errors import Conflict
from studio_tui.domain.templates.template import require_pushable
from studio_tui.services.pushes.assign import Assigned, assign_to
from studio_tui.services.pushes.audiences import audience_of_push, bring_in, within_sight
from studio_tui.services.pushes.pushes import create_one, push_facts, push_to_change
from studio_tui.services.system.context import Studio
from studio_tui.services.system.working_days import days_off
from studio_tui.services.templates.templates import stored_template
from studio_tui.storage.audiences.conditions import audience_condition
from studio_tui.storage.people.users import People
from studio_tui.storage.pushes import assignments, audiences, pushes


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a duplicate."""

    draft: PushDraft
    people: int
    """How many would be assigned: those of the push who are still there."""


def propose(studio: Studio, actor: Actor, push: PushFacts) -> Proposal:
    """The name, the days and the number of people of a duplicate of ``push``: as long as it, at the
    next time that no other push of its template takes."""
    require(actor, Action.CREATE_PUSHES)
    with studio.store.reading():
        current = push_facts(studio, push.id)
        others = [
            (each.available_from, each.deadline)
            for each in pushes.pushes()
            if each.template_id == current.template_id and each.closed_at is None
        ]
        begin, end = next_period(
            current.available_from,
            current.deadline,
            studio.today(),
            others,
            days_off(studio),
        )
        draft = PushDraft(naming_after(current)(begin), begin, end, current.reminders)
        return Proposal(draft, audiences.count_there(_people(current)))


def skipped(studio: Studio, actor: Actor, push: PushFacts) -> list[Skipped]:
    """Who of ``push`` would not be assigned, by name (P14)."""
    require(actor, Action.ASSIGN)
    with studio.store.reading():
        gone = assignments.assignment_condition(
            push.id, AssignmentFilter(flag=Flag.LEFT), studio.today()
        )
        return [Skipped(login, name, "has left") for login, name in assignments.names_of(gone)]


def duplicate(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    draft: PushDraft,
    *,
    expected: int | None = None,
    progress: Progress = unwatched,
) -> Assigned:
    """Create ``draft`` with the template and the reminders of ``push``, and assign the people of
    it who are still there: they and their managers are told as of every assigning (P6).

    Raises `Refused` where the template may not be pushed, `Invalid` for what was entered, and
    `Conflict` where the people are not as many as ``expected``. A push with nobody in it gives
    another one with nobody in it.
    """
    require(actor, Action.CREATE_PUSHES)
    require(actor, Action.ASSIGN)
    with studio.store.writing():
        current = push_facts(studio, push.id)
        done = make_next(studio, actor, current, draft, progress=progress)
        if expected is not None and done.added != expected:
            raise Conflict(
                f"Nothing was done: they would be {done.added:,}, and {expected:,} were expected."
            )
        return done


def make_next(
    studio: Studio,
    actor: Actor | None,
    current: PushFacts,
    draft: PushDraft,
    *,
    progress: Progress = unwatched,
) -> Assigned:
    """What `duplicate` does, inside an open unit of work; ``actor`` is None for the schedule."""
    template = stored_template(current.template_id)
    require_pushable(template)
    check_drafts([draft], pushes.push_names(closed=False))
    draft = replace(draft, reminders=draft.reminders or current.reminders)
    push_id = create_one(studio, actor, template, draft, {"copied_from": current.name})
    audience = audience_of_push(current.id)
    if audience is not None:
        audience = within_sight(actor, audience)
        audiences.keep(push_id, audience, studio.today())
    made = push_to_change(studio, push_id)
    done = assign_to(studio, actor, made, audiences.picked(current.id), progress=progress)
    joined = bring_in(studio, actor, done.push, audience) if audience else None
    return done if joined is None else _together(done, joined)


def _together(one: Assigned, other: Assigned) -> Assigned:
    """What two acts did in one."""
    return replace(
        other,
        added=one.added + other.added,
        users_told=one.users_told + other.users_told,
        managers_told=one.managers_told + other.managers_told,
    )


def _people(push: PushFacts) -> People:
    """Who would be in a push like ``push``: those who were picked, and who is in its audience
    today."""
    audience = audience_of_push(push.id)
    picked = audiences.picked(push.id)
    return picked if audience is None else picked | audience_condition(audience)


def naming_after(push: PushFacts) -> Callable[[date], str]:
    """The name proposed for what follows ``push``, by its first day; inside an open unit of work,
    in which the names that are taken are read once."""
    names = [*pushes.push_names(closed=True), push.name]
    return lambda first: next_name(push.name, push.available_from, first, names)
