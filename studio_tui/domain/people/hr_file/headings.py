"""Assignment of columns to fields: own headings, those of common HR systems, and ``--map`` (U6)."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache

from studio_tui.domain.people.facts import fact_called
from studio_tui.domain.people.hr_file.records import ImportField
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line, fold_search

IGNORE = "ignore"
"""Value of ``--map`` that excludes a column."""

_MAPPED = -1
_SHOWN = 20
_NOTE = re.compile(r"\[[^\]]*\]\s*(required)?\s*$", re.IGNORECASE)
_PROPERTY = re.compile(r"\[(\w+)\]\s*(required)?\s*$", re.IGNORECASE)
_NOT_LETTERS = re.compile(r"[\W_]+")
_SEVERAL = frozenset(field for field in ImportField if fact_called(field).several_columns)
"""Fields that several columns may provide."""
_NUMBERED = re.compile(r"column (\d+)", re.IGNORECASE)
_NAMES = frozenset({ImportField.GIVEN_NAME, ImportField.FAMILY_NAME})


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column that provides a field; ``index`` counts from 0."""

    index: int
    heading: str
    field: ImportField


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file. ``width`` is the number of all columns."""

    columns: tuple[FileColumn, ...]
    ignored: tuple[str, ...]
    width: int

    @property
    def fields(self) -> frozenset[ImportField]:
        """Fields that the columns provide."""
        return frozenset(column.field for column in self.columns)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A column that may provide a field. Of several, the one with the lowest tier is used."""

    column: FileColumn
    tier: int


def plain(heading: str) -> str:
    """Return ``heading`` in the form in which headings are compared.

    Removes case, accents, spaces, punctuation and ``[Required]``.
    """
    text = fold_search(_NOTE.sub("", clean_line(heading))).replace("#", "number")
    return _NOT_LETTERS.sub("", text)


@lru_cache(maxsize=1)
def _known() -> Mapping[str, tuple[ImportField, int]]:
    return {
        plain(heading): (field, tier)
        for field in ImportField
        for tier, headings in enumerate(fact_called(field).headings)
        for heading in headings
    }


def recognise(heading: str) -> tuple[ImportField, int] | None:
    """Return the field of a known heading and its tier, from 0, the best; None if it is unknown."""
    known = _known()
    if found := known.get(plain(heading)):
        return found
    inner = _PROPERTY.search(clean_line(heading))
    return known.get(plain(inner.group(1))) if inner else None


def lay_out(headings: Sequence[str], mapping: Mapping[str, str]) -> Layout:
    """Return the field of each column.

    ``mapping`` is the value of ``--map``: heading → field, or `IGNORE`. Raises `Refused` if it
    names an unknown column or field, if two columns provide one field equally well, or if no column
    provides the address or the names.
    """
    asked = _asked(headings, mapping)
    claims = _claims(headings, asked)
    chosen = _choose(claims)
    taken = {column.index for column in chosen}
    ignored = tuple(clean_line(h) for i, h in enumerate(headings) if i not in taken and h.strip())
    _require(chosen, ignored, [clean_line(heading) for heading in headings])
    return Layout(tuple(chosen), ignored, len(headings))


def count_known(headings: Sequence[str], mapping: Mapping[str, str]) -> int:
    """Return how many of ``headings`` are recognised or mapped. Used to detect the delimiter."""
    mapped = {plain(heading) for heading in mapping}
    return sum(1 for h in headings if plain(h) in mapped or recognise(h) is not None)


def recognised_fields(headings: Sequence[str], mapping: Mapping[str, str]) -> set[ImportField]:
    """Return the fields that ``headings`` provide, recognised or mapped."""
    mapped = {plain(heading): field.strip() for heading, field in mapping.items()}
    told = {found[0] for heading in headings if (found := recognise(heading))}
    said = {mapped[name] for heading in headings if (name := plain(heading)) in mapped}
    return told | {field for field in ImportField if field in said}


def _asked(headings: Sequence[str], mapping: Mapping[str, str]) -> dict[int, ImportField | None]:
    """Return the field of each column that ``--map`` names, by index.

    None marks an ignored column.
    """
    asked: dict[int, ImportField | None] = {}
    for heading, field in mapping.items():
        if field.strip() == IGNORE:
            asked.update(dict.fromkeys(_ignored(headings, heading)))
        else:
            asked[_index(headings, heading)] = _field(field)
    return asked


def find_columns(headings: Sequence[str], wanted: str) -> list[int]:
    """Return the indexes of the columns that ``wanted`` refers to: a heading, or ``column 4``."""
    exact = [i for i, heading in enumerate(headings) if clean_line(heading) == clean_line(wanted)]
    alike = exact or [i for i, heading in enumerate(headings) if plain(heading) == plain(wanted)]
    numbered = _NUMBERED.fullmatch(wanted.strip())
    if not alike and numbered and 0 < int(numbered[1]) <= len(headings):
        return [int(numbered[1]) - 1]
    return alike


def _ignored(headings: Sequence[str], wanted: str) -> list[int]:
    """Return the columns to ignore. Of several with the same heading, all but the first."""
    alike = find_columns(headings, wanted)
    return alike[1:] if len(alike) > 1 else [_index(headings, wanted)]


def _index(headings: Sequence[str], wanted: str) -> int:
    alike = find_columns(headings, wanted)
    if len(alike) == 1:
        return alike[0]
    name = clean_line(wanted)
    if alike:
        raise Refused(
            f"{len(alike)} columns are called “{name}”: name the one that is meant by its number, "
            f'as in --map "column {alike[-1] + 1}=email".'
        )
    near = get_close_matches(plain(wanted), [plain(h) for h in headings], n=1)
    hint = next((clean_line(h) for h in headings if near and plain(h) == near[0]), "")
    meant = f" Did you mean “{hint}”?" if hint else ""
    raise Refused(f"No column is called “{name}”, which --map names.{meant} {_found(headings)}")


def _field(name: str) -> ImportField:
    wanted = name.strip().casefold()
    if wanted in set(ImportField):
        return ImportField(wanted)
    near = get_close_matches(wanted, list(ImportField), n=1)
    meant = f" Did you mean “{near[0]}”?" if near else ""
    raise Refused(
        f"“{clean_line(name)}” is not a field that --map can name.{meant} "
        f"The fields are {', '.join(ImportField)}, and {IGNORE}."
    )


def _claims(headings: Sequence[str], asked: Mapping[int, ImportField | None]) -> list[_Claim]:
    claims = []
    for index, heading in enumerate(headings):
        field, tier = _told(heading, index, asked)
        if field is not None:
            claims.append(_Claim(FileColumn(index, clean_line(heading), field), tier))
    return claims


def _told(
    heading: str, index: int, asked: Mapping[int, ImportField | None]
) -> tuple[ImportField | None, int]:
    if index in asked:
        return asked[index], _MAPPED
    return recognise(heading) or (None, 0)


def _choose(claims: Sequence[_Claim]) -> list[FileColumn]:
    best: dict[ImportField, _Claim] = {}
    for claim in claims:
        field = claim.column.field
        rival = best.get(field)
        if rival is None or claim.tier < rival.tier:
            best[field] = claim
    claims = [_other_number(claim, best) for claim in claims]
    for claim in claims:
        if claim.column.field not in _SEVERAL:
            _refuse_rival(claim, best[claim.column.field])
    several = [c.column for c in claims if c.column.field in _SEVERAL]
    others = [c.column for c in best.values() if c.column.field not in _SEVERAL]
    return sorted(several + others, key=lambda column: column.index)


def _other_number(claim: _Claim, best: Mapping[ImportField, _Claim]) -> _Claim:
    """Return the claim of an additional employee number as one of `ImportField.KNOWN_AS`.

    One column identifies the person of the row; the others help to resolve references to them.
    """
    column = claim.column
    if column.field is not ImportField.EMPLOYEE_NUMBER or claim is best[column.field]:
        return claim
    return _Claim(FileColumn(column.index, column.heading, ImportField.KNOWN_AS), claim.tier)


def _refuse_rival(claim: _Claim, best: _Claim) -> None:
    column = claim.column
    if claim.tier > best.tier or column is best.column:
        return
    same = plain(best.column.heading) == plain(column.heading)
    named = f"column {column.index + 1}" if same else column.heading
    raise Refused(
        f"The columns “{best.column.heading}” (number {best.column.index + 1}) and "
        f"“{column.heading}” (number {column.index + 1}) both tell {column.field}: leave one out "
        f'with --map "{named}={IGNORE}".'
    )


def _require(
    columns: Sequence[FileColumn], ignored: Sequence[str], headings: Sequence[str]
) -> None:
    told = {column.field for column in columns}
    missing = [] if told & {ImportField.EMAIL, ImportField.PRINCIPAL} else [ImportField.EMAIL]
    if ImportField.NAME not in told:
        missing += sorted(_NAMES - told, reverse=True)
    if missing:
        hints = _whole_file_hint(headings) or " ".join(
            hint for field in missing if (hint := _hint(field, ignored))
        )
        names = " and ".join(f"the {fact_called(field).in_words} ({field})" for field in missing)
        raise Refused(
            f"The file has no column for {names}. {_found(headings)} "
            f"{hints or _general_hint(missing[0])}"
        )


def _hint(field: ImportField, ignored: Sequence[str]) -> str:
    by_plain = {plain(heading): heading for heading in ignored}
    for heading_plain, heading in by_plain.items():
        near = get_close_matches(heading_plain, _known(), n=1, cutoff=0.7)
        if near and _known()[near[0]][0] is field:
            return f'If “{heading}” is it, add --map "{heading}={field}".'
    return ""


def _whole_file_hint(headings: Sequence[str]) -> str:
    """Return advice for a file in which no mapping of columns can help, or an empty string."""
    if any("@" in heading for heading in headings):
        return (
            "This looks like a person, not like headings: put a line of headings above, such as "
            "email,given_name,family_name."
        )
    if len(headings) == 1:
        return (
            "It has one column only: if another character separates its columns, say which, "
            'as in --delimiter "|".'
        )
    return ""


def _general_hint(field: ImportField) -> str:
    return f'Name the column that is it, as in --map "Heading={field}".'


def _found(headings: Sequence[str]) -> str:
    shown = ", ".join(f"“{clean_line(heading)[:60]}”" for heading in headings[:_SHOWN])
    more = f" and {len(headings) - _SHOWN} more" if len(headings) > _SHOWN else ""
    return f"The headings found are {shown}{more}."
