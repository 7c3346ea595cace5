"""Reading of the demo's text files, ``data/demo/*.toml``."""

from pathlib import Path
from typing import TypeVar

from studio_tui.config.assets import asset
from studio_tui.demo.story.plan import (
    AllWords,
    DemoNames,
    DemoPlan,
    OrganisationPlan,
    People,
    Pushes,
    Talks,
    Teams,
)
from studio_tui.services.system import toml_text

T = TypeVar("T")


def demo_plan() -> DemoPlan:
    """Return the plan of the demo. Raises `Refused` with the file and the key of an error."""
    folder = asset("data/demo")
    return DemoPlan(
        organisation=_read(folder / "organisation.toml", OrganisationPlan),
        names=_read(folder / "names.toml", DemoNames),
        people=_read(folder / "people.toml", People),
        teams=_read(folder / "teams.toml", Teams),
        pushes=_read(folder / "pushes.toml", Pushes),
        talks=_read(folder / "talks.toml", Talks),
        words=_read(folder / "words.toml", AllWords),
    )


def _read(path: Path, kind: type[T]) -> T:
    return toml_text.read(toml_text.read_file(path), kind, str(path))
