"""Text that users could type and that must stay text (A5).

Used to test everything that displays, sends or writes such text.
"""

ESC = "\x1b"

HOSTILE = (
    "[/x]",
    "O'Brien [HR]",
    "[@click=app.quit()]Click[/]",
    "[bold red]Loud[/bold red]",
    "$name ${HOME} %s {0} {{ 7 * 7 }}",
    f"{ESC}]52;c;aGVsbG8=\x07Clip",
    f"{ESC}[31mRed{ESC}[0m",
    "\x9b31mC1\x9d0;title\x9c",
    "Bell\x07 and\x08 back\rspace\x00",
    "two\nlines\tand a tab",
    "\u202eoverride\u202c and \u2066isolate\u2069",
    "עברית ועוד",
    "مرحبا بالعالم",
    "山田 太郎",
    "한국어 이름",
    "👩\u200d👩\u200d👧\u200d👦 family 🏳️\u200d🌈 👍🏽",
    "é written as e\u0301",
    "\u0301",
    "Zalgo\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307",
    "\u200b\u200d\ufeff",
    "x" * 200,
    "長" * 100,
    "=1+1",
    "+32 2 123 45 67",
    "-2+3",
    "@SUM(A1)",
    "<b>bold</b> & <script>alert(1)</script>",
    "name@example.org\r\nBcc: everyone@example.org",
    "'; DROP TABLE user; --",
    "100% _done_ \\ ^.*$",
)
"""Names, each of which is valid for a user, a team, a push, a template or a question."""


def _packed(most: int) -> tuple[str, ...]:
    packed = [""]
    for text in HOSTILE:
        if len(text) >= 100:
            continue
        if len(packed[-1]) + len(text) + 1 > most:
            packed.append("")
        packed[-1] += f" {text}" if packed[-1] else text
    return tuple(packed)


PACKED = _packed(165)
"""`HOSTILE` without its very long texts, several per name: fewer runs for slow tests."""

CONTROLS = tuple(chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if code != 0x0A)
"""Control characters that must never reach a terminal, a header or a cell."""

BIDIRECTIONAL = tuple("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that would change the direction of a line."""

SIGNS = frozenset({*CONTROLS, *BIDIRECTIONAL, "\u2028", "\u2029"})
"""All characters that text is cleaned of. Newlines and tabs are valid between lines."""
