"""Snapshots of the screens of pushes: empty, typical, filtered and marked, with an error and with
hostile names."""

from datetime import date
from typing import Any

from textual import events
from textual.pilot import Pilot

from studio_tui.domain.templates.template import (
    Definition,
    Permissions,
    Question,
    QuestionKind,
    Step,
    StepKind,
    Topic,
)
from studio_tui.services.templates import templates
from tests.hostile import HOSTILE
from tests.tui import press, settled
from tests.tui.pictures import EVERY_SIZE, THEMES, Pictures
from tests.tui.screens.organisation import PEOPLE, Example, hostile_rows
from tests.tui.screens.pushing import assign, create, pushes_in_every_state, put_cursor_on


def pressing(*keys: str, on: str = "") -> Any:
    """Press the first of ``keys``, go to the row named ``on``, then press the other keys."""

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, keys[0])
        if on:
            await put_cursor_on(pilot, on)
        for key in keys[1:]:
            await press(pilot, key)

    return before


def hostile_templates(made: Example) -> None:
    for number, text in enumerate(HOSTILE):
        name = f"{text[:150]} {number}"
        question = Question(name, QuestionKind.CHOICE, (f"a{name}", f"b{name}"))
        step = Step(StepKind.DISCUSSION, (Topic(name, (question,)),))
        templates.add(made.studio, made.admin, Definition(name, text, steps=(step,)))


def hostile_pushes(made: Example) -> None:
    made.load(hostile_rows())
    for number, text in enumerate(HOSTILE):
        push = create(made, f"{text[:150]} {number}", date(2026, 3, 1), date(2026, 3, 31))
        assign(made, push, *(f"h{other}" for other in range(number, len(HOSTILE))))


def test_templates(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    keys = pressing("1", on="Quick")
    pictures(made.app(), keys)


def test_templates_filtered(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "slash", *"nothing", "enter")
    pictures(made.app(), keys)


def test_templates_hostile(made: Example, pictures: Pictures) -> None:
    hostile_templates(made)
    pictures(made.app(), pressing("1", "G"))


def test_template(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "enter", on="Performance review")
    pictures(made.app(), keys)


def test_template_hostile(made: Example, pictures: Pictures) -> None:
    hostile_templates(made)
    keys = pressing("1", "enter", on=f"{HOSTILE[2]} 2")
    pictures(made.app(), keys)


def test_template_as_text_in_error(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "T", "x", "ctrl+s", on="Quick")
    pictures(made.app(), keys)


def test_import_of_a_file_that_is_not_there(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "i", *"/no/such.toml", "enter")
    pictures(made.app(), keys)


def test_new_pushes_empty(made: Example, pictures: Pictures) -> None:
    pictures(made.app(), pressing("1", "p", on="Regular"), EVERY_SIZE, THEMES)


def test_new_pushes(made: Example, pictures: Pictures) -> None:
    keys = pressing("1", "p", *"Spring", "ctrl+n", *"Autumn", "tab", *"x", on="Regular")
    pictures(made.app(), keys, EVERY_SIZE)


def test_new_pushes_crowded(made: Example, pictures: Pictures) -> None:
    create(made, "Taken", date(2026, 1, 1), date(2026, 2, 1))
    more = [key for number in range(12) for key in ("ctrl+n", *f"Team {number}")]
    keys = pressing("1", "p", *"Taken", *more, "ctrl+n", "ctrl+s", on="Regular")
    pictures(made.app(), keys, EVERY_SIZE)


def test_new_pushes_hostile(made: Example, pictures: Pictures) -> None:
    name = f"{HOSTILE[2]} {HOSTILE[15]} {HOSTILE[20]}"[:150]
    permissions = Permissions(through_push=True)
    steps = (Step(StepKind.SUMMARY),)
    definition = Definition(name, steps=steps, permissions=permissions)
    templates.add(made.studio, made.admin, definition)

    async def before(pilot: Pilot[Any]) -> None:
        await pressing("1", "p", on=name)(pilot)
        for text in HOSTILE[::4]:
            pilot.app.post_message(events.Paste(text))
            await press(pilot, "ctrl+n")
        pilot.app.post_message(events.Paste(HOSTILE[21]))
        await press(pilot, "tab", "x", "ctrl+s")

    pictures(made.app(), before, EVERY_SIZE)


def test_pushes_empty(made: Example, pictures: Pictures) -> None:
    pictures(made.app(), pressing("2"))


def test_pushes(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    pictures(made.app(), pressing("2", "j"))


def test_pushes_new(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    keys = pressing("1", "p", *"Spring", "ctrl+n", *"Autumn", "ctrl+s", on="Regular")
    pictures(made.app(), keys)


def test_pushes_hostile(made: Example, pictures: Pictures) -> None:
    hostile_pushes(made)
    pictures(made.app(), pressing("2"))


def test_push_empty(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    keys = pressing("2", "enter", on="Draft")
    pictures(made.app(), keys)


def test_push(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    keys = pressing("2", "enter", on="Late")
    pictures(made.app(), keys)


def test_push_filtered_and_marked(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    keys = pressing("2", "enter", "f", *"overdue", "enter", "a", "j", "space", on="Late")
    pictures(made.app(), keys)


def test_push_hostile(made: Example, pictures: Pictures) -> None:
    hostile_pushes(made)
    keys = pressing("2", "enter", on=f"{HOSTILE[0]} 0")
    pictures(made.app(), keys)


def test_push_settings_in_error(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    keys = pressing("2", "e", "tab", "tab", "9", "ctrl+s", on="Late")
    pictures(made.app(), keys)


def test_push_closing(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    pictures(made.app(), pressing("2", "c", on="Late"))


def test_assign_empty(made: Example, pictures: Pictures) -> None:
    create(made, "First", date(2026, 3, 1), date(2026, 3, 31))
    keys = pressing("2", "a", "slash", *"nobody", "enter")
    pictures(made.app(), keys)


def test_assign(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    pictures(made.app(), pressing("2", "a", on="Late"))


def test_assign_imported_and_filtered(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    imported = ("i", *"late", "enter")
    keys = pressing("2", "a", *imported, "slash", *"example", "enter", "j", "space", on="Ahead")
    pictures(made.app(), keys)


def test_assign_marked(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    keys = pressing("2", "a", "i", *"late", "enter", "f", on="Ahead")
    pictures(made.app(), keys)


def test_assign_hostile(made: Example, pictures: Pictures) -> None:
    made.load(PEOPLE)
    hostile_pushes(made)
    keys = pressing("2", "a", "a", on=f"{HOSTILE[1]} 1")
    pictures(made.app(), keys)
