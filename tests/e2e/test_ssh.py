"""Access over SSH only with authorised keys (A1): attacks on a real sshd."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from studio_tui.cli.main import program
from studio_tui.cli.ssh.allowed import MAX_COMMAND_LENGTH
from studio_tui.main import DEPENDENCIES
from tests.cli.conftest import create
from tests.e2e.sshd import ACCOUNT, SSHD, SshServer, running_sshd
from tests.e2e.test_pty import opened
from tests.organisation import PEOPLE

pytestmark = pytest.mark.skipif(
    SSHD is None and "SSHD_IS_THERE" not in os.environ,
    reason="there is no sshd on this machine: apt-get install openssh-server; CI does have one",
)


@dataclass(frozen=True)
class Host:
    """A host of the Studio: the commands of its service account, and its sshd."""

    sshd: SshServer
    folder: Path
    config: Path

    @property
    def marker(self) -> Path:
        """The file that a successful attack would create."""
        return self.folder / "pwned"

    @property
    def database(self) -> Path:
        return self.folder / "studio.db"

    def studio(self, *arguments: str, typed: str = "") -> str:
        """Run a command on the host with the service account, in the process of the test."""
        runner = CliRunner(env={"STUDIO_CONFIG": str(self.config)})
        done = runner.invoke(program, arguments, obj=DEPENDENCIES, input=typed)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    def let_in(self, name: str, login: str) -> str:
        """Add the key ``name`` for a user and return its fingerprint."""
        public = self.sshd.key(name).with_suffix(".pub").read_text()
        said = self.studio("ssh", "add-key", login, typed=public)
        return said[said.index("SHA256:") :].split(".")[0]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The small organisation, in which Els, Sam and Ann have a key each."""
    folder = tmp_path_factory.mktemp("host")
    config = folder / "config.toml"
    config.write_text(f'[database]\nurl = "sqlite:///{folder / "studio.db"}"\n')
    config.chmod(0o600)
    doorway = folder / "sshd"
    doorway.mkdir(mode=0o700)
    with running_sshd(doorway, config) as sshd:
        host = Host(sshd, folder, config)
        people = folder / "people.csv"
        people.write_text(PEOPLE)
        host.studio("users", "import", str(people))
        host.studio(*create("Q1 review"))
        known = ("els", "sam", "ann")
        for login in known:
            host.let_in(login, login)
        with sshd.multiplexed(*known) as multiplexed:
            yield replace(host, sshd=multiplexed)


@pytest.fixture
def sshd(host: Host) -> Iterator[SshServer]:
    """The sshd of the host; fails the test if an attack left a file behind."""
    yield host.sshd
    assert not host.marker.exists()


def test_a_command_runs_as_the_owner_of_the_key(host: Host, sshd: SshServer) -> None:
    done = sshd.run("els", *create("'By Els'"))
    assert (done.returncode, done.stderr) == (0, "")
    newest = json.loads(sshd.run("sam", "activity", "list", "--limit", "1", "--json").stdout)[0]
    assert (newest["actor"], newest["action"], newest["subject"]) == (
        "els", "created push", "By Els",
    )  # fmt: skip
    listed = json.loads(host.studio("ssh", "list", "els", "--json"))
    assert newest["origin"] == f"key {listed[0]['fingerprint']} from 127.0.0.1"


def test_a_session_has_the_rights_of_the_owner_of_the_key(sshd: SshServer) -> None:
    assert sshd.run("sam", "pushes", "list").returncode == 0
    done = sshd.run("ann", "users", "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ann (user) may not see the users" in done.stderr
    done = sshd.run("ann", "ssh", "list", "--json")
    assert [key["login"] for key in json.loads(done.stdout)] == ["ann"]


def test_quotes_are_parsed_without_a_shell(sshd: SshServer) -> None:
    done = sshd.run("els", "pushes show 'Q1 review' --json")
    assert json.loads(done.stdout)["name"] == "Q1 review"
    done = sshd.run("els", "pushes show '$(id)`id`;|>*'")
    assert done.returncode == 1
    assert "There is no push “$(id)`id`;|>*”" in done.stderr


def test_input_output_and_exit_codes_pass_through(sshd: SshServer) -> None:
    done = sshd.run("els", "users import - --dry-run", typed=PEOPLE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing" in done.stdout or "unchanged" in done.stdout
    done = sshd.run("els", "pushes assign 'Q1 review' --file - --dry-run", typed="ann\nben\n")
    assert done.returncode == 0, done.stderr
    template = sshd.run("els", "templates export Regular").stdout
    done = sshd.run("els", "templates import -", typed=template)
    assert done.returncode == 0, done.stderr
    assert "is as the input says" in done.stdout
    exported = sshd.run("els", "users", "export").stdout
    assert "Béatrice" in exported
    assert sshd.run("els", "pushes", "show", "nothing").returncode == 1
    assert sshd.run("els", "pushes", "list", "--jason").returncode == 2
    assert sshd.run("els", "--version").returncode == 0


def test_without_a_terminal_the_studio_does_not_open(sshd: SshServer) -> None:
    done = sshd.run("els")
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


COMMANDS = (
    "sh",
    "/bin/sh -c 'touch {marker}'",
    "bash -i",
    "touch {marker}",
    "pushes list; touch {marker}",
    "pushes list && touch {marker}",
    "pushes list || touch {marker}",
    "pushes list | tee {marker}",
    "pushes list > {marker}",
    "pushes list & touch {marker}",
    "$(touch {marker})",
    "`touch {marker}`",
    "pushes list $(touch {marker})",
    "pushes list\ntouch {marker}",
    "pushes list\r\ntouch {marker}",
    "\ntouch {marker}",
    "${{IFS}}touch {marker}",
    "-o ProxyCommand='touch {marker}'",
    "--config /dev/null pushes list",
    "STUDIO_NOW=2030-01-01T00:00:00Z pushes list",
    "env STUDIO_NOW=2030-01-01T00:00:00Z pushes list",
    "studio-tui pushes list",
    "ssh session {els}",
    "ssh session {els} --config {config}",
    "ssh keys",
    "ssh keys {account} {els}",
    "worker --drain",
    "db migrate",
    "db backup {marker}",
    "db copy --to sqlite:///{marker}",
    "db restore {config}",
    "mail password",
    "doctor --json",
    "demo",
    "scp -t /tmp",
    "scp -f {config}",
    "rsync --server -e.Lsfx . {folder}",
    "git-upload-pack {folder}",
    "internal-sftp",
    "/usr/lib/openssh/sftp-server",
    "'unclosed",
    "\\",
    "#",
)


def test_no_other_command_can_be_run(host: Host, sshd: SshServer) -> None:
    listed = json.loads(host.studio("ssh", "list", "els", "--json"))
    words = {"els": listed[0]["fingerprint"], "account": ACCOUNT, "marker": host.marker}
    words |= {"config": host.config, "folder": host.folder}
    for command in COMMANDS:
        done = sshd.run("ann", command.format(**words))
        assert (done.returncode in (1, 2), done.stdout) == (True, ""), (command, done.stderr)
        assert "Els" not in done.stderr
        assert "sqlite" not in done.stderr
        assert not host.marker.exists(), command


FILES = (
    "users import {file}",
    "users import --dry-run -- {file}",
    "templates import {file}",
    "pushes assign 'Q1 review' --file {file}",
    "pushes assign 'Q1 review' --file={file}",
    "ssh add-key els {file}",
    "users import ./-",
    "users import /dev/stdin",
    "users import /proc/self/fd/0",
    "conversations export 'Q1 review' ann --output {file}",
    "conversations export 'Q1 review' ann --output ./-",
    "conversations export 'Q1 review' ann --output - --font {file}",
)


def test_no_file_of_the_host_is_read(host: Host, sshd: SshServer) -> None:
    for command in FILES:
        done = sshd.run("els", command.format(file=host.config))
        assert (done.returncode, done.stdout) == (2, ""), command
        assert "no file of the host is used" in done.stderr
        assert "sqlite" not in done.stderr


def test_a_dash_as_output_creates_no_file(host: Host, sshd: SshServer) -> None:
    places = (host.folder, Path.home(), Path("/"))
    assert not any((place / "-").exists() for place in places)
    done = sshd.run("ann", "conversations export 'Q1 review' ann --output -")
    # The command is valid; it only has nothing to export yet.
    assert (done.returncode, done.stdout) == (1, "")
    done = sshd.run("ann", "conversations export 'Q1 review' ann --output - --font -")
    assert (done.returncode, done.stdout) == (2, "")
    assert "“-” is no file here" in done.stderr
    assert not any((place / "-").exists() for place in places)


def test_the_environment_of_the_client_is_ignored(host: Host, sshd: SshServer) -> None:
    other = host.folder / "other.db"
    evil = host.folder / "evil"
    evil.mkdir()
    for name in ("sitecustomize", "usercustomize", "click"):
        (evil / f"{name}.py").write_text(f"open({str(host.marker)!r}, 'w')\n")
    (evil / "config.toml").write_text(f'[database]\nurl = "sqlite:///{other}"\n')
    sent = {
        "STUDIO_NOW": "2030-01-01T00:00:00+00:00",
        "STUDIO_DATABASE_URL": f"sqlite:///{other}",
        "STUDIO_CONFIG": str(evil / "config.toml"),
        "STUDIO_ORGANISATION_NAME": "Evil NV",
        "STUDIO_SMTP_HOST": "127.0.0.1",
        "PYTHONPATH": str(evil),
        "PYTHONSTARTUP": str(evil / "click.py"),
        "PYTHONINSPECT": "1",
        "PYTHONBREAKPOINT": "os.system",
        "XDG_CONFIG_HOME": str(evil),
        "XDG_DATA_HOME": str(evil),
        "EDITOR": f"touch {host.marker}",
        "VISUAL": f"touch {host.marker}",
        "PAGER": f"touch {host.marker}",
        "SSH_CONNECTION": "192.0.2.7 1 192.0.2.1 22",
        "SSH_CLIENT": "192.0.2.7 1 22",
        "LC_ALL": "C",
        "_STUDIO_TUI_COMPLETE": "",
    }
    pairs = " ".join(f'{name}="{value}"' for name, value in sent.items())
    options = ["-o", f"SetEnv={pairs}"]
    done = sshd.run("els", *create("Env"), options=options)
    assert done.returncode == 0, done.stderr
    assert sshd.logged("STUDIO_DATABASE_URL"), "the attack did not even reach the host"
    newest = json.loads(host.studio("activity", "list", "--limit", "1", "--json"))[0]
    assert newest["subject"] == "Env"
    assert newest["origin"].endswith(" from 127.0.0.1")
    assert not newest["at"].startswith("2030")
    assert not other.exists()
    done = sshd.run("els", "users --help", options=options)
    assert done.returncode == 0
    assert "Import, list, show and export users, and keep them by hand." in done.stdout


def test_shell_completion_is_disabled_in_a_session(sshd: SshServer) -> None:
    options = ["-o", "SetEnv=_STUDIO_TUI_COMPLETE=bash_source COMP_WORDS=x"]
    done = sshd.run("els", "--version", options=options)
    assert done.returncode == 0
    assert done.stdout.startswith("studio-tui ")


def test_no_port_or_socket_is_forwarded(host: Host, sshd: SshServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as inside:
        reached: list[object] = []
        inside.settimeout(0.2)
        port = inside.getsockname()[1]
        done = sshd.run(
            "els", options=["-o", "LogLevel=INFO", "-W", f"127.0.0.1:{port}"], typed="hello"
        )
        assert done.returncode == 255
        assert "administratively prohibited" in done.stderr
        strict = ["-o", "ExitOnForwardFailure=yes"]
        for forwarded in (
            ["-R", f"0:127.0.0.1:{port}"],
            ["-R", f"{tmp_path / 'sock'}:127.0.0.1:{port}"],
            ["-w", "0:0"],
        ):
            done = sshd.run("els", "--version", options=[*strict, *forwarded])
            assert (done.returncode, done.stdout) == (255, ""), forwarded
        with pytest.raises(TimeoutError):
            reached.append(inside.accept())
        assert reached == []


def test_no_agent_is_forwarded(sshd: SshServer, tmp_path: Path) -> None:
    path = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.PIPE)
    with agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        done = sshd.run("els", "--version", options=["-A"], SSH_AUTH_SOCK=str(path))
        agent.terminate()
    assert done.returncode == 0
    assert sshd.logged("auth_agent_req"), "the client did not even ask"
    assert not sshd.logged("SSH_AUTH_SOCK")


@pytest.mark.parametrize("protocol", [["-s"], ["-O"]], ids=["sftp", "rcp"])
def test_no_file_can_be_copied(
    host: Host, sshd: SshServer, tmp_path: Path, protocol: list[str]
) -> None:
    remote = f"{ACCOUNT}@127.0.0.1"
    common = ["scp", *protocol, *sshd.options("els"), "-P", str(sshd.port)]
    taken = tmp_path / "taken"
    for source, target in (
        (f"{remote}:{host.config}", str(taken)),
        (str(host.sshd.key("els")), f"{remote}:{host.marker}"),
    ):
        done = subprocess.run([*common, source, target], capture_output=True, check=False)
        assert done.returncode != 0
    assert not taken.exists()


def test_a_subsystem_request_runs_the_studio(sshd: SshServer) -> None:
    done = sshd.run("els", "sftp", options=["-s"])
    assert (done.returncode, done.stdout) == (2, "")


def test_the_length_of_a_command_is_limited(sshd: SshServer) -> None:
    done = sshd.run("els", "pushes show " + "x" * MAX_COMMAND_LENGTH)
    assert done.returncode == 2
    assert "too long" in done.stderr
    done = sshd.run("els", "pushes assign 'Q1 review' --dry-run" + " ann" * 20_000)
    assert done.returncode == 0, done.stderr


def test_bytes_that_are_not_utf8_are_refused(sshd: SshServer) -> None:
    command = [*map(os.fsencode, sshd.command("els")), b"pushes show \xff\xfe"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr


def test_an_unknown_key_is_refused(sshd: SshServer) -> None:
    done = sshd.run("mallory", "pushes", "list")
    assert (done.returncode, done.stdout) == (255, "")
    assert "Permission denied (publickey)" in done.stderr


def test_a_public_key_without_its_private_key_is_refused(host: Host, sshd: SshServer) -> None:
    """Presenting Els's public key but signing with another private key is refused."""
    stolen = sshd.key("thief")
    els = sshd.key("els").with_suffix(".pub").read_text()
    stolen.with_suffix(".pub").write_text(els)
    assert sshd.run("thief", "pushes", "list").returncode == 255


def test_password_authentication_is_not_offered(sshd: SshServer) -> None:
    options = ["-o", "PubkeyAuthentication=no"]
    assert sshd.run("els", "pushes", "list", options=options).returncode == 255


def test_a_removed_key_is_refused(host: Host, sshd: SshServer) -> None:
    fingerprint = host.let_in("second", "ann")
    assert sshd.run("second", "ssh", "list").returncode == 0
    assert sshd.run("sam", "ssh", "remove-key", fingerprint).returncode == 1
    done = sshd.run("ann", "ssh", "remove-key", fingerprint)
    assert done.returncode == 0, done.stderr
    assert sshd.run("second", "ssh", "list").returncode == 255
    assert sshd.run("ann", "ssh", "list").returncode == 0


def test_a_user_who_left_is_refused(host: Host, sshd: SshServer) -> None:
    host.let_in("cas", "cas")
    assert sshd.run("cas", "ssh", "list").returncode == 0
    gone = "email,given_name,family_name,active\ncas@example.org,Cas,Dubois,{}\n"
    host.studio("users", "import", "-", typed=gone.format("no"))
    assert sshd.run("cas", "ssh", "list").returncode == 255
    host.studio("users", "import", "-", typed=gone.format("yes"))
    assert sshd.run("cas", "ssh", "list").returncode == 0


def test_an_admin_adds_a_key_over_ssh(host: Host, sshd: SshServer) -> None:
    public = sshd.key("ben").with_suffix(".pub").read_text()
    assert sshd.run("ann", "ssh", "add-key", "ben", typed=public).returncode == 1
    done = sshd.run("els", "ssh", "add-key", "ben", "-", typed=public)
    assert done.returncode == 0, done.stderr
    assert sshd.run("ben", "ssh", "list").returncode == 0


def test_a_session_without_a_command_opens_the_studio_and_no_shell(sshd: SshServer) -> None:
    """A session with a terminal and without a command opens the Studio, and no shell behind it."""
    with opened((100, 30), sshd.command("els", options=["-tt"])) as terminal:
        terminal.shows("0 Today", "Templates", "Quit")
        terminal.type("3")
        terminal.shows("Béatrice Moreau")
        terminal.type("i")
        terminal.shows("users import -")
        terminal.type("\x1a\x1c\x03")
        terminal.shows("cannot be suspended here")
        terminal.type("\x1b")
        terminal.wait_for(lambda text: "cannot be suspended" not in text)
        terminal.type("q")
        assert terminal.ended() == 0


def test_removing_a_key_ends_its_open_session(host: Host, sshd: SshServer) -> None:
    fingerprint = host.let_in("lost", "els")
    with opened((100, 30), sshd.command("lost", options=["-tt"])) as terminal:
        terminal.shows("0 Today", "Templates", "Quit")
        done = sshd.run("els", "ssh", "remove-key", fingerprint)
        assert done.returncode == 0, done.stderr
        assert terminal.ended() == 1
    assert b"This key belongs to no active user of this Studio" in terminal.written


def test_help_in_a_terminal_is_not_paged(sshd: SshServer) -> None:
    command = sshd.command("els", "users", "--help", options=["-tt"])
    with opened((80, 10), command) as terminal:
        assert terminal.ended() == 0
    assert b"--More--" not in terminal.written
    assert b"Import, list, show and export users, and keep them by hand." in terminal.written
