"""The colour themes, dark, light and without colour: the source of every colour on the screen."""

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="studio-dark",
    dark=True,
    primary="#8ab8d8",
    secondary="#8ab8d8",
    accent="#8ab8d8",
    warning="#e3b76b",
    error="#f08080",
    success="#93c48b",
    foreground="#d9dce1",
    background="#15181c",
    surface="#1c2025",
    panel="#242930",
    boost="#242930",
    text_alpha=1.0,
    variables={
        "muted": "#929aa5",
        "unavailable": "#69717c",
        "unavailable-style": "not bold",
        "key": "#8ab8d8",
        "rule": "#3a414a",
        "cursor": "#2d5f8a",
        "cursor-text": "#ffffff",
        "cursor-style": "none",
        "cursor-away": "#2a3038",
        "cursor-away-text": "#e8eaed",
        "cursor-away-style": "none",
        "place": "#2a3038",
        "place-text": "#ffffff",
        "place-style": "bold",
        "entry": "#242930",
        "entry-focus": "#2c333c",
        "entry-style": "none",
        "scrollbar": "#4a525d",
        "scrollbar-hover": "#5c6672",
        "scrollbar-active": "#6d7885",
        "scrollbar-background": "#15181c",
        "scrollbar-background-hover": "#15181c",
        "scrollbar-background-active": "#15181c",
        "input-cursor-background": "#d9dce1",
        "input-cursor-foreground": "#15181c",
    },
)

LIGHT = Theme(
    name="studio-light",
    dark=False,
    primary="#1d5f8f",
    secondary="#1d5f8f",
    accent="#1d5f8f",
    warning="#855800",
    error="#b3261e",
    success="#2d6a2d",
    foreground="#20242a",
    background="#fcfbf8",
    surface="#f4f2ed",
    panel="#eae7e0",
    boost="#eae7e0",
    text_alpha=1.0,
    variables={
        "muted": "#5f6771",
        "unavailable": "#8b929b",
        "unavailable-style": "not bold",
        "key": "#1d5f8f",
        "rule": "#cfcac0",
        "cursor": "#1d5f8f",
        "cursor-text": "#ffffff",
        "cursor-style": "none",
        "cursor-away": "#dcd8cf",
        "cursor-away-text": "#20242a",
        "cursor-away-style": "none",
        "place": "#dcd8cf",
        "place-text": "#111417",
        "place-style": "bold",
        "entry": "#edeae3",
        "entry-focus": "#e2ded5",
        "entry-style": "none",
        "scrollbar": "#b3aea3",
        "scrollbar-hover": "#9c978c",
        "scrollbar-active": "#878278",
        "scrollbar-background": "#fcfbf8",
        "scrollbar-background-hover": "#fcfbf8",
        "scrollbar-background-active": "#fcfbf8",
        "input-cursor-background": "#20242a",
        "input-cursor-foreground": "#fcfbf8",
    },
)

_PLAIN = "ansi_default"

PLAIN = Theme(
    name="studio-plain",
    dark=True,
    ansi=True,
    primary=_PLAIN,
    secondary=_PLAIN,
    accent=_PLAIN,
    warning=_PLAIN,
    error=_PLAIN,
    success=_PLAIN,
    foreground=_PLAIN,
    background=_PLAIN,
    surface=_PLAIN,
    panel=_PLAIN,
    boost=_PLAIN,
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        **dict.fromkeys(DARK.variables, _PLAIN),
        "unavailable-style": "strike",
        "cursor-style": "reverse",
        "cursor-away-style": "underline",
        "place-style": "reverse",
        "entry-style": "underline",
    },
)

THEMES = (DARK, LIGHT, PLAIN)


def cursor_style(theme: str, *, away: bool = False) -> str:
    """Return the style of the cursor row in the theme called ``theme``.

    ``away``: the list does not have the focus.
    """
    name = "cursor-away" if away else "cursor"
    extra = next((each.variables[f"{name}-style"] for each in THEMES if each.name == theme), "none")
    style = f"${name}-text on ${name}"
    # “none” would reset the whole style.
    return style if extra == "none" else f"{style} {extra}"
