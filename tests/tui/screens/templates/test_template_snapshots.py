"""Snapshots of the template editor and the question library: empty, typical, invalid, with an
edit conflict and with hostile names."""

from dataclasses import replace
from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.templates.template import Question, QuestionKind, Topic
from studio_tui.services.templates import library, templates
from tests.hostile import HOSTILE
from tests.tui import press, settled
from tests.tui.pictures import Pictures
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushes.test_pushes_snapshots import (
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


def test_editor(made: Example, pictures: Pictures) -> None:
    made.load(PEOPLE)
    made.push("Q1 review", "ann")
    keys = pressing("1", "e", "j", "j", "j", "j", on="Regular")
    pictures(made.app(), keys)


def test_editor_of_a_new_template(made: Example, pictures: Pictures) -> None:
    pictures(made.app(), pressing("1", "n", "e"))


def test_editor_of_settings(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "e", "e", on="Performance review")
    pictures(made.app(), keys)


def test_editor_with_a_wrong_question(made: Example, pictures: Pictures) -> None:
    wrong = ("tab", "right", "tab", *"low", "enter", *"low")
    keys = pressing("1", "e", "j", "j", "j", "e", *wrong, on="Quick")
    pictures(made.app(), keys)


def test_editor_hostile(made: Example, pictures: Pictures) -> None:
    hostile_templates(made)
    keys = pressing("1", "e", "j", "j", "j", "e", on=f"{HOSTILE[2]} 2")
    pictures(made.app(), keys)


def test_editor_from_the_library(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "e", "l", *"energy", on="Quick")
    pictures(made.app(), keys)


def test_editor_of_two_people(made: Example, pictures: Pictures) -> None:
    async def collide(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await put_cursor_on(pilot, "Quick")
        await press(pilot, "e", "j", "j", "j", "x")
        save(made, "Quick", "Theirs, with [/x] in it")
        await press(pilot, "ctrl+s")

    pictures(made.app(), collide)


def test_versions(made: Example, pictures: Pictures) -> None:
    made.load(PEOPLE)
    made.push("Q1 review", "ann")
    made.clock.move(hours=25)
    save(made, "Regular", "Another description, of [bold]HR[/bold]")
    keys = pressing("1", "y", on="Regular")
    pictures(made.app(), keys)


def test_preview_as_leader(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "v", on="Regular")
    pictures(made.app(), keys)


def test_preview_as_user(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "v", "tab", "pagedown", on="Performance review")
    pictures(made.app(), keys)


def test_library(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "l", "j")
    pictures(made.app(), keys)


def test_library_hostile(made: Example, pictures: Pictures) -> None:
    for number, text in enumerate(HOSTILE):
        library.add(made.studio, made.admin, Topic(f"{text[:150]} {number}", (Question(text),)))
    pictures(made.app(), pressing("1", "l", "G"))


def test_library_topic(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "l", "enter", "j", "j")
    pictures(made.app(), keys)


def test_library_empty(made: Example, pictures: Pictures) -> None:
    for topic in library.every(made.studio, made.admin):
        library.delete(made.studio, made.admin, topic)
    pictures(made.app(), pressing("1", "l"))
