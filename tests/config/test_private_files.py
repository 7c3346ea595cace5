"""The Studio's files are private, with any umask and any file that already exists."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_tui.config import private_files
from studio_tui.config.work_folder import PREFIX
from studio_tui.domain.shared.errors import Refused

_NOBODY = 65534


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Sets one of several umasks."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_a_new_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.db"
    assert private_files.make_file(path)
    assert not private_files.make_file(path)
    assert [mode(each) for each in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]


def test_an_existing_symlink_is_not_followed(tmp_path: Path) -> None:
    """In a shared folder, another account may have created the path first."""
    aim = tmp_path / "aim"
    (tmp_path / "studio.db").symlink_to(aim)
    assert not private_files.make_file(tmp_path / "studio.db")
    assert not aim.exists()
    with pytest.raises(FileNotFoundError):
        private_files.require_own_file(tmp_path / "studio.db")


@pytest.mark.parametrize("bits", [0o602, 0o666, 0o777])
def test_a_file_that_others_can_write_is_refused(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "config.toml"
    path.touch()
    path.chmod(bits)
    with pytest.raises(Refused, match="chmod go-w"):
        private_files.require_own_file(path)
    link = tmp_path / "link"
    link.symlink_to("config.toml")
    with pytest.raises(Refused, match="Others can write"):
        private_files.require_own_file(link)


def test_a_file_that_others_could_replace_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    path = folder / "config.toml"
    path.touch(mode=0o600)
    private_files.require_own_file(path)
    folder.chmod(0o777)
    with pytest.raises(Refused, match="in the folder"):
        private_files.require_own_file(path)
    folder.chmod(0o1777)
    private_files.require_own_file(path)
    with pytest.raises(Refused, match="in the folder"):
        private_files.require_own_folder(folder)


def test_a_link_to_itself_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        private_files.require_own_file(tmp_path / "a")


def test_a_file_that_others_can_read_is_made_private_with_a_message(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    path.touch(mode=0o600)
    assert private_files.revoke_access(path) is None
    path.chmod(0o644)
    assert private_files.readable_by_others(path)
    assert (
        private_files.revoke_access(path) == f"Others could read {path}: it is closed to them now."
    )
    assert mode(path) == 0o600
    assert not private_files.readable_by_others(path)


def test_a_device_is_accepted(tmp_path: Path) -> None:
    assert Path(os.devnull).stat().st_mode & 0o022, "others write into it"
    private_files.require_own_file(Path(os.devnull))


def test_the_private_group_of_an_account_does_not_count_as_others(tmp_path: Path) -> None:
    """Many systems make a group for each account, and a umask that allows the group to write."""
    path = tmp_path / "config.toml"
    path.touch()
    path.chmod(0o660)
    own = private_files._is_own_group(path.stat().st_gid)
    if own:
        private_files.require_own_file(path)
    else:
        with pytest.raises(Refused):
            private_files.require_own_file(path)
    assert not private_files._is_own_group(_NOBODY - 1)


def test_a_file_of_another_account_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.touch(mode=0o600)
    owner = path.stat().st_uid
    if owner == 0:
        os.chown(path, _NOBODY, -1)
        private_files.require_own_file(path)
    # Run the check as another account.
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(Refused, match="belongs to another account"):
        private_files.require_own_file(path)


def test_a_file_is_replaced_atomically_and_stays_private(tmp_path: Path) -> None:
    path = tmp_path / "made" / "kept"
    for text in ("first", "second €"):
        private_files.replace_file(path, text)
        assert path.read_text(encoding="utf-8") == text
        assert mode(path) == 0o600
        path.chmod(0o644)
    assert [each.name for each in path.parent.iterdir()] == ["kept"]
    target = tmp_path / "elsewhere"
    target.write_text("untouched")
    path.unlink()
    path.symlink_to(target)
    private_files.replace_file(path, "fourth")
    assert target.read_text() == "untouched"
    assert not path.is_symlink()


@pytest.mark.parametrize("links", [True, False])
def test_a_finished_file_is_moved_without_replacing_an_existing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """File systems without hard links are covered as well."""

    def no_link(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if not links:
        monkeypatch.setattr("os.link", no_link)
    (tmp_path / "place").write_text("done")
    private_files.move_without_replacing(tmp_path / "place", tmp_path / "named")
    assert (tmp_path / "named").read_text() == "done"
    (tmp_path / "other").write_text("other")
    with pytest.raises(FileExistsError):
        private_files.move_without_replacing(tmp_path / "other", tmp_path / "named")
    assert (tmp_path / "named").read_text() == "done"
    private_files.move_replacing(tmp_path / "other", tmp_path / "named")
    assert (tmp_path / "named").read_text() == "other"


def test_the_second_link_of_a_killed_program_is_removed_where_the_file_exists(
    tmp_path: Path,
) -> None:
    path = tmp_path / "studio.db"
    path.write_text("of the people", encoding="utf-8")
    abandoned = tmp_path / f"{PREFIX}killed"
    abandoned.mkdir()
    (abandoned / path.name).hardlink_to(path)
    with pytest.raises(Refused, match="is there already"), private_files.new_file(path):
        pass
    assert not abandoned.exists()
    assert path.stat().st_nlink == 1
