"""The JSON that commands print, which is a contract with the programs that read it.

``docs/commands.md`` describes the contract, and the modules ``shapes`` of the features declare it.

Keys are the words of ``docs/glossary.md`` in snake_case, days are ``YYYY-MM-DD``, and instants are
ISO 8601 with the offset of the organisation's time zone.
"""

from typing import Any

CONTRACT = 2
"""Version of the contract, raised when a key is removed, renamed or changes its meaning."""

Shape = dict[str, Any]
