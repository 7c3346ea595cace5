"""The screen of the question library (T2)."""

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.shared.text import clean_line
from studio_tui.domain.templates.template import Question, QuestionKind, Topic
from studio_tui.services.templates import library
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.read_text import ReadText
from studio_tui.tui.screens.templates.library_editor import LibraryEditor
from studio_tui.tui.screens.templates.question_library import QuestionLibraryScreen
from studio_tui.tui.widgets.field import Field
from studio_tui.tui.widgets.list.record_list import RecordList
from tests.hostile import HOSTILE, PACKED
from tests.tui import press, running
from tests.tui.screens.looking import assert_text, shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import put_cursor_on, said


async def open_library(pilot: Pilot[Any]) -> None:
    await press(pilot, "l")
    assert isinstance(pilot.app.screen, QuestionLibraryScreen)


def topics(made: Example) -> dict[str, Topic]:
    return {kept.name: kept.topic for kept in library.every(made.studio, made.admin)}


async def test_a_topic_is_added(made: Example) -> None:
    async with running(made.app()) as pilot:
        await open_library(pilot)
        await press(pilot, "n", "ctrl+s")
        assert "Not saved: give the topic a name" in said(pilot)
        await press(pilot, "e", *"Travel", "escape")
        await press(pilot, "a", *"Where to", "escape", "a", *"Far", "tab", "left", "escape")
        await press(pilot, "ctrl+s", "escape")
        assert isinstance(pilot.app.screen, QuestionLibraryScreen)
    assert topics(made)["Travel"] == Topic(
        "Travel", (Question("Where to"), Question("Far", QuestionKind.YES_NO))
    )


async def test_a_topic_is_edited_and_keys_for_templates_do_nothing(made: Example) -> None:
    before = topics(made)["Growth"]
    async with running(made.app()) as pilot:
        await open_library(pilot)
        await put_cursor_on(pilot, "Growth")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, LibraryEditor)
        for key in ("t", "s", "x", "J", "l"):
            await press(pilot, key)
            if key == "l":
                await press(pilot, "escape")
        assert not pilot.app.screen.editing.unsaved
        await press(pilot, "j", "x", "ctrl+s")
        assert "“Growth” saved." in said(pilot)
    assert topics(made)["Growth"].questions == before.questions[1:]


async def test_a_duplicate_name_is_reported(made: Example) -> None:
    async with running(made.app()) as pilot:
        await open_library(pilot)
        await press(pilot, "n", "e", *"growth", "escape", "ctrl+s")
        assert "is the name of another topic" in said(pilot)
        assert "1 thing to put right" in shown(pilot)


async def test_a_new_topic_that_was_not_saved_is_offered_again(made: Example) -> None:
    """A4."""
    async with running(made.app()) as pilot:
        await open_library(pilot)
        await press(pilot, "n", "e", *"Trav")
    async with running(made.app()) as pilot:
        await open_library(pilot)
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "right", "enter", "e", *"el", "escape", "ctrl+s")
        await press(pilot, "escape", "n")
        assert isinstance(pilot.app.screen, LibraryEditor)
    assert "Travel" in topics(made)


async def test_a_topic_is_found_by_the_filter_and_deleted(made: Example) -> None:
    async with running(made.app()) as pilot:
        await open_library(pilot)
        await press(pilot, "slash", *"admit mistake", "enter")
        assert pilot.app.screen.query_one(RecordList).length == 1
        await press(pilot, "D", "right", "enter")
        assert "“Cooperation” deleted." in said(pilot)
    assert "Cooperation" not in topics(made)


async def test_the_library_is_exported_and_imported(made: Example, tmp_path: Path) -> None:
    path = tmp_path / "all.toml"
    async with running(made.app()) as pilot:
        await open_library(pilot)
        await press(pilot, "W")
        pilot.app.screen.query_one(Field).value = str(path)
        await press(pilot, "enter")
        text = path.read_text()
        path.write_text(text.replace('name = "Growth"', 'name = "Grown"'))
        await press(pilot, "i", *str(path), "enter")
        assert "topics imported" in said(pilot)
    assert {"Growth", "Grown"} <= topics(made).keys()


async def test_support_can_read_the_library_but_not_change_it(made: Example) -> None:
    made.load(PEOPLE)
    before = topics(made)
    async with running(made.app(made.actor("sam"))) as pilot:
        await open_library(pilot)
        for key in ("n", "e", "D", "i"):
            await press(pilot, key)
            assert isinstance(pilot.app.screen, QuestionLibraryScreen)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReadText)
        assert "admit a mistake" in shown(pilot)
    assert topics(made) == before


async def test_hostile_topics_stay_text(made: Example) -> None:
    """A5."""
    asked = tuple(Question(text) for text in HOSTILE)
    for number, text in enumerate((*PACKED, *HOSTILE)):
        library.add(made.studio, made.admin, Topic(f"{number} {text}"[:200], asked))
    async with running(made.app(), (120, 60)) as pilot:
        await open_library(pilot)
        assert_text(pilot)
        for number, text in enumerate(PACKED):
            name = clean_line(f"{number} {text}")
            await put_cursor_on(pilot, name)
            await press(pilot, "enter")
            assert isinstance(pilot.app.screen, LibraryEditor)
            assert_text(pilot)
            assert name[:80] in shown(pilot)
            assert "[bold red]Loud[/bold red]" in shown(pilot)
            await press(pilot, "escape")
