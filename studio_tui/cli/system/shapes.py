"""The JSON of a copied database: part of the contract in ``docs/commands.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_tui.cli.shared.contract import Shape

if TYPE_CHECKING:
    from studio_tui.services.system.copy_database import TransferResult


def moved(of: TransferResult) -> Shape:
    """Return the JSON of a database that was copied, backed up or restored."""
    return {
        "database": of.name,
        "tables": [
            {"table": each.table, "rows": each.rows, "checksum": each.checksum}
            for each in of.contents
        ],
        "rows": of.rows,
        "activity": {
            "lines": of.activity.lines,
            "sealed": of.activity.of,
            "seal": of.activity.head,
        },
        "waiting_mail": of.waiting,
        "mail_stopped": of.mail_stopped,
    }
