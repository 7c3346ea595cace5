"""Pictures of Today: of a new Studio, where nothing needs anybody, typical, crowded, hostile."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from studio_tui.config.settings import Smtp
from tests.hostile import HOSTILE
from tests.tui.screens.organisation import PEOPLE, Example, example, fill_outbox, hostile_rows
from tests.tui.screens.pushing import assign, create, everything
from tests.tui.test_snapshots import SIZES, Snap, pressing

VAST = (200, 60)
Size = tuple[int, int]


def typical(made: Example) -> None:
    """Pushes in every state, and mail that failed."""
    everything(made)
    asyncio.run(fill_outbox(made))


def crowded(made: Example) -> None:
    """More than fits, late and soon to start."""
    made.load(PEOPLE)
    for number in range(12):
        late = create(made, f"Late {number}", date(2026, 1, 5), date(2026, 2, 1 + number))
        assign(made, late, "ann", "bob", "lone")
        ahead = create(made, f"Ahead {number}", date(2026, 3, 3 + number), date(2026, 4, 30))
        assign(made, ahead, "ann")


def hostile(made: Example) -> None:
    """Late, in pushes and of people with hostile names."""
    made.load(PEOPLE)
    made.load(hostile_rows())
    for number, name in enumerate(HOSTILE[:12]):
        late = create(made, name, date(2026, 1, 5), date(2026, 2, 20))
        assign(made, late, f"h{number}", "ann")


@SIZES
def test_new(made: Example, snap_compare: Snap, size: Size) -> None:
    assert snap_compare(made.whole_app(), terminal_size=size, run_before=pressing())


@SIZES
def test_nothing(tmp_path: Path, snap_compare: Snap, size: Size) -> None:
    with example(tmp_path, Smtp(host="localhost", sender="studio@example.org")) as made:
        made.load(PEOPLE)
        assert snap_compare(made.whole_app(), terminal_size=size, run_before=pressing())


@pytest.mark.parametrize("theme", ["studio-dark", "studio-light", "studio-plain"])
@SIZES
def test_typical(made: Example, snap_compare: Snap, size: Size, theme: str) -> None:
    typical(made)
    keys = pressing("j", theme=theme)
    assert snap_compare(made.whole_app(), terminal_size=size, run_before=keys)


def test_typical_where_there_is_room(made: Example, snap_compare: Snap) -> None:
    typical(made)
    assert snap_compare(made.whole_app(), terminal_size=VAST, run_before=pressing())


@SIZES
def test_crowded(made: Example, snap_compare: Snap, size: Size) -> None:
    crowded(made)
    keys = pressing("j", "j")
    assert snap_compare(made.whole_app(), terminal_size=size, run_before=keys)


@SIZES
def test_hostile(made: Example, snap_compare: Snap, size: Size) -> None:
    hostile(made)
    assert snap_compare(made.whole_app(), terminal_size=size, run_before=pressing("j"))


@SIZES
def test_putting_off(made: Example, snap_compare: Snap, size: Size) -> None:
    everything(made)
    keys = pressing("j", "Z", *"fri")
    assert snap_compare(made.whole_app(), terminal_size=size, run_before=keys)
