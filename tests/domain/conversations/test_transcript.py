"""What a reader takes away stays text, whatever was typed (A5, C3)."""

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from studio_tui.domain.conversations.transcript import (
    AnsweredQuestion,
    Transcript,
    TranscriptSection,
    TranscriptText,
)
from studio_tui.domain.conversations.transcript_markdown import escape_line, markdown
from studio_tui.domain.shared.text import clean_line, clean_text
from tests.hostile import HOSTILE

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = {"heading", "bullet_list", "list_item", "paragraph", "blockquote", "strong", "em"}
NOTHING = "nothing"
MARKUP = (
    "# heading",
    "heading\n===",
    "heading\n---",
    "```\ncode\n```",
    "~~~\ncode\n~~~",
    "    indented",
    "\tindented",
    "- a\n- b\n\n1. c\n2) d\n+ e",
    "> quoted",
    "| a | b |\n|---|---|\n| c | d |",
    "[link](https://example.org) ![image](x.png) <https://example.org>",
    "[ref]\n\n[ref]: https://example.org",
    "&amp; &#35; \\# \\\\",
    "*em* **strong** __x__ ~~gone~~ `code` $x$",
    "<script>alert(1)</script>\n<!-- x -->",
    "line\\\nbroken  \nby spaces",
    "***",
    "a\n\n\n\nb",
)


def transcript(text: str) -> Transcript:
    line = clean_line(text) or NOTHING
    return Transcript(
        title=line,
        facts=(("With", line),),
        sections=(
            TranscriptSection(
                line, (AnsweredQuestion(line, (TranscriptText(line, clean_text(text)),)),)
            ),
        ),
    )


def plain(tokens: list[Token]) -> str:
    """The text of what was rendered; no token of it may be anything but ours."""
    found = []
    for token in tokens:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if token.type == "inline":
            found.append(plain(token.children or []) + "\n")
        elif token.type in ("softbreak", "hardbreak"):
            found.append("\n")
        elif token.type == "text":
            found.append(token.content)
        else:
            assert kind in OURS, (token.type, token.content)
    return "".join(found)


def words_of(text: str) -> list[list[str]]:
    """The words of every line that is not blank."""
    lines = clean_text(text).replace("\xa0", " ").split("\n")
    return [words for line in lines if (words := line.split())]


@given(st.text() | st.sampled_from(MARKUP) | st.sampled_from(HOSTILE))
@example("http://example.org")
def test_what_was_typed_is_rendered_as_it_was_typed(text: str) -> None:
    rendered = words_of(plain(RENDERER.parse(markdown(transcript(text)))))
    line = (clean_line(text) or NOTHING).split()
    assert rendered == [line, ["With:", *line], line, line, line, *words_of(text)]


def test_every_kind_of_markup_is_tried() -> None:
    """None of `MARKUP` stays what it is by itself."""
    for text in MARKUP:
        tokens = RENDERER.parse(text)
        alike = [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        assert not alike or [child.content for child in tokens[1].children or []] != [text], text


def test_addresses_are_no_links() -> None:
    """Nor to renderers that make links of what looks like one."""
    for text in ("https://example.org/a", "www.example.org", "ann@example.org", "mailto:ann"):
        written = escape_line(text)
        for sign in ("s://", "www.", "e.org", "n@e", "o:a"):
            assert sign not in written
        assert plain(RENDERER.parseInline(written)) == f"{text}\n"


def test_times_and_sentences_are_left_readable() -> None:
    for text in ("At 14:00 (Europe/Brussels), 3.5 days", "Fine. And you?"):
        assert escape_line(text) == text


def test_nothing_written_is_said() -> None:
    of = Transcript("T", (), (TranscriptSection("Feedback", (AnsweredQuestion("", ()),)),))
    assert markdown(of) == "# T\n\n\n## Feedback\n\n*Nothing was written.*\n"
