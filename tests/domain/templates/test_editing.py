"""Editing a template: every act can be undone, one after another."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.templates.editing import Editing
from studio_tui.domain.templates.outline import QUESTION, STEP, TOPIC, items
from studio_tui.domain.templates.template import Question, QuestionKind, Step, StepKind, Topic
from tests.domain.templates.test_outline import TALK, definitions


def test_typing_is_one_act() -> None:
    editing = Editing(TALK)
    editing.go((0, 0, 0))
    editing.begin()
    for text in ("n", "ne", "new"):
        editing.type(Question(text))
    editing.finish()
    assert editing.thing == Question("new")
    assert editing.undo()
    assert (editing.definition, editing.cursor) == (TALK, (0, 0, 0))
    assert not editing.undo()


def test_adding_and_typing_is_one_act() -> None:
    editing = Editing(TALK)
    editing.go((0, 0))
    place = editing.where_to_add(QUESTION)
    assert place == (0, 0, 2)
    editing.add(place, Question(""))
    assert editing.fresh
    editing.type(Question("a3"))
    editing.finish()
    assert editing.thing == Question("a3")
    editing.undo()
    assert editing.definition == TALK


def test_an_added_item_that_stays_empty_is_no_act() -> None:
    editing = Editing(TALK)
    for depth, blank in ((TOPIC, Topic("")), (QUESTION, Question(" \x1b"))):
        place = editing.where_to_add(depth)
        assert place is not None
        editing.add(place, blank)
        editing.finish()
    assert not editing.unsaved
    assert not editing.can_undo


def test_a_step_needs_no_text_and_a_chosen_kind_counts_as_input() -> None:
    editing = Editing(TALK)
    editing.add((3,), Step(StepKind.SUMMARY))
    editing.finish()
    editing.add((0, 0, 0), Question("", QuestionKind.CHOICE, ("A",)))
    editing.finish()
    assert [editing.undo(), editing.undo(), editing.undo()] == [True, True, False]


def test_the_cursor_stays_on_an_existing_item() -> None:
    editing = Editing(TALK)
    went = []
    for place in ((2, 0, 0), (2, 0), (2,), (9, 9, 9), ()):
        editing.go(place)
        if place and place[0] < 9:
            assert editing.remove() is not None
        went.append(editing.cursor)
    assert went == [(2, 0), (2,), (1,), (1,), ()]
    assert editing.remove() is None
    assert not editing.move(1)


def test_only_items_within_the_edited_part_can_be_changed() -> None:
    editing = Editing(TALK, (0, 0))
    assert editing.where_to_add(STEP) is None
    assert editing.where_to_add(TOPIC) is None
    assert editing.remove() is None
    assert not editing.move(1)
    editing.go((0, 0, 1))
    went = [(editing.move(by), editing.cursor) for by in (1, -1, -1)]
    assert went == [(False, (0, 0, 1)), (True, (0, 0, 0)), (False, (0, 0, 0))]
    editing.go(())
    assert editing.cursor == editing.within


def test_replacing_the_whole_template_is_an_act() -> None:
    editing = Editing(TALK)
    editing.go((2, 0, 0))
    other = replace(TALK, steps=TALK.steps[:1])
    editing.replace_all(other)
    assert editing.cursor in [item.place for item in items(other)]
    editing.undo()
    assert editing.definition == TALK


@given(definitions, st.data())
def test_all_acts_are_undone_step_by_step(definition, data):  # type: ignore[no-untyped-def]
    editing = Editing(definition)
    seen = [definition]
    for _ in range(data.draw(st.integers(0, 8))):
        places = [item.place for item in items(editing.definition)]
        editing.go(data.draw(st.sampled_from(places)))
        act = data.draw(st.sampled_from(["remove", "up", "down", "add", "type"]))
        before = editing.definition
        if act == "remove":
            editing.remove()
        elif act in ("up", "down"):
            editing.move(-1 if act == "up" else 1)
        elif act == "add":
            if (place := editing.where_to_add(QUESTION)) is not None:
                editing.insert(place, Question("new"))
        else:
            editing.begin()
            thing = editing.thing
            editing.type(replace(thing, name="typed") if isinstance(thing, Topic) else thing)
            editing.finish()
        assert editing.cursor in [item.place for item in items(editing.definition)]
        if editing.definition != before:
            seen.append(editing.definition)
    while len(seen) > 1:
        assert editing.definition == seen.pop()
        assert editing.undo()
    assert editing.definition == definition
    assert not editing.can_undo
