"""Exported transcripts show any typed text as plain text (A5, C3)."""

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
    """Return the rendered text. Fail if it contains a token of an unexpected type."""
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
    """Return the words of each line that is not blank."""
    lines = clean_text(text).replace("\xa0", " ").split("\n")
    return [words for line in lines if (words := line.split())]


@given(st.text() | st.sampled_from(MARKUP) | st.sampled_from(HOSTILE))
@example("http://example.org")
def test_typed_text_is_rendered_literally(text: str) -> None:
    rendered = words_of(plain(RENDERER.parse(markdown(transcript(text)))))
    line = (clean_line(text) or NOTHING).split()
    assert rendered == [line, ["With:", *line], line, line, line, *words_of(text)]


def test_every_sample_contains_markup() -> None:
    """Without escaping, no item of `MARKUP` is rendered literally."""
    for text in MARKUP:
        tokens = RENDERER.parse(text)
        alike = [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        assert not alike or [child.content for child in tokens[1].children or []] != [text], text


def test_addresses_are_not_turned_into_links() -> None:
    """Not even by renderers that link anything that looks like an address."""
    for text in ("https://example.org/a", "www.example.org", "ann@example.org", "mailto:ann"):
        written = escape_line(text)
        for sign in ("s://", "www.", "e.org", "n@e", "o:a"):
            assert sign not in written
        assert plain(RENDERER.parseInline(written)) == f"{text}\n"


def test_times_and_sentences_stay_readable() -> None:
    for text in ("At 14:00 (Europe/Brussels), 3.5 days", "Fine. And you?"):
        assert escape_line(text) == text


def test_an_empty_section_states_that_nothing_was_written() -> None:
    of = Transcript("T", (), (TranscriptSection("Feedback", (AnsweredQuestion("", ()),)),))
    assert markdown(of) == "# T\n\n\n## Feedback\n\n*Nothing was written.*\n"
