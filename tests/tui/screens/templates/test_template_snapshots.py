"""Pictures of writing templates and keeping questions: empty, typical, wrong, two writers; both
sizes, with hostile names."""

from dataclasses import replace
from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.templates.template import Question, QuestionKind, Topic
from studio_tui.services.templates import library, templates
from tests.hostile import HOSTILE
from tests.tui import press, settled
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushes.test_pushes_snapshots import (
    SIZES,
    Size,
    Snap,
    hostile_templates,
    pressing,
)
from tests.tui.screens.pushing import put_cursor_on


def save(made: Example, name: str, description: str) -> None:
    template = templates.find(made.studio, made.admin, name)
    first, *steps = template.definition.steps
    topic = first.topics[0]
    questions = (*topic.questions[1:], Question("Who helped you?", QuestionKind.YES_NO))
    topics = (replace(topic, questions=questions), *first.topics[1:])
    definition = replace(
        template.definition,
        description=description,
        steps=(replace(first, topics=topics), *steps),
    )
    templates.save(made.studio, made.admin, template, definition)


@SIZES
def test_editor(made: Example, snap_compare: Snap, size: Size) -> None:
    made.load(PEOPLE)
    made.push("Q1 review", "ann")
    keys = pressing("1", "e", "j", "j", "j", "j", on="Regular")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_editor_of_a_new_template(made: Example, snap_compare: Snap, size: Size) -> None:
    assert snap_compare(made.app(), terminal_size=size, run_before=pressing("1", "n", "e"))


@SIZES
def test_editor_of_settings(made: Example, snap_compare: Snap, size: Size) -> None:
    keys = pressing("1", "e", "e", on="Performance review")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_editor_with_a_wrong_question(made: Example, snap_compare: Snap, size: Size) -> None:
    wrong = ("tab", "right", "tab", *"low", "enter", *"low")
    keys = pressing("1", "e", "j", "j", "j", "e", *wrong, on="Quick")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_editor_hostile(made: Example, snap_compare: Snap, size: Size) -> None:
    hostile_templates(made)
    keys = pressing("1", "e", "j", "j", "j", "e", on=f"{HOSTILE[2]} 2")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_editor_from_the_library(made: Example, snap_compare: Snap, size: Size) -> None:
    keys = pressing("1", "e", "l", *"energy", on="Quick")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_editor_of_two_people(made: Example, snap_compare: Snap, size: Size) -> None:
    async def collide(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await put_cursor_on(pilot, "Quick")
        await press(pilot, "e", "j", "j", "j", "x")
        save(made, "Quick", "Theirs, with [/x] in it")
        await press(pilot, "ctrl+s")

    assert snap_compare(made.app(), terminal_size=size, run_before=collide)


@SIZES
def test_versions(made: Example, snap_compare: Snap, size: Size) -> None:
    made.load(PEOPLE)
    made.push("Q1 review", "ann")
    made.clock.move(hours=25)
    save(made, "Regular", "Another description, of [bold]HR[/bold]")
    keys = pressing("1", "y", on="Regular")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_preview_as_leader(made: Example, snap_compare: Snap, size: Size) -> None:
    keys = pressing("1", "v", on="Regular")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_preview_as_user(made: Example, snap_compare: Snap, size: Size) -> None:
    keys = pressing("1", "v", "tab", "pagedown", on="Performance review")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_library(made: Example, snap_compare: Snap, size: Size) -> None:
    keys = pressing("1", "l", "j")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_library_hostile(made: Example, snap_compare: Snap, size: Size) -> None:
    for number, text in enumerate(HOSTILE):
        library.add(made.studio, made.admin, Topic(f"{text[:150]} {number}", (Question(text),)))
    assert snap_compare(made.app(), terminal_size=size, run_before=pressing("1", "l", "G"))


@SIZES
def test_library_topic(made: Example, snap_compare: Snap, size: Size) -> None:
    keys = pressing("1", "l", "enter", "j", "j")
    assert snap_compare(made.app(), terminal_size=size, run_before=keys)


@SIZES
def test_library_empty(made: Example, snap_compare: Snap, size: Size) -> None:
    for topic in library.every(made.studio, made.admin):
        library.delete(made.studio, made.admin, topic)
    assert snap_compare(made.app(), terminal_size=size, run_before=pressing("1", "l"))
