"""The forms that add and edit a team: its name, its parent and its leaders (U8)."""

from dataclasses import replace
from typing import ClassVar

from studio_tui.domain.people.access import Action
from studio_tui.domain.people.teams import Team
from studio_tui.domain.shared.text import fold
from studio_tui.services.people import teams
from studio_tui.services.people.teams import TOP, TeamChanged, TeamDetails, TeamEdit
from studio_tui.tui.commands import Command
from studio_tui.tui.screens.people.entry_screen import EntryScreen, Values
from studio_tui.tui.widgets.field import Field
from studio_tui.wording.counting import counted
from studio_tui.wording.people import noticed_in_words

_LABELS = {"name": "the name", "under": "the place", "leaders": "who leads it"}
_MEMBERS = {"name": "name", "under": "path", "leaders": "leaders"}
"""The member of `Team` that each field edits."""
_TEAMS = {"under": False}
_SAVE = Command(
    "save",
    "ctrl+s",
    "Save",
    "Save what is typed",
    needs=Action.EDIT_PEOPLE,
    verb="teams edit TEAM --name NAME --under TEAM --leader LOGIN",
)


def _fields(under: str = "") -> list[Field]:
    return [
        Field("name", "Name"),
        Field(
            "under", "Under", under, hint="ctrl+o chooses; as Sales > Belgium; empty for the top"
        ),
        Field("leaders", "Leaders", hint="logins; | separates several"),
    ]


def values_of(team: Team) -> dict[str, str]:
    """Return the form values of ``team``, as text by field name."""
    leaders = " | ".join(leader.login for leader in team.leaders)
    return {"name": team.name, "under": team.parent, "leaders": leaders}


class EditTeamScreen(EntryScreen):
    """A form for an existing team."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (_SAVE,)
    TEAMS = _TEAMS
    AUTO_FOCUS = "Input"

    def __init__(self, team_id: int) -> None:
        super().__init__("Edit a team", _fields())
        self._team_id = team_id
        self._last_read: Team | None = None

    def reload(self) -> None:
        """Read the team again and update the fields that have no unsaved text."""
        self.read_first("team", self._ask, self._show)

    def read_stored(self) -> None:
        """Read the version that another user saved."""
        self.read("theirs", self._ask, self._show_stored)

    def save(self, changed: Values) -> None:
        """Save the changed fields.

        The service raises a conflict if another user changed the same fields since they were read.
        """
        wanted, was = self._wanted(changed), self._last_read
        self.write(
            lambda: teams.edit(self.studio, self.actor, self._team_id, wanted, was=was),
            self._saved,
            self.failed,
            opens_screen=True,
        )

    def _wanted(self, changed: Values) -> TeamEdit:
        before = {fold(login): login for login in _names(self.base["leaders"])}
        named = _names(changed.get("leaders", self.base["leaders"]))
        after = {fold(login): login for login in named}
        return TeamEdit(
            changed.get("name"),
            changed.get("under"),
            [login for key, login in after.items() if key not in before],
            [login for key, login in before.items() if key not in after],
        )

    def _ask(self) -> TeamDetails:
        return teams.show(self.studio, self.actor, self._team_id)

    def _show(self, found: TeamDetails) -> None:
        edited, before = self.changed, self._last_read or found.team
        # An edited field is compared with the value from which the user started.
        self._last_read = replace(
            found.team, **{_MEMBERS[name]: getattr(before, _MEMBERS[name]) for name in edited}
        )
        values = values_of(found.team)
        self.fill({name: value for name, value in values.items() if name not in edited})
        self.show_title(f"Edit the team “{found.team.path}”")

    def _show_stored(self, found: TeamDetails) -> None:
        self.show_conflict(values_of(found.team), _LABELS)
        self._last_read = found.team

    def _saved(self, done: TeamChanged) -> None:
        self.show_message(_saved_in_words(done))
        self.dismiss(True)


class AddTeamScreen(EntryScreen):
    """A form for a new team."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (_SAVE,)
    TEAMS = _TEAMS
    AUTO_FOCUS = "Input"

    def __init__(self, under: str) -> None:
        super().__init__("Add a team", _fields(under))

    def read_stored(self) -> None:
        """Do nothing: a new team cannot have another version."""

    def save(self, changed: Values) -> None:
        """Add the team."""
        values = self.values
        name, under = values["name"], values["under"].strip() or TOP
        leaders = _names(values["leaders"])
        self.write(
            lambda: teams.add(self.studio, self.actor, name, under=under, leaders=leaders),
            self._added,
            self.failed,
            opens_screen=True,
        )

    def _added(self, done: TeamChanged) -> None:
        self.show_message(_saved_in_words(done))
        self.dismiss(True)


def _names(text: str) -> list[str]:
    return [name for part in text.split("|") if (name := part.strip())]


def _saved_in_words(done: TeamChanged) -> str:
    path = done.after.path if done.after else ""
    words = f"“{path}” is saved."
    if done.other_managers:
        words += f" {counted(done.other_managers, 'user')} got other managers."
    if done.reviews_added:
        words += f" {noticed_in_words(done.reviews_added)} (y on Users)."
    return words
