"""Regenerate the parts of the documentation that are derived from declarations in the program.

These are the tables, the manual page and the pictures of the guide.

    python -m tests.documents
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from studio_tui.config import settings_table
from studio_tui.domain.activity import verb_table
from studio_tui.domain.audiences import words_table
from studio_tui.domain.people import access_table, facts_table
from tests import manual, shapes_table
from tests.tui import guide

DOCS = Path(__file__).parents[1] / "docs"
TABLES: Mapping[str, tuple[str, Callable[[], str]]] = {
    "access.md": ("roles", access_table.in_markdown),
    "activity.md": ("verbs", verb_table.in_markdown),
    "audiences.md": ("conditions", words_table.in_markdown),
    "facts.md": ("facts", facts_table.in_markdown),
    "configuration.md": ("settings", settings_table.in_markdown),
    "json.md": ("shapes", shapes_table.in_markdown),
}
"""By document: the name of its marks, and the function that generates the text between them."""
MANUAL = DOCS / "studio-tui.1"


def written_anew(document: str) -> str:
    """Return the text of a document with its table regenerated."""
    mark, made = TABLES[document]
    text = (DOCS / document).read_text(encoding="utf-8")
    before, _, rest = text.partition(f"<!-- {mark} -->\n")
    _, end, after = rest.partition(f"<!-- end of {mark} -->")
    return f"{before}<!-- {mark} -->\n{made()}{end}{after}"


def main() -> None:
    """Write all documents, the manual page and the pictures."""
    for document in TABLES:
        (DOCS / document).write_text(written_anew(document), encoding="utf-8")
    MANUAL.write_text(manual.in_roff(), encoding="utf-8")
    guide.main()


if __name__ == "__main__":
    main()
