"""The demo: the same on every run, and no mail leaves the machine."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from studio_tui.demo import Demo, open_demo
from studio_tui.demo.demo import DATABASE
from studio_tui.demo.narration import narrate
from studio_tui.demo.story.building import build_organisation
from studio_tui.demo.story.constants import DEMO_NOW
from studio_tui.demo.story.text_files import demo_plan
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import PushState
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.services.outbox import outbox
from studio_tui.services.people import users
from studio_tui.services.pushes import pushes


@pytest.fixture
def demo(private_home: Path) -> Iterator[Demo]:
    """The demo at its first instant."""
    with open_demo(FixedClock(DEMO_NOW)) as opened:
        yield opened


def test_it_shows_a_push_in_every_state_and_one_overdue(demo: Demo) -> None:
    listed = pushes.every(demo.studio, demo.actor)
    assert {push.state for push in listed} == set(PushState)
    assert any(push.overdue for push in listed)


def test_every_user_has_the_managers_of_the_plan(demo: Demo) -> None:
    organisation = build_organisation(demo_plan())
    listed = users.every(demo.studio, demo.actor, UserFilter(include_left=True))
    today = demo.studio.today()
    assert {user.login: sorted(manager.login for manager in user.managers) for user in listed} == {
        user.login: sorted(organisation.managers_of(user.login, today))
        for user in organisation.users
    }


def test_all_mail_of_the_demo_stays_in_its_own_folder(demo: Demo) -> None:
    listed = outbox.every(demo.studio, demo.actor, NotificationFilter())
    states = {each.state for each in listed}
    assert states <= {NotificationState.SENT, NotificationState.HELD, NotificationState.DROPPED}
    assert len(listed) > 300
    assert demo.studio.settings.smtp.host == ""


_PLAYING = """
import sys
from pathlib import Path
from studio_tui.demo.story_player import play
play(Path(sys.argv[1])).studio.close()
"""


def test_it_is_the_same_on_every_run(demo: Demo, tmp_path: Path) -> None:
    """The other process has another hash seed, so that its sets of texts have another order."""
    subprocess.run(
        [sys.executable, "-W", "error", "-c", _PLAYING, str(tmp_path)],
        env=os.environ | {"PYTHONHASHSEED": "1"},
        check=True,
    )
    dumps = []
    for path in (tmp_path / DATABASE, Path(demo.studio.store.name)):
        with closing(sqlite3.connect(path)) as connection:
            dumps.append([line for line in connection.iterdump() if "schema_migration" not in line])
    assert dumps[0] == dumps[1]


def test_the_narrated_demo_covers_the_whole_process(private_home: Path) -> None:
    told: list[str] = []
    narrate(told.append)
    story = "\n".join(told)
    for sign in (
        "245 people work at Example NV",
        "Without a manager: Hélène Vandenbroucke and Jonas Wouters.",
        "Quick: 2 questions, cannot be pushed: it does not allow through push.",
        "Subject: ",
        "    ### What did you agree on, and who does what by when?",
        "    **Noted in the talk**",
        "“Spring check-in”: 3 of 51 held, 48 to go.",
        "“Spring check-in” is closed",
    ):
        assert sign in story
    assert "\x1b" not in story


def test_changes_in_the_demo_are_discarded_at_its_end(private_home: Path) -> None:
    with open_demo() as first:
        before = pushes.every(first.studio, first.actor)
        path = Path(first.studio.store.name)
        pushes.close(first.studio, first.actor, before[0])
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.exists()
    with open_demo() as second:
        assert pushes.every(second.studio, second.actor)[0].state is before[0].state


def test_mail_leaves_on_each_run_and_no_mail_origin_is_stored(private_home: Path) -> None:
    """Each run uses a copy of one database. It must not count as an older copy of another run."""
    for _ in range(2):
        said: list[str] = []
        narrate(said.append)
        (after,) = [each for each in said if each.startswith("After the worker ran: ")]
        assert " sent" in after
    assert not list(private_home.rglob("mail-generations"))
