"""Queued keys are delivered to the screen or input that is being opened, however slowly."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual import events
from textual.content import Content
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, TextArea

from studio_tui.domain.shared.errors import Unavailable
from studio_tui.services.templates import drafts, library, templates
from studio_tui.tui.app import StudioApp
from studio_tui.tui.commands import Command, is_typed_as_text, offers
from studio_tui.tui.modals.both_versions import MINE, VersionConflict
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.places import place_of
from studio_tui.tui.screens.conversations.conversation import ConversationScreen
from studio_tui.tui.screens.conversations.history import HistoryScreen
from studio_tui.tui.screens.conversations.plan_conversation import PlanScreen
from studio_tui.tui.screens.people.import_users import ImportScreen
from studio_tui.tui.screens.people.user import UserScreen
from studio_tui.tui.screens.pushes.assign import AssignScreen
from studio_tui.tui.screens.pushes.new_pushes import NewPushes
from studio_tui.tui.screens.pushes.push import SETTINGS, PushScreen
from studio_tui.tui.screens.templates.library_editor import LibraryEditor
from studio_tui.tui.screens.templates.library_picker import LibraryPicker
from studio_tui.tui.screens.templates.question_library import QuestionLibraryScreen
from studio_tui.tui.screens.templates.template import TemplateScreen
from studio_tui.tui.screens.templates.template_edit import TemplateEditScreen
from studio_tui.tui.screens.templates.template_editor import TemplateEditor
from studio_tui.tui.screens.templates.template_versions import TemplateVersions
from studio_tui.tui.screens.templates.templates import TemplatesScreen
from studio_tui.tui.widgets.list.filter_bar import FilterInput
from tests.tui import press, running, settled, until
from tests.tui.screens.one_conversation import planned
from tests.tui.screens.organisation import Example
from tests.tui.screens.pushing import pushes_in_every_state, said, user_id
from tests.tui.slow import Gate, slow_machine

TYPED = "Ωψßø"
"""Letters without a command on any screen, so that they only affect text inputs. The test types
the first and the last letter and pastes the two in the middle."""
_APART = {
    *("quit", "redraw", "theme", "leave", "cancel", "back", "outside", "save", "plan"),
    *("before", "after"),
}
"""Ids of commands that the walk does not run: they close the screen, go to another place, or save
without moving the focus."""
_EVERYWHERE = {
    *("palette", "keys"),
    *("order", "reverse", "copy", "to_file", "columns", "views"),
}
"""Ids of commands of the app and of every list. They do the same on every screen, so the walk runs
them on only one screen, like the commands that move a cursor."""
_TAKE_TEXT = {
    "today": {"filter", "snooze"},
    "templates": {"palette", "filter", "push", "edit_text", "export", "import_file"},
    "template editor": {"edit", "add_topic", "add_question", "from_library"},
    "library topic": {"edit", "add_question", "from_library"},
    "push": {"settings", "narrow"},
    "assign": {"import_list"},
    "mine": {"start", "record", "new"},
}
"""By screen, ids of commands that lead to a text input. The walk must have run them."""


def press_and_type(app: StudioApp, key: str) -> None:
    """Post a key that opens a screen, followed at once by typed and pasted text."""
    app.post_message(events.Key(key, key_to_character(key)))
    app.post_message(events.Key(TYPED[0], TYPED[0]))
    app.post_message(events.Paste(TYPED[1:3]))
    app.post_message(events.Key(TYPED[3], TYPED[3]))


def taken(pilot: Pilot[Any]) -> str | None:
    """Return the text of the focused input; None if no text input has the focus."""
    focused = pilot.app.screen.focused
    if isinstance(focused, Input) and not focused.disabled:
        return focused.value
    if isinstance(focused, TextArea) and not focused.read_only:
        return focused.text
    return None


def opened_screens(made: Example) -> dict[str, Callable[[], Screen[Any]]]:
    """Return, by name, a factory of every screen that an admin opens from another screen."""
    every = pushes_in_every_state(made)
    quick = templates.find(made.studio, made.admin, "Quick")
    regular = templates.find(made.studio, made.admin, "Regular")
    topic = library.every(made.studio, made.admin)[0]
    late, draft = every["Late"], every["Draft"]
    ann = user_id(made, "ann")
    return {
        "template": lambda: TemplateScreen(quick),
        "template editor": lambda: TemplateEditor(quick),
        "new template": TemplateEditor,
        "template text": lambda: TemplateEditScreen(quick),
        "versions": lambda: TemplateVersions(quick),
        "library": QuestionLibraryScreen,
        "library topic": lambda: LibraryEditor(topic),
        "new pushes": lambda: NewPushes(regular),
        "push": lambda: PushScreen(late.id),
        "settings": lambda: PushScreen(late.id, SETTINGS),
        "assign": lambda: AssignScreen(draft),
        "user": lambda: UserScreen(ann),
        "import": ImportScreen,
        "history": lambda: HistoryScreen(ann, "Ann"),
    }


_PLACES = {
    "today": "0",
    "templates": "1",
    "pushes": "2",
    "users": "3",
    "outbox": "4",
    "activity": "5",
}
_NAMES = (
    *_PLACES,
    "template",
    "template editor",
    "new template",
    "template text",
    "versions",
    "library",
    "library topic",
    "new pushes",
    "push",
    "settings",
    "assign",
    "user",
    "import",
    "history",
)


async def walk(
    pilot: Pilot[Any], gate: Gate, start: Callable[[], Screen[Any]] | None
) -> dict[str, str | None]:
    """Run each command of a screen on a slow machine, typing ahead.

    Returns the text of the input that then has the focus, by command id; None if the command leads
    to no text input.
    """
    app = pilot.app
    assert isinstance(app, StudioApp)
    root, found = app.screen, dict[str, str | None]()
    offered = await fresh(pilot, root, start)
    for id_, command in list(offered.items()):
        if id_ not in offered:
            continue
        before = app.screen.focused
        gate.shut()
        press_and_type(app, command.keys.split(",")[0])
        await gate.run_until_blocked()
        gate.open()
        await settled(pilot)
        here = app.screen.focused
        # Text that is pasted over a list goes to its filter. The letter typed before it went to
        # the list, so the filter lacks that letter.
        filtered = here.value if isinstance(here, FilterInput) else ""
        to_list = filtered.endswith(TYPED[1:]) and TYPED not in filtered
        found[id_] = None if here is before or to_list else taken(pilot)
        offered = await fresh(pilot, root, start)
    return found


async def fresh(
    pilot: Pilot[Any], root: Screen[Any], start: Callable[[], Screen[Any]] | None
) -> dict[str, Command]:
    """Open the screen again; return the commands that can be run by a key, by id."""
    app = pilot.app
    while app.screen is not root:
        app.screen.dismiss(None)
        await settled(pilot)
    if start is not None:
        app.push_screen(start())
        await settled(pilot)
        if isinstance(app.screen, TemplateEditor | LibraryEditor):
            await press(pilot, "j", "j")
    elif root.focused is not None and taken(pilot) is not None:
        await press(pilot, "escape", "escape")
    commands = [offer.command for offer in offers(app.screen) if not offer.why_not]
    return {
        command.id: command
        for command in commands
        if command.keys
        and command.id not in _APART
        and (_differs(command) or (isinstance(root, TemplatesScreen) and start is None))
        and place_of(command) is None
        and not is_typed_as_text(app.screen, command)
    }


def _differs(command: Command) -> bool:
    return command.in_palette and command.id not in _EVERYWHERE


@pytest.mark.parametrize("name", _NAMES)
async def test_queued_keys_are_delivered_to_the_input_that_a_command_opens(
    made: Example, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    screens = opened_screens(made)
    assert {*screens, *_PLACES} == set(_NAMES)
    # Find no drafts, so that unsaved changes of one command cause no dialog for the next one.
    monkeypatch.setattr(drafts, "find", lambda *_: None)
    with slow_machine(monkeypatch) as gate:
        async with running(made.whole_app()) as pilot:
            if name in _PLACES:
                await press(pilot, _PLACES[name])
            found = await walk(pilot, gate, screens.get(name))
    assert gate.waiting or not _TAKE_TEXT.get(name)
    lost = {command: text for command, text in found.items() if text and TYPED not in text}
    empty = {command for command, text in found.items() if text == ""}
    assert (lost, empty) == ({}, set())
    assert {command for command, text in found.items() if text} >= _TAKE_TEXT.get(name, set())


@pytest.mark.parametrize("name", ["mine", "conversation", "plan"])
async def test_queued_keys_of_a_leader_are_delivered_to_the_input_that_a_command_opens(
    made: Example, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = planned(made)
    ann = user_id(made, "ann")
    screens: dict[str, Callable[[], Screen[Any]]] = {
        "conversation": lambda: ConversationScreen(talk.id),
        "plan": lambda: PlanScreen(ann, "Ann"),
    }
    with slow_machine(monkeypatch) as gate:
        async with running(made.app(made.actor("bob"))) as pilot:
            found = await walk(pilot, gate, screens.get(name))
    lost = {command: text for command, text in found.items() if text and TYPED not in text}
    empty = {command for command, text in found.items() if text == ""}
    assert (lost, empty) == ({}, set())
    assert {command for command, text in found.items() if text} >= _TAKE_TEXT.get(name, set())


async def slow_library(made: Example, pilot: Pilot[Any], gate: Gate, *keys: str) -> None:
    """Start opening the library in a template editor, then post ``keys`` while it is opening."""
    quick = templates.find(made.studio, made.admin, "Quick")
    pilot.app.push_screen(TemplateEditor(quick))
    await settled(pilot)
    await press(pilot, "j", "j")
    gate.shut()
    for key in ("l", *keys):
        pilot.app.post_message(events.Key(key, key_to_character(key)))
    await gate.run_until_blocked()


async def test_escape_cancels_a_screen_that_does_not_open(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    with slow_machine(monkeypatch) as gate:
        async with running(made.app()) as pilot:
            await slow_library(made, pilot, gate)
            await until(pilot, lambda: "esc gives it up" in said(pilot))
            await pilot.press("escape")
            assert "esc gives it up" not in said(pilot)
            gate.open()
            await settled(pilot)
            assert isinstance(pilot.app.screen, TemplateEditor)
            await press(pilot, "l")
            assert isinstance(pilot.app.screen, LibraryPicker)


@pytest.mark.parametrize("ways_out", [("escape", "escape"), ("ctrl+c",)])
async def test_cancelling_a_screen_discards_the_keys_queued_for_it(
    made: Example, monkeypatch: pytest.MonkeyPatch, ways_out: tuple[str, ...]
) -> None:
    """The keys ``x`` and ``z`` would change the template."""
    with slow_machine(monkeypatch) as gate:
        async with running(made.app()) as pilot:
            await slow_library(made, pilot, gate, "x", "z")
            for key in ways_out:
                pilot.app.post_message(events.Key(key, None))
            await gate.run_until_blocked()
            gate.open()
            await settled(pilot)
            screen = pilot.app.screen
            assert isinstance(screen, TemplateEditor)
            assert not screen.editing.unsaved
            assert "What was typed meanwhile is not used." in said(pilot)


async def test_a_queued_escape_is_delivered_to_the_opened_screen(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    with slow_machine(monkeypatch) as gate:
        async with running(made.app()) as pilot:
            await slow_library(made, pilot, gate, "x", "escape", "t", *"Own")
            gate.open()
            await settled(pilot)
            assert isinstance(pilot.app.screen, TemplateEditor)
            assert taken(pilot) == "Own"


async def test_keys_queued_for_a_screen_that_fails_to_open_are_discarded(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise Unavailable("The library is away.")

    with slow_machine(monkeypatch) as gate:
        async with running(made.app()) as pilot:
            monkeypatch.setattr(library, "every", fails)
            await slow_library(made, pilot, gate, "x", "z")
            gate.open()
            await settled(pilot)
            screen = pilot.app.screen
            assert isinstance(screen, TemplateEditor)
            assert not screen.editing.unsaved
            assert said(pilot).startswith(
                "The library is away. What was typed meanwhile is not used."
            )


async def test_a_dialog_about_an_unsaved_draft_receives_no_queued_keys(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The editor finds an unsaved draft and asks about it. The queued enter must not answer."""
    quick = templates.find(made.studio, made.admin, "Quick")
    subject = drafts.template_subject(quick.id)
    written = replace(quick.definition, name="Quicker")
    with slow_machine(monkeypatch) as gate:
        async with running(made.app()) as pilot:
            drafts.save(made.studio, made.admin, subject, quick.version, written)
            gate.shut()
            pilot.app.push_screen(TemplateEditor(quick))
            pilot.app.post_message(events.Key("enter", None))
            await gate.run_until_blocked()
            gate.open()
            await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
            await settled(pilot)
            assert "What was typed meanwhile is not used." in said(pilot)


@pytest.mark.parametrize("key", ["a", "enter"])
async def test_a_command_after_a_filter_acts_on_the_filtered_rows(
    made: Example, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """It does not act on the row that is under the cursor before the filter is applied."""
    opened = {"a": AssignScreen, "enter": PushScreen}[key]
    late = pushes_in_every_state(made)["Late"]
    with slow_machine(monkeypatch) as gate:
        async with running(made.app()) as pilot:
            await press(pilot, "2", "G")
            gate.shut()
            for typed in ("slash", *"late", "enter", key):
                pilot.app.post_message(events.Key(typed, key_to_character(typed)))
            await gate.run_until_blocked()
            gate.open()
            await settled(pilot)
            screen: Any = pilot.app.screen
            assert isinstance(screen, opened)
            assert screen.push.name == late.name


async def test_the_user_can_change_the_place_before_a_list_is_loaded(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushes_in_every_state(made)
    with slow_machine(monkeypatch) as gate:
        async with running(made.app()) as pilot:
            await press(pilot, "2", "slash")
            gate.shut()
            pilot.app.post_message(events.Key("x", "x"))
            await gate.run_until_blocked()
            pilot.app.post_message(events.Key("escape", None))
            pilot.app.post_message(events.Key("escape", None))
            pilot.app.post_message(events.Key("1", "1"))
            await gate.run_until_blocked()
            assert isinstance(pilot.app.screen, TemplatesScreen)
            gate.open()


async def test_queued_keys_are_delivered_to_the_screen_that_the_palette_opens(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    with slow_machine(monkeypatch) as gate:
        async with running(made.app()) as pilot:
            gate.shut()
            for key in ("ctrl+p", *"new", "enter", "enter", *TYPED):
                pilot.app.post_message(events.Key(key, key_to_character(key)))
            await gate.run_until_blocked()
            gate.open()
            await settled(pilot)
            assert isinstance(pilot.app.screen, TemplateEditor)
            assert taken(pilot) == TYPED


@pytest.mark.parametrize("name", ["template editor", "library topic", "push", "settings", "import"])
async def test_escape_works_on_every_widget_that_tab_reaches(made: Example, name: str) -> None:
    """Escape works on every widget that Tab reaches, also while a form is open."""
    start = opened_screens(made)[name]
    async with running(made.app()) as pilot:
        for opened in ((), ("e",)):
            pilot.app.push_screen(start())
            await settled(pilot)
            await press(pilot, *opened)
            seen = []
            while pilot.app.screen.focused not in seen:
                seen.append(pilot.app.screen.focused)
                keys = {
                    key
                    for offer in offers(pilot.app.screen)
                    for key in offer.command.keys.split(",")
                }
                assert "escape" in keys, pilot.app.screen.focused
                await press(pilot, "tab")
            assert seen


async def test_discarded_settings_are_reset_in_the_form(made: Example) -> None:
    """Settings that the user discarded are not stored by a later save."""
    late = pushes_in_every_state(made)["Late"]
    async with running(made.app()) as pilot:
        pilot.app.push_screen(PushScreen(late.id))
        await settled(pilot)
        await press(pilot, "e", "?", "escape")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "escape")
        assert taken(pilot) == "Late?"
        await press(pilot, "escape", "right", "enter")
        assert isinstance(pilot.app.screen, PushScreen)
        assert not pilot.app.screen.unsaved
        await press(pilot, "e")
        assert taken(pilot) == "Late"


async def test_pasted_text_is_delivered_as_a_whole_to_a_text_input(made: Example) -> None:
    pushes_in_every_state(made)
    async with running(made.app()) as pilot:
        await press(pilot, "1")
        pilot.app.post_message(events.Paste("\n Ann \r\nPeeters\n"))
        await settled(pilot)
        assert taken(pilot) == "Ann Peeters"
        await press(pilot, "escape", "escape", "5")
        pilot.app.push_screen(UserScreen(user_id(made, "ann")))
        await settled(pilot)
        pilot.app.post_message(events.Paste("q"))
        await settled(pilot)
        assert "Nothing here takes pasted text." in said(pilot)


async def test_keys_queued_after_saving_are_delivered_to_the_next_screen(
    made: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saving closes the text of a template, so the palette opens over the list below it."""
    regular = templates.find(made.studio, made.admin, "Regular")
    with slow_machine(monkeypatch) as gate:
        async with running(made.app()) as pilot:
            pilot.app.push_screen(TemplateEditScreen(regular))
            await settled(pilot)
            gate.shut()
            for key in ("ctrl+s", "ctrl+p", *TYPED):
                pilot.app.post_message(events.Key(key, key_to_character(key)))
            await gate.run_until_blocked()
            gate.open()
            await settled(pilot)
            assert taken(pilot) == TYPED
            assert len(pilot.app.screen_stack) == 2


async def test_an_unprompted_dialog_receives_no_queued_keys(made: Example) -> None:
    answers: list[bool | None] = []
    async with running(made.app()) as pilot:
        app = pilot.app
        assert isinstance(app, StudioApp)
        question = VersionConflict("Somebody else saved it", Content("a"), Content("b"))
        app.keys.push_unprompted(question, lambda chosen: answers.append(chosen == MINE))
        for key in ("enter", "right", "right", "enter", "escape"):
            app.post_message(events.Key(key, None))
        await settled(pilot)
        assert app.screen is question
        assert answers == []
        await press(pilot, "right", "right", "enter")
    assert answers == [True]
