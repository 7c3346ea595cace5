"""Commands on a full disk, on a read-only disk, and from an account without a name.

Each condition is real, made in a namespace of the kernel. Each command reports the problem and its
remedy, and writes nothing.
"""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, create

RUN_ALL = """
set -e
mkdir "$1"
mount -t tmpfs -o size=4m,mode=700 none "$1"
cp studio.db "$1"
{disk}
shift
"$@"
ls -A "$(dirname "${{STUDIO_DATABASE_URL#sqlite:///}}")"
"""
IN_ONE_PROCESS = """
import sys, shlex
from click.testing import CliRunner
from studio_tui.cli.main import program
from studio_tui.main import DEPENDENCIES
for command in sys.argv[1:]:
    done = CliRunner().invoke(program, shlex.split(command), obj=DEPENDENCIES)
    print(done.stdout, "ended with", done.exit_code)
    print(done.stderr, end="", file=sys.stderr)
"""
"""A script that runs several commands in one process.

Starting the program for each command would take most of the time.
"""
DISKS = {
    "read-only": ('mount -o remount,ro "$1"', "mounted read-only. Mount it for writing"),
    "full": ('dd if=/dev/zero of="$1/rest" 2>&- || true', "disk of the database is full"),
}
COMMANDS = ("users list", "worker --drain", "db backup kept.db", shlex.join(create("New")))
MOUNTING = (("--map-root-user", "--mount"), ("--mount",))
"""Options of ``unshare``, without and with root, which containers may require."""


def in_name_space(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["unshare", *arguments], capture_output=True, text=True, check=False)


def works(*how: str) -> bool:
    """Return whether the kernel lets this account make a namespace. Some containers forbid it."""
    try:
        return in_name_space(*how).returncode == 0
    except FileNotFoundError:
        return False


def running(*commands: str) -> list[str]:
    return [sys.executable, "-c", IN_ONE_PROCESS, *commands]


@pytest.fixture(scope="module")
def mounting() -> tuple[str, ...]:
    """The options of ``unshare`` that make a namespace in which a file system can be mounted."""
    mount = ("sh", "-c", "mount -t tmpfs none /mnt")
    found = [how for how in MOUNTING if works(*how, *mount)]
    if not found:
        pytest.skip("this kernel lets this account mount nothing, not even for itself")
    return found[0]


@pytest.mark.parametrize("disk", DISKS)
def test_every_command_reports_that_the_disk_is_full_or_read_only(
    organisation: Cli,
    private_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    mounting: tuple[str, ...],
    disk: str,
) -> None:
    prepare, sign = DISKS[disk]
    organisation.run("db", "backup", "studio.db")
    mounted = Path("disk").absolute()
    monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{mounted}/studio.db")
    script = RUN_ALL.format(disk=prepare)
    done = in_name_space(*mounting, "sh", "-c", script, "sh", str(mounted), *running(*COMMANDS))
    assert done.stdout.count("ended with 1\n") == len(COMMANDS), done
    assert done.stderr.count(sign) == done.stderr.count("\n") == len(COMMANDS), done.stderr
    left = set(done.stdout.rpartition("ended with 1\n")[2].split()) - {"rest"}
    assert left <= {"studio.db", "studio.db-wal", "studio.db-shm"}
    assert not Path("kept.db").exists()


def test_an_account_without_a_name_is_refused(organisation: Cli) -> None:
    if not works("--user", "--map-user=12345", "true"):
        pytest.skip("this kernel lets this account have no other number")
    commands = running("users list", "db migrate", "doctor")
    done = in_name_space("--user", "--map-user=12345", *commands)
    assert done.stdout.count("ended with 1\n") == 3, done
    said = "The account 12345 has no name on this host"
    assert (done.stdout + done.stderr).count(said) == 3, done
    assert "fault" not in done.stderr
