"""Files, folders, modules and links that the documents for developers name exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = (
    *("CONTRIBUTING.md", "docs/design.md", "docs/glossary.md", "docs/rules.md"),
    *("README.md", "docs/guide.md", "docs/install.md"),
)
_PATH = re.compile(r"`([\w.]+/[\w./]*)`")
_MODULE = re.compile(r"python -m ([\w.]+)")
_LINK = re.compile(r"\]\(([^)#:]+)\)")


def _exists(name: str) -> bool:
    """Return whether the repository or the package has this file or folder."""
    return (ROOT / name).exists() or (ROOT / "studio_tui" / name).exists()


def test_a_name_that_does_not_exist_is_detected() -> None:
    assert _PATH.findall("`domain/nowhere/`, `tui/router.py`") == [
        "domain/nowhere/",
        "tui/router.py",
    ]
    assert not _exists("domain/nowhere/")
    assert _exists("tui/router.py")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_names_in_a_document_exist(document: str) -> None:
    path = ROOT / document
    text = path.read_text(encoding="utf-8")
    modules = [name.replace(".", "/") for name in _MODULE.findall(text)]
    missing = [name for name in _PATH.findall(text) if not _exists(name)]
    missing += [name for name in modules if not _exists(f"{name}.py") and not _exists(name)]
    missing += [name for name in _LINK.findall(text) if not (path.parent / name).exists()]
    assert missing == []
