"""The rows of Today: headings, cases and first steps, and their columns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from studio_tui.domain.shared.clock import local_day
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.enum_tables import CompleteTable
from studio_tui.domain.shared.text import has_words
from studio_tui.domain.today.today import STEPS, Case, CaseKind, FirstStep, Remedy, Section
from studio_tui.services.today.today import Today
from studio_tui.tui.commands import shown_key
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.wording.days import day_in_words, weekday_in_words
from studio_tui.wording.today import SIGNS

_FIRST_STEPS = "first steps"
_SNOOZED = "put off"
_MAIL = frozenset({CaseKind.MAIL_FAILED, CaseKind.MAIL_BOUNCED})
_KEYS = CompleteTable(
    {
        FirstStep.IMPORT_USERS: "i",
        FirstStep.ALLOW_PUSH: "1",
        FirstStep.SET_UP_PUSH: "1",
        FirstStep.ASSIGN_USERS: "2",
        FirstStep.SET_UP_MAIL: "enter",
    }
)
"""The key that starts each first step."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row with a case, a first step or a heading. Without any of them, it is a blank row."""

    id: int
    case: Case | None = None
    step: FirstStep | None = None
    heading: str = ""

    @property
    def takes_cursor(self) -> bool:
        """Whether the cursor can move to this row: only if there is a case or a step."""
        return self.case is not None or self.step is not None


def lines_of(found: Today, text: str = "", *, with_snoozed: bool = False) -> list[Line]:
    """Return the rows that match ``text``, under their headings.

    With ``with_snoozed``, the result includes the cases that the reader snoozed.
    """
    lines: list[Line] = []
    for heading, group in _groups(found, with_snoozed=with_snoozed):
        matching = [line for line in group if _matches(line, text)]
        if matching:
            # The ids of cases are not negative; those of steps are between -9 and -1.
            free = -10 - len(lines)
            gap = [Line(free)] if lines else []
            lines += [*gap, Line(free - 1, heading=heading), *matching]
    return lines


def can_retry(case: Case | None) -> bool:
    """Return whether the case is about mail that can be retried."""
    return case is not None and case.kind in _MAIL


def can_remind(case: Case | None) -> bool:
    """Return whether the remedy of the case is a reminder of its people."""
    return case is not None and not case.own and case.facts.remedy is Remedy.REMIND


def columns(today: Callable[[], date], zone: ZoneInfo) -> tuple[Column[Line], ...]:
    """Return the columns: sign, case, details, push, time, and the key of the remedy."""
    return (
        Column("sign", "", _sign, width=1),
        Column("what", "", _what, width=25, flex=1, max_width=34),
        Column("text", "", _text, width=19, flex=4),
        Column("push", "", lambda line: line.case.push if line.case else "", 14, 2, max_width=40),
        Column("when", "", lambda line: time_of(line.case, today(), zone), width=8, max_width=10),
        Column("key", "", _key, width=9, hide_order=1),
    )


def time_of(case: Case | None, today: date, zone: ZoneInfo) -> str:
    """Return the time since which, or at which, the case exists: ``9 Mar``; today ``08:00``.

    ``today`` if only the day is known.
    """
    at = None if case is None else case.since or case.due
    return "" if at is None else _moment(at, today, zone)


def full_text(line: Line | None, today: date, zone: ZoneInfo) -> str:
    """Return the full text of a row in one line. The list may truncate it."""
    return " · ".join(facts_of(line, today, zone)) if line else ""


def facts_of(line: Line, today: date, zone: ZoneInfo) -> list[str]:
    """Return the full text of a row, as a list of facts."""
    if line.step is not None:
        return [f"From a shell: {STEPS[line.step][1]}"]
    case = line.case
    if case is None:
        return []
    parts = [case.words, case.push, case.text]
    if case.since is not None:
        parts.append(f"since {weekday_in_words(local_day(case.since, zone), today)}")
    if case.snoozed:
        parts.append(f"put off until {case.snoozed_until or 'it changes'}")
    return [part for part in parts if part]


def _groups(found: Today, *, with_snoozed: bool) -> Iterator[tuple[str, Sequence[Line]]]:
    steps = [Line(-place, step=step) for place, step in enumerate(found.steps, 1)]
    # Cases come before the first steps if there are any.
    if not found.cases:
        yield _FIRST_STEPS, steps
    for section in Section:
        cases = (case for case in found.cases if case.facts.section is section)
        yield section, _of_cases(cases)
    if found.cases:
        yield _FIRST_STEPS, steps
    if with_snoozed:
        yield _SNOOZED, _of_cases(found.snoozed)


def _of_cases(cases: Iterable[Case]) -> list[Line]:
    return [Line(case.id, case) for case in cases]


def _matches(line: Line, text: str) -> bool:
    case = line.case
    shown = str(line.step) if case is None else f"{case.words} {case.text} {case.push}"
    return has_words(shown, text)


def _sign(line: Line) -> str | StyledText:
    if line.case is None:
        return StyledText(shown_key(_KEYS[line.step]), Tone.MARK) if line.step else ""
    return StyledText(SIGNS[line.case.kind], _tone_of(line.case))


def _what(line: Line) -> str | StyledText:
    case = line.case
    if case is None:
        return str(line.step) if line.step else StyledText(line.heading.upper(), Tone.MUTED)
    whose = "yours: " if case.own else ""
    return StyledText(
        f"{whose}{case.words}", Tone.BAD if _tone_of(case) is Tone.BAD else Tone.STRONG
    )


def _tone_of(case: Case) -> Tone:
    if case.facts.section is not Section.NEEDS_YOU or case.snoozed:
        return Tone.MUTED
    return Tone.BAD if case.facts.urgent else Tone.WARN


def _text(line: Line) -> str | StyledText:
    if line.step is not None:
        return StyledText(STEPS[line.step][1], Tone.MUTED)
    return line.case.text if line.case else ""


def _key(line: Line) -> str | StyledText:
    if line.case is None:
        return ""
    if can_retry(line.case):
        return StyledText("r retry", Tone.MUTED)
    key = "r remind" if can_remind(line.case) else f"{shown_key('enter')} look"
    return StyledText(key, Tone.MUTED)


def _moment(at: datetime, today: date, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    if local.date() != today:
        return day_in_words(local.date(), today)
    # A day, such as a deadline, is stored as its first instant.
    return "today" if local.time() == time.min else f"{local:%H:%M}"
