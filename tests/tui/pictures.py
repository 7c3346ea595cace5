"""Compare snapshots of an app with those that were reviewed and stored."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.pilot import Pilot

from tests.tui import NARROW, WIDE, settled

EVERY_SIZE = (NARROW, WIDE, (200, 60))
Size = tuple[int, int]
THEMES = ("studio-dark", "studio-light", "studio-plain")


class Pictures:
    """Compares an app in each size and theme with ``NAME[THEME-WIDTHxHEIGHT].svg``.

    The app is started once, in the first size, and redrawn for every other size and theme. ``pytest
    --snapshot-update`` stores the snapshots as drawn.
    """

    def __init__(self, kept: SnapshotAssertion, folder: Path) -> None:
        self._kept = kept.use_extension(SVGImageExtension)
        self._folder = folder

    def __call__(
        self,
        app: App[Any],
        before: Callable[[Pilot[Any]], Awaitable[None]],
        sizes: Sequence[Size] = (NARROW, WIDE),
        themes: Sequence[str] = ("",),
    ) -> None:
        """Run ``before``, and fail if a snapshot differs from the stored one."""
        drawn = asyncio.run(_draw(app, before, sizes, themes))
        others = [name for name, svg in drawn.items() if self._kept(name=name) != svg]
        for name in others:
            (self._folder / f"{name}.svg").write_text(drawn[name])
        assert not others, f"Not as kept; drawn in {self._folder}."


async def _draw(
    app: App[Any],
    before: Callable[[Pilot[Any]], Awaitable[None]],
    sizes: Sequence[Size],
    themes: Sequence[str],
) -> dict[str, str]:
    drawn = {}
    async with app.run_test(size=sizes[0]) as pilot:
        await before(pilot)
        for size in sizes:
            if size != app.size:
                await pilot.resize_terminal(*size)
            for theme in themes:
                app.theme = theme or app.theme
                await settled(pilot)
                await pilot.wait_for_scheduled_animations()
                name = "-".join(filter(None, (theme, f"{size[0]}x{size[1]}")))
                drawn[name] = app.export_screenshot(title=app.title, simplify=True)
    return drawn
