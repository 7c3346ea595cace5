"""The assignment of file columns to fields, in lists and dialogs (U6, ``--map``)."""

import re
from collections.abc import Mapping, Sequence

from studio_tui.domain.people.facts import fact_called
from studio_tui.domain.people.hr_file import ImportField
from studio_tui.domain.people.hr_file.headings import IGNORE, recognise
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.tui.commands import shown_key
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.screens.people.import_reading import ColumnMapping
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone

_ARGUMENT = r'--map ".*?=([a-z_]+)"'
_IF_IT_IS = re.compile(rf"(If “.*?” is it), add {_ARGUMENT}")
_WHICH_IS_IT = re.compile(rf"Name the column that is it, as in {_ARGUMENT}")
_ONE_TOO_MANY = re.compile(rf"leave one out with {_ARGUMENT}")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the file as a list row."""

    id: int
    name: str
    field: ImportField | None
    """The field the column is read as; None if it is ignored."""


def _tells(heading: Heading) -> str | StyledText:
    if heading.field is None:
        return StyledText("nothing; enter to say what", Tone.MUTED)
    return f"{fact_called(heading.field).title} ({heading.field})"


COLUMNS: tuple[Column[Heading], ...] = (
    Column(
        "name", "Column of the file", lambda heading: heading.name, width=24, flex=2, max_width=50
    ),
    Column("field", "Tells", _tells, width=30, flex=1),
)


def planned_headings(recognised: Mapping[str, str], ignored: Sequence[str]) -> list[Heading]:
    """Return the columns of a file that was read, recognised columns first."""
    told = [(name, ImportField(field)) for name, field in recognised.items()]
    every = [*told, *((name, None) for name in ignored)]
    return [Heading(number, name, field) for number, (name, field) in enumerate(every)]


def guessed_headings(names: Sequence[str], mapped: ColumnMapping) -> list[Heading]:
    """Return the columns of a file that could not be read, with the guessed fields."""
    return [Heading(number, name, _guess(name, mapped)) for number, name in enumerate(names)]


def named_by_keys(reason: str) -> str:
    """Return an error message that names the keys of the screen instead of ``--map``."""
    reason = _IF_IT_IS.sub(rf"\1, press {shown_key('enter')} on it below and say so", reason)
    reason = _WHICH_IS_IT.sub(_press_on, reason)
    return _ONE_TOO_MANY.sub(
        f"press {shown_key('enter')} on one of them below to leave it out", reason
    )


def ask_for_field(heading: Heading) -> Choose[str]:
    """Return a dialog that asks for the field of a column.

    Its result is the field or ``ignore``.
    """
    fields = [Choice(field.value, fact_called(field).title, field.value) for field in ImportField]
    nothing = Choice(IGNORE, "Nothing: leave it out", IGNORE)
    return Choose(f"What does “{heading.name}” tell?", [*fields, nothing])


def ask_for_word_meaning(word: str) -> Choose[str]:
    """Return a dialog that asks what a status word means. Its result is ``active`` or ``left``."""
    choices = [
        Choice(ImportField.ACTIVE.value, "Is there: at work, on leave, about to start", "active"),
        Choice(ImportField.LEFT.value, "Has left", "left"),
    ]
    return Choose(f"What does “{word}” mean?", choices)


def _guess(name: str, mapped: ColumnMapping) -> ImportField | None:
    field = mapped.get(name)
    if field is not None:
        return None if field == IGNORE else ImportField(field)
    known = recognise(name)
    return known[0] if known else None


def _press_on(found: re.Match[str]) -> str:
    what = fact_called(found[1]).in_words
    return f"Press {shown_key('enter')} on the column below that is the {what}"
