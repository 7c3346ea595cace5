"""Writing in a conversation, and who reads the texts at which time (C2, C4, C6, T2, T4, A3, A4)."""

from dataclasses import replace

import pytest

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    Entry,
    Part,
    Plan,
    Reading,
    WriteConflict,
    WrittenText,
)
from studio_tui.domain.shared.errors import Forbidden, Invalid, NotFound, Refused
from studio_tui.domain.templates.template import (
    AdminsRead,
    Question,
    QuestionKind,
    QuestionPolicy,
    StepKind,
    Viewing,
)
from studio_tui.services import conversations
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import HOUR, as_user, lines

pytestmark = pytest.mark.one_engine


def planned(studio: Studio, **changes: object) -> Conversation:
    """Plan a conversation of Ann with Bob, by the template Regular with ``changes``."""
    admin = as_user(studio, "els")
    regular = templates.find(studio, admin, "Regular").definition
    template = templates.add(studio, admin, replace(regular, name="Ours", **changes))  # type: ignore[arg-type]
    with studio.store.reading():
        ann = naming.user_id_named("ann")
    assert ann is not None
    ask = ConversationRequest(ann, template_id=template.id)
    return conversations.plan(studio, as_user(studio, "bob"), ask, Plan(studio.now() + HOUR))


def read(studio: Studio, login: str, conversation: Conversation) -> Reading:
    return conversations.read(studio, as_user(studio, login), conversation.id)


def first(reading: Reading) -> Entry:
    return reading.entries[0]


def write(
    studio: Studio, login: str, conversation: Conversation, part: Part, text: str, version: int = 0
) -> WrittenText:
    """Write under the first question, or under the summary for that part."""
    entries = read(studio, "bob", conversation).entries
    asked = next(e.asked for e in entries if (e.asked.step is StepKind.SUMMARY) == (part is S))
    actor = as_user(studio, login)
    return conversations.write(studio, actor, conversation.id, asked.id, part, text, version)


U, L, A, S = (
    Part.USER_PREPARATION,
    Part.CONDUCTOR_PREPARATION,
    Part.ANSWERS,
    Part.SUMMARY,
)


def test_each_side_prepares_and_reads_the_other_at_the_right_time(organisation: Studio) -> None:
    """C2."""
    studio, conversation = organisation, planned(organisation)
    ann, bob = as_user(studio, "ann"), as_user(studio, "bob")
    assert write(studio, "ann", conversation, U, "I liked it").version == 1
    write(studio, "bob", conversation, L, "She did well")
    assert first(read(studio, "bob", conversation)).user is None
    assert first(read(studio, "ann", conversation)).conductor is None
    conversations.submit(studio, ann, conversation.id)
    conversations.submit(studio, bob, conversation.id)
    seen = first(read(studio, "bob", conversation)).user
    assert seen is not None
    assert seen.text == "I liked it"
    assert first(read(studio, "ann", conversation)).conductor is None
    conversations.begin(studio, bob, conversation.id)
    shown = first(read(studio, "ann", conversation)).conductor
    assert shown is not None
    assert shown.text == "She did well"


def test_a_preparation_that_was_never_submitted_stays_private(organisation: Studio) -> None:
    """C2, T4: even if the template opens every part."""
    studio = organisation
    conversation = planned(studio, viewing=Viewing(AdminsRead.ALL, leaders=True))
    write(studio, "ann", conversation, U, "Not for others")
    bob = as_user(studio, "bob")
    conversations.begin(studio, bob, conversation.id)
    conversations.finish(studio, bob, conversation.id)
    for login in ("bob", "els"):
        assert first(read(studio, login, conversation)).user is None
    own = first(read(studio, "ann", conversation)).user
    assert own is not None
    assert own.text == "Not for others"


def test_only_the_conductor_writes_answers_and_summary(organisation: Studio) -> None:
    """C2: finishing the conversation seals them."""
    studio, conversation = organisation, planned(organisation)
    bob = as_user(studio, "bob")
    with pytest.raises(Refused, match="is planned: answers and summary are written"):
        write(studio, "bob", conversation, A, "Too early")
    conversations.begin(studio, bob, conversation.id)
    write(studio, "bob", conversation, A, "Agreed")
    write(studio, "bob", conversation, S, "In short")
    with pytest.raises(Refused, match="each side prepares its own"):
        write(studio, "ann", conversation, U, "Too late")
    with pytest.raises(Refused, match="is in progress"):
        write(studio, "ann", conversation, A, "Me too")
    for login in ("cor", "els", "dan"):
        with pytest.raises(Forbidden):
            write(studio, login, conversation, A, "Mine")
    seen = read(studio, "ann", conversation)
    assert [e.answer.text for e in seen.entries if e.answer and e.answer.text] == [
        "Agreed",
        "In short",
    ]
    conversations.finish(studio, bob, conversation.id)
    with pytest.raises(Refused, match="is done"):
        write(studio, "bob", conversation, A, "One more", 1)
    assert read(studio, "bob", conversation).writes == frozenset()


def test_a_write_from_a_second_terminal_is_a_conflict_that_keeps_both_texts(
    organisation: Studio,
) -> None:
    """A4: the error of the second contains the text of the first."""
    studio, conversation = organisation, planned(organisation)
    one = write(studio, "ann", conversation, U, "One")
    assert write(studio, "ann", conversation, U, "One, and more", one.version).version == 2
    for stale in (0, 1):
        with pytest.raises(WriteConflict, match="both versions are kept") as overtaken:
            write(studio, "ann", conversation, U, "Two", stale)
        assert (overtaken.value.theirs.text, overtaken.value.theirs.version) == (
            "One, and more",
            2,
        )
    assert write(studio, "ann", conversation, U, "", 2) == WrittenText("", 3, studio.now())


def test_an_answer_must_fit_its_question_and_part(organisation: Studio) -> None:
    studio, conversation = organisation, planned(organisation)
    bob, entries = as_user(studio, "bob"), read(studio, "bob", conversation).entries
    summary = next(e.asked.id for e in entries if e.asked.step is StepKind.SUMMARY)
    other = planned_quick(studio)
    with pytest.raises(NotFound, match="no longer asked"):
        conversations.write(studio, bob, other.id, summary, A, "Elsewhere", 0)
    with pytest.raises(Refused, match="it is not prepared"):
        conversations.write(studio, bob, conversation.id, summary, L, "Early", 0)
    conversations.begin(studio, bob, conversation.id)
    with pytest.raises(Refused, match="under the summary"):
        conversations.write(studio, bob, conversation.id, summary, A, "Wrong place", 0)
    rating = next(e.asked for e in entries if e.asked.question.kind is QuestionKind.RATING)
    with pytest.raises(Refused, match="is no answer"):
        conversations.write(studio, bob, conversation.id, rating.id, A, "Whatever", 0)
    label = rating.question.options[0]
    written = conversations.write(studio, bob, conversation.id, rating.id, A, label, 0)
    assert written.text == label


def planned_quick(studio: Studio) -> Conversation:
    """Start a conversation of Ben with Bob by the template Quick."""
    quick = templates.find(studio, as_user(studio, "els"), "Quick")
    with studio.store.reading():
        ben = naming.user_id_named("ben")
    assert ben is not None
    return conversations.start(
        studio, as_user(studio, "bob"), ConversationRequest(ben, template_id=quick.id)
    )


def test_questions_can_be_added_and_removed(organisation: Studio) -> None:
    """T2: a removed question that was answered stays readable."""
    studio, conversation = organisation, planned(organisation)
    bob = as_user(studio, "bob")
    topic = first(read(studio, "bob", conversation)).asked.topic
    add, remove = conversations.add_question, conversations.remove_question
    added = add(studio, bob, conversation.id, topic.upper(), Question("And the dog?"))
    places = [(e.asked.topic, e.asked.question.text) for e in read_all(studio, conversation)]
    own = [place for place, (of, _) in enumerate(places) if of.upper() == topic.upper()]
    assert places[own[-1]][1] == "And the dog?"
    assert own == list(range(len(own)))
    new = add(studio, bob, conversation.id, "Pets", Question("And the cat?"))
    texts = [e.asked.question.text for e in read_all(studio, conversation)]
    kinds = [e.asked.step for e in read_all(studio, conversation)]
    discussed = [n for n, kind in enumerate(kinds) if kind is StepKind.DISCUSSION]
    assert texts.index("And the cat?") == discussed[-1]
    conversations.write(studio, bob, conversation.id, added.id, L, "Fine", 0)
    remove(studio, bob, conversation.id, added.id)
    remove(studio, bob, conversation.id, new.id)
    left = {e.asked.question.text: e for e in read_all(studio, conversation)}
    assert left["And the dog?"].asked.removed
    assert "And the cat?" not in left
    template_question = first(read(studio, "bob", conversation)).asked.id
    with pytest.raises(Refused, match="The template keeps this question"):
        remove(studio, bob, conversation.id, template_question)
    with pytest.raises(Invalid, match="write the question"):
        add(studio, bob, conversation.id, "Pets", Question(" "))
    for login in ("ann", "cor", "els"):
        with pytest.raises(Forbidden):
            add(studio, as_user(studio, login), conversation.id, "Pets", Question("Why?"))


def read_all(studio: Studio, conversation: Conversation) -> tuple[Entry, ...]:
    return read(studio, "bob", conversation).entries


def test_the_template_decides_whether_questions_are_fixed_or_free(organisation: Studio) -> None:
    """T2."""
    studio, bob = organisation, as_user(organisation, "bob")
    fixed = planned(studio, questions=QuestionPolicy.FIXED)
    with pytest.raises(Refused, match="are fixed"):
        conversations.add_question(studio, bob, fixed.id, "More", Question("Why?"))
    admin = as_user(studio, "els")
    ours = templates.find(studio, admin, "Ours")
    templates.save(studio, admin, ours, replace(ours.definition, questions=QuestionPolicy.FREE))
    free = conversations.plan(
        studio,
        bob,
        ConversationRequest(fixed.user_id, template_id=ours.id),
        Plan(studio.now() + HOUR),
    )
    taken = first(read(studio, "bob", free)).asked.id
    conversations.remove_question(studio, bob, free.id, taken)
    assert taken not in {e.asked.id for e in read_all(studio, free)}
    with pytest.raises(Refused, match="are fixed"):
        conversations.add_question(studio, bob, fixed.id, "More", Question("Why?"))


def test_an_answer_to_a_question_removed_in_the_meantime_is_refused(organisation: Studio) -> None:
    studio, conversation = organisation, planned(organisation)
    bob = as_user(studio, "bob")
    added = conversations.add_question(studio, bob, conversation.id, "Pets", Question("Which?"))
    conversations.remove_question(studio, bob, conversation.id, added.id)
    with pytest.raises(NotFound, match="no longer asked"):
        conversations.write(studio, as_user(studio, "ann"), conversation.id, added.id, U, "Two", 0)


def test_other_users_read_only_what_the_template_opens(organisation: Studio) -> None:
    """C6, T4, A3: and their reading is recorded."""
    studio, admin = organisation, as_user(organisation, "els")
    conversation = planned(studio, viewing=Viewing(AdminsRead.SUMMARY))
    bob = as_user(studio, "bob")
    conversations.begin(studio, bob, conversation.id)
    write(studio, "bob", conversation, A, "Between us")
    write(studio, "bob", conversation, S, "In short")
    before = len(lines(studio, admin))
    assert read(studio, "els", conversation).entries == ()
    assert read(studio, "sam", conversation).parts == {Part.STATUS}
    assert read(studio, "cor", conversation).parts == {Part.STATUS}
    for login in ("ben", "dan", "eve"):
        with pytest.raises(Forbidden, match="has no part in this conversation"):
            read(studio, login, conversation)
    assert len(lines(studio, admin)) == before
    conversations.finish(studio, bob, conversation.id)
    seen = read(studio, "els", conversation)
    assert [(e.asked.step, e.answer and e.answer.text) for e in seen.entries] == [
        (StepKind.SUMMARY, "In short")
    ]
    line = lines(studio, admin)[0]
    assert (line.actor, line.action, line.after) == (
        "els",
        "read conversation",
        {"parts": ["summary"]},
    )
    assert "Between us" not in repr(lines(studio, admin))
