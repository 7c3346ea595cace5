"""A keyring backend that stores passwords in the file ``FILE_KEYRING``, without a desktop."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileKeyring(KeyringBackend):
    """Stores passwords as JSON by service and user."""

    priority = 5.0

    def get_password(self, service: str, username: str) -> str | None:
        """Return the password, or None if none is stored."""
        return self._all().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a password."""
        kept = {**self._all(), f"{service} {username}": password}
        self._path.write_text(json.dumps(kept), encoding="utf-8")

    @property
    def _path(self) -> Path:
        return Path(os.environ["FILE_KEYRING"])

    def _all(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        found: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
        return found
