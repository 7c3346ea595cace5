"""Conversion of Markdown to the two parts of a mail: plain text, and HTML with inline styles."""

from collections.abc import Sequence
from functools import cache
from itertools import starmap
from textwrap import indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

# Mail programs drop style sheets: styles must be inline.
_STYLES = {
    "p": "margin:0 0 16px",
    "h1": "margin:0 0 16px;font-size:22px;line-height:1.3",
    "h2": "margin:24px 0 12px;font-size:18px;line-height:1.3",
    "ul": "margin:0 0 16px;padding:0 0 0 24px",
    "ol": "margin:0 0 16px;padding:0 0 0 24px",
    "li": "margin:0 0 4px",
    "blockquote": "margin:0 0 16px;padding:0 0 0 12px;border-left:3px solid #b8c0cc",
    "hr": "border:0;border-top:1px solid #b8c0cc;margin:24px 0",
}


def to_html(markdown: str, blocks: Sequence[str] = ()) -> str:
    """Return ``markdown`` as HTML. Paragraphs that equal one of ``blocks`` get no ``<p>`` tags."""
    reader = _reader()
    tokens = reader.parse(markdown)
    for place, token in enumerate(tokens):
        if token.tag in _STYLES and token.nesting >= 0:
            token.attrSet("style", _STYLES[token.tag])
        if token.type == "inline" and token.content in blocks:
            tokens[place - 1].hidden = tokens[place + 1].hidden = True
    return str(reader.renderer.render(tokens, reader.options, {})).strip()


def to_plain(markdown: str) -> str:
    """Return ``markdown`` as plain text.

    Each paragraph is one line, emphasis is removed and the addresses of links are written out.
    """
    from markdown_it.tree import SyntaxTreeNode

    return _plain(SyntaxTreeNode(_reader().parse(markdown)))


@cache
def _reader() -> "MarkdownIt":
    # Imported lazily: only mail needs this library, and the start of the Studio should not wait.
    from markdown_it import MarkdownIt

    # Do not accept HTML: a wording is text.
    return MarkdownIt("commonmark", {"html": False})


def _plain(node: "SyntaxTreeNode") -> str:
    match node.type:
        case "inline":
            return "".join(map(_inline, node.children))
        case "bullet_list" | "ordered_list":
            return "\n".join(starmap(_item, zip(_signs(node), node.children, strict=True)))
        case "blockquote":
            return indent(_blocks(node), "> ", lambda _: True)
        case "fence" | "code_block":
            return node.content.rstrip("\n")
        case "hr":
            return "-" * 40
        case _:
            return _blocks(node)


def _blocks(node: "SyntaxTreeNode") -> str:
    return "\n\n".join(map(_plain, node.children))


def _signs(node: "SyntaxTreeNode") -> list[str]:
    if node.type == "bullet_list":
        return ["- "] * len(node.children)
    first = int(node.attrs.get("start") or 1)
    return [f"{number}. " for number in range(first, first + len(node.children))]


def _item(sign: str, node: "SyntaxTreeNode") -> str:
    return sign + indent(_blocks(node), " " * len(sign)).lstrip(" ")


def _inline(node: "SyntaxTreeNode") -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            return _link(node)
        case _:
            return "".join(map(_inline, node.children))


def _link(node: "SyntaxTreeNode") -> str:
    text = "".join(map(_inline, node.children))
    address = str(node.attrs["href"])
    return text if address in (text, f"mailto:{text}") else f"{text} ({address})"
