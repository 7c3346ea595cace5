"""An outline editor of a stored record, with drafts and detection of concurrent changes (A4)."""

from abc import abstractmethod
from typing import Generic, Protocol, TypeVar

from studio_tui.domain.shared.errors import Conflict, StudioError
from studio_tui.domain.templates.changes import changes
from studio_tui.domain.templates.editing import Editing
from studio_tui.domain.templates.outline import ROOT, Place
from studio_tui.domain.templates.template import Definition
from studio_tui.services.templates import drafts
from studio_tui.services.templates.drafts import TemplateDraft
from studio_tui.tui.modals.both_versions import MINE, VersionConflict
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.moments import moment_and_zone
from studio_tui.tui.screens.templates.change_words import changes_text
from studio_tui.tui.screens.templates.draft_writer import DraftWriter
from studio_tui.tui.screens.templates.outline_editor import OutlineEditor
from studio_tui.wording.counting import counted

_SAVE, _KEEP, _THROW_AWAY = "save", "keep", "throw away"
_CONFLICT_NOTE = "Somebody else saved this meanwhile. ^s shows what they changed."


class StoredRecord(Protocol):
    """A stored record that the editor saves: a template or a topic of the library."""

    @property
    def id(self) -> int:
        """The primary key of the record."""

    @property
    def version(self) -> int:
        """A number that increases each time the record is saved."""

    @property
    def name(self) -> str:
        """The name that users see."""


K = TypeVar("K", bound=StoredRecord)


class SavingEditor(OutlineEditor, Generic[K]):
    """An editor of the record ``base``; None for a new record. Subclasses call the services.

    The screen returns the record that was saved last, or ``base``.
    """

    within: Place = ROOT

    def __init__(self, base: K | None, definition: Definition, subject: str) -> None:
        super().__init__(Editing(definition, self.within))
        self._base = base
        self._draft_writer = DraftWriter(self, subject)
        self._version = base.version if base is not None else 0
        self._conflict = False
        self._leaving = False

    # Hooks of subclasses

    @abstractmethod
    def content_of(self, kept: K) -> Definition:
        """Return the content of ``kept`` as an outline."""

    @abstractmethod
    def fetch(self, row_id: int) -> K:
        """Read the record again. Runs outside the event loop."""

    @abstractmethod
    def store(self, base: K | None, definition: Definition) -> K:
        """Save ``definition`` over ``base``. Runs outside the event loop."""

    @abstractmethod
    def draft_subject(self, kept: K) -> str:
        """Return the key under which drafts of the record are stored."""

    @abstractmethod
    def with_version(self, base: K, version: int) -> K:
        """Return ``base`` with its version set to ``version``."""

    @property
    def saved_note(self) -> str:
        """A sentence to add to the message after saving; empty for none."""
        return ""

    # Drafts and changes by other users

    def on_mount(self) -> None:
        """Offer to restore the draft of an earlier session, if one exists."""
        studio, actor, subject = self.studio, self.actor, self._draft_writer.subject
        self.read_first("draft", lambda: drafts.find(studio, actor, subject), self._draft_found)

    def _draft_found(self, draft: TemplateDraft | None) -> None:
        if draft is None or self.editing.unsaved or draft.definition == self.editing.saved:
            return
        at = moment_and_zone(draft.written_at, self.studio.zone)
        differs = counted(
            len(changes(self.editing.saved, draft.definition)), "difference", "differences"
        )
        question = Confirm(
            "Go on with what you had not saved?",
            "Go on with it",
            no="Leave it",
            detail=f"You wrote it on {at}: {differs} from what is saved. It is kept until you "
            "write something else here.",
        )
        # Keys pressed so far were meant for the editor, so they must not answer the question.
        self.shell.keys.push_unprompted(
            question, lambda yes: self._restore_draft(draft) if yes else None
        )

    def _restore_draft(self, draft: TemplateDraft) -> None:
        self._version = draft.base_version
        self._conflict = self._base is not None and self._base.version != draft.base_version
        self.editing.replace_all(draft.definition)
        self.show()

    def changed(self) -> None:
        """Store the outline as a draft, or delete the draft if everything is saved."""
        if self.editing.unsaved:
            self._draft_writer.save(self._version, self.editing.definition)
        else:
            self._draft_writer.delete()

    @property
    def note(self) -> str:
        """A warning that another user saved the record; empty if none did."""
        return _CONFLICT_NOTE if self._conflict else ""

    def reload(self) -> None:
        """Check whether another user saved the record."""
        if self._base is not None:
            row_id = self._base.id
            self.read("theirs", lambda: self.fetch(row_id), self._check_version, lambda _: None)

    def _check_version(self, now: K) -> None:
        if self._base is None or now.version == self._base.version:
            return
        same = self.content_of(now) == self.content_of(self._base)
        followed = self._version == self._base.version
        self._base = now
        if same and followed:
            self._version = now.version
        elif not self.editing.unsaved and self._form is None:
            self._replace_by(now)
        else:
            self._conflict = True
            self._show_around()

    def _replace_by(self, kept: K) -> None:
        self._base, self._version, self._conflict = kept, kept.version, False
        self.editing.saved = self.content_of(kept)
        self.editing.replace_all(self.editing.saved)
        self.show()

    # Saving

    def save(self) -> None:
        """Save the outline over the version that it is based on."""
        if not self.editing.unsaved and self._base is not None:
            self.show_message("It is saved as it is here.")
            return
        base = self._base if self._base is None else self.with_version(self._base, self._version)
        definition = self.editing.definition
        self.write(
            lambda: self.store(base, definition),
            lambda kept: self._saved(kept, definition),
            self._failed,
        )

    def _saved(self, kept: K, definition: Definition) -> None:
        self._draft_writer.delete()
        self._base, self._version, self._conflict = kept, kept.version, False
        self._draft_writer.subject = self.draft_subject(kept)
        self.editing.saved = definition
        self.show_message(" ".join(filter(None, (f"“{kept.name}” saved.", self.saved_note))))
        self.show()
        if self._leaving:
            self.dismiss(self._base)
        elif self.editing.unsaved:
            self.changed()

    def _failed(self, error: StudioError) -> None:
        self._leaving = False
        if isinstance(error, Conflict) and self._base is not None:
            row_id = self._base.id
            self.read("theirs", lambda: self.fetch(row_id), self._compare, self._record_deleted)
        else:
            self.refuse(error)

    def _record_deleted(self, error: StudioError) -> None:
        self._base, self._version, self._conflict = None, 0, False
        self.show_error(f"{error.message} What you wrote is here: ^s adds it as a new one.")

    def _compare(self, theirs: K) -> None:
        began, now, mine = self.editing.saved, self.content_of(theirs), self.editing.definition
        self._base, self._conflict = theirs, True
        question = VersionConflict(
            f"Somebody else saved “{theirs.name}” meanwhile",
            changes_text(changes(began, now), "Nothing that you do not have."),
            changes_text(changes(now, mine), "Nothing: both are the same."),
        )
        self.shell.keys.push_unprompted(
            question, lambda chosen: self._resolve_conflict(chosen, theirs)
        )

    def _resolve_conflict(self, chosen: str | None, theirs: K) -> None:
        if chosen is None:
            self._show_around()
        elif chosen == MINE:
            self._version = theirs.version
            self.save()
        else:
            self._draft_writer.delete()
            self._replace_by(theirs)
            self.show_message("This is how they saved it. z brings yours back.")

    # Leaving

    def action_back(self) -> None:
        """Leave; if there are unsaved changes, ask whether to save, keep or discard them."""
        self._close_form()
        if not self.editing.unsaved:
            self.dismiss(self._base)
            return
        ways = [
            Choice(_SAVE, "Save it and leave"),
            Choice(_KEEP, "Leave, and go on later", "only you see it until then"),
            Choice(_THROW_AWAY, "Leave, and throw it away", "what you wrote is lost"),
        ]
        self.app.push_screen(Choose("What you wrote is not saved", ways), self._leave)

    def _leave(self, way: str | None) -> None:
        if way == _SAVE:
            self._leaving = True
            self.action_save()
            self._leaving = not self.problems()
        elif way == _KEEP:
            self.dismiss(self._base)
        elif way == _THROW_AWAY:
            self._draft_writer.delete()
            self.dismiss(self._base)
