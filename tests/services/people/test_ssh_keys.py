"""SSH keys: who may manage them, and who can sign in with them (A1, A3)."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from studio_tui.config.settings import Database, Settings
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.ssh_keys import parse_public_key
from studio_tui.domain.shared.errors import Forbidden, NotFound, Refused, Unavailable
from studio_tui.services.people import key_lookup, ssh_keys
from studio_tui.services.people.identity import sign_in_by_key
from studio_tui.services.system.context import Studio, open_studio
from tests.acting import as_user, lines
from tests.domain.people.test_ssh_keys import ED25519, RSA_3072
from tests.organisation import import_people

LEFT = "email,given_name,family_name,active\nann@example.org,Ann,Peeters,no\n"
FINGERPRINT = parse_public_key(ED25519).fingerprint


def test_a_user_can_sign_in_with_their_key(studio: Studio, people: Actor) -> None:
    added = ssh_keys.add(studio, people, "ANN", f"{ED25519} laptop")
    assert (added.login, added.fingerprint, added.comment) == ("ann", FINGERPRINT, "laptop")
    assert sign_in_by_key(studio, FINGERPRINT) == as_user(studio, "ann")
    line = lines(studio, people)[0]
    assert (line.actor, line.action, line.subject, line.users) == (
        "els", "added an SSH key", "ann", 1,
    )  # fmt: skip
    assert line.after == {"fingerprint": FINGERPRINT, "kind": "ssh-ed25519", "comment": "laptop"}


def test_a_key_belongs_to_only_one_user(studio: Studio, people: Actor) -> None:
    ssh_keys.add(studio, people, "ann", ED25519)
    with pytest.raises(Refused, match=r"Ann Peeters \(ann\) has this key already"):
        ssh_keys.add(studio, people, "ben", f"{ED25519} another comment")


def test_the_lookup_returns_the_keys_to_sshd(
    studio: Studio, people: Actor, database_url: str
) -> None:
    ssh_keys.add(studio, people, "ann", f"{ED25519} laptop")
    ssh_keys.add(studio, people, "ben", RSA_3072)
    assert key_lookup.lookup_keys(database_url, FINGERPRINT) == [(ED25519, FINGERPRINT)]
    every = [key for key, _ in key_lookup.lookup_keys(database_url, "")]
    assert every == [ED25519, RSA_3072]
    assert key_lookup.lookup_keys(database_url, "SHA256:" + "x" * 43) == []


def test_a_user_who_left_cannot_sign_in(studio: Studio, people: Actor, database_url: str) -> None:
    ssh_keys.add(studio, people, "ann", ED25519)
    import_people(studio, people, LEFT)
    assert key_lookup.lookup_keys(database_url, FINGERPRINT) == []
    with pytest.raises(Forbidden, match="no active user"):
        sign_in_by_key(studio, FINGERPRINT)


def test_a_removed_key_cannot_sign_in(studio: Studio, people: Actor, database_url: str) -> None:
    ssh_keys.add(studio, people, "ann", ED25519)
    ssh_keys.remove(studio, people, FINGERPRINT)
    assert key_lookup.lookup_keys(database_url, FINGERPRINT) == []
    with pytest.raises(Forbidden):
        sign_in_by_key(studio, FINGERPRINT)
    with pytest.raises(NotFound):
        ssh_keys.remove(studio, people, FINGERPRINT)
    assert [line.action for line in lines(studio, people)][:2] == [
        "removed an SSH key",
        "added an SSH key",
    ]


def test_users_see_and_remove_only_their_own_keys_and_add_none(
    studio: Studio, people: Actor
) -> None:
    ann, ben = as_user(studio, "ann"), as_user(studio, "ben")
    with pytest.raises(Forbidden):
        ssh_keys.add(studio, ann, "ann", ED25519)
    ssh_keys.add(studio, people, "ann", ED25519)
    assert [key.login for key in ssh_keys.visible(studio, ann)] == ["ann"]
    assert ssh_keys.visible(studio, ben) == []
    # The refusal does not reveal to Ben whether the key exists.
    for fingerprint in (FINGERPRINT, "SHA256:" + "x" * 43):
        with pytest.raises(Forbidden, match="ben"):
            ssh_keys.remove(studio, ben, fingerprint)
    assert ssh_keys.remove(studio, ann, FINGERPRINT).login == "ann"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_the_owner_of_the_database_file_can_sign_users_in(
    studio: Studio, people: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh_keys.add(studio, people, "els", ED25519)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(Forbidden, match="the account that the database belongs to"):
        sign_in_by_key(studio, FINGERPRINT)
    with pytest.raises(Refused, match="belongs to another account"):
        key_lookup.lookup_keys(f"sqlite:///{studio.store.name}", FINGERPRINT)


def test_a_key_lookup_refuses_unsuitable_database_files(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    with pytest.raises(Unavailable, match="there is no such file; check"):
        key_lookup.lookup_keys(f"sqlite:///{path}", FINGERPRINT)
    path.write_bytes(b"x" * 5000)
    with pytest.raises(Unavailable, match="not a database of the Studio, or is damaged"):
        key_lookup.lookup_keys(f"sqlite:///{path}", FINGERPRINT)
    path.chmod(0o666)
    with pytest.raises(Refused, match="Others can write"):
        key_lookup.lookup_keys(f"sqlite:///{path}", FINGERPRINT)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_only_the_owner_of_the_tables_can_sign_users_in(
    studio: Studio, people: Actor, database_url: str
) -> None:
    """A superuser who does not own the tables is refused."""
    ssh_keys.add(studio, people, "els", ED25519)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS mallory")
        connection.execute("CREATE ROLE mallory LOGIN SUPERUSER")
    split = urlsplit(database_url)
    host = split.netloc.rpartition("@")[2]
    url = urlunsplit(split._replace(netloc=f"mallory@{host}"))
    other = open_studio(Settings(database=Database(url=url)), studio.clock)
    try:
        with pytest.raises(Forbidden, match="the account that the database belongs to"):
            sign_in_by_key(other, FINGERPRINT)
    finally:
        other.close()
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("DROP ROLE mallory")


def test_a_key_session_is_permanently_restricted() -> None:
    """The test runs in a process of its own, because the restriction cannot be lifted."""
    code = """
import os
from studio_tui.config import session
from studio_tui.domain.shared.errors import Forbidden
from studio_tui.services.people.identity import own_account
assert not session.restricted_session() and session.why_no_files() is None
session.require_files()
own_account()
session.begin_key_session("SHA256:x", None)
assert session.restricted_session() and session.session_key() == "SHA256:x"
for refused in (own_account, session.require_files,
                lambda: session.begin_key_session("SHA256:y", None)):
    try:
        refused()
    except Forbidden:
        continue
    raise AssertionError(refused)
print(sorted(os.environ))
"""
    sent = {"TERM": "xterm", "LC_ALL": "C", "NO_COLOR": "", "SSH_CONNECTION": "a 1 b 2"}
    others = {"STUDIO_NOW": "x", "EDITOR": "vi", "LD_BIND_NOW": "1", "IFS": ";", "BASH_ENV": "/x"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**sent, **others, "HOME": "/elsewhere", "PATH": "/evil"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(sorted([*sent, "HOME", "LOGNAME", "PATH", "USER"]))
