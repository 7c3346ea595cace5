"""What HR systems export, from bytes to checked people (U6). Pure: no database, no clock, and no
file but the open one that it is given: `services.people.hr_files` opens them.

Two steps, the second with what the Studio knows::

    file = read(binary, {"Work Email": "email"}, progress=show)
    checked = check(file, studio)

`read` takes bytes or a binary file and gives an `HrFile`: records, refusals, what each
column was taken for. It raises `Refused` where the file as a whole is no list of people (empty,
binary, wrong quoting, two columns for one field, a column that is missing, larger than
`MAX_BYTES` or longer than `MAX_ROWS`).

`check` asks `KnownPeople` (a protocol for the database side to answer) four questions, each once
for the whole file, and gives `Checked`: an `ImportRow` for every row that can be imported, and one
`Refusal` for each that cannot. A `UserRef` is the id of a user of the Studio, or the `key` of the
address of one whom the file adds; `ImportRow.ref` is a person's own.

What to write, by `HrFile.present_fields`: a field that is not among them is left alone for users
who are there, an empty cell of one that is empties it (language, time zone and role: back to their
defaults). Where ``teams``, ``leads`` or ``coaches`` are present, a record has all of them.
``manager`` adds `ImportRow.joins` to the teams of the row; `Checked.manager_teams` tells which
teams that needs, and who leads them, besides what ``leads`` says.
"""

from studio_tui.domain.people.hr_file.check import About, check
from studio_tui.domain.people.hr_file.people import (
    Checked,
    ImportRow,
    Known,
    KnownPeople,
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
    "Checked",
    "FileHints",
    "HrFile",
    "ImportField",
    "ImportRow",
    "Known",
    "KnownPeople",
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
