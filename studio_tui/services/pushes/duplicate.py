"""Copy of a push with its people, reminders and template, for another period, in one act (P17)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.push import (
    AssignmentFilter,
    Flag,
    PushDraft,
    PushFacts,
    SkippedPerson,
    check_drafts,
)
from studio_tui.domain.pushes.repeats import next_name, next_period
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Conflict
from studio_tui.domain.templates.template import require_pushable
from studio_tui.services.pushes.assign import AssignResult, assign_to
from studio_tui.services.pushes.audiences import apply_audience, audience_of_push, within_sight
from studio_tui.services.pushes.pushes import create_one, locked_push, push_facts
from studio_tui.services.system.context import Studio
from studio_tui.services.system.working_days import days_off
from studio_tui.services.templates.templates import stored_template
from studio_tui.storage.audiences.conditions import audience_condition
from studio_tui.storage.people.users import People
from studio_tui.storage.pushes import assignments, audiences, pushes


@dataclass(frozen=True, slots=True)
class DuplicateProposal:
    """The proposed values for a duplicate."""

    draft: PushDraft
    people: int
    """Number of users who would be assigned: those of the push who have not left."""


def propose(studio: Studio, actor: Actor, push: PushFacts) -> DuplicateProposal:
    """Return the proposed name and days for a duplicate of ``push``, and its number of people.

    The period has the same length and is the next one in which no other push of the template runs.
    """
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
        draft = PushDraft(name_proposer(current)(begin), begin, end, current.reminders)
        return DuplicateProposal(draft, audiences.count_active(_people(current)))


def skipped(studio: Studio, actor: Actor, push: PushFacts) -> list[SkippedPerson]:
    """Return the users of ``push`` who would not be assigned, with the reason, by name (P14)."""
    require(actor, Action.ASSIGN)
    with studio.store.reading():
        gone = assignments.assignment_condition(
            push.id, AssignmentFilter(flag=Flag.LEFT), studio.today()
        )
        return [
            SkippedPerson(login, name, "has left") for login, name in assignments.names_of(gone)
        ]


def duplicate(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    draft: PushDraft,
    *,
    expected: int | None = None,
    progress: Progress = ignore_progress,
) -> AssignResult:
    """Create ``draft`` with the template and reminders of ``push``, and assign its active people.

    They and their managers are notified as for any assignment (P6). A push without people is copied
    without people. Raises `Refused` if the template may not be pushed, `Invalid` for wrong input,
    and `Conflict` if the number of people differs from ``expected``.
    """
    require(actor, Action.CREATE_PUSHES)
    require(actor, Action.ASSIGN)
    with studio.store.writing():
        current = push_facts(studio, push.id)
        done = create_next_push(studio, actor, current, draft, progress=progress)
        if expected is not None and done.added != expected:
            raise Conflict(
                f"Nothing was done: they would be {done.added:,}, and {expected:,} were expected."
            )
        return done


def create_next_push(
    studio: Studio,
    actor: Actor | None,
    current: PushFacts,
    draft: PushDraft,
    *,
    progress: Progress = ignore_progress,
) -> AssignResult:
    """Do what `duplicate` does, inside an open unit of work; ``actor`` is None for the schedule."""
    template = stored_template(current.template_id)
    require_pushable(template)
    check_drafts([draft], pushes.push_names(closed=False))
    draft = replace(draft, reminders=draft.reminders or current.reminders)
    push_id = create_one(studio, actor, template, draft, {"copied_from": current.name})
    audience = audience_of_push(current.id)
    if audience is not None:
        audience = within_sight(actor, audience)
        audiences.store_audience(push_id, audience, studio.today())
    made = locked_push(studio, push_id)
    done = assign_to(studio, actor, made, audiences.picked(current.id), progress=progress)
    joined = apply_audience(studio, actor, done.push, audience) if audience else None
    return done if joined is None else _sum_of(done, joined)


def _sum_of(one: AssignResult, other: AssignResult) -> AssignResult:
    """Return the sum of two results, with the ids of the second act."""
    return replace(
        other,
        added=one.added + other.added,
        users_told=one.users_told + other.users_told,
        managers_told=one.managers_told + other.managers_told,
    )


def _people(push: PushFacts) -> People:
    """Return the users to assign to a copy of ``push``.

    These are the users who were picked and those in its audience today.
    """
    audience = audience_of_push(push.id)
    picked = audiences.picked(push.id)
    return picked if audience is None else picked | audience_condition(audience)


def name_proposer(push: PushFacts) -> Callable[[date], str]:
    """Return a function from a first day to the proposed name of the push that follows ``push``.

    Reads the names in use once, inside an open unit of work.
    """
    names = [*pushes.push_names(closed=True), push.name]
    return lambda first: next_name(push.name, push.available_from, first, names)
