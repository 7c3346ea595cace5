"""The conversion between a push and the form fields of its Settings tab (P9, P15)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from studio_tui.domain.pushes.push import Push, PushDraft, Reminders, parse_days
from studio_tui.domain.shared.errors import Invalid
from studio_tui.tui.commands import shown_key
from studio_tui.tui.moments import day
from studio_tui.tui.screens.pushes.new_pushes_row import FIELDS, EnteredPush, drafts_of
from studio_tui.tui.widgets.field import Field

_LABELS = {**FIELDS, "remind_before": "Remind before", "remind_after": "Remind after"}
_DAYS = {"available_from", "deadline"}
_HINTS = {
    "available_from": f"{shown_key('down')} a week later, {shown_key('up')} a week earlier",
    "remind_before": "days before the deadline, as 7, 1; nothing for never",
    "remind_after": "days after the deadline; who has held it is left alone",
}


def form_fields(push: Push) -> list[Field]:
    """Return the form fields, filled with the values of ``push``."""
    return [
        Field(name, _LABELS[name], value, hint=_HINTS.get(name, ""), is_day=name in _DAYS)
        for name, value in form_values(push).items()
    ]


def form_values(push: Push) -> dict[str, str]:
    """Return the form values of ``push``, as text by field name."""
    return {
        "name": push.name,
        "available_from": day(push.available_from),
        "deadline": day(push.deadline),
        "remind_before": ", ".join(map(str, push.reminders.before)),
        "remind_after": ", ".join(map(str, push.reminders.after)),
    }


def days_of(values: Mapping[str, str]) -> EnteredPush:
    """Return the name and the days from the form values."""
    return EnteredPush(**{name: values[name] for name in FIELDS})


def draft_of(values: Mapping[str, str], today: date) -> PushDraft:
    """Return the form values as a draft, with days resolved from ``today``.

    Raises `Invalid` with all errors by field name.
    """
    errors: dict[str, str] = {}
    before = _days("remind_before", values, 0, errors)
    after = _days("remind_after", values, 1, errors)
    try:
        (draft,) = drafts_of([days_of(values)], today)
    except Invalid as error:
        raise Invalid({**error.fields, **errors}) from error
    if errors:
        raise Invalid(errors)
    return replace(draft, reminders=Reminders(before, after))


def _days(
    field: str, values: Mapping[str, str], least: int, errors: dict[str, str]
) -> tuple[int, ...]:
    try:
        return parse_days(values[field], least)
    except ValueError as error:
        errors[field] = str(error)
        return ()
