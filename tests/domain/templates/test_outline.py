"""A template as an outline: an operation moves nothing else and loses nothing."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.templates.outline import (
    QUESTION,
    ROOT,
    STEP,
    TOPIC,
    Place,
    by_place,
    insert,
    items,
    locate,
    move,
    node_at,
    place_below,
    put,
    remove,
)
from studio_tui.domain.templates.template import (
    Definition,
    Question,
    Step,
    StepKind,
    Topic,
    problems_of,
)

TALK = Definition(
    "Review",
    steps=(
        Step(StepKind.DISCUSSION, (Topic("A", (Question("a1"), Question("a2"))), Topic("B"))),
        Step(StepKind.FEEDBACK),
        Step(StepKind.DISCUSSION, (Topic("C", (Question("c1"),)),)),
    ),
)


def names(definition: Definition) -> list[str]:
    return [
        getattr(i.thing, "text", getattr(i.thing, "name", getattr(i.thing, "kind", "")))
        for i in items(definition)
    ]


def test_the_outline_is_in_the_order_of_the_conversation() -> None:
    assert names(TALK) == [
        "Review", "discussion", "A", "a1", "a2", "B", "feedback", "discussion", "C", "c1",
    ]  # fmt: skip
    assert [item.place for item in items(TALK, (0, 0))] == [(0, 0), (0, 0, 0), (0, 0, 1)]


@pytest.mark.parametrize(
    ("place", "by", "target"),
    [
        ((0, 0, 1), -1, (0, 0, 0)),
        ((0, 0, 1), 1, (0, 1, 0)),
        ((2, 0, 0), -1, (0, 1, 0)),
        ((0, 0, 0), -1, (0, 0, 0)),
        ((2, 0, 0), 1, (2, 0, 0)),
        ((0, 1), 1, (2, 0)),
        ((2, 0), -1, (0, 2)),
        ((1,), -1, (0,)),
        ((2,), 1, (2,)),
    ],
)
def test_an_item_moved_beyond_an_edge_continues_in_the_next_possible_place(
    place: Place, by: int, target: Place
) -> None:
    moved, now = move(TALK, place, by)
    assert now == target
    assert node_at(moved, now) == node_at(TALK, place)
    assert Counter(names(moved)) == Counter(names(TALK))


@pytest.mark.parametrize(
    ("cursor", "depth", "place"),
    [
        (ROOT, STEP, (3,)),
        ((0, 0, 0), STEP, (1,)),
        ((0, 0, 0), TOPIC, (0, 1)),
        ((0, 0, 0), QUESTION, (0, 0, 1)),
        ((0,), TOPIC, (0, 2)),
        ((0,), QUESTION, (0, 1, 0)),
        ((1,), TOPIC, None),
        ((1,), QUESTION, None),
        (ROOT, QUESTION, (2, 0, 1)),
    ],
)
def test_the_place_of_an_added_item(cursor: Place, depth: int, place: Place | None) -> None:
    assert place_below(TALK, cursor, depth) == place


def test_problems_are_reported_at_their_places() -> None:
    topic = Topic("A", (Question(""), Question("x", options=("1",))))
    steps = (Step(StepKind.SUMMARY, (topic,)), Step(StepKind.DISCUSSION, (Topic(""), topic)))
    found = by_place(problems_of(Definition("", steps=steps)))
    assert found[ROOT].keys() == {"name"}
    assert found[(0,)].keys() == {"topics"}
    assert found[(1, 0)].keys() == {"name"}
    assert found[(1, 1, 0)].keys() == {"text"}
    assert found[(1, 1, 1)].keys() == {"options"}
    assert locate("steps[2].topics[0].questions[1].options[3]") == ((2, 0, 1), "options[3]")
    assert locate("steps") == (ROOT, "steps")


texts = st.text("abc", min_size=1, max_size=3)
questions = st.builds(Question, texts)
topics = st.builds(Topic, texts, st.lists(questions, max_size=3).map(tuple))
steps = st.one_of(
    st.builds(Step, st.just(StepKind.DISCUSSION), st.lists(topics, max_size=3).map(tuple)),
    st.builds(Step, st.sampled_from([StepKind.FEEDBACK, StepKind.SUMMARY])),
)
definitions = st.builds(Definition, texts, steps=st.lists(steps, min_size=1, max_size=4).map(tuple))


@given(definitions, st.data())
def test_every_operation_can_be_undone(definition: Definition, data: st.DataObject) -> None:
    places = [item.place for item in items(definition) if item.place]
    place = data.draw(st.sampled_from(places))
    thing = node_at(definition, place)
    assert insert(remove(definition, place), place, thing) == definition
    assert remove(insert(definition, place, thing), place) == definition
    assert put(put(definition, place, thing), place, thing) == definition
    for by in (-1, 1):
        moved, now = move(definition, place, by)
        assert now == place or move(moved, now, -by) == (definition, place)
        assert node_at(moved, now) == thing
