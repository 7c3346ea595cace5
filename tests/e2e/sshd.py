"""A real sshd on loopback, configured as docs/ssh.md says, and clients that log in with keys."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from studio_tui.config.session import account_name

GUIDE = (Path(__file__).parents[2] / "docs" / "ssh.md").read_text(encoding="utf-8")
STUDIO = Path(sys.executable).with_name("studio-tui")
ACCOUNT = account_name()
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
_PATIENCE = 30.0

_PERMISSIVE = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile none
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
LogLevel DEBUG2
Subsystem sftp internal-sftp
X11Forwarding yes
AllowTcpForwarding yes
AllowAgentForwarding yes
GatewayPorts yes
PermitTunnel yes
AcceptEnv SSH_* STUDIO_* PYTHON* XDG_* EDITOR VISUAL PAGER LANG LC_* _STUDIO_TUI_COMPLETE
SetEnv HOME={folder}
"""
"""The configuration above the lines of the guide: the most permissive that a host may have.

bash reads the .bashrc of a home that is reached over SSH. The one of the person who runs the tests
may do anything, and take longer than the Studio.
"""


def documented() -> str:
    """Return the lines for sshd_config from the guide, verbatim."""
    found = re.search(r"<!-- sshd configuration -->\n```\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    return found[1]


@dataclass(frozen=True)
class SshServer:
    """A running sshd and its clients' keys."""

    port: int
    folder: Path
    log: Path
    shared: bool = False
    """Whether the connections opened by `multiplexed` are used. Other keys still log in."""

    def key(self, name: str, *options: str) -> Path:
        """Return the private key of ``name``, created on first use."""
        path = self.folder / f"key_{name}"
        if not path.exists():
            kind = options or ("-t", "ed25519")
            subprocess.run(
                ["ssh-keygen", "-q", *kind, "-N", "", "-C", name, "-f", path], check=True
            )
        return path

    def command(self, name: str, *words: str, options: Sequence[str] = ()) -> list[str]:
        """Return an ``ssh`` command line that logs in with the key ``name`` and sends ``words``.

        With ``options`` it always logs in anew.
        """
        if self.shared and not options:
            options = self._connection(name)
        at = f"{ACCOUNT}@127.0.0.1"
        # ssh would read a command that begins with a dash as an option of its own.
        sent = [f" {word}" if word.startswith("-") else word for word in words]
        return [
            "ssh",
            *options,
            *self.options(name),
            "-p",
            str(self.port),
            at,
            *sent,
        ]

    def options(self, name: str) -> list[str]:
        """Return the options that make OpenSSH offer this key and no other.

        The key exchange by default takes as long as a command: it resists quantum computers.
        """
        return [
            "-F", "none", "-i", str(self.key(name)), "-o", "KexAlgorithms=curve25519-sha256",
            "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
            "-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}", "-o", "LogLevel=ERROR",
        ]  # fmt: skip

    def run(
        self, name: str, *words: str, options: Sequence[str] = (), typed: str = "", **environ: str
    ) -> "subprocess.CompletedProcess[str]":
        """Log in with the key ``name``, run a command, and return its result."""
        return subprocess.run(
            self.command(name, *words, options=options),
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, **environ},
            timeout=_PATIENCE * 2,
            check=False,
        )

    @contextmanager
    def multiplexed(self, *names: str) -> Iterator["SshServer"]:
        """Open a shared connection for each of ``names``, so that their commands need no login."""
        master = ("-o", "ControlMaster=yes", "-o", "ControlPersist=yes", "-N", "-f")
        with ExitStack() as stack:
            for name in names:
                connection = self._connection(name)
                subprocess.run(self.command(name, options=[*master, *connection]), check=True)
                leave = self.command(name, options=["-O", "exit", *connection])
                stack.callback(subprocess.run, leave, capture_output=True, check=True)
            yield replace(self, shared=True)

    def _connection(self, name: str) -> list[str]:
        return ["-o", f"ControlPath={self.folder / f'connection_{name}'}"]

    def logged(self, words: str) -> bool:
        """Return whether the log of sshd contains ``words``."""
        return words in self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def running_sshd(folder: Path, config: Path) -> Iterator[SshServer]:
    """Run sshd with the lines of the guide, for the Studio whose configuration is ``config``."""
    assert SSHD is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = SshServer(port, folder, folder / "sshd.log")
    _make_host_key(server)
    lines = documented().replace("/opt/studio-tui/bin/studio-tui", str(STUDIO))
    lines = lines.replace("/etc/studio-tui/config.toml", str(config))
    lines = re.sub(
        r"^((Match|    AuthorizedKeysCommand)User|Match User) studio$",
        lambda found: found[0].replace(" studio", f" {ACCOUNT}"),
        lines,
        flags=re.M,
    )
    (folder / "sshd_config").write_text(_PERMISSIVE.format(port=port, folder=folder) + lines)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    server.log.touch()
    arguments = [SSHD, "-D", "-E", str(server.log), "-f", str(folder / "sshd_config")]
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL)
    try:
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _make_host_key(server: SshServer) -> None:
    path = server.folder / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    public = path.with_suffix(".pub").read_text().split()
    (server.folder / "known_hosts").write_text(
        f"[127.0.0.1]:{server.port} {public[0]} {public[1]}\n"
    )


def _wait_for(server: SshServer, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _PATIENCE
    while not server.logged("Server listening"):
        assert process.poll() is None, server.log.read_text()
        assert time.monotonic() < until, server.log.read_text()
        time.sleep(0.02)
