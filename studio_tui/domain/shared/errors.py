"""What the Studio says when it does not do what it was asked.

Every error a person can meet is a ``StudioError``: one sentence that says what, where and what to
do. The command line prints it on stderr with exit code 1, a screen shows it in place.
"""

from collections.abc import Mapping


class StudioError(Exception):
    """Something was refused or failed; the message is fit to be read by the person who asked."""

    @property
    def message(self) -> str:
        """The sentence to show."""
        return str(self)


class Refused(StudioError):
    """A rule of the Studio does not allow it."""


class NotMade(Refused):
    """There is no Studio yet, and none is made unasked."""


class Forbidden(Refused):
    """The rights of the person who asked do not allow it (A2)."""


class NothingToDo(Refused):
    """It is as it was asked for already; the message says so. A command that ends so has not
    failed."""


class NotFound(Refused):
    """Nothing goes by that name; the message offers a near miss where there is one."""


class Conflict(Refused):
    """Somebody else changed the same thing in the meantime (A4)."""


class Invalid(Refused):
    """What was entered cannot be: ``fields`` maps each field to what is wrong with it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in self.fields.items()))


class Stopped(StudioError):
    """Whoever asked for it wants it no more; nothing was changed."""


class Unavailable(StudioError):
    """Something outside the Studio does not answer: the database, the mail server, a file."""


class Away(Unavailable):
    """The database does not answer: nothing can be read or written until it does."""


class Gone(StudioError):
    """The database that was opened is no longer there, or another is in its place: whoever works
    with it ends."""


class Busy(Unavailable):
    """Others write to the database: what was asked of it can be asked again."""
