"""A folder as transport in place of a server."""

import mailbox
import stat
from pathlib import Path

from studio_tui.mail.transport.folder import MailFolder
from studio_tui.mail.transport.outcomes import Delivered, Fault, Rejected, RelayDown

MESSAGE = b"Subject: hello\r\nMessage-ID: <1@example.org>\r\n\r\nHello Ann\r\n"


async def test_mail_in_the_folder_can_be_read_by_any_mail_program(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail")
    outcome = await folder.send("studio@example.org", "ann@example.org", MESSAGE)
    assert isinstance(outcome, Delivered)
    (kept,) = mailbox.Maildir(tmp_path / "mail", create=False)
    assert kept["Subject"] == "hello"
    assert kept["Delivered-To"] == "ann@example.org"
    assert kept["Return-Path"] == "<studio@example.org>"


async def test_a_mail_is_found_by_its_message_id(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail")
    assert folder.find("<1@example.org>") is None
    await folder.send("studio@example.org", "ann@example.org", MESSAGE)
    await folder.send("studio@example.org", "bob@example.org", MESSAGE.replace(b"<1@", b"<11@"))
    found = folder.find("<1@example.org>")
    assert found is not None
    assert b"Delivered-To: ann@example.org" in found
    assert len(list(folder.messages())) == 2
    await folder.close()


async def test_only_the_owner_can_read_the_folder(tmp_path: Path) -> None:
    await MailFolder(tmp_path / "mail").send("studio@example.org", "ann@example.org", MESSAGE)
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700


async def test_an_invalid_address_is_refused_as_by_a_server(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail")
    outcome = await folder.send("studio@example.org", "ann\r\nBcc: eve@example.org", MESSAGE)
    assert isinstance(outcome, Rejected)
    assert list(folder.messages()) == []


async def test_mail_waits_if_the_folder_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = MailFolder(tmp_path / "file" / "mail")
    outcome = await folder.send("studio@example.org", "ann@example.org", MESSAGE)
    assert isinstance(outcome, RelayDown)
    assert outcome.fault is Fault.UNREACHABLE
