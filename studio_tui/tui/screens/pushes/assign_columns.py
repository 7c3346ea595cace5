"""The columns of the lists in the assignment view."""

from studio_tui.tui.screens.pushes.assign_source import Candidate
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone


def _cell(row: Candidate, text: str) -> str | StyledText:
    return StyledText(text, Tone.MUTED) if row.already or not row.user.active else text


def _managers(row: Candidate) -> str | StyledText:
    names = ", ".join(manager.name for manager in row.user.managers)
    return _cell(row, names) if names else StyledText("no manager", Tone.WARN)


def _note(row: Candidate) -> StyledText:
    if row.already:
        return StyledText("in already", Tone.MUTED)
    return StyledText("" if row.user.active else "has left", Tone.WARN)


COLUMNS: tuple[Column[Candidate], ...] = (
    Column(
        "name",
        "Name",
        lambda c: _cell(c, c.user.name),
        width=18,
        flex=3,
        max_width=40,
        sortable=True,
    ),
    Column("note", "", _note, width=10, sortable=True, name="Note"),
    Column(
        "teams",
        "Teams",
        lambda c: _cell(c, ", ".join(c.user.teams)),
        width=18,
        flex=3,
        max_width=60,
        sortable=True,
    ),
    Column("manager_names", "Managers", _managers, 16, 3, max_width=50, sortable=True),
    Column(
        "login",
        "Login",
        lambda c: _cell(c, c.user.login),
        width=14,
        flex=1,
        max_width=24,
        hide_order=2,
        sortable=True,
    ),
    Column(
        "department",
        "Department",
        lambda c: _cell(c, c.user.department),
        width=14,
        flex=2,
        max_width=30,
        hide_order=3,
        sortable=True,
    ),
)
