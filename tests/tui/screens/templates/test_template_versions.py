"""Earlier versions of a template, and restoring them (T5)."""

from dataclasses import replace
from typing import Any

from textual.pilot import Pilot

from studio_tui.domain.templates.template import Template
from studio_tui.services.templates import templates
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screens.templates.template_preview import TemplatePreview
from studio_tui.tui.screens.templates.template_versions import TemplateVersions
from tests.tui import press, running
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import footer, put_cursor_on, said


def quick(made: Example) -> Template:
    return templates.find(made.studio, made.admin, "Quick")


def edit_twice(made: Example) -> None:
    for hours, description in ((1, "Second"), (24, "Third")):
        made.clock.move(hours=hours)
        template = quick(made)
        changed = replace(template.definition, description=description)
        templates.save(made.studio, made.admin, template, changed)


async def open_versions(pilot: Pilot[Any], name: str = "Quick") -> None:
    await put_cursor_on(pilot, name)
    await press(pilot, "y")
    assert isinstance(pilot.app.screen, TemplateVersions)


async def test_each_version_displays_its_author_time_and_changes(made: Example) -> None:
    edit_twice(made)
    async with running(made.app()) as pilot:
        await open_versions(pilot)
        text = shown(pilot)
        assert "2026-03-03 11:00  els" in text
        assert "What version 3 changed" in text
        assert "− Second" in text
        assert "+ Third" in text
        await press(pilot, "G")
        assert "The first version that is known" in shown(pilot)
        await press(pilot, "equals_sign")
        assert "From version 1 to how it is now" in shown(pilot)
        assert "+ Third" in shown(pilot)


async def test_a_version_is_restored_after_confirmation(made: Example) -> None:
    first = quick(made).definition
    edit_twice(made)
    async with running(made.app()) as pilot:
        await open_versions(pilot)
        await press(pilot, "r")
        assert "The template is like this now." in said(pilot)
        await press(pilot, "G", "r")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "enter")
        assert quick(made).definition.description == "Third"
        await press(pilot, "r", "right", "enter")
        assert quick(made).definition == first
        assert "as it was in version 1" in said(pilot)
        await press(pilot, "g")
        assert "What version 4 changed" in shown(pilot)


async def test_the_number_of_pushes_that_keep_their_version_is_displayed(made: Example) -> None:
    made.load(PEOPLE)
    made.push("Q1 review", "ann")
    async with running(made.app()) as pilot:
        await open_versions(pilot, "Regular")
        assert "1 push" in shown(pilot)
        assert "Pushes keep the template as it was" in shown(pilot)


async def test_each_version_can_be_previewed(made: Example) -> None:
    edit_twice(made)
    async with running(made.app()) as pilot:
        await open_versions(pilot)
        await press(pilot, "j", "v")
        assert isinstance(pilot.app.screen, TemplatePreview)
        assert "Second" in shown(pilot)


async def test_support_can_read_versions_but_not_restore_them(made: Example) -> None:
    made.load(PEOPLE)
    edit_twice(made)
    async with running(made.app(made.actor("sam"))) as pilot:
        await open_versions(pilot)
        await press(pilot, "G", "r")
        assert isinstance(pilot.app.screen, TemplateVersions)
        assert "Bring back" not in footer(pilot)
    assert quick(made).definition.description == "Third"
