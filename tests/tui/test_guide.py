"""``docs/guide.md``: its pictures match the screens."""

import re

from tests.tui.guide import FOLDER, PICTURES, ROOT, every_file

GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")


def test_the_pictures_match_the_stored_snapshots() -> None:
    """After a change of a stored snapshot, regenerate the pictures:
    ``python -m tests.tui.guide``.
    """
    files = dict(every_file())
    assert sorted(FOLDER.iterdir()) == sorted(files)
    assert [path.name for path, text in files.items() if path.read_text("utf-8") != text] == []


def test_every_picture_is_in_the_guide_once_and_loads_no_resource() -> None:
    assert re.findall(r"\]\(pictures/([a-z-]+)\.svg\)", GUIDE) == [*PICTURES]
    for path, text in every_file():
        assert set(re.findall(r"(?:https?|file):[^\s\"<]*", text.replace(_SVG, ""))) <= {_RICH}, (
            path
        )


_SVG = "http://www.w3.org/2000/svg"
_RICH = "https://www.textualize.io"
"""A web address in a comment of every picture."""
