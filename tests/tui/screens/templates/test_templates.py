"""The screens of templates (T1 to T7)."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from studio_tui.domain.shared.text import clean_line
from studio_tui.domain.templates.template import (
    Definition,
    Question,
    QuestionKind,
    Step,
    StepKind,
    Template,
    Topic,
)
from studio_tui.services.templates import templates
from studio_tui.tui.modals.ask_file import AskFile
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screens.pushes.new_pushes import NewPushes
from studio_tui.tui.screens.templates.template import TemplateScreen
from studio_tui.tui.screens.templates.template_edit import TemplateEditScreen
from studio_tui.tui.screens.templates.template_files import file_name
from studio_tui.tui.screens.templates.templates import TemplatesScreen
from studio_tui.tui.widgets.field import Field
from studio_tui.tui.widgets.list.record_list import RecordList
from tests.hostile import HOSTILE, PACKED
from tests.tui import press, running, settled
from tests.tui.screens.looking import assert_text, shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import footer, put_cursor_on, said


def _every(made: Example) -> dict[str, Template]:
    return {t.name: t for t in templates.every(made.studio, made.admin)}


def _wrong(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one(".wrong", Static).content)


def _error(pilot: Pilot[Any]) -> str:
    return pilot.app.screen.query_one(Field).error


async def test_push_is_offered_only_if_the_template_allows_it(made: Example) -> None:
    async with running(made.app()) as pilot:
        await put_cursor_on(pilot, "Quick")
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, TemplatesScreen)
        assert "does not allow through push" in said(pilot)
        await put_cursor_on(pilot, "Regular")
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, NewPushes)


async def test_the_list_is_filtered_by_name_and_description(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "slash", *"appraisal", "enter")
        assert pilot.app.screen.query_one(RecordList).length == 1


async def test_the_page_of_a_template_displays_topics_ratings_and_readers(made: Example) -> None:
    async with running(made.app(), (120, 80)) as pilot:
        await put_cursor_on(pilot, "Performance review")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, TemplateScreen)
        text = shown(pilot)
        definition = _every(made)["Performance review"].definition
        for topic in definition.steps[0].topics:
            assert topic.name in text
        rating = next(
            question
            for topic in definition.steps[0].topics
            for question in topic.questions
            if question.kind is QuestionKind.RATING
        )
        assert f"rating: {rating.options[0]} → " in text
        assert "the two participants, admins (the summary)" in text


async def test_a_template_is_duplicated_archived_and_deleted(made: Example) -> None:
    async with running(made.app()) as pilot:
        await put_cursor_on(pilot, "Quick")
        await press(pilot, "d")
        assert "Quick (copy)" in _every(made)
        await put_cursor_on(pilot, "Quick (copy)")
        await press(pilot, "x")
        assert _every(made)["Quick (copy)"].archived
        await put_cursor_on(pilot, "Quick (copy)")
        await press(pilot, "D")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "enter")
        assert "Quick (copy)" in _every(made)
        await press(pilot, "D", "right", "enter")
        assert "Quick (copy)" not in _every(made)


async def test_a_template_that_a_push_uses_is_not_deleted(made: Example) -> None:
    made.load(PEOPLE)
    made.push("Q1 review", "ann")
    async with running(made.app()) as pilot:
        await put_cursor_on(pilot, "Regular")
        await press(pilot, "D")
        assert isinstance(pilot.app.screen, TemplatesScreen)
        assert "is used by pushes: archive it instead" in said(pilot)


async def test_a_template_is_exported_and_imported(made: Example, tmp_path: Path) -> None:
    path = tmp_path / "quick.toml"
    async with running(made.app()) as pilot:
        await put_cursor_on(pilot, "Quick")
        await press(pilot, "w")
        entry = pilot.app.screen.query_one(Field)
        assert entry.value == "quick.toml"
        entry.value = str(path)
        await press(pilot, "enter")
        assert path.read_text() == templates.export_text(_every(made)["Quick"].definition)
        path.write_text(path.read_text().replace('name = "Quick"', 'name = "Quicker"'))
        await press(pilot, "i", *str(path), "enter")
        assert "Quicker" in _every(made)
        assert "imported" in said(pilot)


async def test_a_file_is_replaced_only_after_a_second_enter(made: Example, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("mine")
    async with running(made.app()) as pilot:
        await press(pilot, "w")
        pilot.app.screen.query_one(Field).value = str(path)
        await press(pilot, "enter")
        assert "is there already" in _error(pilot)
        assert path.read_text() == "mine"
        await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, AskFile)
        assert path.read_text().startswith("name = ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "Enter the path"), ("/nowhere/x.toml", "cannot be read"), ("/", "cannot be read")],
)
async def test_a_file_that_cannot_be_read_is_reported(
    made: Example, text: str, reason: str
) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "i", *text, "enter")
        assert reason in _error(pilot)


async def test_importing_a_file_that_is_not_a_template_reports_the_error(
    made: Example, tmp_path: Path
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('name = "Bad"\n[[steps]]\nkind = "discusion"\n')
    async with running(made.app()) as pilot:
        await press(pilot, "i", *str(path), "enter")
        assert "steps[0].kind" in _error(pilot)
        assert "discussion" in shown(pilot)
    assert "Bad" not in _every(made)


async def test_a_template_is_edited_as_text(made: Example) -> None:
    async with running(made.app()) as pilot:
        await put_cursor_on(pilot, "Quick")
        await press(pilot, "T")
        area = pilot.app.screen.query_one(".own", TextArea)
        area.text = area.text.replace("through_push = false", "through_push = true")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, TemplatesScreen)
        assert _every(made)["Quick"].definition.permissions.through_push


async def test_an_invalid_text_is_retained_and_the_error_position_displayed(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "T")
        area = pilot.app.screen.query_one(".own", TextArea)
        area.text = 'name = "x"\nsteps = [\n'
        await press(pilot, "ctrl+s")
        assert "not valid TOML" in _wrong(pilot)
        assert "line 3" in _wrong(pilot) or "end of document" in _wrong(pilot)
        area.text = 'name = "x"\n[[steps]]\nkind = "discusion"\n'
        await press(pilot, "ctrl+s")
        assert "steps[0].kind" in _wrong(pilot)
        assert "discusion" in area.text


async def test_the_cursor_moves_to_the_invalid_line(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "T")
        area = pilot.app.screen.query_one(".own", TextArea)
        area.text = 'name = "x"\n\nplanning = perhaps\n'
        await press(pilot, "ctrl+s")
        assert area.cursor_location[0] == 2


async def test_leaving_asks_for_confirmation_only_after_changes(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "T", "escape")
        assert isinstance(pilot.app.screen, TemplatesScreen)
        await press(pilot, "T", "x", "escape")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, TemplateEditScreen)
        await press(pilot, "escape", "right", "enter")
        assert isinstance(pilot.app.screen, TemplatesScreen)


async def test_saving_a_text_that_another_user_changed_displays_both_versions(
    made: Example,
) -> None:
    async with running(made.app()) as pilot:
        await put_cursor_on(pilot, "Quick")
        await press(pilot, "T")
        theirs = _every(made)["Quick"]
        changed = Definition("Quick", "theirs", steps=theirs.definition.steps)
        templates.save(made.studio, made.admin, theirs, changed)
        area = pilot.app.screen.query_one(".own", TextArea)
        area.text = area.text.replace("planning = false", "planning = true")
        await press(pilot, "ctrl+s")
        assert "Somebody else saved this template" in _wrong(pilot)
        assert 'description = "theirs"' in pilot.app.screen.query_one(".theirs", TextArea).text
        assert "planning = true" in area.text
        await press(pilot, "ctrl+s")
        assert _every(made)["Quick"].definition.planning


async def test_escape_sequences_are_removed_from_pasted_text(made: Example) -> None:
    from textual import events

    async with running(made.app()) as pilot:
        await press(pilot, "T")
        area = pilot.app.screen.query_one(".own", TextArea)
        area.post_message(events.Paste("\x1b]52;c;aGVsbG8=\x07pasted"))
        await settled(pilot)
        assert area.text.startswith("]52;c;aGVsbG8=pasted")


async def test_support_can_read_templates_but_not_change_them(made: Example) -> None:
    made.load(PEOPLE)
    async with running(made.app(made.actor("sam"))) as pilot:
        for key in ("p", "e", "n", "t", "d", "x", "D", "i"):
            await press(pilot, key)
            assert isinstance(pilot.app.screen, TemplatesScreen)
        assert "Push" not in footer(pilot).split("  ")
        assert not any(t.archived for t in _every(made).values())


def _around(name: str, step: Step) -> Definition:
    return Definition(name, "\n".join(HOSTILE), steps=(step,))


async def test_hostile_templates_stay_text(made: Example) -> None:
    """A5: in names in the list, and in all fields of a template on each of its screens."""
    for text in HOSTILE:
        step = Step(StepKind.DISCUSSION, (Topic("t", (Question("q"),)),))
        templates.add(made.studio, made.admin, Definition(f"n{text}"[:200], text, steps=(step,)))
    asked = tuple(
        Question(text, QuestionKind.CHOICE, (f"a{text[:190]}", f"b{text[:190]}"))
        for text in HOSTILE
    )
    for at, text in enumerate(PACKED):
        step = Step(StepKind.DISCUSSION, (Topic(text, asked[at :: len(PACKED)]),))
        templates.add(made.studio, made.admin, _around(f"{at} {text}", step))
    async with running(made.app(), (120, 60)) as pilot:
        assert_text(pilot)
        for at, text in enumerate(PACKED):
            name = clean_line(f"{at} {text}")
            await put_cursor_on(pilot, name)
            for key in ("enter", "e", "T", "v", "y"):
                await press(pilot, key)
                assert_text(pilot)
                assert name[:60] in shown(pilot), key
                if key != "enter":
                    await press(pilot, "escape")
            await press(pilot, "escape")


def test_file_names_are_plain() -> None:
    assert file_name("Évaluation ../ 2026 [/x]") == "evaluation_2026_x.toml"
    assert file_name("山田") == "template.toml"
