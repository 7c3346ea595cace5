"""Lookup of SSH keys for sshd (A1); imports little, because every login waits for it."""

from studio_tui.storage.people.key_lookup import lookup_keys

__all__ = ["lookup_keys"]
