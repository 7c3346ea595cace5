"""Taking over a conversation: notices, and who reads, opens and writes what (C6)."""

from dataclasses import replace

import pytest

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    Part,
    Plan,
    Reading,
)
from studio_tui.domain.outbox.kinds import NOTICES, UNDROPPABLE_KINDS, Capacity, Kind
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared.errors import Forbidden, NotFound, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.templates.template import AdminsRead, Question, Viewing
from studio_tui.services import conversations
from studio_tui.services.outbox import outbox
from studio_tui.services.people import imports, ssh_keys
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes.assign import unassign_users
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import HOUR, as_user, assign, lines, mail, now, send_due
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

pytestmark = pytest.mark.one_engine

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x"
COACHES = "login,email,given_name,family_name,coaches\nann,ann@example.org,Ann,Peeters,{}\n"


@made_once
def push(studio: Studio, admin: Actor) -> Push:
    import_people(studio, admin)
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann")
    return now(studio, admin, push)


@pytest.fixture
def talk(studio: Studio, push: Push) -> Conversation:
    """Ann's conversation with Cor, in progress.

    Both prepared, a further question was asked, and something was noted.
    """
    ann, cor, ask = as_user(studio, "ann"), as_user(studio, "cor"), of_ann(studio, push)
    planned = conversations.plan(studio, cor, ask, Plan(studio.now() + HOUR))
    write(studio, ann, planned.id, Part.USER_PREPARATION, "by Ann")
    conversations.submit(studio, ann, planned.id)
    write(studio, cor, planned.id, Part.CONDUCTOR_PREPARATION, "by Cor")
    conversations.add_question(studio, cor, planned.id, "Hidden topic", Question("Hidden?"))
    conversations.begin(studio, cor, planned.id)
    write(studio, cor, planned.id, Part.ANSWERS, "noted by Cor")
    return planned


def of_ann(studio: Studio, push: Push) -> ConversationRequest:
    return conversations.find(studio, push.name, "ann")


def write(studio: Studio, actor: Actor, talk_id: int, part: Part, text: str) -> None:
    """Write ``text`` under the first question."""
    entry = conversations.read(studio, actor, talk_id).entries[0]
    by_part = {Part.USER_PREPARATION: entry.user, Part.CONDUCTOR_PREPARATION: entry.conductor}
    known = by_part.get(part, entry.answer)
    version = known.version if known else 0
    conversations.write(studio, actor, talk_id, entry.asked.id, part, text, version)


def read(studio: Studio, login: str, talk: Conversation) -> Reading:
    return conversations.read(studio, as_user(studio, login), talk.id)


def told(studio: Studio, admin: Actor, kinds: frozenset[Kind] = NOTICES) -> list[tuple[str, Kind]]:
    listed = sorted(mail(studio, admin), key=lambda each: each.id)
    return [(each.recipient, each.kind) for each in listed if each.kind in kinds]


def take_over(studio: Studio, push: Push, by: str, to: str) -> None:
    conversations.hand_over(studio, as_user(studio, by), of_ann(studio, push), to)


def test_a_new_conductor_reads_nothing_written_before(
    studio: Studio, push: Push, talk: Conversation
) -> None:
    take_over(studio, push, "bob", "bob")
    found = read(studio, "bob", talk)
    shown = repr(found.entries)
    assert not [text for text in ("by Ann", "by Cor", "Hidden") if text in shown]
    assert found.closed_to_reader
    assert Part.USER_PREPARATION not in found.parts
    assert read(studio, "cor", talk).entries == ()


def test_handing_back_reveals_no_text_and_loses_none(
    studio: Studio, push: Push, talk: Conversation
) -> None:
    take_over(studio, push, "bob", "bob")
    write(studio, as_user(studio, "bob"), talk.id, Part.ANSWERS, "noted by Bob")
    take_over(studio, push, "bob", "cor")
    shown = repr(read(studio, "cor", talk).entries)
    assert "noted by Cor" in shown
    assert "by Ann" in shown
    assert "noted by Bob" not in shown
    entry = read(studio, "ann", talk).entries[0]
    assert entry.answer is not None
    assert entry.answer.text == "noted by Bob"
    assert [(piece.author, piece.written.text) for piece in entry.others] == [
        ("Cor Coach", "noted by Cor")
    ]


def test_each_author_opens_their_own_texts_to_the_new_conductor(
    studio: Studio, push: Push, talk: Conversation
) -> None:
    take_over(studio, push, "bob", "bob")
    ann, cor, bob = (as_user(studio, login) for login in ("ann", "cor", "bob"))
    assert read(studio, "ann", talk).closed_to_conductor
    assert read(studio, "cor", talk).closed_to_conductor
    conversations.open_own(studio, ann, talk.id)
    shown = repr(read(studio, "bob", talk).entries)
    assert "by Ann" in shown
    assert "by Cor" not in shown
    assert read(studio, "ann", talk).opened_to_conductor
    conversations.open_own(studio, cor, talk.id)
    shown = repr(read(studio, "bob", talk).entries)
    assert all(text in shown for text in ("by Ann", "by Cor", "noted by Cor", "Hidden?"))
    assert not read(studio, "bob", talk).closed_to_reader
    conversations.close_own(studio, cor, talk.id)
    assert "by Cor" not in repr(read(studio, "bob", talk).entries)
    with pytest.raises(Refused, match="You hold this conversation"):
        conversations.open_own(studio, bob, talk.id)
    for stranger in ("dan", "eve"):
        with pytest.raises(Forbidden, match="has no part"):
            conversations.open_own(studio, as_user(studio, stranger), talk.id)
    with pytest.raises(Refused, match="wrote nothing"):
        conversations.open_own(studio, as_user(studio, "els"), talk.id)


def test_opened_texts_are_readable_only_for_the_conductor_at_that_time(
    studio: Studio, push: Push, talk: Conversation, admin: Actor
) -> None:
    take_over(studio, push, "bob", "bob")
    conversations.open_own(studio, as_user(studio, "ann"), talk.id)
    imports.apply(studio, admin, hr_file.read(COACHES.format("cor|els").encode()))
    take_over(studio, push, "els", "els")
    assert "by Ann" not in repr(read(studio, "els", talk).entries)


def test_a_preparation_that_was_not_submitted_cannot_be_opened(studio: Studio, push: Push) -> None:
    ann, cor, ask = as_user(studio, "ann"), as_user(studio, "cor"), of_ann(studio, push)
    planned = conversations.plan(studio, cor, ask, Plan(studio.now() + HOUR))
    write(studio, ann, planned.id, Part.USER_PREPARATION, "by Ann")
    take_over(studio, push, "bob", "bob")
    assert not read(studio, "ann", planned).closed_to_conductor
    with pytest.raises(Refused, match="submit it"):
        conversations.open_own(studio, ann, planned.id)
    conversations.submit(studio, ann, planned.id)
    assert "by Ann" in repr(read(studio, "bob", planned).entries)


def test_a_preparation_can_be_submitted_during_the_conversation_but_not_after_it(
    studio: Studio, push: Push
) -> None:
    ann, cor, ask = as_user(studio, "ann"), as_user(studio, "cor"), of_ann(studio, push)
    planned = conversations.plan(studio, cor, ask, Plan(studio.now() + HOUR))
    write(studio, ann, planned.id, Part.USER_PREPARATION, "by Ann")
    conversations.begin(studio, cor, planned.id)
    take_over(studio, push, "bob", "bob")
    with pytest.raises(Refused, match="submit it"):
        conversations.open_own(studio, ann, planned.id)
    bob = as_user(studio, "bob")
    conversations.finish(studio, bob, planned.id)
    with pytest.raises(Refused, match="is done, and you submitted no preparation"):
        conversations.open_own(studio, ann, planned.id)
    conversations.reopen(studio, bob, planned.id)
    conversations.submit(studio, ann, planned.id)
    assert "by Ann" in repr(read(studio, "bob", planned).entries)


def test_texts_changed_after_a_take_over_are_closed_until_opened(
    studio: Studio, push: Push
) -> None:
    ann, cor, ask = as_user(studio, "ann"), as_user(studio, "cor"), of_ann(studio, push)
    planned = conversations.plan(studio, cor, ask, Plan(studio.now() + HOUR))
    write(studio, ann, planned.id, Part.USER_PREPARATION, "by Ann")
    conversations.submit(studio, ann, planned.id)
    take_over(studio, push, "bob", "bob")
    write(studio, ann, planned.id, Part.USER_PREPARATION, "by Ann, mended")
    assert "by Ann" not in repr(read(studio, "bob", planned).entries)
    conversations.open_own(studio, ann, planned.id)
    assert "by Ann, mended" in repr(read(studio, "bob", planned).entries)


def test_a_new_conductor_cannot_change_a_question_that_they_cannot_see(
    studio: Studio, push: Push, talk: Conversation
) -> None:
    hidden = read(studio, "ann", talk).entries
    question_id = next(e.asked.id for e in hidden if e.asked.question.text == "Hidden?")
    take_over(studio, push, "bob", "bob")
    bob = as_user(studio, "bob")
    with pytest.raises(NotFound, match="no longer asked"):
        conversations.write(studio, bob, talk.id, question_id, Part.ANSWERS, "x", 0)
    with pytest.raises(NotFound, match="no longer asked"):
        conversations.remove_question(studio, bob, talk.id, question_id)


def test_every_act_that_changes_the_conductor_is_a_take_over(
    studio: Studio, push: Push, talk: Conversation, admin: Actor
) -> None:
    imports.apply(studio, admin, hr_file.read(COACHES.format("cor|els").encode()))
    ask = of_ann(studio, push)
    conversations.record_held(studio, admin, ask, conductor="els")
    assert read(studio, "els", talk).conversation.conductor_login == "els"
    assert "by " not in repr([e.user or e.answer for e in read(studio, "els", talk).entries])
    conversations.reopen(studio, admin, talk.id)
    assert "noted by Cor" not in repr(read(studio, "els", talk).entries)
    conversations.cancel(studio, admin, talk.id)
    again = conversations.plan(studio, admin, ask, Plan(studio.now() + HOUR))
    assert again.id != talk.id
    assert "by Cor" not in repr(read(studio, "els", talk).entries)
    assert told(studio, admin, frozenset({Kind.TAKEN_OVER})) == [
        ("ann", Kind.TAKEN_OVER),
        ("cor", Kind.TAKEN_OVER),
    ]


def test_planning_by_a_new_coach_is_a_take_over(studio: Studio, push: Push, admin: Actor) -> None:
    ann, cor, ask = as_user(studio, "ann"), as_user(studio, "cor"), of_ann(studio, push)
    planned = conversations.plan(studio, cor, ask, Plan(studio.now() + HOUR))
    write(studio, ann, planned.id, Part.USER_PREPARATION, "by Ann")
    conversations.submit(studio, ann, planned.id)
    imports.apply(studio, admin, hr_file.read(COACHES.format("cor|els").encode()))
    moved = conversations.plan(studio, admin, ask, Plan(studio.now() + 2 * HOUR))
    assert (moved.id, moved.conductor_login) == (planned.id, "els")
    assert "by Ann" not in repr(read(studio, "els", planned).entries)
    assert ("ann", Kind.TAKEN_OVER) in told(studio, admin)


def test_reopening_by_an_admin_keeps_the_conductor_and_reveals_nothing(
    studio: Studio, push: Push, talk: Conversation, admin: Actor
) -> None:
    conversations.finish(studio, as_user(studio, "cor"), talk.id)
    reopened = conversations.reopen(studio, admin, talk.id)
    assert reopened.conductor_login == "cor"
    assert read(studio, "els", talk).entries == ()
    assert told(studio, admin) == [("ann", Kind.REOPENED), ("cor", Kind.REOPENED)]
    assert "noted by Cor" in repr(read(studio, "cor", talk).entries)


def test_a_conductor_who_reopens_notifies_only_the_user(
    studio: Studio, admin: Actor, talk: Conversation
) -> None:
    cor = as_user(studio, "cor")
    conversations.finish(studio, cor, talk.id)
    conversations.reopen(studio, cor, talk.id)
    assert told(studio, admin) == [("ann", Kind.REOPENED)]


def test_notices_are_sent_at_once_and_cannot_be_dropped(
    studio: Studio, push: Push, talk: Conversation, admin: Actor, clock: MovableClock
) -> None:
    clock.move(minutes=5)
    send_due(studio)
    take_over(studio, push, "bob", "bob")
    take_over(studio, push, "bob", "cor")
    ssh_keys.add(studio, admin, "ann", KEY)
    conversations.finish(studio, as_user(studio, "cor"), talk.id)
    conversations.reopen(studio, admin, talk.id)
    with pytest.raises(Refused, match="always leaves"):
        outbox.drop(studio, admin, Selection.of(_ids(studio, admin, UNDROPPABLE_KINDS)))
    waiting = [n.id for n in mail(studio, admin) if n.kind in NOTICES]
    conversations.cancel(studio, admin, talk.id)
    unassign_users(studio, admin, push, ["ann"])
    pushes.close(studio, admin, now(studio, admin, push))
    left = "login,email,given_name,family_name,active\nann,ann@example.org,Ann,Peeters,no\n"
    imports.apply(studio, admin, hr_file.read(left.encode()))
    sent = {each.id for each in send_due(studio).deliveries}
    assert set(waiting) <= sent
    by_kind = [(n.recipient, n.kind) for n in mail(studio, admin) if n.id in sent]
    assert by_kind.count(("ann", Kind.TAKEN_OVER)) == 2
    assert by_kind.count(("ann", Kind.KEY_ADDED)) == 1
    assert by_kind.count(("cor", Kind.TAKEN_OVER)) == 1
    assert by_kind.count(("bob", Kind.TAKEN_OVER)) == 1


def _ids(studio: Studio, admin: Actor, kinds: frozenset[Kind]) -> list[int]:
    return [n.id for n in mail(studio, admin) if n.kind in kinds]


def test_a_notice_names_the_actor_and_asks_the_user_to_open_their_texts(
    studio: Studio, push: Push, talk: Conversation, admin: Actor
) -> None:
    take_over(studio, push, "els", "bob")
    take_over(studio, push, "els", "cor")
    first, *_ = [n for n in mail(studio, admin) if n.kind is Kind.TAKEN_OVER]
    rendered = outbox.read(studio, admin, first.id)
    assert (first.recipient, first.capacity) == ("ann", Capacity.USER)
    assert "Bob Smith" in rendered.subject
    assert "Gewijzigd door: Els Claes" in rendered.plain
    assert "in de plaats van Cor Coach" in rendered.plain
    assert first.push == push.name
    assert f"studio-tui conversations open {talk.id}" in rendered.plain
    conversations.open_own(studio, as_user(studio, "ann"), talk.id)
    assert not [
        n for n in mail(studio, admin) if n.state is NotificationState.DROPPED and n.kind in NOTICES
    ]


def test_a_notice_that_is_sent_again_has_the_same_content(
    studio: Studio, push: Push, talk: Conversation, admin: Actor
) -> None:
    take_over(studio, push, "els", "bob")
    send_due(studio)
    sent = [n for n in mail(studio, admin) if n.kind is Kind.TAKEN_OVER]
    outbox.send_again(
        studio, as_user(studio, "sam"), Selection[NotificationFilter].of([sent[0].id])
    )
    again = max(mail(studio, admin), key=lambda each: each.id)
    rendered = outbox.read(studio, admin, again.id)
    assert "Els Claes" in rendered.plain
    assert "Cor Coach" in rendered.plain


def test_each_reading_of_texts_of_an_earlier_conductor_is_recorded_once_per_screen(
    studio: Studio, push: Push, talk: Conversation, admin: Actor
) -> None:
    def readings() -> list[tuple[str, object]]:
        return [
            (line.actor, (line.after or {})["parts"])
            for line in lines(studio, admin)
            if line.action == "read conversation"
        ]

    take_over(studio, push, "bob", "bob")
    for login in ("ann", "bob", "cor"):
        read(studio, login, talk)
    assert readings() == []
    conversations.open_own(studio, as_user(studio, "ann"), talk.id)
    first = read(studio, "bob", talk)
    assert readings() == [("bob", ["user_preparation"])]
    bob = as_user(studio, "bob")
    conversations.read(studio, bob, talk.id, known=first)
    assert len(readings()) == 1
    read(studio, "bob", talk)
    assert len(readings()) == 2
    conversations.open_own(studio, as_user(studio, "cor"), talk.id)
    conversations.read(studio, bob, talk.id, known=first)
    assert readings()[0] == ("bob", ["answers", "conductor_preparation"])


@pytest.mark.usefixtures("people")
def test_the_parts_that_the_template_opens_are_open_after_a_take_over(
    studio: Studio, admin: Actor
) -> None:
    """T4: by the copy of the template in the push."""
    regular = templates.find(studio, admin, "Regular").definition
    viewing = Viewing(AdminsRead.ALL, leaders=False)
    templates.add(studio, admin, replace(regular, name="Open", viewing=viewing))
    push = create_push(studio, admin, "Open push", template="Open")
    assign(studio, admin, push, "ann")
    ann, cor, ask = as_user(studio, "ann"), as_user(studio, "cor"), of_ann(studio, push)
    planned = conversations.plan(studio, cor, ask, Plan(studio.now() + HOUR))
    write(studio, ann, planned.id, Part.USER_PREPARATION, "by Ann")
    conversations.submit(studio, ann, planned.id)
    write(studio, cor, planned.id, Part.CONDUCTOR_PREPARATION, "by Cor")
    take_over(studio, push, "bob", "bob")
    write(studio, ann, planned.id, Part.USER_PREPARATION, "never shown")
    bob = as_user(studio, "bob")
    conversations.begin(studio, bob, planned.id)
    write(studio, bob, planned.id, Part.ANSWERS, "noted by Bob")
    assert read(studio, "els", planned).entries == ()
    conversations.finish(studio, bob, planned.id)
    shown = repr(read(studio, "els", planned).entries)
    assert "noted by Bob" in shown
    assert "never shown" not in shown
    assert "by Cor" not in shown


@pytest.mark.usefixtures("people")
def test_adding_a_key_for_oneself_sends_no_notice(studio: Studio, admin: Actor) -> None:
    ssh_keys.add(studio, admin, admin.login, KEY)
    assert told(studio, admin) == []


def test_a_take_over_before_anything_was_written_sends_no_notice(
    studio: Studio, push: Push, admin: Actor
) -> None:
    """The invitations name the new conductor."""
    ask = of_ann(studio, push)
    conversations.plan(studio, as_user(studio, "cor"), ask, Plan(studio.now() + HOUR))
    take_over(studio, push, "bob", "bob")
    assert told(studio, admin) == []
    assert not [n for n in mail(studio, admin) if n.kind is Kind.HANDED_OVER]
    invited = [
        n
        for n in mail(studio, admin)
        if n.kind is Kind.PLANNED and n.state is not NotificationState.DROPPED
    ]
    assert sorted(n.recipient for n in invited) == ["ann", "bob"]
