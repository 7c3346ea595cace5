"""Every act done twice: where the second time has nothing to do, it says so and has not failed."""

import pytest

from tests.cli.conftest import Cli


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (("users", "import", "people.csv"), "nobody added or changed"),
        (("pushes", "assign", "Q1 review", "cas"), "Nobody to assign"),
        (("pushes", "remind", "Q1 review"), "Nobody to remind"),
        (("pushes", "close", "Q1 review"), "is closed already"),
        (("outbox", "undo", "Q1 review"), "Nothing to undo"),
        (("outbox", "drop", "1"), "Nothing to drop"),
        (("templates", "archive", "Quick"), "is archived"),
        (("templates", "unarchive", "Quick"), "no longer archived"),
        (("db", "migrate"), "is ready"),
    ],
)
def test_the_second_time_there_is_nothing_to_do(
    pushed: Cli, act: tuple[str, ...], said: str
) -> None:
    pushed.run(*act)
    before = pushed.json("outbox", "list")
    assert said in pushed.nothing_to_do(*act)
    assert pushed.json("outbox", "list") == before


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (("pushes", "reopen", "Q1 review"), "is not closed"),
        (("outbox", "retry", "--all"), "Nothing to retry"),
        (("outbox", "again", "1"), "Nothing to send again"),
    ],
)
def test_what_is_so_already_is_nothing_to_do(pushed: Cli, act: tuple[str, ...], said: str) -> None:
    assert said in pushed.nothing_to_do(*act)


def test_what_reads_json_is_told_beside_it(pushed: Cli) -> None:
    pushed.run("pushes", "close", "Q1 review")
    result = pushed.run("pushes", "close", "Q1 review", "--json")
    assert (result.stdout, "is closed already" in result.stderr) == ("", True)
