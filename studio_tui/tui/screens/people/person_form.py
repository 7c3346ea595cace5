"""The forms that add and edit a person by hand (U8)."""

from typing import Any, ClassVar

from studio_tui.domain.people.access import Action
from studio_tui.domain.people.facts import FACTS, Fact, FactType
from studio_tui.domain.people.users import User
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.services.people import by_hand, users
from studio_tui.services.people.by_hand import PersonEdited
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.people.users import Involvement
from studio_tui.tui.commands import Command
from studio_tui.tui.screens.people.entry_screen import EntryScreen, Values
from studio_tui.tui.screens.people.resend_offer import offer_resend
from studio_tui.tui.widgets.field import Field
from studio_tui.wording.counting import counted
from studio_tui.wording.people import noticed_in_words, overwritten_in_words

_CHANGED = tuple(fact for fact in FACTS if fact.changed_by)
_HINTS = DefaultTable(
    {
        FactType.TEAMS: "ctrl+o chooses; as Sales > Belgium; | separates several",
        FactType.PEOPLE: "logins; | separates several",
        FactType.NAMES: "| separates several",
        FactType.DAY: "as 2026-03-31",
        FactType.ROLE: "admin, support or user",
        FactType.LANGUAGE: "as nl, or nl-BE",
        FactType.TIME_ZONE: "as Europe/Brussels",
    },
    otherwise="",
)
_TEAMS = {fact.name: True for fact in _CHANGED if fact.type is FactType.TEAMS}
_LABELS = {fact.name: fact.in_words for fact in _CHANGED}


def _fields(facts: tuple[Fact, ...]) -> list[Field]:
    return [Field(fact.name, fact.label, hint=_HINTS[fact.type]) for fact in facts]


def values_of(user: User) -> dict[str, str]:
    """Return the form values of ``user``, as text by fact name."""
    return {fact.name: fact.as_text(getattr(user, fact.name), " | ") for fact in _CHANGED}


class EditPersonScreen(EntryScreen):
    """A form with all facts of a user that can be edited by hand."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(
            "save",
            "ctrl+s",
            "Save",
            "Save what is typed",
            needs=Action.EDIT_PEOPLE,
            verb="users edit LOGIN --email ADDRESS",
        ),
    )
    AUTO_FOCUS = "Input"
    TEAMS = _TEAMS

    def __init__(self, user_id: int) -> None:
        super().__init__("Edit a user", _fields(_CHANGED))
        self._user_id = user_id
        self._last_read: dict[str, Any] = {}
        """The facts as they were last read. A fact with unsaved text keeps the value from before
        the edit began."""

    def reload(self) -> None:
        """Read the user again and update the fields that have no unsaved text."""
        self.read_first("user", self._ask, self._show)

    def read_stored(self) -> None:
        """Read the version that another user saved."""
        self.read("theirs", self._ask, self._show_stored)

    def save(self, changed: Values) -> None:
        """Save the changed facts.

        The service raises a conflict if another user changed the same facts since they were read.
        """
        was = {name: self._last_read[name] for name in changed}
        self.write(
            lambda: by_hand.edit(
                self.studio, self.actor, self._user_id, PersonInput(dict(changed)), was=was
            ),
            self._saved,
            self.failed,
            opens_screen=True,
        )

    def _ask(self) -> Involvement:
        return users.show(self.studio, self.actor, self._user_id)

    def _show(self, found: Involvement) -> None:
        typed = self.changed
        self._fill_unedited(found.user, [name for name in _LABELS if name not in typed])
        self.show_title(f"Edit {found.user.name} ({found.user.login})")

    def _show_stored(self, found: Involvement) -> None:
        self.show_conflict(values_of(found.user), _LABELS)
        self._fill_unedited(found.user, list(_LABELS))

    def _fill_unedited(self, user: User, names: list[str]) -> None:
        values = values_of(user)
        self._last_read |= {name: getattr(user, name) for name in names}
        self.fill({name: values[name] for name in names})

    def _saved(self, done: PersonEdited) -> None:
        self.show_message(_saved_in_words(done))
        self.dismiss(True)
        offer_resend(self, done.bounced)


class AddPersonScreen(EntryScreen):
    """A form for a new user. After saving, it opens the page of that user."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(
            "save",
            "ctrl+s",
            "Add",
            "Add them",
            needs=Action.EDIT_PEOPLE,
            verb="users add LOGIN --email ADDRESS --given-name NAME",
        ),
    )
    AUTO_FOCUS = "Input"
    TEAMS = _TEAMS

    def __init__(self) -> None:
        login = Field("login", "Login", hint="by which they come in, and are named")
        super().__init__("Add a user", [login, *_fields(_CHANGED)])

    def read_stored(self) -> None:
        """Do nothing: a new user cannot have another version."""

    def save(self, changed: Values) -> None:
        """Add the user."""
        told = {name: text for name, text in changed.items() if name != "login"}
        entered = PersonInput({"email": "", **told})
        self.write(
            lambda: by_hand.add(self.studio, self.actor, changed.get("login", ""), entered),
            self._added,
            self.failed,
            opens_screen=True,
        )

    def _added(self, done: PersonEdited) -> None:
        user = done.user
        managers = counted(len(user.managers), "manager") if user.managers else "no manager"
        admin = " They are an admin." if done.becomes_admin else ""
        self.shell.go_to(to.Person(user.id), instead=True)
        self.show_message(f"{user.name} is added, with {managers}.{admin} A adds them to pushes.")


def _saved_in_words(done: PersonEdited) -> str:
    user = done.user
    sentences = [f"{user.name} is saved."]
    if done.becomes_admin:
        sentences.append(f"{user.name} becomes an admin.")
    if done.reinvited:
        sentences.append(f"{counted(done.reinvited, 'invitation')} moved with the address.")
    if done.reviews_added:
        sentences.append(f"{noticed_in_words(done.reviews_added)} (y on Users).")
    if done.imported:
        sentences.append(overwritten_in_words(user.name, list(done.before)))
    return " ".join(sentences)
