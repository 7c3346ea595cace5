"""Creating, listing, editing, closing and reopening pushes (P1, P2, P4, P5, P9)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, PushDraft, PushFilter, PushState
from studio_tui.domain.shared.errors import Conflict, Invalid, NotFound, Refused
from studio_tui.domain.templates.template import Permissions
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import assign, draft_of, finish, lines, mail, now, send_due
from tests.hostile import HOSTILE
from tests.organisation import create_push
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.usefixtures("people")

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 31)


def create(studio: Studio, admin: Actor, *drafts: PushDraft) -> list[Push]:
    regular = templates.find(studio, admin, "Regular")
    return pushes.create(studio, admin, regular.id, drafts)


def wrong(studio: Studio, admin: Actor, *drafts: PushDraft) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        create(studio, admin, *drafts)
    return caught.value.fields


def states(studio: Studio, admin: Actor) -> list[NotificationState]:
    return [each.state for each in mail(studio, admin)]


def test_several_pushes_are_created_together_each_with_its_own_days(
    studio: Studio, admin: Actor
) -> None:
    """P1, P2, P5."""
    first, second = create(
        studio,
        admin,
        PushDraft(" Q1\x1b  review ", FIRST, LAST),
        PushDraft("Q2 review", FIRST + timedelta(days=90), LAST + timedelta(days=90)),
    )
    assert (first.name, first.available_from, first.deadline) == ("Q1 review", FIRST, LAST)
    assert {first.state, second.state} == {PushState.DRAFT}
    assert [push.name for push in pushes.every(studio, admin)] == ["Q1 review", "Q2 review"]
    assert pushes.find(studio, admin, "q2 REVIEW") == second


def test_a_refusal_names_each_invalid_field_and_creates_nothing(
    studio: Studio, admin: Actor
) -> None:
    """P1."""
    create(studio, admin, PushDraft("Q1 review", FIRST, LAST))
    before = lines(studio, admin)
    assert wrong(studio, admin, PushDraft(" \u202e", FIRST, LAST)) == {
        "name": "give the push a name"
    }
    assert wrong(studio, admin, PushDraft("n" * 201, FIRST, LAST)) == {
        "name": "at most 200 characters"
    }
    assert list(wrong(studio, admin, PushDraft("Q2", LAST, FIRST))) == ["deadline"]
    fields = wrong(
        studio,
        admin,
        PushDraft("Fine", FIRST, LAST),
        PushDraft("q1 Review", FIRST, LAST),
        PushDraft("FINE", LAST, FIRST),
    )
    assert sorted(fields) == ["deadline.2", "name.1", "name.2"]
    assert "another push that is not closed" in fields["name.1"]
    assert [push.name for push in pushes.every(studio, admin)] == ["Q1 review"]
    assert lines(studio, admin) == before


def test_a_template_without_permission_or_in_the_archive_cannot_be_pushed(
    studio: Studio, admin: Actor
) -> None:
    """T3, T6."""
    regular = templates.find(studio, admin, "Regular")
    private = templates.add(
        studio,
        admin,
        replace(regular.definition, name="Private", permissions=Permissions(by_users=True)),
    )
    draft = PushDraft("Q1", FIRST, LAST)
    with pytest.raises(Refused, match="does not allow through push"):
        pushes.create(studio, admin, private.id, [draft])
    put_away = templates.set_archived(studio, admin, regular, archived=True)
    with pytest.raises(Refused, match="is archived"):
        pushes.create(studio, admin, put_away.id, [draft])
    with pytest.raises(Refused, match="no longer there"):
        pushes.create(studio, admin, 10**6, [draft])
    assert pushes.every(studio, admin) == []


def test_a_push_goes_from_draft_to_closed_and_back(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P4, P5."""
    push = create_push(studio, admin, starts_in=2, lasts=5)
    assert push.state is PushState.DRAFT
    assign(studio, admin, push, "ann", "ben")
    push = now(studio, admin, push)
    assert (push.state, push.overdue) == (PushState.SCHEDULED, False)
    clock.move(days=2)
    assert now(studio, admin, push).state is PushState.OPEN
    clock.move(days=5)
    assert not now(studio, admin, push).overdue, "on its last day nothing is late"
    clock.move(days=1)
    assert now(studio, admin, push).overdue
    finish(studio, admin, push, "ann", by="bob")
    finish(studio, admin, push, "ben", by="bob")
    held = now(studio, admin, push)
    assert (held.state, held.overdue, held.progress.done) == (PushState.OPEN, False, 2)
    closed = pushes.close(studio, admin, held).push
    assert (closed.state, closed.closed_at) == (PushState.CLOSED, studio.now())
    assert pushes.reopen(studio, admin, closed).state is PushState.OPEN


def test_days_begin_at_midnight_in_the_zone_of_the_organisation(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """D1: at 23:30 UTC the next day has begun in Brussels."""
    push = create_push(studio, admin, starts_in=1)
    assign(studio, admin, push, "ann")
    clock.move(hours=13, minutes=59)
    assert now(studio, admin, push).state is PushState.SCHEDULED
    clock.move(minutes=1)
    assert now(studio, admin, push).state is PushState.OPEN


def test_an_edit_is_recorded_with_the_values_before_and_after(studio: Studio, admin: Actor) -> None:
    """P9, A3."""
    push = create_push(studio, admin)
    later = push.deadline + timedelta(days=7)
    edited = pushes.edit(studio, admin, push, draft_of(push, name="Spring", deadline=later))
    assert (edited.name, edited.deadline, edited.available_from) == (
        "Spring",
        later,
        push.available_from,
    )
    line = lines(studio, admin)[0]
    assert line.before == {"name": "Q1 review", "deadline": push.deadline.isoformat()}
    assert line.after == {"name": "Spring", "deadline": later.isoformat()}


def test_an_edit_is_validated_like_a_creation(studio: Studio, admin: Actor) -> None:
    """P1, P9."""
    push, _ = create_push(studio, admin), create_push(studio, admin, "Q2 review")
    wrong_changes: list[tuple[dict[str, object], str]] = [
        ({"name": "Q2 REVIEW"}, "name"),
        ({"name": ""}, "name"),
        ({"deadline": push.available_from - timedelta(days=1)}, "deadline"),
    ]
    for change, field in wrong_changes:
        with pytest.raises(Invalid) as caught:
            pushes.edit(studio, admin, push, draft_of(push, **change))
        assert list(caught.value.fields) == [field]
    assert pushes.edit(studio, admin, push, draft_of(push, name="q1 REVIEW")).name == "q1 REVIEW"


def test_waiting_mail_moves_with_the_first_day(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P7, P9."""
    push = assign(studio, admin, create_push(studio, admin, starts_in=3), "ben").push
    later = draft_of(push, available_from=push.available_from + timedelta(days=4))
    push = pushes.edit(studio, admin, push, later)
    clock.move(days=6)
    assert send_due(studio).taken == 0
    sooner = draft_of(push, available_from=studio.today())
    pushes.edit(studio, admin, push, sooner)
    assert send_due(studio).taken == 0, "it can be taken back for a while (N5)"
    clock.move(minutes=2)
    assert len(send_due(studio).deliveries) == 2


def test_moving_the_deadline_does_not_move_waiting_mail(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    push = assign(studio, admin, create_push(studio, admin), "ben").push
    clock.move(minutes=1)
    pushes.edit(studio, admin, push, draft_of(push, deadline=push.deadline + timedelta(days=1)))
    clock.move(minutes=1)
    assert len(send_due(studio).deliveries) == 2


def test_closing_drops_waiting_mail_and_reopening_restores_it(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """P5, P9."""
    push = assign(studio, admin, create_push(studio, admin), "ben").push
    closed = pushes.close(studio, admin, push)
    assert closed.dropped == 2
    assert states(studio, admin) == [NotificationState.DROPPED] * 2
    clock.move(minutes=5)
    assert send_due(studio).taken == 0
    pushes.reopen(studio, admin, closed.push)
    assert states(studio, admin) == [NotificationState.HELD] * 2
    clock.move(minutes=2)
    assert len(send_due(studio).deliveries) == 2


def test_closing_and_reopening_sends_no_mail_twice(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """N2."""
    push = assign(studio, admin, create_push(studio, admin), "ben").push
    clock.move(minutes=2)
    send_due(studio)
    closed = pushes.close(studio, admin, push)
    assert closed.dropped == 0
    pushes.reopen(studio, admin, closed.push)
    clock.move(minutes=2)
    assert send_due(studio).taken == 0


def test_a_closed_push_cannot_be_changed(studio: Studio, admin: Actor) -> None:
    """P9."""
    push = assign(studio, admin, create_push(studio, admin), "ben").push
    closed = pushes.close(studio, admin, push).push
    for refused in (
        lambda: pushes.edit(studio, admin, closed, draft_of(closed, name="Other")),
        lambda: pushes.close(studio, admin, closed),
        lambda: assign(studio, admin, closed, "ann"),
    ):
        with pytest.raises(Refused, match="is closed"):
            refused()
    with pytest.raises(Refused, match="is not closed"):
        pushes.reopen(studio, admin, create_push(studio, admin, "Other"))


def test_the_name_of_a_closed_push_can_be_used_by_another(studio: Studio, admin: Actor) -> None:
    """P1, P5."""
    closed = pushes.close(studio, admin, create_push(studio, admin)).push
    taken = create_push(studio, admin, "Q1 REVIEW")
    assert pushes.find(studio, admin, "q1 review") == taken
    with pytest.raises(Invalid) as caught:
        pushes.reopen(studio, admin, closed)
    assert list(caught.value.fields) == ["name"]
    pushes.edit(studio, admin, taken, draft_of(taken, name="Q1, once more"))
    assert pushes.reopen(studio, admin, closed).state is PushState.DRAFT


def test_changing_an_outdated_push_is_a_conflict(studio: Studio, admin: Actor) -> None:
    """A4: the second of two writes is refused, so that no change is lost silently."""
    read = create_push(studio, admin)
    pushes.edit(studio, admin, read, draft_of(read, deadline=read.deadline + timedelta(days=1)))
    before = lines(studio, admin)
    for late in (
        lambda: pushes.edit(studio, admin, read, draft_of(read, name="Mine")),
        lambda: pushes.close(studio, admin, read),
        lambda: pushes.reopen(studio, admin, read),
    ):
        with pytest.raises(Conflict, match="Somebody else changed “Q1 review”"):
            late()
    assert now(studio, admin, read).name == "Q1 review"
    assert lines(studio, admin) == before


def test_a_push_keeps_its_template_when_the_template_changes(studio: Studio, admin: Actor) -> None:
    """T5."""
    push = create_push(studio, admin)
    regular = templates.find(studio, admin, "Regular")
    changed = replace(regular.definition, name="Renamed", description="Other", steps=())
    changed = replace(changed, steps=regular.definition.steps[:1])
    templates.save(studio, admin, regular, changed)
    assert now(studio, admin, push).template == regular.definition
    assert create_push(studio, admin, "Q2", template="Renamed").template == changed


def test_the_list_shows_open_pushes_first_and_filters_by_every_word(
    studio: Studio, admin: Actor
) -> None:
    late = create_push(studio, admin, "Été à Liège", lasts=60)
    soon = create_push(studio, admin, "Yearly check", template="Performance review", lasts=10)
    gone = pushes.close(studio, admin, create_push(studio, admin, "Gone", lasts=1)).push
    assert [push.id for push in pushes.every(studio, admin)] == [soon.id, late.id, gone.id]
    for filter_, expected in [
        (PushFilter("ete LIEGE"), [late.id]),
        (PushFilter("performance DRAFT"), [soon.id]),
        (PushFilter(state=PushState.CLOSED), [gone.id]),
        (PushFilter("nothing"), []),
    ]:
        source = pushes.source(studio, admin, filter_)
        assert [row.id for row in source.rows(0, source.count())] == expected


def test_an_unknown_push_is_refused_with_a_suggestion(studio: Studio, admin: Actor) -> None:
    create_push(studio, admin)
    with pytest.raises(NotFound, match="Did you mean “Q1 review”"):
        pushes.find(studio, admin, "Q1 revieuw")
    with pytest.raises(Refused, match="no longer there"):
        pushes.show(studio, admin, 10**6)


def test_hostile_names_are_stored_as_text(studio: Studio, admin: Actor) -> None:
    """A5."""
    drafts = {
        PushDraft(f"{number} {name}"[:200], FIRST, LAST) for number, name in enumerate(HOSTILE)
    }
    create(studio, admin, *drafts)
    for draft in drafts:
        assert pushes.find(studio, admin, draft.name).name == draft.name
