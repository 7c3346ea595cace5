"""Stop and restart the database server while a user types."""

import os
import subprocess
import sys
from pathlib import Path

from tests.cluster import Cluster
from tests.databases import create_database, url_of
from tests.e2e.test_pty import opened

_COMMAND = str(Path(sys.executable).with_name("studio-tui"))


def test_the_studio_continues_after_a_database_outage(own_cluster: Cluster) -> None:
    own_cluster.start()
    create_database(own_cluster.url, "typing")
    url = url_of(own_cluster.url, "typing")

    def studio(*words: str) -> "subprocess.CompletedProcess[str]":
        environ = {**os.environ, "STUDIO_DATABASE_URL": url}
        return subprocess.run(
            [_COMMAND, *words], capture_output=True, text=True, check=False, env=environ
        )

    studio("db", "migrate")
    own_cluster.stop()
    with opened((80, 24), STUDIO_DATABASE_URL=url) as terminal:
        terminal.shows("The database does not answer: nothing listens there", "Try again")
        own_cluster.start()
        terminal.goes_to_templates()
        terminal.type("n")
        terminal.shows("give the template a name")
        terminal.type("e")
        terminal.shows("What for")
        terminal.type("Written ")
        terminal.shows("Written")
        own_cluster.stop()
        terminal.shows("The database does not answer since ", "typing is kept")
        terminal.type("meanwhile")
        terminal.shows("Written meanwhile", "The database does not answer since ")
        refused = studio("templates", "list")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("studio-tui: The database does not answer: nothing ")
        assert refused.stderr.count("\n") == 1
        own_cluster.start()
        terminal.shows("The database answers again.", "Written meanwhile")
        terminal.type("\x13")
        terminal.shows("“Written meanwhile” saved.")
        terminal.type("\x1b")
        terminal.shows("Performance review", "Written meanwhile")
        assert studio("templates", "duplicate", "Quick").returncode == 0
        terminal.shows("Quick (copy)")
        terminal.type("q")
        assert terminal.ended() == 0
