"""A style sheet whose parts are parsed once."""

from collections.abc import Sequence
from pathlib import Path

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_parsed: dict[tuple[object, ...], list[RuleSet]] = {}
"""The rules of a part with the colours of a theme: some fifty parts, and as many themes as are
looked at."""


class CachedStylesheet(Stylesheet):
    """Textual's style sheet, which it parses as a whole anew at the start and, twice, when a place
    is entered for the first time. Only another theme makes other rules of the same text."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._colours = frozenset(self._variables.items())

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take these colours from the next `reparse` on."""
        super().set_variables(variables)
        self._colours = frozenset(variables.items())

    def read_rest(self, paths: Sequence[Path]) -> None:
        """Read what is missing of these files, as if all had been read in this order."""
        for path in paths:
            self.source.pop((str(path), ""), None)
        self.read_all(list(paths))
        self.parse()

    def reparse(self) -> None:
        """Apply the variables as they are now."""
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
