"""The places where the password is found and stored; it is never shown (N11)."""

import os
import pickle
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked

from studio_tui.config.settings import Smtp
from studio_tui.domain.shared.errors import Refused, StudioError, Unavailable
from studio_tui.mail.secrets import Secret, find, password_file, set_password, where

SMTP = Smtp(host="mail.example.org", username="studio")


class Memory(KeyringBackend):
    """A keyring in memory."""

    priority = 0.5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class Locked(Memory):
    """A keyring that cannot be unlocked."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("locked")


@pytest.fixture(autouse=True)
def without_keyring() -> Iterator[None]:
    """Without a keyring, as on an SSH host, unless a test sets one."""
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with its own configuration folder."""
    return {"STUDIO_CONFIG": str(tmp_path / "config" / "config.toml")}


def written(environ: dict[str, str], content: bytes, mode: int = 0o600) -> Path:
    """Write the password file with ``content``, and return its path."""
    path = password_file(environ)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_secret_is_not_printed_or_pickled() -> None:
    secret = Secret("open sesame")
    assert f"{secret} {secret!r} {[secret]}".count("•••") == 3
    assert secret.reveal() == "open sesame"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_without_a_password_none_is_found(environ: dict[str, str]) -> None:
    assert find(SMTP, environ) is None
    assert where(SMTP, environ) is None


def test_the_order_of_places(environ: dict[str, str], tmp_path: Path) -> None:
    backend = Memory()
    backend.set_password("studio-tui", "studio@mail.example.org", "of the keyring")
    keyring.set_keyring(backend)
    told = [find(SMTP, environ)]
    path = written(environ, b"of the file\n")
    told.append(find(SMTP, environ))
    (tmp_path / "smtp-password").write_bytes(b"of systemd")
    environ["CREDENTIALS_DIRECTORY"] = str(tmp_path)
    told.append(find(SMTP, environ))
    environ["STUDIO_SMTP_PASSWORD"] = "of the environment"
    told.append(find(SMTP, environ))
    assert [(found.password.reveal(), found.where) for found in told if found] == [
        ("of the keyring", f"the keyring ({backend.name})"),
        ("of the file", f"the file {path}"),
        ("of systemd", "the systemd credential smtp-password"),
        ("of the environment", "the environment variable STUDIO_SMTP_PASSWORD"),
    ]


def test_where_names_the_place_and_not_the_password(environ: dict[str, str]) -> None:
    path = written(environ, b"open sesame\n")
    assert where(SMTP, environ) == f"the file {path}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused(environ: dict[str, str], mode: int) -> None:
    path = written(environ, b"open sesame\n", mode)
    with pytest.raises(Refused) as refused:
        find(SMTP, environ)
    assert refused.value.message == f"{path} can be read by others: run “chmod 600 {path}”."


def test_a_file_of_another_account_is_refused(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(environ, b"open sesame\n")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(Refused, match="belongs to another account"):
        find(SMTP, environ)


def test_a_named_pipe_in_its_place_does_not_block(environ: dict[str, str]) -> None:
    path = password_file(environ)
    path.parent.mkdir()
    os.mkfifo(path, 0o600)
    with pytest.raises(Refused, match="is not a file"):
        find(SMTP, environ)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfopen sesame",
        b"\xef\xbb\xbfopen sesame\r\n",
        "open sesame\r\n".encode("utf-16"),
        b"\xfe\xff" + "open sesame".encode("utf-16-be"),
    ],
)
def test_a_byte_order_mark_is_not_part_of_the_password(
    environ: dict[str, str], tmp_path: Path, content: bytes
) -> None:
    written(environ, content)
    found = find(SMTP, environ)
    assert found is not None
    assert found.password.reveal() == "open sesame"
    (tmp_path / "smtp-password").write_bytes(content)
    found = find(SMTP, {**environ, "CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert found is not None
    assert found.where == "the systemd credential smtp-password"
    assert found.password.reveal() == "open sesame"


def test_a_byte_order_mark_in_the_environment_is_not_part_of_it(environ: dict[str, str]) -> None:
    found = find(SMTP, {**environ, "STUDIO_SMTP_PASSWORD": "\ufeffopen sesame\n"})
    assert found is not None
    assert found.password.reveal() == "open sesame"


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"two\nlines\n", b"nul\0", b"\xff\xfe", b"x" * 5000]
)
def test_an_invalid_password_is_refused_without_being_shown(
    environ: dict[str, str], content: bytes
) -> None:
    path = written(environ, content)
    with pytest.raises(Refused) as refused:
        find(SMTP, environ)
    assert str(path) in refused.value.message
    assert len(refused.value.message) < len(str(path)) + 80


def test_spaces_around_a_password_are_part_of_it(environ: dict[str, str]) -> None:
    written(environ, b" spaced \r\n")
    found = find(SMTP, environ)
    assert found is not None
    assert found.password.reveal() == " spaced "


def test_without_a_keyring_the_password_is_stored_in_a_private_file(
    environ: dict[str, str],
) -> None:
    said = set_password(SMTP, Secret("pässword"), environ)
    path = password_file(environ)
    assert said == f"the file {path}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]
    found = find(SMTP, environ)
    assert found is not None
    assert found.password == Secret("pässword")


def test_with_a_keyring_the_password_is_stored_there(environ: dict[str, str]) -> None:
    backend = Memory()
    keyring.set_keyring(backend)
    assert set_password(SMTP, Secret("open sesame"), environ) == f"the keyring ({backend.name})"
    assert backend.kept == {("studio-tui", "studio@mail.example.org"): "open sesame"}
    assert not password_file(environ).exists()


def test_an_existing_file_with_precedence_is_changed(environ: dict[str, str]) -> None:
    keyring.set_keyring(Memory())
    path = written(environ, b"old\n", 0o644)
    assert set_password(SMTP, Secret("new"), environ) == f"the file {path}"
    found = find(SMTP, environ)
    assert found is not None
    assert found.password.reveal() == "new"


def test_the_error_about_a_locked_keyring_names_an_alternative(environ: dict[str, str]) -> None:
    keyring.set_keyring(Locked())
    for attempt in (
        lambda: find(SMTP, environ),
        lambda: set_password(SMTP, Secret("open sesame"), environ),
    ):
        with pytest.raises(Unavailable, match="STUDIO_SMTP_PASSWORD") as unavailable:
            attempt()
        assert "open sesame" not in unavailable.value.message


@pytest.mark.parametrize("text", ["", "two\nlines", "nul\0"])
def test_an_invalid_password_is_not_stored(environ: dict[str, str], text: str) -> None:
    with pytest.raises(Refused):
        set_password(SMTP, Secret(text), environ)
    assert not password_file(environ).exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where a folder should be")
    environ = {"STUDIO_CONFIG": str(tmp_path / "config" / "config.toml")}
    with pytest.raises(StudioError, match="cannot be written"):
        set_password(SMTP, Secret("open sesame"), environ)


def test_keyring_is_imported_only_when_it_is_used() -> None:
    code = "import sys, studio_tui.mail.secrets as p; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
