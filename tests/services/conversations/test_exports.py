"""Exports of conversations as Markdown, PDF and CSV, and who may have them (C3, C6, T4, A5)."""

import csv
import io
import stat
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    HistoryFilter,
    Part,
    Plan,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Forbidden, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.text import clean_text
from studio_tui.services import conversations
from studio_tui.services.conversations import exports
from studio_tui.services.conversations.exports import ExportFormat
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import HOUR, as_user, assign, lines
from tests.hostile import CONTROLS, HOSTILE
from tests.organisation import create_push, import_people

pytestmark = pytest.mark.one_engine

SIDES = {"BEN-PREPARED", "BOB-PREPARED", "NOTED", "SUMMED-UP"}


def write(
    studio: Studio, login: str, conversation: Conversation, part: Part, text: str, place: int = 0
) -> None:
    actor = as_user(studio, login)
    entry = conversations.read(studio, actor, conversation.id).entries[place]
    conversations.write(studio, actor, conversation.id, entry.asked.id, part, text, 0)


def hold(studio: Studio, admin: Actor, template: str = "Regular", **said: str) -> Conversation:
    """Hold Ben's conversation with Bob, from plan to finish.

    ``said`` replaces the text that a side writes.
    """
    import_people(studio, admin)
    push = assign(studio, admin, create_push(studio, admin, template=template), "ben").push
    bob, ben = as_user(studio, "bob"), as_user(studio, "ben")
    found = conversations.find(studio, push.name, "ben")
    planned = conversations.plan(studio, bob, found, Plan(studio.now() + HOUR, 60, "=Room [1]"))
    prepared = said.get("user", "BEN-PREPARED")
    write(studio, "ben", planned, Part.USER_PREPARATION, prepared)
    conversations.submit(studio, ben, planned.id)
    write(studio, "bob", planned, Part.CONDUCTOR_PREPARATION, "BOB-PREPARED")
    conversations.begin(studio, bob, planned.id)
    write(studio, "bob", planned, Part.ANSWERS, said.get("noted", "NOTED"))
    write(studio, "bob", planned, Part.SUMMARY, "SUMMED-UP", place=-1)
    return conversations.finish(studio, bob, planned.id)


@pytest.fixture
def held(studio: Studio, admin: Actor) -> Conversation:
    """A finished Regular conversation, which only its two participants may read."""
    return hold(studio, admin)


def pdf_text(path: Path) -> str:
    """Return the text of a PDF as another library extracts it."""
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def test_the_two_participants_get_the_whole_conversation(
    studio: Studio, admin: Actor, held: Conversation
) -> None:
    before = lines(studio, admin)
    for login in ("ben", "bob"):
        text = exports.to_text(studio, as_user(studio, login), held.id)
        assert {side for side in SIDES if f"> {side}\n" in text.replace("\\", "")} == SIDES
        assert "Not in here" not in text
        assert "- Place: \\=Room \\[1\\]\n" in text
    assert lines(studio, admin) == before


def test_nobody_else_gets_any_of_the_conversation(
    studio: Studio, admin: Actor, held: Conversation
) -> None:
    """C6: neither those who may know that it was held, nor those who may not."""
    for login, words in (
        ("els", "not what was said"),
        ("sam", "not what was said"),
        ("cor", "no part"),
        ("ann", "no part"),
        ("dan", "no part"),
    ):
        with pytest.raises(Forbidden, match=words):
            exports.to_text(studio, as_user(studio, login), held.id)


def test_an_admin_gets_what_the_template_opens_and_the_access_is_recorded(
    studio: Studio, admin: Actor
) -> None:
    """T4, A3: the template “Performance review” opens the summary."""
    held = hold(studio, admin, "Performance review")
    text = exports.to_text(studio, admin, held.id)
    assert {side for side in SIDES if side in text.replace("\\", "")} == {"SUMMED-UP"}
    assert "Not in here: the preparation of Ben Willems, the preparation of Bob Smith, " in text
    line = lines(studio, admin)[0]
    assert (line.actor, line.action, line.subject) == ("els", "read conversation", "ben")
    assert line.after == {"parts": ["summary"]}


@pytest.mark.usefixtures("people")
def test_only_a_finished_conversation_can_be_exported(studio: Studio, admin: Actor) -> None:
    quick = templates.find(studio, admin, "Quick")
    bob = as_user(studio, "bob")
    ben = conversations.user_named(studio, "ben")
    started = conversations.start(studio, bob, ConversationRequest(ben, template_id=quick.id))
    with pytest.raises(Refused, match="is in progress: only a finished one can be exported"):
        exports.to_text(studio, bob, started.id)
    conversations.cancel(studio, bob, started.id)
    with pytest.raises(Refused, match="is cancelled"):
        exports.to_text(studio, bob, started.id)


@pytest.mark.parametrize("name", ["talk.md", "talk.pdf"])
def test_a_file_is_private_and_overwritten_only_with_force(
    studio: Studio, held: Conversation, tmp_path: Path, name: str
) -> None:
    path, bob = tmp_path / name, as_user(studio, "bob")
    exports.to_file(studio, bob, held.id, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".studio")] == []
    path.write_text("mine")
    path.chmod(0o644)
    with pytest.raises(Refused, match="is there already"):
        exports.to_file(studio, bob, held.id, path)
    assert path.read_text() == "mine"
    exports.to_file(studio, bob, held.id, path, force=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = pdf_text(path) if name.endswith("pdf") else path.read_text(encoding="utf-8")
    assert {side for side in SIDES if side in text.replace("\\", "")} == SIDES


def test_a_file_that_cannot_be_written_is_refused(
    studio: Studio, held: Conversation, tmp_path: Path
) -> None:
    bob = as_user(studio, "bob")
    (tmp_path / "there").symlink_to(tmp_path / "nowhere")
    for path, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "folder.md", "cannot be written: No such file"),
        (tmp_path / "there", "is there already"),
    ):
        with pytest.raises(Refused, match=words):
            exports.to_file(studio, bob, held.id, path, form=ExportFormat.MARKDOWN)
    with pytest.raises(Refused, match=r"neither \.md nor \.pdf"):
        exports.to_file(studio, bob, held.id, tmp_path / "talk.txt")
    assert not (tmp_path / "nowhere").exists()


def test_a_pdf_without_the_extra_is_refused_with_the_command_to_install_it(
    studio: Studio, held: Conversation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fpdf", None)
    path = tmp_path / "talk.pdf"
    with pytest.raises(Refused, match=r"pip install 'studio-tui\[pdf\]'"):
        exports.to_file(studio, as_user(studio, "bob"), held.id, path)
    assert not path.exists()


def test_any_typed_text_is_in_both_formats(studio: Studio, admin: Actor, tmp_path: Path) -> None:
    """A5: no text fails or is lost silently; a character without a font becomes its number."""
    typed = "\n".join(HOSTILE) + "\n{nb} ж Ω ს ไทย हिन्दी ✓ **bold**"
    held = hold(studio, admin, user=typed)
    bob, path = as_user(studio, "bob"), tmp_path / "talk.pdf"
    exports.to_file(studio, bob, held.id, path)
    text = pdf_text(path)
    for sign in (
        "O'Brien [HR]", "[bold red]Loud[/bold red]", "{nb}", "**bold**", "100% _done_",
        "<b>bold</b> &", "ж Ω ს", "✓", "[U+5C71][U+7530]", "[U+D55C]", "[U+1F469]",
        "עברית", "مرحبا", "signs are given by their number",
    ):  # fmt: skip
        assert sign in text, sign
    markdown = exports.to_text(studio, bob, held.id)
    for line in clean_text(typed).split("\n"):
        assert "".join(line.split()) in "".join(markdown.replace("\\", "").split()) or "\\" in line
    for sign in CONTROLS:
        assert sign not in markdown or sign == "\t"
        assert sign not in text.replace("\r", "") or sign in "\t\x0c"


def test_a_given_font_draws_characters_that_the_built_in_fonts_lack(
    studio: Studio, admin: Actor, tmp_path: Path
) -> None:
    from pymupdf_fonts import myfont

    held = hold(studio, admin, user="Tune: \U0001d11e")
    bob, font = as_user(studio, "bob"), tmp_path / "music.ttf"
    font.write_bytes(bytes(myfont("music")))
    exports.to_file(studio, bob, held.id, tmp_path / "without.pdf")
    assert "Tune: [U+1D11E]" in pdf_text(tmp_path / "without.pdf")
    exports.to_file(studio, bob, held.id, tmp_path / "with.pdf", fonts=[font])
    assert "Tune: \U0001d11e" in pdf_text(tmp_path / "with.pdf")
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    for path, words in ((broken, "cannot be used as a font"), (tmp_path / "no.ttf", "is no font")):
        with pytest.raises(Refused, match=words):
            exports.to_file(studio, bob, held.id, tmp_path / "x.pdf", fonts=[path])
    assert not (tmp_path / "x.pdf").exists()


def test_the_history_as_csv(studio: Studio, admin: Actor, held: Conversation) -> None:
    def rows(login: str) -> list[dict[str, str]]:
        actor = as_user(studio, login)
        every = exports.every_held(studio, actor, HistoryFilter(), Sort("at", descending=True))
        return list(csv.DictReader(io.StringIO("".join(exports.history_csv(studio, every)))))

    assert rows("bob") == rows("els") == rows("sam") == rows("ben")
    assert rows("cor") == []
    (row,) = rows("bob")
    assert tuple(row) == exports.HISTORY_HEADINGS
    assert (row["login"], row["conductor"], row["state"], row["place"]) == (
        "ben",
        "Bob Smith",
        "done",
        "'=Room [1]",
    )
    assert row["held_at"] == "2026-03-02T10:00:00+01:00"
