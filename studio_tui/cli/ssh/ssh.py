"""``studio-tui ssh``: the SSH keys of users (A1)."""

import click

from studio_tui.cli.shared.lazy import Lazy, LazyGroup

# sshd waits for “keys”, so that command does not load the imports of the others.
_COMMANDS = {
    "add-key": Lazy("studio_tui.cli.ssh.keys", "add_key", "Let a user in with a key."),
    "remove-key": Lazy("studio_tui.cli.ssh.keys", "remove_key", "Let nobody in with a key."),
    "list": Lazy("studio_tui.cli.ssh.keys", "list_", "List the keys that you may see."),
    "keys": Lazy("studio_tui.cli.ssh.session", "keys", "For OpenSSH's AuthorizedKeysCommand."),
    "session": Lazy("studio_tui.cli.ssh.session", "session", "What sshd runs for a key."),
}


@click.group("ssh", cls=LazyGroup, lazy=_COMMANDS)
def ssh() -> None:
    """Keep the keys of those who come in over SSH."""
