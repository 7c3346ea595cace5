"""The type of functions that draw into the room that is available."""

from collections.abc import Callable, Iterable

from textual.content import Content

Drawing = Callable[[int, int], Iterable[Content]]
"""A function of width and height in cells that yields the lines to draw. Longer lines are wrapped,
and lines beyond the height are cut off."""
