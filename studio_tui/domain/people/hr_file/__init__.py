"""The parser of HR exports, from bytes to checked people (U6).

The package is pure: it uses no database and no clock, and reads only the open file that it is
given. `services.people.hr_files` opens the files.

It works in two steps, the second of which uses data of the Studio::

    file = read(binary, {"Work Email": "email"}, progress=show)
    checked = check(file, studio)

`read` accepts bytes or a binary file and returns an `HrFile`: records, refusals, and the field of
each column. It raises `Refused` if the file as a whole is not a list of people: if it is empty or
binary, has wrong quoting, two columns for one field or a missing column, or exceeds `MAX_BYTES` or
`MAX_ROWS`.

`check` queries `KnownPeople` (a protocol that the database side implements), each method at most
once for the whole file, and returns `CheckedFile`: an `ImportRow` for every row that can be
imported, and a `Refusal` for each that cannot. A `UserRef` is the id of a user of the Studio, or
the `key` of the address of a user whom the file adds; `ImportRow.ref` is that of the row itself.

`HrFile.present_fields` decides what to write. A field that is not among them stays unchanged for
existing users. An empty cell of a field that is among them clears the value (language, time zone
and role: resets it to the default). If ``teams``, ``leads`` or ``coaches`` are present, a record
has all of their values. ``manager`` adds `ImportRow.joins` to the teams of the row;
`CheckedFile.manager_teams` lists the teams that this requires, with their leaders, in addition to
those of ``leads``.
"""

from studio_tui.domain.people.hr_file.check import About, check
from studio_tui.domain.people.hr_file.people import (
    CheckedFile,
    ImportRow,
    KnownPeople,
    KnownUser,
    ManagerTeam,
    UserRef,
)
from studio_tui.domain.people.hr_file.read import FileHints, headings_in, read
from studio_tui.domain.people.hr_file.records import (
    HrFile,
    ImportField,
    Record,
    Refusal,
    Remark,
    RowWarning,
    TeamPath,
)
from studio_tui.domain.people.hr_file.rows import MAX_ROWS
from studio_tui.domain.people.hr_file.source import MAX_BYTES

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "About",
    "CheckedFile",
    "FileHints",
    "HrFile",
    "ImportField",
    "ImportRow",
    "KnownPeople",
    "KnownUser",
    "ManagerTeam",
    "Record",
    "Refusal",
    "Remark",
    "RowWarning",
    "TeamPath",
    "UserRef",
    "check",
    "headings_in",
    "read",
]
