"""Editing a text in the user's external editor (A5)."""

from pathlib import Path

import pytest

from studio_tui.domain.shared.errors import StudioError
from studio_tui.tui.runtime import external_editor


def _script(tmp_path: Path, body: str) -> list[str]:
    path = tmp_path / "an editor"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return [str(path)]


def test_the_text_is_passed_in_a_private_file_and_comes_back_without_control_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "run"
    place.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place))
    body = f'stat -c %a "$1" "$(dirname "$1")" > {tmp_path}/modes; cp "$1" {tmp_path}/seen\n'
    body += r"""printf 'new \033]52;c;aGk=\007text\r\nand [/x]\n' > "$1"; touch "$1~" """
    assert external_editor.edited("old", _script(tmp_path, body)) == "new ]52;c;aGk=text\nand [/x]"
    assert (tmp_path / "modes").read_text().split() == ["600", "700"]
    assert (tmp_path / "seen").read_text() == "old"
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("exit 3", "ended with 3: nothing was changed"),
        ('rm "$1"', "left no text behind"),
        (r"""printf '\377\376' > "$1" """, "left no text behind"),
    ],
)
def test_an_editor_that_fails_raises_an_error_with_the_reason(
    tmp_path: Path, body: str, reason: str
) -> None:
    with pytest.raises(StudioError, match=reason):
        external_editor.edited("old", _script(tmp_path, body))


def test_an_editor_that_does_not_exist_raises_an_error_with_the_reason() -> None:
    with pytest.raises(StudioError, match="vi cannot be started: No such file"):
        external_editor.edited("old", ["/nowhere/vi"])


def test_the_newline_that_an_editor_adds_at_the_end_is_removed(tmp_path: Path) -> None:
    body = 'echo more >> "$1"'
    assert external_editor.edited("one\n", _script(tmp_path, body)) == "one\nmore\n"
    assert external_editor.edited("one ", _script(tmp_path, body)) == "one more"


@pytest.mark.parametrize(
    ("environ", "command"),
    [
        ({"VISUAL": "code --wait", "EDITOR": "vi"}, ["code", "--wait"]),
        ({"EDITOR": "'/opt/my editor' -n"}, ["/opt/my editor", "-n"]),
    ],
)
def test_visual_takes_precedence_over_editor(environ: dict[str, str], command: list[str]) -> None:
    assert external_editor.editor(environ) == command
    assert external_editor.why_no_editor(environ) is None


def test_without_an_editor_the_reason_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert external_editor.why_no_editor({"EDITOR": "unclosed '"}) is not None
