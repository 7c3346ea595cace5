"""Texts of the rows of Today (S1)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from studio_tui.domain.pushes.push import Progress
from studio_tui.domain.today.today import CaseKind
from studio_tui.wording.counting import counted
from studio_tui.wording.days import day_in_words, days_left_in_words

NOTHING = "Nothing needs you."
"""Message of Today when there are no cases."""
SIGNS: Mapping[CaseKind, str] = {
    CaseKind.MAIL_FAILED: "×",
    CaseKind.MAIL_BOUNCED: "←",
    CaseKind.RELAY_DOWN: "▼",
    CaseKind.REVIEW: "±",
    CaseKind.NO_MANAGER: "ø",
    CaseKind.OVERDUE: "!",
    CaseKind.PLANNED_PAST: "<",
    CaseKind.PLANNED_LATE: ">",
    CaseKind.STARTS: "►",
    CaseKind.ENDS: "▲",
    CaseKind.REPEATS: "=",
    CaseKind.CAME_IN: "+",
    CaseKind.ERASED: "-",
    CaseKind.SENDING: "→",
}
"""Character for each kind of case; available in console fonts and readable without colour."""
_NAMED = 3
"""Maximum number of names in a text."""


def names_in_words(names: Sequence[str], number: int) -> str:
    """Return the first three of ``names``, and how many more of ``number`` there are."""
    shown = list(dict.fromkeys(names))[:_NAMED]
    more = number - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if shown and more > 0 else "")


def days_of_names(planned: Sequence[tuple[str, date]], number: int, today: date) -> str:
    """Return names with their days: ``Thijs Baert 3 Mar, Lou Maes 11 Mar``."""
    return names_in_words([f"{name} {day_in_words(day, today)}" for name, day in planned], number)


def managers_in_words(managers: Sequence[Sequence[str]]) -> str:
    """Summarise the managers of several people: ``6 managers; Daniel Evans 5 of them``.

    ``Bob Smith`` if one manager has all of the people; empty if none has a manager.
    """
    having = Counter(name for each in managers for name in each)
    if not having:
        return ""
    ((most, number),) = having.most_common(1)
    if len(having) == 1 and number == len(managers):
        return most
    share = f"; {most} {number:,} of them" if number > 1 else ""
    return f"{counted(len(having), 'manager')}{share}"


def ends_in_words(progress: Progress, deadline: date, today: date) -> str:
    """Return ``8 of 42 held, 20 not planned, 3 days left``."""
    planned = f", {progress.not_planned:,} not planned" if progress.not_planned else ""
    held = f"{progress.done:,} of {progress.assigned:,} held"
    return f"{held}{planned}, {days_left_in_words(deadline, today)}"
