"""``mail test`` and ``mail password`` (N11)."""

import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

from studio_tui.config.settings import Security
from studio_tui.domain.outbox.kinds import Kind
from tests.cli.conftest import ACCOUNT, COMMAND, Cli
from tests.smtp_server import smtp_server

SECRET = "s3cret with spaces"


@pytest.fixture
def password_file(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that stores the password on a host without a keyring."""
    monkeypatch.setenv("STUDIO_SMTP_USERNAME", "studio")
    return private_home / "config" / "studio-tui" / "smtp-password"


def test_the_password_is_read_from_stdin(cli: Cli, password_file: Path) -> None:
    said = cli.out("mail", "password", typed=f"{SECRET}\n")
    assert said == f"The password of studio is kept in the file {password_file}.\n"
    assert password_file.read_text() == f"{SECRET}\n"
    assert password_file.stat().st_mode & 0o077 == 0


def test_no_password_is_refused(cli: Cli, password_file: Path) -> None:
    assert "empty" in cli.refused("mail", "password", typed="")
    assert not password_file.exists()


def test_the_password_is_never_an_argument(cli: Cli, password_file: Path) -> None:
    assert "unexpected extra argument" in cli.misused("mail", "password", SECRET)
    assert not password_file.exists()


def test_a_password_without_a_user_name_is_refused(cli: Cli) -> None:
    assert "set username" in cli.refused("mail", "password", typed="x\n")


def test_another_password_that_has_precedence_is_reported(
    cli: Cli, password_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_SMTP_PASSWORD", "another")
    result = cli.run("mail", "password", typed=f"{SECRET}\n")
    assert "the environment variable STUDIO_SMTP_PASSWORD holds another" in result.stderr


@pytest.mark.parametrize(
    ("keys", "exit_code"), [(f"{SECRET}\n".encode(), 0), (b"", 128 + signal.SIGINT)]
)
def test_at_a_terminal_the_password_is_prompted_for_and_not_shown(
    cli: Cli, password_file: Path, keys: bytes, exit_code: int
) -> None:
    ours, theirs = pty.openpty()
    asking = subprocess.Popen(
        [*COMMAND, "mail", "password"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        # In a background process, SIGINT may be ignored, and the program would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    os.close(theirs)
    shown = read_until(ours, b"studio: ")
    if keys:
        os.write(ours, keys)
    else:
        asking.send_signal(signal.SIGINT)
    shown += read_until(ours, None)
    assert asking.wait(20) == exit_code
    os.close(ours)
    assert b"Password of studio" in shown
    assert SECRET.encode() not in shown
    assert b"Traceback" not in shown
    assert password_file.exists() == (exit_code == 0)


def read_until(terminal: int, end: bytes | None) -> bytes:
    """Return the output of a terminal up to ``end``, or until it is closed."""
    shown = b""
    while end is None or end not in shown:
        try:
            shown += os.read(terminal, 1024)
        except OSError:
            break
    return shown


def test_a_test_mail_arrives(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp_server(security=Security.STARTTLS, username="studio", password=SECRET) as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        said = cli.out("mail", "test", "hr@example.org")
        assert "took the test mail to hr@example.org: " in said
        assert server.messages[0].recipients == ("hr@example.org",)
        server.script("rcpt", "550 5.1.1 no such user")
        said = cli.refused("mail", "test", "nobody@example.org")
        assert said.endswith("did not leave: 550 5.1.1 no such user\n")
        monkeypatch.setenv("STUDIO_SMTP_PASSWORD", "wrong")
        said = cli.refused("mail", "test", "hr@example.org")
        assert "refuses the login" in said
        assert SECRET not in said
        monkeypatch.setenv("STUDIO_SMTP_PASSWORD", SECRET)
        assert "is not an e-mail address" in cli.refused("mail", "test", "not an address")


def test_a_test_mail_without_a_server_is_refused(cli: Cli) -> None:
    assert "No mail server is set up" in cli.refused("mail", "test", "hr@example.org")


def test_a_user_may_not_send_a_test_mail(organisation: Cli) -> None:
    Path("me.csv").write_text(
        f"login,email,given_name,family_name,role\n{ACCOUNT},hr@example.org,Some,Body,user\n"
    )
    organisation.run("users", "import", "me.csv")
    said = organisation.refused("mail", "test", "hr@example.org")
    assert said == f"studio-tui: {ACCOUNT} (user) may not send a test mail.\n"
    assert "may not see the outbox" in organisation.refused("mail", "preview", *CLOSED)


CLOSED = ("closed", "user")


def test_every_mail_has_a_preview(cli: Cli) -> None:
    subjects = {
        cli.json("mail", "preview", str(kind), str(capacity), "--language", language)["subject"]
        for kind in Kind
        for capacity in kind.capacities
        for language in ("en", "nl", "fr")
    }
    assert len(subjects) == 72
    said = cli.refused("mail", "preview", "key_added", "manager")
    assert said == "studio-tui: Nobody is told of key_added as a manager.\n"


def test_a_preview_shows_the_requested_form(cli: Cli) -> None:
    preview = ("mail", "preview", "reminder", "manager")
    said = cli.out(*preview, "--language", "nl-BE")
    assert said.startswith("Language  nl\nSubject   Ter herinnering: 2 gesprekken")
    assert "- Ann Peeters\n- Ben Willems\n" in said
    assert "- " not in cli.out(*preview, "--people", "1").partition("--")[0]
    shown = {cli.json(*preview)["plain"], cli.json(*preview, "--overdue")["plain"]}
    assert len(shown) == 2
    assert "6 is not in the range" in cli.misused(*preview, "--people", "6")
    assert "'lost' is not one of" in cli.misused("mail", "preview", "lost", "user")


def test_a_preview_uses_the_texts_of_the_organisation(cli: Cli, private_home: Path) -> None:
    own = private_home / "config" / "studio-tui" / "wording" / "en"
    own.mkdir(parents=True)
    text = own / "closed.user.md"
    text.write_text("Subject: {{ push }} is over\n\nDear {{ given_name }}, thank you.\n")
    assert "Q1 review is over" in cli.out("mail", "preview", *CLOSED)
    text.write_text("Subject: {{ push }} is over\n\nDear {{ givenname }}.\n")
    said = cli.refused("mail", "preview", *CLOSED)
    assert f"{text}, line 3" in said


def test_the_next_server_is_used_while_the_first_is_down(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp_server() as first, smtp_server() as second:
        for name, value in first.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("STUDIO_SMTP_NEXT_HOSTS", f"localhost:{second.port}")
        first.script("connect", "421 4.3.2 down")
        said = cli.out("mail", "test", "hr@example.org")
        assert said.startswith(f"localhost:{second.port} took the test mail")
        told = cli.run("doctor", exit_code=1).stdout
        assert f"ok      next server   localhost:{second.port} answers" in told
        monkeypatch.setenv("STUDIO_SMTP_NEXT_HOSTS", "not a host")
        assert "write it like next_hosts" in cli.refused("mail", "test", "hr@example.org")
