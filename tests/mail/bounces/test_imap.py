"""A folder of an IMAP server, each mail read once (N15), on a real server with real sockets."""

from collections.abc import Iterable
from itertools import repeat
from pathlib import Path

import pytest

from studio_tui.config.settings import Auth, Bounces, Security, Settings, Smtp
from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.mail.bounces.imap import ImapFolder, folder_of
from tests.imap_server import Mailbox, imap_server


def settings(box: Mailbox, smtp: Smtp | None = None, **changes: object) -> Settings:
    values = {
        "host": "localhost",
        "port": box.port,
        "security": Security.NONE,
        "username": box.username,
        "folder": box.folder,
        "timeout": 10,
    }
    return Settings(bounces=Bounces(**values | changes), smtp=smtp or Smtp())  # type: ignore[arg-type]


def folder(box: Mailbox, **changes: object) -> ImapFolder:
    """Return the folder of the settings, without a pause between two attempts."""
    made = folder_of(settings(box, **changes))  # type: ignore[arg-type]
    made._pause = 0
    return made


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_BOUNCES_PASSWORD", "pässword")


def read_all(mailbox: ImapFolder) -> list[bytes | None]:
    found: list[bytes | None] = []
    for batch in mailbox.batches(100):
        found += [mail.source for mail in batch]
        mailbox.done([mail for mail in batch if mail.source is not None])
    return found


def test_each_mail_is_read_once_even_if_the_server_hangs_up() -> None:
    box = Mailbox([b"mail %d\r\n" % number for number in range(1, 46)], folder="Retours &AOk-&-co")
    box.mails[6] = b""
    box.seen = {3}
    box.hang_up_after = [6, 2, 7, 5]
    with imap_server(box):
        found = read_all(folder(box, folder="Retours é&co"))
        assert read_all(folder(box, folder="Retours é&co")) == [None]
    read = [each for each in found if each is not None]
    assert read == [mail for number, mail in enumerate(box.mails, 1) if number not in (3, 7)]
    assert found.count(None) == 1
    assert box.seen == set(range(1, 46)) - {7}
    assert box.hang_up_after == []


def test_what_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Mailbox([b"mail"])
    with imap_server(box):
        with pytest.raises(Refused, match="has no folder “Other”"):
            read_all(folder(box, folder="Other"))
        monkeypatch.setenv("STUDIO_BOUNCES_PASSWORD", "wrong")
        with pytest.raises(Refused, match=r"refuses the login: .*AUTHENTICATIONFAILED"):
            read_all(folder(box))
        box.hang_up_after = [0] * 9
        with pytest.raises(Unavailable, match="does not answer"):
            read_all(folder(box))
        monkeypatch.delenv("STUDIO_BOUNCES_PASSWORD")
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        with pytest.raises(Refused, match="mail password --bounces"):
            folder(box)
    with pytest.raises(Refused, match="No mailbox is set up"):
        folder_of(Settings())
    assert box.seen == set()


@pytest.mark.parametrize(
    "sent",
    [
        repeat(b"* 1 EXISTS\r\n" * 10_000),
        repeat(b"* SEARCH" + b" 1" * 400_000 + b"\r\n"),
        [b"* 1 FETCH (BODY[] {999999999999}\r\n"],
    ],
    ids=["lines", "long lines", "a long literal"],
)
@pytest.mark.parametrize("command", ["CAPABILITY", "UID", "LOGOUT"])
def test_a_server_that_does_not_stop_is_left(command: str, sent: Iterable[bytes]) -> None:
    """An endless response exhausts neither memory nor time."""
    with imap_server(Mailbox([b"mail"], untagged={command: sent})) as box:
        if command == "LOGOUT":
            assert read_all(folder(box)) == [b"mail"]
        else:
            with pytest.raises(Unavailable, match="sends more than was asked"):
                read_all(folder(box))


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        pytest.param(
            "CAPABILITY", b"* 1 FETCH {" + b"9" * 9_999 + b"}\r\n", id="a number of 9,999 digits"
        ),
        ("SELECT", b"* EXISTS many\r\n"),
        ("SELECT", b"* EXISTS {1}\r\n1\r\n"),
        ("UID", b"* SEARCH one\r\n"),
        ("UID", b"* SEARCH {1}\r\n1\r\n"),
    ],
)
def test_what_is_no_imap_is_reported(command: str, sent: bytes) -> None:
    box = Mailbox([b"mail"], untagged={command: [sent]})
    with imap_server(box), pytest.raises(Unavailable, match="does not speak IMAP"):
        read_all(folder(box))


def test_the_connection_is_encrypted_and_the_certificate_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    box = Mailbox([b"mail"])
    with imap_server(box, tls=True):
        with pytest.raises(Unavailable, match=r"(?i)certificate"):
            read_all(folder(box, security=Security.TLS))
        authority = tmp_path / "ca.pem"
        authority.write_text(box.authority)
        trusting = folder(box, security=Security.TLS, smtp=Smtp(ca_file=str(authority)))
        assert read_all(trusting) == [b"mail"]


def test_the_login_can_use_the_oauth2_token_of_smtp(tmp_path: Path) -> None:
    """A refused token is replaced once by a new one."""
    box = Mailbox([b"mail"], tokens=["second"])
    command = tmp_path / "token"
    command.write_text(
        f"#!/bin/sh\ncd {tmp_path}\nif [ -e asked ]; then echo second; else echo first; fi\n"
        "touch asked\n"
    )
    command.chmod(0o700)
    smtp = Smtp(auth=Auth.OAUTH2, token_command=str(command), username="studio", timeout=10)
    with imap_server(box):
        assert read_all(folder(box, smtp=smtp, auth=Auth.OAUTH2)) == [b"mail"]
        with pytest.raises(Refused, match=r"smtp\.auth is not"):
            folder(box, auth=Auth.OAUTH2)
    assert box.logins == 2
