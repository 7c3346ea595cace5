"""Parsers of cells: text, addresses, names, lists, teams, yes and no (U1, U5, U6).

Every function accepts the raw cell and raises `WrongCell` with the reason.
"""

import re
import unicodedata
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from studio_tui.domain.people.hr_file.nothing import is_nothing, without_error
from studio_tui.domain.people.hr_file.records import TeamPath
from studio_tui.domain.people.hr_file.status_words import is_yes_or_no, means_active
from studio_tui.domain.people.languages import language_tag
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.wrong_cell import WrongCell, quoted
from studio_tui.domain.shared.addresses import (
    clear_address,
    is_plain,
    why_no_address,
    without_invisible,
)
from studio_tui.domain.shared.text import MAX_NAME, clean_line

MAX_CELL = 10_000
"""Maximum length of a cell in a column that is used, in characters."""
MAX_LOGIN = 100

_IN_BRACKETS = re.compile(r"(\s*[(\[][^()\[\]]*[)\]])+$")
_ROLES = {role.value: role for role in Role}


def line(cell: str) -> str:
    """Return `clean_line` of ``cell``, with a fast path for common text."""
    if len(cell) > MAX_CELL:
        raise WrongCell(f"{len(cell):,} characters are too many: at most {MAX_CELL:,}")
    if cell.isprintable() and "  " not in cell and unicodedata.is_normalized("NFC", cell):
        return cell.strip()
    return clean_line(cell)


def short(cell: str) -> str:
    """Return a single line of at most `MAX_NAME` characters."""
    if cell.isalnum() and cell.isascii() and len(cell) <= MAX_NAME:
        return cell
    text = line(cell)
    if len(text) > MAX_NAME:
        raise WrongCell(f"{quoted(text)} has {len(text)} characters: at most {MAX_NAME}")
    return without_error(text)


def name(cell: str) -> str:
    """Return a whole name; empty if the cell has no letters or digits, such as a dash."""
    text = short(cell)
    return text if any(map(str.isalnum, text)) else ""


def optional_line(cell: str) -> str:
    """Return a single line of at most `MAX_NAME` characters; empty for a placeholder."""
    text = short(cell)
    return "" if text and is_nothing(text) else text


def email(cell: str) -> str:
    """Return the only e-mail address in a cell (`domain.shared.addresses`)."""
    if is_plain(cell):
        return cell
    text = clear_address(line(cell))
    if not text:
        raise WrongCell("this cell may not be empty: an address is needed")
    if reason := why_no_address(text):
        raise WrongCell(reason)
    return text


def login(cell: str) -> str:
    """Return a login, or an empty string."""
    text = without_error(line(without_invisible(cell)))
    if len(text) > MAX_LOGIN:
        raise WrongCell(f"{quoted(text)} has {len(text)} characters: at most {MAX_LOGIN}")
    if " " in text or "|" in text:
        raise WrongCell(f"{quoted(text)} is not a login: it may have no space and no “|”")
    return text


def whole_name(given: str, family: str, name: str) -> tuple[str, str]:
    """Complete the given and family name from ``name``: “Peeters, Ann”, “Ann Peeters (10023)”.

    Either result may still be empty.
    """
    if given and family:
        return given, family
    if given and not family:
        return given, _without(name, given)
    if family:
        return _without(name, family), family
    last, comma, first = _IN_BRACKETS.sub("", name).partition(",")
    if not comma:
        first, _, last = last.partition(" ")
    return first.strip(), last.strip()


def _without(name: str, part: str) -> str:
    if name.startswith(part + " "):
        return name[len(part) :].strip()
    return name.removesuffix(" " + part).removesuffix(",").strip()


def several(cell: str) -> tuple[str, ...]:
    """Return the distinct values of a cell that are separated by ``|``."""
    parts = (short(part) for part in cell.split("|"))
    return tuple(dict.fromkeys(part for part in parts if part))


def teams(cell: str) -> tuple[TeamPath, ...]:
    """Parse team paths.

    They are written ``Sales > Belgium | Works council``, or as an org unit path ``/Sales/Belgium``.
    """
    return tuple(dict.fromkeys(path for part in several(cell) if (path := _team(part))))


def _team(text: str) -> TeamPath:
    if text.startswith("/"):
        return tuple(name.strip() for name in text.split("/") if name.strip())
    path = tuple(name.strip() for name in text.split(">"))
    if not all(path):
        raise WrongCell(f"{quoted(text)} leaves out a team: write it as Sales > Belgium")
    return path


def language(cell: str) -> str | None:
    """Return the tag of a language; None for an empty cell or a placeholder."""
    text = line(cell)
    return None if is_nothing(text) else language_tag(text)


def time_zone(cell: str) -> str | None:
    """Return an existing time zone, as ``Europe/Brussels``; None for an empty cell."""
    text = line(cell)
    if is_nothing(text):
        return None
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        pass
    known = _zones().get(text.casefold())
    if known is None:
        raise WrongCell(f"{quoted(text)} is not a time zone: write it as Europe/Brussels")
    return known


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def role(cell: str) -> Role | None:
    """Return a role of the Studio (U5); None for an empty cell."""
    text = line(cell).casefold()
    if text and text not in _ROLES:
        raise WrongCell(f"{quoted(text)} is not a role: it is {', '.join(_ROLES)}")
    return _ROLES.get(text)


def active(cell: str, *, coded: bool = True) -> bool:
    """Return whether the cell means that a person is active. An empty cell does.

    With ``coded``, single letters are status codes, not yes and no (`status_words`).
    """
    text = line(cell)
    there = means_active(text, coded=coded) if text else True
    if there is None and not is_nothing(text):
        reason = f"{quoted(text)} does not tell whether they are active: write yes or no"
        raise WrongCell(reason, word=text)
    return there is not False


def left(cell: str) -> bool:
    """Return whether a column such as ``suspended`` or ``terminated`` means that a person has left.

    *Yes* means left there, but a status word, such as *active*, has its usual meaning.
    """
    text = line(cell)
    if not text or (is_nothing(text) and text != "0"):
        return False
    said = means_active(text, coded=False)
    if said is None:
        reason = f"{quoted(text)} does not tell whether they have left: write yes or no"
        raise WrongCell(reason, word=text)
    return said if is_yes_or_no(text) else not said
