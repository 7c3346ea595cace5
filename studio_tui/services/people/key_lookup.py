"""Who may come in by which key, as sshd asks it: nothing is loaded but what that takes (A1)."""

from studio_tui.storage.people.key_lookup import keys_at_the_door

__all__ = ["keys_at_the_door"]
