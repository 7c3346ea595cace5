"""A small app that contains only a list, and an app with the whole shell."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from textual.app import App, ComposeResult

from studio_tui.config.assets import asset
from studio_tui.config.settings import Organisation, Settings
from studio_tui.domain.people.access import Action, Actor
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.clock import Clock, FixedClock
from studio_tui.domain.shared.errors import StudioError, Unavailable
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.tui.app import StudioApp
from studio_tui.tui.commands import Command
from studio_tui.tui.places import Place
from studio_tui.tui.runtime.background_calls import Bridge
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.theme import DARK, THEMES
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from tests.tui.people import Crowd, Person

ADMIN = Actor(1, "ann", "Ann Peeters", Role.ADMIN)
SUPPORT = Actor(2, "sam", "Sam Claes", Role.SUPPORT)
NOON = FixedClock(datetime(2026, 3, 2, 11, 0, tzinfo=UTC))


def _done(person: Person) -> str | StyledText:
    return StyledText("done", Tone.GOOD) if person.done else StyledText("not planned", Tone.MUTED)


COLUMNS: tuple[Column[Person], ...] = (
    Column("name", "Name", lambda person: person.name, width=18, flex=2, sortable=True),
    Column("login", "Login", lambda person: person.login, width=10, flex=1, hide_order=1),
    Column("team", "Team", lambda person: person.team, width=16, flex=1, hide_order=2),
    Column("status", "Status", _done, width=12),
    Column("id", "Number", lambda person: str(person.id), width=8, right=True, hide_order=3),
)


class ListApp(App[None]):
    """An app with nothing but a list, which records the messages that the list posts."""

    def __init__(self, source: Source[Any, Any], filter_: Any = 1, *, marks: bool = True) -> None:
        super().__init__(css_path=sorted(asset("styles").glob("*.tcss")))
        self.errors: list[StudioError] = []
        self.bridge = Bridge(self.errors.append)
        self.list: RecordList[Any, Any] = RecordList(*COLUMNS, marks=marks, empty="Nobody yet.")
        self.posted: list[Any] = []
        self._source = source
        self._filter = filter_
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def compose(self) -> ComposeResult:
        yield self.list

    def on_mount(self) -> None:
        self.list.set_source(self._source, self._filter)

    def show_error(self, sentence: str) -> None:
        self.notify(sentence, markup=False)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        self.posted.append(event)

    def on_record_list_selection_changed(self, event: RecordList.SelectionChanged) -> None:
        self.posted.append(event)

    def on_record_list_cursor_moved(self, event: RecordList.CursorMoved) -> None:
        self.posted.append(event)

    def on_record_list_sort_requested(self, event: RecordList.SortRequested) -> None:
        self.posted.append(event)


@dataclass
class FakeStore:
    """A database whose transactions fail."""

    closed: tuple[str, ...] = ()
    creation_message: str = ""

    def reading(self) -> Any:
        raise Unavailable("There is no database behind this store.")


@dataclass
class FakeStudio:
    """The parts of an open Studio that the shell itself uses."""

    clock: Clock = NOON
    settings: Settings = field(
        default_factory=lambda: Settings(organisation=Organisation(name="Example NV"))
    )
    changes: int = 0
    store: FakeStore = field(default_factory=FakeStore)

    def stamp(self) -> int:
        return self.changes

    def seen_by(self, _: Actor | None) -> "FakeStudio":
        return self


class PeopleScreen(StudioScreen):
    """A place with a list of people."""

    OWN_COMMANDS = (
        Command("push", "p", "Push", "Set up pushes of this template", needs=Action.CREATE_PUSHES),
        Command("note", "n", "Note", "Say something"),
    )
    size_of_crowd = 250

    def body(self) -> ComposeResult:
        yield RecordBrowser(
            *COLUMNS,
            find=lambda text, sort: (_divisor(text), Crowd(250, _divisor(text), sort=sort)),
            sort=Sort("name"),
            noun=("user", "users"),
            marks=True,
            empty="Nobody yet. Press i to import users.",
        )

    def why_not_push(self) -> str | None:
        return "This template does not allow push: set “through push” in its settings."

    def action_push(self) -> None:
        raise AssertionError("it cannot be done")

    def action_note(self) -> None:
        self.show_message("[/x] said O'Brien [HR]")

    def reload(self) -> None:
        self.query_one(RecordBrowser).reload()


class EmptyScreen(StudioScreen):
    """A place without content."""


PLACES = (
    Place("people", "People", "1", PeopleScreen, Action.READ_USERS),
    Place("empty", "Elsewhere", "2", EmptyScreen),
    Place("secret", "Imports", "3", EmptyScreen, Action.IMPORT_USERS),
)


def studio_app(actor: Actor = ADMIN, places: tuple[Place, ...] = PLACES) -> StudioApp:
    """Return the shell with ``places``."""
    studio = FakeStudio()
    return StudioApp(lambda _: (cast(Any, studio), actor), places)


def _divisor(text: str) -> int:
    return int(text) if text.isdigit() and int(text) else 1
