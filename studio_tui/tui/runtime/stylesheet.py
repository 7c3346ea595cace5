"""A style sheet that caches its parsed parts."""

from collections.abc import Sequence
from pathlib import Path

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_parsed: dict[tuple[object, ...], list[RuleSet]] = {}
"""The rules of each part (about fifty) for each theme that was used."""


class CachedStylesheet(Stylesheet):
    """A style sheet that parses each part once per theme.

    Textual parses the whole sheet at the start, and twice when a place is entered for the first
    time. The rules of a part depend on nothing but its text and the theme.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._colours = frozenset(self._variables.items())

    def set_variables(self, variables: dict[str, str]) -> None:
        """Use these colours from the next `reparse` on."""
        super().set_variables(variables)
        self._colours = frozenset(variables.items())

    def read_rest(self, paths: Sequence[Path]) -> None:
        """Read the files that are missing, with the same result as reading all in this order."""
        for path in paths:
            self.source.pop((str(path), ""), None)
        self.read_all(list(paths))
        self.parse()

    def reparse(self) -> None:
        """Apply the current variables."""
        self.parse()

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        part = (css, read_from, is_default_rules, tie_breaker, scope)
        key = (*part, self._colours)
        if key not in _parsed:
            _parsed[key] = super()._parse_rules(*part)
        return _parsed[key]
