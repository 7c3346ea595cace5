"""Forms: entered values, and validation errors."""

from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import Static

from studio_tui.config.assets import asset
from studio_tui.domain.shared.errors import Invalid, Refused
from studio_tui.tui.modals.choose import Choice
from studio_tui.tui.theme import DARK
from studio_tui.tui.widgets.facts import Facts
from studio_tui.tui.widgets.field import Field, Form, LabelledField
from studio_tui.tui.widgets.multiline_field import LinesField
from studio_tui.tui.widgets.pick import Pick
from studio_tui.tui.widgets.tabs import TabLine


class FormApp(App[None]):
    def __init__(self) -> None:
        super().__init__(css_path=sorted(asset("styles").glob("*.tcss")))
        self.register_theme(DARK)
        self.theme = DARK.name
        self.posted: list[Any] = []

    def compose(self) -> ComposeResult:
        yield TabLine([("users", "Users"), ("settings", "Settings")])
        yield Form(
            Field("name", "Name", hint="How people will see it"),
            Field("deadline", "Deadline", "2026-02-30"),
        )
        yield Facts([("Name", "[/x]"), ("Deadline", "\x1b[31m31 March")])

    @property
    def form(self) -> Form:
        return self.query_one(Form)

    def on_form_submitted(self, event: Form.Submitted) -> None:
        self.posted.append(event)

    def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        self.posted.append(event.key)

    def notify(self, message: str, **_: Any) -> None:
        self.posted.append(message)

    def below(self, name: str) -> str:
        return str(self.form.field(name).query_one(".below", Static).content)


async def test_errors_are_displayed_below_their_fields_without_moving_the_layout() -> None:
    app = FormApp()
    async with app.run_test() as pilot:
        places = [field.region for field in app.query(Field)]
        app.form.show_error(Invalid({"deadline": "There is no 30 [February].", "other": "Odd."}))
        await pilot.pause()
        assert app.below("deadline") == "There is no 30 [February]."
        assert app.below("name") == "How people will see it"
        assert app.posted == ["Odd."]
        assert app.focused is app.form.field("deadline").query_one("Input")
        assert [field.region for field in app.query(Field)] == places
        await pilot.press("backspace")
        await pilot.pause()
        assert app.below("deadline") == ""
        assert app.form.values() == {"name": "", "deadline": "2026-02-3"}


class ToldEarly(App[None]):
    """An app that sets hints, errors and options of fields before the fields are mounted.

    A screen that opens on a busy machine can do so.
    """

    def compose(self) -> ComposeResult:
        fields: list[LabelledField] = [Field("day", "Day"), LinesField("text", "Text")]
        for field in fields:
            field.hint = "As it is written"
            field.error = "It is wrong"
            field.error = ""
        pick = Pick[int]("Kind", "Kinds")
        pick.offer([Choice(1, "One", "The first")])
        yield from (*fields, pick)


async def test_the_text_below_a_field_can_be_set_before_the_field_is_mounted() -> None:
    app = ToldEarly()
    async with app.run_test():
        below = [str(each.content) for each in app.query(".below").results(Static)]
        assert below == ["As it is written", "As it is written", "The first"]


async def test_a_typed_day_replaces_the_day_that_stands_there() -> None:
    class DayApp(FormApp):
        def compose(self) -> ComposeResult:
            yield Form(Field("name", "Name", "Q1"), Field("day", "Day", "2026-02-28", is_day=True))

    app = DayApp()
    async with app.run_test() as pilot:
        app.form.field("name").focus_entry()
        await pilot.press("2", "tab", *"fri")
        assert app.form.values() == {"name": "Q12", "day": "fri"}


async def test_an_error_without_a_field_is_displayed_as_a_notification() -> None:
    app = FormApp()
    async with app.run_test():
        app.form.show_error(Refused("The push is closed."))
        assert app.posted == ["The push is closed."]


async def test_enter_moves_to_the_next_field_and_submits_in_the_last() -> None:
    app = FormApp()
    async with app.run_test() as pilot:
        app.form.field("name").focus_entry()
        await pilot.press("Q", "1", "enter", "enter")
        await pilot.pause()
        assert [type(message) for message in app.posted] == [Form.Submitted]
        assert app.form.values()["name"] == "Q1"


async def test_tabs_are_chosen_with_keys_and_clicks() -> None:
    app = FormApp()
    async with app.run_test() as pilot:
        app.query_one(TabLine).focus()
        await pilot.press("right", "right")
        await pilot.click(TabLine, offset=(9, 0))
        await pilot.pause()
        assert app.posted == ["settings", "users", "settings"]


async def test_facts_are_aligned_and_contain_no_markup_or_controls() -> None:
    app = FormApp()
    async with app.run_test():
        assert str(app.query_one(Facts).content) == "Name      [/x]\nDeadline  [31m31 March"
