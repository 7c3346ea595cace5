"""What is drawn in whatever room there is."""

from collections.abc import Callable, Iterable

from textual.content import Content

Drawing = Callable[[int, int], Iterable[Content]]
"""The lines of something in so many cells and lines; what is wider is broken, what is more is cut
off."""
