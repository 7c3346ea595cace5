"""The console of Linux (``TERM=linux``): its fonts have 256 or 512 signs.

`DiffRenderer` replaces the characters that these fonts lack by others of the same width.
Keys are named by words. The table covers the fonts that distributions set (console-setup's
``Lat15``).
"""

_HALF_AND_MORE = "\u2584\u2585\u2586\u2587\u2589\u258a\u258b\u258c\u2590\u2580"
_LESS = "\u2581\u2582\u2583"
_THIN = "\u258d\u258e\u258f\u2595"
PLAIN_SIGNS = str.maketrans(
    {
        **dict.fromkeys(_HALF_AND_MORE, "█"),
        **dict.fromkeys(_LESS, " "),
        **dict.fromkeys(_THIN, "│"),
        "⏎": "→",
        "…": ".",
        "✓": "x",
        "○": "o",
        "↕": "↑",
        "▔": "─",
        "▓": "▒",
        "►": "»",
    }
)
"""A translation table for `str.translate`. It rounds the ends of scroll bars to whole cells, and
replaces marks by letters, as in ``[x]``."""
