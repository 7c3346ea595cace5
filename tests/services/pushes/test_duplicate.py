"""Duplicating a push with its users on other days (P17)."""

from dataclasses import replace
from datetime import date

import pytest

from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushDraft, PushState, Reminders
from studio_tui.domain.shared.errors import Conflict, Forbidden, Invalid, Refused
from studio_tui.services.outbox import undo
from studio_tui.services.pushes import duplicate as service
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import as_user, assign, assigned, draft_of, mail, now, summaries
from tests.organisation import create_push
from tests.services.pushes.test_assign import leaves

pytestmark = pytest.mark.usefixtures("people")


NEXT = PushDraft("Q2 review", date(2026, 4, 1), date(2026, 4, 30))


def test_users_who_have_not_left_are_assigned_to_the_duplicate_and_notified(
    studio: Studio, admin: Actor
) -> None:
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann", "ben", "cas")
    reminders = Reminders((5,), (2,))
    push = pushes.edit(studio, admin, push, replace(draft_of(push), reminders=reminders))
    leaves(studio, admin, "ben")
    assert [each.login for each in service.skipped(studio, admin, push)] == ["ben"]
    done = service.duplicate(studio, admin, push, NEXT, expected=2)
    made = now(studio, admin, done.push)
    assert (made.name, made.available_from, made.deadline) == ("Q2 review", *_days(NEXT))
    assert (made.template.name, made.reminders) == (push.template.name, reminders)
    assert made.state is PushState.SCHEDULED
    assert set(assigned(studio, admin, made)) == {"ann", "cas"}
    assert summaries(each for each in mail(studio, admin) if each.push == made.name) == [
        ("ann", Capacity.USER, ("ann",)),
        ("bea", Capacity.MANAGER, ("cas",)),
        ("bob", Capacity.MANAGER, ("cas", "ann")),
        ("cas", Capacity.USER, ("cas",)),
        ("cor", Capacity.MANAGER, ("ann",)),
    ]
    undo.undo(studio, admin, done.activity_id)
    assert not assigned(studio, admin, made)


def _days(draft: PushDraft) -> tuple[date, date]:
    return draft.available_from, draft.deadline


def test_a_refused_duplicate_changes_nothing(studio: Studio, admin: Actor) -> None:
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann")
    with pytest.raises(Invalid, match="q1 REVIEW"):
        service.duplicate(studio, admin, push, replace(NEXT, name="q1 REVIEW"))
    with pytest.raises(Conflict):
        service.duplicate(studio, admin, push, NEXT, expected=7)
    with pytest.raises(Forbidden):
        service.duplicate(studio, as_user(studio, "sam"), push, NEXT)
    template = templates.show(studio, admin, push.template_id)
    templates.set_archived(studio, admin, template, True)
    with pytest.raises(Refused, match="archive"):
        service.duplicate(studio, admin, push, NEXT)
    assert [each.name for each in pushes.every(studio, admin)] == ["Q1 review"]


def test_the_proposed_duplicate_can_be_created_unchanged(studio: Studio, admin: Actor) -> None:
    """Also of a closed push, and of one without users."""
    push = create_push(studio, admin)
    pushes.close(studio, admin, push)
    proposal = service.propose(studio, admin, push)
    assert (proposal.draft.name, proposal.people) == ("Q2 review", 0)
    done = service.duplicate(studio, admin, push, proposal.draft)
    assert (done.added, done.push.state) == (0, PushState.DRAFT)
    again = service.propose(studio, admin, done.push)
    assert again.draft.available_from > done.push.deadline
