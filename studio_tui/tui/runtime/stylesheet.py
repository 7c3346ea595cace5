"""A style sheet that caches its parsed parts, and which of its rules apply to a node."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from textual.app import App
from textual.css.model import RuleSet
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.widget import Widget

_MAX_MATCHES = 5000
"""Number of cached matches above which the cache is emptied."""

_parsed: dict[tuple[object, ...], list[RuleSet]] = {}
"""The rules of each part (about fifty) for each theme that was used."""


class _Match(NamedTuple):
    """The rules that apply to a node, and what Textual records about those that may apply to it."""

    rules: RulesMap
    has_hover_style: bool
    has_focus_within: bool
    has_order_style: bool
    has_odd_or_even: bool


_matches: dict[tuple[int, ...], dict[tuple[object, ...], _Match]] = {}
"""The matches of each list of rules, by what the selectors of the rules check."""


class CachedStylesheet(Stylesheet):
    """A style sheet that parses each part once per theme, and matches a kind of node once.

    Textual parses the whole sheet at the start, and twice when a place is entered for the first
    time. The rules of a part depend on nothing but its text and the theme.

    Textual matches every widget against the rules several times while a screen opens, and again
    whenever the focus moves. That takes a quarter of the time in which a screen opens.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._colours = frozenset(self._variables.items())
        self._known: dict[tuple[object, ...], _Match] = {}

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

    def parse(self) -> None:
        """Parse the sources that are not cached."""
        super().parse()
        # The rules are never deleted, so their ids are unique.
        self._known = _matches.setdefault(tuple(map(id, self._rules)), {})

    def reparse(self) -> None:
        """Apply the current variables."""
        self.parse()

    def apply(
        self,
        node: DOMNode,
        *,
        animate: bool = False,
        cache: dict[tuple[Any, ...], RulesMap] | None = None,
    ) -> None:
        """Apply the sheet to ``node``."""
        if self._require_parse:
            self.parse()
        known, path = self._known, _path(node)
        if (match := known.get(path)) is not None:
            node._has_hover_style = match.has_hover_style  # noqa: SLF001 - as Textual does
            node._has_focus_within = match.has_focus_within  # noqa: SLF001
            node._has_order_style = match.has_order_style  # noqa: SLF001
            node._has_odd_or_even = match.has_odd_or_even  # noqa: SLF001
            self.replace_rules(node, match.rules, animate=animate)
            self._process_component_classes(node)
            return
        # Empty afterwards if the rules depend on more than the path.
        found: dict[tuple[Any, ...], RulesMap] = {}
        super().apply(node, animate=animate, cache=found)
        for rules in found.values():
            if len(known) >= _MAX_MATCHES:
                known.clear()
            known[path] = _Match(
                rules,
                node._has_hover_style,  # noqa: SLF001
                node._has_focus_within,  # noqa: SLF001
                node._has_order_style,  # noqa: SLF001
                node._has_odd_or_even,  # noqa: SLF001
            )

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


def _path(node: DOMNode) -> tuple[object, ...]:
    """Return all that selectors check of ``node`` and its ancestors.

    Pseudo-classes such as ``:first-child``, which Textual never caches, are left out.
    """
    path: list[object] = []
    each: MessagePump | None = node
    while isinstance(each, DOMNode):
        path += (type(each), each.id, each.classes)
        if isinstance(each, Widget):
            path += (each.mouse_hover, each.has_focus, each.disabled, each.allow_focus())
        elif isinstance(each, App):
            path += (each.app_focus, each.theme, each.native_ansi_color, each.no_color)
        each = each._parent  # noqa: SLF001 - the virtual nodes of component classes have no other
    return tuple(path)
