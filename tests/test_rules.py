"""The rule book is whole: what is cited stands in it, and what stands in it is tested."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
BOOK = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
RULES = re.findall(r"^- \*\*([USTPCNAD]\d{1,2})\*\* ", BOOK, re.MULTILINE)
_CITED = re.compile(r"(?<![\w/=!':-])[USTPCNAD][1-9]\d?(?![\w/'])")
_ELSEWHERE = re.compile(r"\b(?:SPEC|PERF|DESIGN)(?:\.md)?\b")


def _texts(*patterns: str) -> dict[str, str]:
    """Return the text of the files of the repository that match, by name, without this file."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = (name for name in listed.stdout.split() if name != "tests/test_rules.py")
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in names}


def test_every_rule_stands_in_the_book_once() -> None:
    assert len(RULES) == len(set(RULES))


def test_every_rule_that_is_cited_stands_in_the_book() -> None:
    missing = {
        name: unknown
        for name, text in _texts("*.py", "*.md").items()
        if (unknown := set(_CITED.findall(text)) - set(RULES))
    }
    assert missing == {}


def test_every_rule_is_cited_by_a_test() -> None:
    cited = set(_CITED.findall("\n".join(_texts("tests/*.py").values())))
    assert sorted(set(RULES) - cited) == []


def test_no_other_document_is_cited_as_the_source_of_a_rule() -> None:
    """The repository is self-contained: every document that is cited has to be in it."""
    cited = {
        name: found
        for name, text in _texts("*.py", "docs/*.md").items()
        if (found := _ELSEWHERE.findall(text))
    }
    assert cited == {}
