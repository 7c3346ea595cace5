"""The pictures of ``docs/guide.md``, and a short animation of some of them.

They are the stored snapshots of the screens, which tests compare with the drawn ones.

    python -m tests.tui.guide

A picture of the guide is a snapshot without the web address of its font.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
PICTURES: Mapping[str, str] = {
    "today": "today/test_today_snapshots/test_typical[studio-dark-120x40]",
    "pushes": "pushes/test_pushes_snapshots/test_pushes[120x40]",
    "new-pushes": "pushes/test_pushes_snapshots/test_new_pushes_empty[studio-dark-120x40]",
    "assign": "pushes/test_pushes_snapshots/test_assign_imported_and_filtered[120x40]",
    "dry-run": "outbox/test_mail_snapshots/test_what_assigning_sends[120x40]",
    "push": "pushes/test_pushes_snapshots/test_push[120x40]",
    "by-manager": "pushes/test_push_groups/test_by_manager[pushes_in_every_state][120x40]",
    "changes": "people/test_changes/test_some_changed[120x40]",
    "users": "people/test_people_snapshots/test_users[studio-dark-120x40]",
    "person": "people/test_people_snapshots/test_user[120x40]",
    "outbox": "people/test_people_snapshots/test_outbox[studio-dark-120x40]",
    "activity": "people/test_people_snapshots/test_activity[120x40]",
    "my-conversations": (
        "conversations/test_my_conversations_snapshots/test_leader[studio-dark-120x40]"
    ),
    "conversation": "conversations/test_conversation_snapshots/test_leader_prepares[120x40]",
    "editor": "templates/test_template_snapshots/test_editor[120x40]",
}
"""By name in the guide, in its order: the stored snapshot."""
FILM = ("today", "new-pushes", "assign", "dry-run", "push", "by-manager")
SECONDS = 3
"""Seconds for which the animation displays each picture."""
_NAME = re.compile(r"\bterminal-")
"""The prefix of the identifiers in a picture, which must be unique within the animation."""
_FONT = re.compile(r",\s*url\([^)]*\) format\([^)]*\)")


def kept(name: str) -> str:
    """Return a stored snapshot as a picture of the guide."""
    folder, _, rest = PICTURES[name].partition("/")
    path = ROOT / "tests/tui/screens" / folder / "__snapshots__" / f"{rest}.svg"
    return _FONT.sub("", path.read_text(encoding="utf-8"))


def film() -> str:
    """Return an endless animation; with reduced motion, only its first picture is displayed."""
    frames = [kept(name) for name in FILM]
    size = re.findall(r'viewBox="([^"]*)"', frames[0])[0]
    whole, share = SECONDS * len(frames), 100 / len(frames)
    return "\n".join(
        [
            f'<svg viewBox="{size}" xmlns="http://www.w3.org/2000/svg">',
            "<style>",
            (
                f"@keyframes shown {{ 0%, {share:.3f}% {{ opacity: 1 }}"
                f" {share + 0.001:.3f}%, 100% {{ opacity: 0 }} }}"
            ),
            f".frame {{ opacity: 0; animation: shown {whole}s step-end infinite }}",
            (
                "@media (prefers-reduced-motion) { .frame { animation: none }"
                " .frame:first-of-type { opacity: 1 } }"
            ),
            "</style>",
            *(
                f'<g class="frame" style="animation-delay: {number * SECONDS}s">\n'
                f"{_NAME.sub(f'film{number}-', frame)}</g>"
                for number, frame in enumerate(frames)
            ),
            "</svg>\n",
        ]
    )


def every_file() -> Iterator[tuple[Path, str]]:
    """Yield each file of the directory with its content."""
    yield from ((FOLDER / f"{name}.svg", kept(name)) for name in PICTURES)
    yield FOLDER / "film.svg", film()


def main() -> None:
    """Write all pictures, and delete other files in their directory."""
    FOLDER.mkdir(exist_ok=True)
    files = dict(every_file())
    for path in set(FOLDER.iterdir()) - files.keys():
        path.unlink()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
