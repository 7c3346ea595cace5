"""The cached style sheet: parsed once per set of theme variables."""

from textual.color import Color

from studio_tui.tui.runtime.stylesheet import CachedStylesheet

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


def _colour(sheet: CachedStylesheet) -> Color:
    return sheet.rules_map["Label"][0].styles.color
