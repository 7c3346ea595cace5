"""Undoing each kind of act that sends mail restores the state before it (N5)."""

from datetime import UTC, datetime, timedelta

import pytest

from studio_tui.domain.activity.verbs import MAILING, UNDOABLE, Verb
from studio_tui.domain.conversations.conversation import Conversation, Plan
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.review import ReviewFilter
from studio_tui.domain.pushes.push import AssignmentFilter, Push, PushDraft
from studio_tui.domain.shared.errors import Forbidden, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.outbox import undo
from studio_tui.services.outbox.dry_run import dry_run_of
from studio_tui.services.people import by_hand, reviews, users
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.pushes import audiences, pushes, remind
from studio_tui.services.system.context import Studio
from tests.acting import as_user, assign, assigned, lines, mail, send_due
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

WHEN = datetime(2026, 3, 20, 12, tzinfo=UTC)
BEN_TO_FRANCE = (
    "login,email,given_name,family_name,teams\nben,ben@example.org,Ben,Willems,Sales > France\n"
)
EVERYBODY: Selection[AssignmentFilter] = Selection.matching(AssignmentFilter())


class Told:
    """A push whose first mail was sent, with Ben's conversation planned with Bob."""

    def __init__(self, studio: Studio, admin: Actor, planned: Conversation) -> None:
        self.studio, self.admin, self.planned = studio, admin, planned

    @property
    def push(self) -> Push:
        """The push with its current data."""
        return pushes.every(self.studio, self.admin)[0]

    def plan(self, login: str, at: datetime, place: str = "Room 3") -> Conversation:
        """Plan the conversation with Bob, or move it."""
        return plan(self.studio, self.admin, login, Plan(at, place=place))

    def conversation(self) -> Conversation:
        """Return Ben's conversation with its current data."""
        return conversations.show(self.studio, self.admin, self.planned.id)

    def do(self, act: Verb) -> None:  # noqa: C901 - a case for each act
        """Perform an act of this kind."""
        studio, admin, push = self.studio, self.admin, self.push
        match act:
            case Verb.ASSIGN:
                assign(studio, admin, push, "eve")
            case Verb.REMIND:
                remind.remind(studio, admin, push, EVERYBODY, again=True)
            case Verb.EDIT:
                later = push.deadline + timedelta(days=7)
                draft = PushDraft("Renamed", push.available_from, later, push.reminders)
                pushes.edit(studio, admin, push, draft)
            case Verb.CLOSE:
                pushes.close(studio, admin, push, tell=True, cancel_planned=True)
            case Verb.REOPEN:
                pushes.reopen(studio, admin, push)
            case Verb.HAND_OVER:
                ask = conversations.find(studio, push.name, "ann")
                conversations.hand_over(studio, admin, ask, "cor")
            case Verb.PLAN:
                self.plan("ann", WHEN)
            case Verb.MOVE:
                self.plan("ben", WHEN + timedelta(days=1), place="Room 4")
            case Verb.REVIEW:
                reviews.hand_over(studio, admin, Selection.matching(ReviewFilter()))
            case Verb.JOIN:
                of_hr = audience_of(studio, admin, "department HR")
                audiences.set_audience(studio, admin, push, of_hr)
            case _:
                conversations.cancel(studio, admin, self.planned.id)

    def as_it_is(self) -> tuple[object, ...]:
        """Return everything that an act can change."""
        push = self.push
        people = assigned(self.studio, self.admin, push)
        found = self.conversation()
        return (
            (push.name, push.deadline, push.state, push.reminders),
            {login: (each.status, each.conductor) for login, each in people.items()},
            (found.planned_for, found.place, found.conductor_login, found.state),
            {(m.id, m.state) for m in mail(self.studio, self.admin) if m.error is None},
        )


def plan(studio: Studio, admin: Actor, login: str, wanted: Plan) -> Conversation:
    """Plan the conversation of a user of the push with Bob."""
    ask = conversations.find(studio, "Q1 review", login)
    return conversations.plan(studio, admin, ask, wanted, conductor="bob")


@made_once
def planned(studio: Studio, admin: Actor, clock: MovableClock) -> Conversation:
    """Ben's planned conversation with Bob, in the push of `Told`."""
    import_people(studio, admin)
    assign(studio, admin, create_push(studio, admin), "ann", "ben")
    made = plan(studio, admin, "ben", Plan(WHEN, place="Room 3"))
    clock.move(minutes=3)
    send_due(studio)
    return made


@pytest.fixture
def told(studio: Studio, admin: Actor, planned: Conversation) -> Told:
    return Told(studio, admin, planned)


def prepare(told: Told, act: Verb) -> None:
    """Create the preconditions of an act."""
    if act is Verb.REOPEN:
        # Close the push while reminders wait; reopening lets them wait again.
        told.do(Verb.REMIND)
        pushes.close(told.studio, told.admin, told.push)
    elif act is Verb.REVIEW:
        # Bob, the conductor of Ben's planned conversation, is no longer Ben's manager.
        import_people(told.studio, told.admin, BEN_TO_FRANCE)
    elif act is Verb.JOIN:
        (user_id,) = users.ids_named(told.studio, told.admin, ["eve"])
        by_hand.edit(told.studio, told.admin, user_id, PersonInput({"department": "HR"}))


@pytest.mark.parametrize("act", UNDOABLE)
def test_an_undone_act_leaves_everything_as_it_was(told: Told, act: Verb) -> None:
    prepare(told, act)
    before = told.as_it_is()
    run = dry_run_of(told.studio, told.admin, lambda: told.do(act))
    assert run.notifications
    assert run.samples
    assert told.as_it_is() == before
    told.do(act)
    assert told.as_it_is() != before
    done = undo.undoable(told.studio, told.admin)[0]
    assert (done.action, done.mails) == (act, len(run.notifications))
    acted = next(line for line in lines(told.studio, told.admin) if line.id == done.activity_id)
    undo.undo(told.studio, told.admin, done.activity_id)
    assert told.as_it_is() == before
    undone = lines(told.studio, told.admin)[0]
    dropped = {"mail dropped": done.mails}
    if act.mailing.tells_back:
        assert (undone.before, undone.after) == (acted.after, {**(acted.before or {}), **dropped})
    else:
        assert (undone.before, undone.after) == (None, dropped)
    with pytest.raises(Refused, match="none of its mail waits any more"):
        undo.undo(told.studio, told.admin, done.activity_id)


@pytest.mark.parametrize("act", UNDOABLE)
def test_an_act_cannot_be_undone_once_its_mail_has_left(
    told: Told, act: Verb, clock: MovableClock
) -> None:
    prepare(told, act)
    told.do(act)
    done = undo.undoable(told.studio, told.admin)[0]
    clock.move(minutes=3)
    send_due(told.studio)
    after = told.as_it_is()
    with pytest.raises(Refused, match="Too late to undo"):
        undo.undo(told.studio, told.admin, done.activity_id)
    assert told.as_it_is() == after
    assert undo.undoable(told.studio, told.admin) == []


@pytest.mark.parametrize("act", UNDOABLE)
def test_undo_needs_the_permission_for_each_act(told: Told, act: Verb) -> None:
    prepare(told, act)
    told.do(act)
    done = undo.undoable(told.studio, told.admin)[0]
    with pytest.raises(Forbidden):
        undo.undo(told.studio, as_user(told.studio, "dan"), done.activity_id)


def test_undoing_an_act_requeues_the_mail_that_it_replaced(
    told: Told, studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """Two moves before the mail leaves: after undoing the second, the first is sent."""
    told.plan("ben", WHEN + timedelta(days=1))
    told.plan("ben", WHEN + timedelta(days=2))
    second = undo.undoable(studio, admin)[0]
    undo.undo(studio, admin, second.activity_id)
    clock.move(minutes=3)
    sent = [each for each in send_due(studio).deliveries if each.meeting]
    assert {each.kind for each in sent} == {Kind.MOVED}
    assert {each.name for each in sent} == {"Ben Willems", "Bob Smith"}
    for each in sent:
        assert each.meeting is not None
        assert each.meeting.starts_at == WHEN + timedelta(days=1)
        assert each.meeting.planner == admin.name


def test_an_edit_cannot_be_undone_after_a_later_edit(
    told: Told, studio: Studio, admin: Actor
) -> None:
    told.do(Verb.EDIT)
    edit = undo.undoable(studio, admin)[0]
    push = pushes.find(studio, admin, "Renamed")
    draft = PushDraft(push.name, push.available_from, push.deadline + timedelta(days=1))
    pushes.edit(studio, admin, push, draft, tell=False)
    with pytest.raises(Refused, match="changed once more"):
        undo.undo(studio, admin, edit.activity_id)
    assert pushes.find(studio, admin, "Renamed").deadline == draft.deadline


def test_handing_over_a_planned_conversation_sends_only_invitations_and_can_be_undone(
    told: Told, studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    """Each recipient gets one mail; undo is possible while they wait."""
    told.plan("ann", WHEN)
    clock.move(minutes=3)
    send_due(studio)
    ask = conversations.find(studio, "Q1 review", "ann")
    conversations.hand_over(studio, admin, ask, "cor")
    waiting = [m for m in mail(studio, admin) if m.state is NotificationState.HELD]
    assert {(m.recipient, m.kind) for m in waiting} == {
        ("ann", Kind.MOVED),
        ("cor", Kind.PLANNED),
        ("bob", Kind.CANCELLED),
    }
    assert len(waiting) == 3
    done = undo.undoable(studio, admin)[0]
    undo.undo(studio, admin, done.activity_id)
    ann = assigned(studio, admin, told.push)["ann"]
    assert ann.conductor == "Bob Smith"
    clock.move(minutes=3)
    assert send_due(studio).taken == 0


def test_every_mailing_act_is_covered_by_the_tests() -> None:
    assert set(UNDOABLE) | {Verb.RETRY, Verb.SEND_AGAIN} == set(MAILING)


def test_acts_that_can_no_longer_be_undone_are_not_offered(
    told: Told, studio: Studio, admin: Actor
) -> None:
    """For example after a conversation began or a push closed; every offered act can be undone."""

    def offered() -> set[str]:
        return {one.action for one in undo.undoable(studio, admin)}

    for act in (Verb.PLAN, Verb.MOVE, Verb.EDIT):
        told.do(act)
    assert offered() == {Verb.PLAN, Verb.MOVE, Verb.EDIT}
    bob = as_user(studio, "bob")
    conversations.begin(studio, bob, told.planned.id)
    assert offered() == {Verb.PLAN, Verb.EDIT}
    conversations.start(studio, bob, conversations.find(studio, told.push.name, "ann"))
    assert offered() == {Verb.EDIT}
    pushes.close(studio, admin, told.push)
    assert offered() == set()
    pushes.reopen(studio, admin, told.push)
    for one in undo.undoable(studio, admin):
        undo.undo(studio, admin, one.activity_id)


def test_a_hand_over_is_not_offered_for_undo_once_the_conversation_began(
    told: Told, studio: Studio, admin: Actor
) -> None:
    told.do(Verb.PLAN)
    told.do(Verb.HAND_OVER)
    assert undo.undoable(studio, admin)[0].action == Verb.HAND_OVER
    ask = conversations.find(studio, told.push.name, "ann")
    conversations.start(studio, as_user(studio, "cor"), ask)
    assert undo.undoable(studio, admin) == []
