"""The JSON that commands print is a contract: ``docs/commands.md`` describes it, and the modules
``shapes`` of the features declare it.

Names are those of ``docs/glossary.md`` in snake_case, days ``YYYY-MM-DD``, instants ISO 8601 with
the offset of the organisation's zone.
"""

from typing import Any

CONTRACT = 2
"""The version of the contract: raised when a key goes, is renamed or means something else."""

Shape = dict[str, Any]
