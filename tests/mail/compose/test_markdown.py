"""Markdown rendered as plain text and as HTML."""

import pytest

from studio_tui.mail.compose.markdown import to_html, to_plain


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("one *two*\n**three** `four`", "one two three four"),
        ("first\\\nsecond", "first\nsecond"),
        ("# Title\n\ntext", "Title\n\ntext"),
        ("[the site](https://example.org/a)", "the site (https://example.org/a)"),
        ("<https://example.org>", "https://example.org"),
        ("<hr@example.org>", "hr@example.org"),
        ("- one\n- two\n  - three", "- one\n- two\n\n  - three"),
        ("3. one\n4. two", "3. one\n4. two"),
        ("> one\n>\n> two", "> one\n> \n> two"),
        ("one\n\n---\n\ntwo", "one\n\n" + "-" * 40 + "\n\ntwo"),
        ("    code", "code"),
        ("![a logo](https://example.org/x.png)", "a logo"),
        ("5 < 6 & 7", "5 < 6 & 7"),
    ],
)
def test_plain(markdown: str, plain: str) -> None:
    assert to_plain(markdown) == plain


def test_html_has_inline_styles() -> None:
    html = to_html("one\n\n- two")
    assert html.startswith('<p style="margin:0 0 16px">one</p>')
    assert '<li style="margin:0 0 4px">two</li>' in html


def test_html_in_the_source_is_escaped() -> None:
    assert "<script>" not in to_html("<script>alert(1)</script>\n\n[x](javascript:alert(1))")
    assert "href" not in to_html("[x](javascript:alert(1))")


def test_a_block_is_not_wrapped_in_a_paragraph() -> None:
    assert to_html("one\n\nLIST\n\ntwo", blocks=("LIST",)).split("\n") == [
        '<p style="margin:0 0 16px">one</p>',
        "LIST",
        '<p style="margin:0 0 16px">two</p>',
    ]
