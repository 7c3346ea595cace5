"""The errors that the Studio reports to people.

Every error that a person can see is a ``StudioError``, whose message is one sentence that states
what failed, where, and what to do. The command line prints the message on stderr and exits with
code 1; a screen shows the message in place.
"""

from collections.abc import Mapping


class StudioError(Exception):
    """Base class of all errors whose message is meant for the user."""

    @property
    def message(self) -> str:
        """The sentence to display."""
        return str(self)


class Refused(StudioError):
    """A rule of the Studio does not allow the action."""


class NotInitialized(Refused):
    """The Studio does not exist yet, and it is not created implicitly."""


class Forbidden(Refused):
    """The actor has no permission for the action (A2)."""


class NothingToDo(Refused):
    """The requested state already holds, as the message explains.

    A command that ends with this error has not failed.
    """


class NotFound(Refused):
    """Nothing has the given name. The message suggests a similar name if there is one."""


class Conflict(Refused):
    """The same record was changed concurrently by somebody else (A4)."""


class Invalid(Refused):
    """The input is invalid: ``fields`` maps the name of each wrong field to the reason."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in self.fields.items()))


class Stopped(StudioError):
    """The action was cancelled; nothing was changed."""


class Unavailable(StudioError):
    """An external dependency does not respond: the database, the mail server, a file."""


class DatabaseUnavailable(Unavailable):
    """The database does not respond. Nothing can be read or written until it does."""


class DatabaseGone(StudioError):
    """The opened database was deleted or replaced by another. Its users must end."""


class Busy(Unavailable):
    """Other writers hold the database lock. The action can be retried."""
