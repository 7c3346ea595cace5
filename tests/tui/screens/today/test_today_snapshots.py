"""Snapshots of Today: a new Studio, without cases, typical, crowded and with hostile names."""

import asyncio
from datetime import date
from pathlib import Path

from studio_tui.config.settings import Smtp
from tests.hostile import HOSTILE
from tests.tui.pictures import EVERY_SIZE, THEMES, Pictures
from tests.tui.screens.organisation import PEOPLE, Example, example, fill_outbox, hostile_rows
from tests.tui.screens.pushing import assign, create, pushes_in_every_state
from tests.tui.test_snapshots import pressing


def typical(made: Example) -> None:
    """Create pushes in every state, and mail that failed."""
    pushes_in_every_state(made)
    asyncio.run(fill_outbox(made))


def crowded(made: Example) -> None:
    """Create more overdue and future pushes than fit on the screen."""
    made.load(PEOPLE)
    for number in range(12):
        late = create(made, f"Late {number}", date(2026, 1, 5), date(2026, 2, 1 + number))
        assign(made, late, "ann", "bob", "lone")
        ahead = create(made, f"Ahead {number}", date(2026, 3, 3 + number), date(2026, 4, 30))
        assign(made, ahead, "ann")


def hostile(made: Example) -> None:
    """Create overdue pushes with hostile names and with users with hostile names."""
    made.load(PEOPLE)
    made.load(hostile_rows())
    for number, name in enumerate(HOSTILE[:12]):
        late = create(made, name, date(2026, 1, 5), date(2026, 2, 20))
        assign(made, late, f"h{number}", "ann")


def test_new(made: Example, pictures: Pictures) -> None:
    pictures(made.whole_app(), pressing(), EVERY_SIZE)


def test_nothing(tmp_path: Path, pictures: Pictures) -> None:
    with example(tmp_path, Smtp(host="localhost", sender="studio@example.org")) as made:
        made.load(PEOPLE)
        pictures(made.whole_app(), pressing(), EVERY_SIZE)


def test_typical(made: Example, pictures: Pictures) -> None:
    typical(made)
    keys = pressing("j")
    pictures(made.whole_app(), keys, EVERY_SIZE, themes=THEMES)


def test_crowded(made: Example, pictures: Pictures) -> None:
    crowded(made)
    keys = pressing("j", "j")
    pictures(made.whole_app(), keys, EVERY_SIZE)


def test_hostile(made: Example, pictures: Pictures) -> None:
    hostile(made)
    pictures(made.whole_app(), pressing("j"), EVERY_SIZE)


def test_putting_off(made: Example, pictures: Pictures) -> None:
    pushes_in_every_state(made)
    keys = pressing("j", "Z", *"fri")
    pictures(made.whole_app(), keys, EVERY_SIZE)
