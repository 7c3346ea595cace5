"""Who can read and write which part of a conversation, and when (C2, C3, C6, T2, T4)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, combinations, product

import pytest

from studio_tui.domain.conversations.conversation import (
    LONGEST,
    MAX_ANSWER,
    SHORTEST,
    AskedQuestion,
    Conversation,
    ConversationState,
    MyConversation,
    Part,
    Plan,
    Relation,
    asked_questions,
    check_plan,
    clean_answer,
    in_order,
    may_ask,
    may_remove,
    readable,
    why_not_reopened,
    writable,
)
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.errors import Invalid, Refused
from studio_tui.domain.templates.template import (
    AdminsRead,
    Definition,
    Question,
    QuestionKind,
    QuestionPolicy,
    Step,
    StepKind,
    Topic,
    Viewing,
)
from tests.hostile import HOSTILE

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STEPS = (
    Step(StepKind.DISCUSSION, (Topic("Work", (Question("How is it going?"),)),)),
    Step(StepKind.FEEDBACK),
    Step(StepKind.SUMMARY),
)
CONVERSATION = Conversation(
    id=1,
    user_id=2,
    login="ann",
    name="Ann Peeters",
    user_active=True,
    conductor_id=3,
    conductor_login="bob",
    conductor="Bob Smith",
    push_id=None,
    push="",
    template=Definition("Regular", steps=STEPS),
    deadline=None,
    planned_for=NOW,
    minutes=60,
    place="",
    sequence=0,
    user_prepared_at=None,
    conductor_prepared_at=None,
    started_at=None,
    finished_at=None,
    sealed_at=None,
    cancelled_at=None,
    version=1,
)
LIVES = {
    "planned": CONVERSATION,
    "prepared": replace(CONVERSATION, user_prepared_at=NOW),
    "begun unprepared": replace(CONVERSATION, started_at=NOW),
    "begun prepared": replace(CONVERSATION, user_prepared_at=NOW, started_at=NOW),
    "done unprepared": replace(CONVERSATION, started_at=NOW, finished_at=NOW, sealed_at=NOW),
    "done prepared": replace(
        CONVERSATION, user_prepared_at=NOW, started_at=NOW, finished_at=NOW, sealed_at=NOW
    ),
    "cancelled": replace(CONVERSATION, user_prepared_at=NOW, cancelled_at=NOW),
    "cancelled in the talk": replace(
        CONVERSATION, user_prepared_at=NOW, started_at=NOW, cancelled_at=NOW
    ),
}
VIEWINGS = [Viewing(admins, leaders) for admins, leaders in product(AdminsRead, (False, True))]
U, L, A, S = (
    Part.USER_PREPARATION,
    Part.CONDUCTOR_PREPARATION,
    Part.ANSWERS,
    Part.SUMMARY,
)
USER_READS = {
    "planned": {U},
    "prepared": {U},
    "begun unprepared": {U, L, A, S},
    "begun prepared": {U, L, A, S},
    "done unprepared": {U, L, A, S},
    "done prepared": {U, L, A, S},
    "cancelled": {U},
    "cancelled in the talk": {U, L, A, S},
}
"""C2: users read their own part at any time, and the conductor's once the talk begins."""
CONDUCTOR_READS = {
    "planned": {L, A, S},
    "prepared": {U, L, A, S},
    "begun unprepared": {L, A, S},
    "begun prepared": {U, L, A, S},
    "done unprepared": {L, A, S},
    "done prepared": {U, L, A, S},
    "cancelled": {U, L, A, S},
    "cancelled in the talk": {U, L, A, S},
}
"""C2: conductors read the user's part once it is submitted, and never before."""
OPENED = {"done unprepared": {L, A, S}, "done prepared": {U, L, A, S}}
"""Parts that T4 can open to other people: of finished conversations only, and only if submitted."""


def _expected(relations: frozenset[Relation], life: str, viewing: Viewing) -> set[Part]:
    found: set[Part] = {Part.STATUS} if relations else set()
    if Relation.USER in relations:
        found |= USER_READS[life]
    if Relation.CONDUCTOR in relations:
        found |= CONDUCTOR_READS[life]
    if Relation.LEADER in relations and viewing.leaders:
        found |= OPENED.get(life, set())
    if Relation.ADMIN in relations and viewing.admins is AdminsRead.ALL:
        found |= OPENED.get(life, set())
    if Relation.ADMIN in relations and viewing.admins is AdminsRead.SUMMARY:
        found |= OPENED.get(life, set()) & {S}
    return found


def _every_set_of_relations() -> list[frozenset[Relation]]:
    sizes = (combinations(Relation, size) for size in range(len(Relation) + 1))
    return [frozenset(found) for found in chain.from_iterable(sizes)]


@pytest.mark.parametrize("life", LIVES)
def test_who_can_read_which_part(life: str) -> None:
    """C2, C6, T4: every set of relations, every setting and every stage."""
    for relations, viewing in product(_every_set_of_relations(), VIEWINGS):
        found = readable(relations, LIVES[life], viewing)
        assert found == _expected(relations, life, viewing), (relations, viewing)


@pytest.mark.parametrize("life", LIVES)
def test_who_can_write_which_part(life: str) -> None:
    """C2: each side its own part before the talk, the conductor during it, nobody afterwards."""
    before, during = life in ("planned", "prepared"), life.startswith("begun")
    for relations in _every_set_of_relations():
        expected = set()
        if before and Relation.USER in relations:
            expected.add(U)
        if before and Relation.CONDUCTOR in relations:
            expected.add(L)
        if during and Relation.CONDUCTOR in relations:
            expected |= {A, S}
        assert writable(relations, LIVES[life]) == expected, relations
        assert expected <= readable(relations, LIVES[life], Viewing())


def test_a_conversation_without_planning_has_no_preparation() -> None:
    """T1."""
    quick = replace(CONVERSATION, template=Definition("Quick", planning=False))
    assert writable(frozenset(Relation), quick) == frozenset()


@pytest.mark.parametrize("policy", QuestionPolicy)
@pytest.mark.parametrize("life", LIVES)
def test_who_can_add_and_remove_questions(life: str, policy: QuestionPolicy) -> None:
    """T2: the conductor, unless the questions are fixed, until the conversation is over."""
    asked = replace(LIVES[life], template=replace(CONVERSATION.template, questions=policy))
    open_ = policy is not QuestionPolicy.FIXED and not life.startswith(("done", "cancelled"))
    first, feedback, _ = asked_questions(asked.template)
    added = replace(first, added_by=3)
    for relations in _every_set_of_relations():
        holds = Relation.CONDUCTOR in relations
        assert may_ask(relations, asked) == (open_ and holds)
        assert may_remove(relations, asked, added) == (open_ and holds)
        free = policy is QuestionPolicy.FREE
        assert may_remove(relations, asked, first) == (open_ and holds and free)
        assert not may_remove(relations, asked, feedback)


def test_the_questions_of_a_template_in_order() -> None:
    """T1: a step without topics is one free text."""
    found = [
        (each.id, each.step, each.topic, each.part)
        for each in asked_questions(CONVERSATION.template)
    ]
    assert found == [
        (0, StepKind.DISCUSSION, "Work", Part.ANSWERS),
        (1, StepKind.FEEDBACK, "", Part.ANSWERS),
        (2, StepKind.SUMMARY, "", Part.SUMMARY),
    ]


def _asked(kind: QuestionKind, *options: str) -> AskedQuestion:
    return AskedQuestion(1, StepKind.DISCUSSION, 0, "Work", Question("Well?", kind, options), None)


def test_an_answer_has_to_be_one_of_the_options() -> None:
    """T2."""
    rating = _asked(QuestionKind.RATING, "Low", "High")
    assert clean_answer(rating, " High ") == "High"
    assert clean_answer(rating, "") == ""
    assert clean_answer(_asked(QuestionKind.YES_NO), "yes") == "yes"
    for asked, text in ((rating, "3"), (_asked(QuestionKind.YES_NO), "maybe")):
        with pytest.raises(Refused, match="is no answer: choose one of"):
            clean_answer(asked, text)


def test_free_text_is_stored_as_typed_within_limits() -> None:
    """A5."""
    asked = _asked(QuestionKind.TEXT)
    assert clean_answer(asked, "One\r\n\ttwo  ") == "One\n\ttwo  "
    assert clean_answer(asked, " \n ") == ""
    assert len(clean_answer(asked, "x" * MAX_ANSWER)) == MAX_ANSWER
    with pytest.raises(Refused, match="at most 100,000 characters, not 100,001"):
        clean_answer(asked, "x" * (MAX_ANSWER + 1))
    for text in HOSTILE:
        assert not set(clean_answer(asked, text)) & set("\x1b\x9b\u202e\x00")


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan(NOW), "planned_for"),
        (Plan(NOW + timedelta(hours=1), SHORTEST - 1), "minutes"),
        (Plan(NOW + timedelta(hours=1), LONGEST + 1), "minutes"),
        (Plan(NOW + timedelta(hours=1), 60, "x" * 201), "place"),
    ],
)
def test_an_invalid_plan_is_refused(plan: Plan, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_plan(plan, NOW)
    assert list(refused.value.fields) == [field]
    check_plan(Plan(NOW + timedelta(seconds=1), SHORTEST, "Room 9"), NOW)


def test_reopening() -> None:
    """C3: by the conductor within three days, by an admin later as well."""
    done = LIVES["done prepared"]
    third, later = NOW + timedelta(days=3), NOW + timedelta(days=3, seconds=1)
    conductor, admin = frozenset({Relation.CONDUCTOR}), frozenset({Relation.ADMIN})
    assert why_not_reopened(conductor, done, third) is None
    assert "ask an admin" in (why_not_reopened(conductor, done, later) or "")
    assert why_not_reopened(admin, done, later) is None
    others = frozenset(Relation) - conductor - admin
    assert "Only Bob Smith" in (why_not_reopened(others, done, NOW) or "")
    assert "Only a finished" in (why_not_reopened(admin, LIVES["begun prepared"], NOW) or "")


def test_the_state_of_a_conversation() -> None:
    assert {life: LIVES[life].state for life in ("planned", "prepared", "cancelled")} == {
        "planned": ConversationState.PLANNED,
        "prepared": ConversationState.PREPARED,
        "cancelled": ConversationState.CANCELLED,
    }


def _matter(name: str, **values: object) -> MyConversation:
    return MyConversation(1, 1, name, name, **{"mine": False, **values})  # type: ignore[arg-type]


def test_overdue_conversations_are_listed_first() -> None:
    """C1."""
    march, april = date(2026, 3, 1), date(2026, 4, 1)
    waiting = {"status": Status.NOT_PLANNED, "asked": True}
    listed = [
        _matter("Zoe"),
        _matter("Theirs", status=Status.PLANNED, deadline=march, overdue=True),
        _matter("Later", deadline=april, **waiting),
        _matter("Sooner", deadline=march, **waiting),
        _matter("Late", deadline=march, overdue=True, **waiting),
        _matter("Abe"),
    ]
    names = [item.name for item in in_order(listed)]
    assert names == ["Late", "Sooner", "Later", "Theirs", "Abe", "Zoe"]
