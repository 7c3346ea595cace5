"""The course of a push over time, for screens and reports (S2)."""

from datetime import date

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.course import Course, course
from studio_tui.domain.pushes.push import PushFacts
from studio_tui.domain.shared.clock import local_day
from studio_tui.services.system.context import Studio
from studio_tui.storage.pushes import course as push_course
from studio_tui.storage.pushes import pushes


def show(studio: Studio, actor: Actor, push: PushFacts) -> Course:
    """Return the course of a push until today or until it was closed, and what is planned."""
    require(actor, Action.READ_PUSHES)
    today = local_day(push.closed_at, studio.zone) if push.closed_at else studio.today()
    with studio.store.reading():
        return course(
            first=push.available_from,
            deadline=push.deadline,
            today=today,
            assigned=pushes.count_asked(push.id),
            held=push_course.held_on(push.id, studio.zone),
            planned=push_course.planned_for(push.id, studio.zone),
        )


def held(studio: Studio, actor: Actor) -> dict[int, dict[date, int]]:
    """Return the number of conversations held per day, by push, for pushes that are not closed."""
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        open_ = [push.id for push in pushes.pushes() if push.closed_at is None]
        return push_course.held_in(open_, studio.zone)
