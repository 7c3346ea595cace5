"""The Users screen: all users, and the commands that add or import more (U1, U4, U6)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from studio_tui.config.session import why_no_files
from studio_tui.domain.people.access import Action, may
from studio_tui.domain.people.facts import FACTS, Fact, FactType, ListColumn
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.unattended import LastFile
from studio_tui.domain.people.users import User, UserFilter
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.services.people import retention, unattended, users
from studio_tui.tui.commands import Command
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.audiences import filter_audience, filter_words
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.people_rows import RowPerson
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.list.views import FilterAccess
from studio_tui.tui.widgets.person_details import read_person

_WITH_LEFT = "those who have left, too"
_TO_ERASE = "those who left and are erased within two weeks"
_ONLY_TO_ERASE = "Only who left long ago and is erased within two weeks; f shows everybody."
_HOW_TO_BEGIN = "Press i to import users from a CSV file."


def managers_cell(user: User) -> str | StyledText:
    """Return the number of managers of a user, with a warning if it is zero (U4)."""
    return str(len(user.managers)) if user.managers else StyledText("no manager", Tone.WARN)


def standing_cell(user: User) -> str | StyledText:
    """Return the cell that marks users who left, whose mail bounced, or who have a special role."""
    if not user.active:
        return StyledText("left", Tone.MUTED)
    if user.mail_bounced:
        return StyledText("bounced", Tone.BAD)
    return "" if user.role is Role.USER else user.role.value


def _column(fact: Fact, listed: ListColumn) -> Column[User]:
    return Column(
        fact.name,
        fact.label,
        lambda user: fact.as_words(getattr(user, fact.name)),
        listed.width,
        listed.flex,
        max_width=listed.max_width,
        hide_order=listed.hide_order,
        sortable=fact.sorted or fact.type is FactType.TEAMS,
    )


COLUMNS: tuple[Column[User], ...] = (
    Column("name", "Name", lambda user: user.name, width=18, flex=3, max_width=40, sortable=True),
    *(_column(fact, fact.listed) for fact in FACTS if fact.listed),
    Column("managers", "Managers", managers_cell, width=10, sortable=True),
    Column("standing", "", standing_cell, width=7, sortable=True, name="Role"),
)


class UsersScreen(StudioScreen):
    """The list of users."""

    OWN_COMMANDS = (
        Command(
            "import",
            "i",
            "Import",
            "Import users from a CSV file",
            needs=Action.IMPORT_USERS,
            verb="users import FILE",
        ),
        Command(
            "changes",
            "y",
            "Changes",
            "Decide on changes of people in open pushes",
            needs=Action.READ_USERS,
            verb="users review",
        ),
        Command(
            "waiting",
            "Q",
            "Waiting import",
            "See the unattended import that waits, to import it or throw it away",
            needs=Action.IMPORT_USERS,
            verb="users import --waiting",
        ),
        Command(
            "new",
            "n",
            "New",
            "Add a user by hand",
            needs=Action.EDIT_PEOPLE,
            verb="users add LOGIN --email ADDRESS --given-name NAME",
        ),
        Command("teams", "B", "Teams", "See the teams as a tree", verb="teams list"),
        Command(
            "who_left",
            "f",
            "Who left",
            "Show those who have left as well, or hide them",
            verb="users list --left",
        ),
    )

    def __init__(self, *, to_erase: bool = False) -> None:
        super().__init__()
        self._include_left = False
        self._to_erase = to_erase
        self._waiting_file: LastFile | None = None
        self._only = Static(line(_ONLY_TO_ERASE, "$muted"), classes="narrowed")
        self._draw_narrowed()

    def body(self) -> ComposeResult:
        """Yield the list, the hint for an empty list, the filter and the waiting import."""
        importing = may(self.actor, Action.IMPORT_USERS)
        how = _HOW_TO_BEGIN if importing else "An admin imports them from a CSV file."
        yield RecordBrowser(
            *COLUMNS,
            find=self.find,
            sort=Sort("name"),
            noun=("user", "users"),
            marks=True,
            empty=f"Nobody yet. {how}",
            views_key="users",
            exported_by="users export",
            narrowing=FilterAccess(lambda: self._narrowed, self._narrow, self._draw_narrowed),
            opens_saved_view=not self._to_erase,
            details=self._details,
            audiences=True,
            person=lambda user: RowPerson(user.id, user.login, user.name),
        )
        yield Static(line(how), classes="begin")
        yield self._only
        yield Static(classes="waits")

    def find(self, text: str, sort: Sort) -> tuple[UserFilter, Source[User, UserFilter]]:
        """Return the users that match ``text``."""
        filter_ = UserFilter(
            filter_words(text),
            where=filter_audience(text),
            include_left=self._include_left,
            left_before=retention.erasure_cutoff(self.studio) if self._to_erase else None,
        )
        return filter_, users.source(self.studio, self.actor, filter_, sort)

    @property
    def _narrowed(self) -> str:
        if self._to_erase:
            return _TO_ERASE
        return _WITH_LEFT if self._include_left else ""

    def _narrow(self, narrowed: str) -> None:
        if narrowed not in ("", _WITH_LEFT, _TO_ERASE):
            raise ValueError(narrowed)
        self._include_left = narrowed == _WITH_LEFT
        self._to_erase = narrowed == _TO_ERASE

    def _draw_narrowed(self) -> None:
        self._only.display = self._to_erase

    def reload(self) -> None:
        """Read the users again, and whether an unattended import waits."""
        self._browser.reload()
        if may(self.actor, Action.IMPORT_USERS):
            studio, actor = self.studio, self.actor
            self.read("waiting", lambda: unattended.waiting(studio, actor), self._show_waiting)

    def _show_waiting(self, file: LastFile | None) -> None:
        self._waiting_file = file
        notice = self.query_one(".waits", Static)
        notice.display = file is not None
        if file is not None:
            words = f"Press Q to look at {file.name}, which waits: {file.why}."
            notice.update(line(words, "$warning"))
        self.refresh_bindings()

    def may_do(self, command: Command) -> bool:
        """Return whether ``command`` is permitted. Waiting import needs a file that waits."""
        return (command.id != "waiting" or self._waiting_file is not None) and super().may_do(
            command
        )

    def action_waiting(self) -> None:
        """Open the unattended import that waits."""
        self.go_to(to.WaitingImport())

    def why_not_import(self) -> str | None:
        """Return why no file can be imported, or None.

        An SSH session has no access to files of the host.
        """
        return why_no_files("ssh … users import - < people.csv")

    def action_import(self) -> None:
        """Open the import."""
        self.go_to(to.ImportUsers())

    def action_changes(self) -> None:
        """Open the desk of changes."""
        self.go_to(to.Changes())

    def action_new(self) -> None:
        """Open the form for a new user (U8)."""
        self.go_to(to.EditPerson())

    def action_teams(self) -> None:
        """Open the teams (U2)."""
        self.go_to(to.Teams())

    def action_who_left(self) -> None:
        """Show or hide the users who have left."""
        if self._to_erase:
            self._to_erase, self._include_left = False, True
            self._draw_narrowed()
        else:
            self._include_left = not self._include_left
        self._browser.show_narrowed()
        self.show_message(
            "Those who have left are shown." if self._include_left else "Hidden again."
        )

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open a user."""
        self.go_to(to.Person(event.row.id))

    @on(RecordList.LengthChanged)
    def _show_how_to_begin(self, event: RecordList.LengthChanged) -> None:
        alone = event.counted and event.length == 1 and not self._browser.text
        self.query_one(".begin").display = alone

    def _details(self, user: User) -> Callable[[], Drawing]:
        return partial(read_person, self.studio, self.actor, user.id)

    @property
    def _browser(self) -> RecordBrowser[User, Any]:
        return self.query_one(RecordBrowser)
