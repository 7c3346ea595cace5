"""Conversion of languages in HR exports to language tags."""

import re

from studio_tui.domain.people.wrong_cell import WrongCell, quoted
from studio_tui.domain.shared.text import by_word, fold_search

_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu "
    "cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he "
    "hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko "
    "kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd "
    "ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se "
    "sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty "
    "ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
"""All two-letter codes of ISO 639-1."""
_NAMES = by_word(
    {
        "ar": "arabic arabe arabisch ara",
        "bg": "bulgarian bulgare bulgaars bul",
        "cs": "czech tcheque tsjechisch cestina ces cze",
        "da": "danish danois deens dansk dan",
        "de": "german allemand duits deutsch deu ger d",
        "el": "greek grec grieks ell gre",
        "en": "english anglais engels eng e",
        "es": "spanish espagnol spaans espanol spa",
        "et": "estonian estonien ests eesti est",
        "fi": "finnish finnois fins suomi fin",
        "fr": "french francais frans fra fre f",
        "hr": "croatian croate kroatisch hrvatski hrv",
        "hu": "hungarian hongrois hongaars magyar hun",
        "it": "italian italien italiaans italiano ita",
        "ja": "japanese japonais japans jpn",
        "ko": "korean coreen koreaans kor",
        "lt": "lithuanian lituanien litouws lit",
        "lv": "latvian letton lets lav",
        "nb": "norwegian norvegien noors norsk bokmal nor nob",
        "nl": "dutch neerlandais nederlands flemish flamand vlaams nld dut n",
        "pl": "polish polonais pools polski pol",
        "pt": "portuguese portugais portugees portugues por",
        "ro": "romanian roumain roemeens romana ron rum",
        "ru": "russian russe russisch rus",
        "sk": "slovak slovaque slowaaks slk slo",
        "sl": "slovenian slovene sloveens slv",
        "sv": "swedish suedois zweeds svenska swe",
        "tr": "turkish turc turks turkce tur",
        "uk": "ukrainian ukrainien oekraiens ukr",
        "zh": "chinese chinois chinees zho chi",
    }
)
_TAG = re.compile(r"([a-z]{2})(?:[-_ ]([a-z]{4}))?(?:[-_ ]([a-z]{2}|[0-9]{3}))?", re.IGNORECASE)
_NAME = re.compile(r"([^\W\d_]+)\s*(?:[-–(].*)?")
_IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")


def language_tag(text: str) -> str | None:
    """Return the tag of a language written as a tag, a code or a name; None for an empty cell.

    Raises `WrongCell` for any other text.
    """
    if not text:
        return None
    inner = _IN_BRACKETS.search(text)
    tag = _tag(text) or (_tag(inner.group(1)) if inner else None) or _named(text)
    if tag is None:
        raise WrongCell(f"{quoted(text)} is not a language: write it as en, nl-BE or English")
    return tag


def _tag(text: str) -> str | None:
    found = _TAG.fullmatch(text.strip())
    if not found or found[1].lower() not in _CODES.split():
        return None
    parts = [found[1].lower(), (found[2] or "").title(), (found[3] or "").upper()]
    return "-".join(part for part in parts if part)


def _named(text: str) -> str | None:
    found = _NAME.fullmatch(fold_search(text))
    return _NAMES.get(found[1]) if found else None
