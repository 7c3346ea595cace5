"""What a cell says: text, addresses, names, lists, teams, yes and no (U1, U5, U6).

Every function takes the raw cell and raises `WrongCell` with the reason.
"""

import re
import unicodedata
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from studio_tui.domain.addresses import clear_address, is_plain, why_no_address
from studio_tui.domain.hr_file.records import TeamPath
from studio_tui.domain.hr_file.wrong import WrongCell, quoted
from studio_tui.domain.text import MAX_NAME, clean_line
from studio_tui.domain.users import Role

MAX_CELL = 10_000
"""Longest cell of a column that tells something, in characters."""
MAX_LOGIN = 100

_IN_BRACKETS = re.compile(r"(\s*[(\[][^()\[\]]*[)\]])+$")
_ACTIVE = re.compile(
    "1|true|yes|y|active|enabled|activated|current|employed|hired|on leave|full[ -]?time"
    "|part[ -]?time|contractor|contingent|intern|temporary|permanent"
    "|ja|j|waar|actief|in dienst|oui|o|vrai|actif|en service"
)
_LEFT = re.compile(
    "0|false|no|n|inactive|terminated|suspended|disabled|deactivated|archived|deleted|left"
    "|resigned|retired|former|nee|onwaar|inactief|niet actief|uit dienst|non|faux|inactif|sorti"
)
_ROLES = {role.value: role for role in Role}


def line(cell: str) -> str:
    """`clean_line` of ``cell``, quickly for the text that most cells are."""
    if len(cell) > MAX_CELL:
        raise WrongCell(f"{len(cell):,} characters are too many: at most {MAX_CELL:,}")
    if cell.isprintable() and "  " not in cell and unicodedata.is_normalized("NFC", cell):
        return cell.strip()
    return clean_line(cell)


def short(cell: str) -> str:
    """One line of at most `MAX_NAME` characters."""
    if cell.isalnum() and cell.isascii() and len(cell) <= MAX_NAME:
        return cell
    text = line(cell)
    if len(text) > MAX_NAME:
        raise WrongCell(f"{quoted(text)} has {len(text)} characters: at most {MAX_NAME}")
    return text


def required(cell: str) -> str:
    """One line that may not be empty."""
    text = short(cell)
    if not text:
        raise WrongCell("this cell may not be empty")
    return text


def email(cell: str) -> str:
    """The one e-mail address that a cell holds (`domain.addresses`)."""
    if is_plain(cell):
        return cell
    text = clear_address(line(cell))
    if not text:
        raise WrongCell("this cell may not be empty: an address is needed")
    if reason := why_no_address(text):
        raise WrongCell(reason)
    return text


def login(cell: str) -> str:
    """A login, or nothing."""
    text = line(cell)
    if len(text) > MAX_LOGIN:
        raise WrongCell(f"{quoted(text)} has {len(text)} characters: at most {MAX_LOGIN}")
    if " " in text or "|" in text:
        raise WrongCell(f"{quoted(text)} is not a login: it may have no space and no “|”")
    return text


def whole_name(given: str, family: str, name: str) -> tuple[str, str]:
    """Given and family name, what lacks of them taken from ``name``: “Peeters, Ann” or
    “Ann Peeters (10023)”. Either may still be empty."""
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
    """The values of a cell, separated by ``|``, each once."""
    return tuple(dict.fromkeys(short(part) for part in cell.split("|") if part.strip()))


def teams(cell: str) -> tuple[TeamPath, ...]:
    """Team paths: ``Sales > Belgium | Works council``, or an org unit path ``/Sales/Belgium``."""
    return tuple(dict.fromkeys(path for part in several(cell) if (path := _team(part))))


def _team(text: str) -> TeamPath:
    if text.startswith("/"):
        return tuple(name.strip() for name in text.split("/") if name.strip())
    path = tuple(name.strip() for name in text.split(">"))
    if not all(path):
        raise WrongCell(f"{quoted(text)} leaves out a team: write it as Sales > Belgium")
    return path


def time_zone(cell: str) -> str | None:
    """A time zone that exists, as ``Europe/Brussels``; None for an empty cell."""
    text = line(cell)
    if not text:
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
    """A role of the Studio (U5); None for an empty cell."""
    text = line(cell).casefold()
    if text and text not in _ROLES:
        raise WrongCell(f"{quoted(text)} is not a role: it is {', '.join(_ROLES)}")
    return _ROLES.get(text)


def active(cell: str) -> bool:
    """Whether someone is there or has left; who says nothing of it is there."""
    text = line(cell).casefold()
    if _LEFT.fullmatch(text):
        return False
    if text and not _ACTIVE.fullmatch(text):
        raise WrongCell(f"{quoted(text)} does not tell whether they are active: write yes or no")
    return True
