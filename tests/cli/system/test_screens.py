"""Opening the screens: a Studio that a thread opens is closed when they end, however late."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from studio_tui.cli.system.screens import open_screens
from studio_tui.domain.shared.errors import StudioError
from studio_tui.main import DEPENDENCIES
from tests.cli.conftest import Cli

if TYPE_CHECKING:
    from studio_tui.cli.shared.dependencies import OpenStudio


def _hear_nothing(_: str) -> None:
    """Ignore the progress of opening."""


def _run(run_app: "Callable[[OpenStudio], None]") -> None:
    def run(open_studio: "OpenStudio", *_: object) -> int:
        run_app(open_studio)
        return 0

    assert open_screens(replace(DEPENDENCIES, run_app=run, why_no_terminal=lambda: None)) == 0


def test_what_was_opened_is_closed_when_the_screens_end(organisation: Cli) -> None:
    opened = []
    _run(lambda open_studio: opened.append(open_studio(_hear_nothing)[0]))
    (studio,) = opened
    assert Path(studio.store.name).is_file()
    # The fixtures fail this test if a connection is left open.


def test_a_studio_opened_after_the_screens_have_ended_is_closed_at_once(organisation: Cli) -> None:
    """A user who quits while the database opens does not wait for it."""
    late: list[OpenStudio] = []
    _run(late.append)
    with pytest.raises(StudioError, match="left before it was open"):
        late[0](_hear_nothing)
