"""Lookup of SSH keys for sshd (A1); imports little, because every login waits for it."""

from studio_tui.storage.people.key_lookup import keys_at_the_door

__all__ = ["keys_at_the_door"]
