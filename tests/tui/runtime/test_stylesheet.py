"""The cached style sheet: parsed once per set of theme variables, matched once per kind of node."""

from typing import Any

import pytest
from textual.app import App
from textual.color import Color
from textual.css.stylesheet import Stylesheet
from textual.widget import Widget

from studio_tui.tui.runtime.stylesheet import CachedStylesheet
from tests.tui import press, running, settled
from tests.tui.demo import studio_app

_SHEET = "Label { color: $key; } Input { width: 5; }"


def test_rules_are_parsed_once_per_theme() -> None:
    """Other variables yield other rules. The same variables yield the identical cached rules."""
    sheet = CachedStylesheet(variables={"key": "red"})
    sheet.add_source(_SHEET)
    sheet.parse()
    red = sheet.rules
    assert _colour(sheet) == Color.parse("red")
    sheet.set_variables({"key": "blue"})
    sheet.reparse()
    assert _colour(sheet) == Color.parse("blue")
    sheet.set_variables({"key": "red"})
    sheet.reparse()
    assert _colour(sheet) == Color.parse("red")
    assert all(now is then for now, then in zip(sheet.rules, red, strict=True))


async def test_cached_matches_are_those_of_textual(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a selector checks: focus, classes, hovering, disabled widgets and the theme."""
    for _ in range(2):
        async with running(studio_app()) as pilot:
            _assert_textual_agrees(pilot.app, monkeypatch)
            for keys in (["slash"], ["tab"], ["escape"], ["question_mark"], ["escape"], ["2"]):
                await press(pilot, *keys)
                _assert_textual_agrees(pilot.app, monkeypatch)
            await press(pilot, "1", "slash")
            pilot.app.stylesheet.add_source("RecordList:hover { margin: 1; }")
            for node in pilot.app.screen.walk_children(Widget):
                node.set_reactive(Widget.mouse_hover, True)
                node.update_node_styles(animate=False)
            _assert_textual_agrees(pilot.app, monkeypatch)
            for change in ("disabled", "theme", "enabled"):
                if change == "theme":
                    pilot.app.theme = "studio-light"
                else:
                    pilot.app.screen.children[1].disabled = change == "disabled"
                await settled(pilot)
                _assert_textual_agrees(pilot.app, monkeypatch)


def _assert_textual_agrees(app: App[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = list(app.screen.walk_children(with_self=True))
    cached = [_rules(node) for node in nodes]
    with monkeypatch.context() as uncached:
        uncached.setattr(CachedStylesheet, "apply", Stylesheet.apply)
        for node in nodes:
            app.stylesheet.apply(node)
    assert cached == [_rules(node) for node in nodes]


def _rules(node: Any) -> list[dict[str, Any]]:
    parts = [node.styles, *node._component_styles.values()]
    return [dict(part.base._rules) for part in parts]


def _colour(sheet: CachedStylesheet) -> Color:
    return sheet.rules_map["Label"][0].styles.color
