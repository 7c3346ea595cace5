"""Validation of the rows of a file against each other and against the Studio (U6).

A row refers to the existing user with its employee number, else with its login, else with its
address (U11).

A row is refused if its employee number, login or address is on an earlier row or would belong to
somebody else after the import; if its login is the address of another person (`shared_names`); if
it refers to a person ambiguously; or if it makes a team its own ancestor (`team_loops`). A manager
or coach who is unknown, whose row is refused, or who is the person themself, is left out with a
warning: a refusal never spreads.

Two people may be each other's manager: two who run a house together do review each other, U4 only
rules out the user themself, and the teams do not become nested.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from studio_tui.domain.people.hr_file.manager_teams import (
    LedTeams,
    ManagedRecord,
    joins,
    name_teams,
    path_key,
)
from studio_tui.domain.people.hr_file.nothing import is_nobody
from studio_tui.domain.people.hr_file.people import (
    CheckedFile,
    ImportRow,
    KnownPeople,
    KnownUser,
    ManagerTeam,
    UserRef,
)
from studio_tui.domain.people.hr_file.records import (
    HrFile,
    ImportField,
    Record,
    Refusal,
    RowWarning,
    TeamPath,
)
from studio_tui.domain.people.hr_file.references import (
    ImportEntry,
    Resolution,
    managers_in,
    named_in,
    numbers,
    reference_keys,
    resolve,
)
from studio_tui.domain.people.hr_file.shared_names import not_ascii, shared_names
from studio_tui.domain.people.hr_file.team_loops import TeamLoops
from studio_tui.domain.people.hr_file.team_spelling import TeamSpelling
from studio_tui.domain.people.keys import address_key, key, number_key
from studio_tui.domain.people.wrong_cell import quoted
from studio_tui.domain.shared.lookalikes import appearance

About = Mapping[int, int | None]
"""Id of the user of a row, by line, if not derived from the file; None for a new user."""
_NOBODY: About = {}


def check(file: HrFile, studio: KnownPeople, about: About = _NOBODY) -> CheckedFile:
    """Return which rows of ``file`` can be imported into ``studio``, and why the others cannot."""
    return _Check(file, studio, about).run()


class _Check:
    """The validation of one file. Each step adds to the refused rows."""

    def __init__(self, file: HrFile, studio: KnownPeople, about: About) -> None:
        self._file = file
        self._about = about
        self._studio = studio
        self._refused = {refusal.line: refusal for refusal in file.refusals}
        self._warnings = list(file.warnings)
        self._named = {text for record in file.records for text in named_in(record)}
        self._logins = [key(record.login) for record in file.records]
        self._paths = list(studio.team_paths())
        self._records = self._with_known_teams()
        self._emails = [
            key(record.email) if record.email else address_key("", record.login)
            for record in file.records
        ]
        named = {handle for text in self._named for handle in reference_keys(text)}
        # The login of one user may be the address of another.
        named.update(self._logins, self._emails, map(appearance, not_ascii(self._logins)))
        self._by_login = studio.by_login(named)
        self._by_email = studio.by_email(named)
        self._by_number = self._known_numbers()

    def _with_known_teams(self) -> list[Record]:
        spelling = TeamSpelling(self._paths)
        records = [spelling.of(record) for record in self._file.records]
        for before, record in zip(self._file.records, records, strict=True):
            if before is not record:
                column = self._file.column(ImportField.TEAMS if before.teams else ImportField.LEADS)
                for reason in spelling.differences(before, record):
                    self._warnings.append(RowWarning(record.line, column, reason, record.email))
        return records

    def _known_numbers(self) -> Mapping[str, KnownUser]:
        told = {number_key(r.employee_number) for r in self._file.records if r.employee_number}
        named = {*self._logins, *self._emails, *self._by_login, *self._by_email}
        rest = [text for text in self._named if named.isdisjoint(reference_keys(text))]
        asked = told.union(*map(numbers, rest))
        return self._studio.by_number(asked) if asked else {}

    def run(self) -> CheckedFile:
        records = zip(self._records, self._logins, self._emails, strict=True)
        entries = [self._entry(*each) for each in records]
        self._refuse_doubles(entries)
        for entry, field, reason in shared_names(entries, self._by_login, self._by_email):
            self._refuse(entry.record, field, reason)
        self._refuse_loops(entries)
        meant = self._resolve(entries)
        if any(found.several for found in meant.values()):
            for entry in entries:
                self._refuse_ambiguous(entry, meant)
        self._refuse_taken(entries)
        left = [entry for entry in entries if entry.record.line not in self._refused]
        absent = self._absent(entries, left)
        for entry in left:
            if entry.record.manager or entry.record.coaches:
                self._warn_of_left_out(entry, meant, absent)
        managers = {
            entry.ref: found
            for entry in left
            if entry.record.manager and (found := _managers(entry, meant, absent))
        }
        leading = self._leading(left)
        teams = self._manager_teams(left, managers, leading)
        warnings = (w for w in self._warnings if w.line not in self._refused)
        return CheckedFile(
            people=tuple(
                self._person(entry, meant, absent, managers.get(entry.ref, ()), leading, teams)
                for entry in left
            ),
            refusals=tuple(self._refused[line] for line in sorted(self._refused)),
            manager_teams=tuple(sorted(teams.values(), key=lambda team: path_key(team.path))),
            warnings=tuple(sorted(warnings, key=lambda warning: warning.line)),
        )

    def _refuse(self, record: Record, field: ImportField, reason: str) -> None:
        refusal = Refusal(record.line, self._file.column(field), reason, record.email)
        self._refused.setdefault(record.line, refusal)

    def _entry(self, record: Record, login: str, email: str) -> ImportEntry:
        if record.line in self._about:
            user_id = self._about[record.line]
        else:
            known = self._match(record, self._by_login.get(login), self._by_email.get(email))
            user_id = known.user_id if known else None
        return ImportEntry(record, login, email, user_id, email if user_id is None else user_id)

    def _match(
        self, record: Record, by_login: KnownUser | None, by_email: KnownUser | None
    ) -> KnownUser | None:
        """Return the existing user whom ``record`` refers to, or None (U11)."""
        if record.employee_number:
            number = number_key(record.employee_number)
            if known := self._by_number.get(number):
                return known
            # A user with a different number is another person.
            by_login = by_login if by_login and by_login.number in ("", number) else None
            by_email = by_email if by_email and by_email.number in ("", number) else None
        if by_email and (record.derived_login or not by_login):
            return by_email
        if by_login and record.derived_login and record.email:
            self._refuse(
                record,
                ImportField.EMAIL,
                f"the login would be {quoted(record.login)}, which is {by_login.name} with "
                "another address: give the file a column login to tell who is who",
            )
        return by_login

    def _refuse_doubles(self, entries: Sequence[ImportEntry]) -> None:
        logins: dict[str, int] = {}
        # A line that is refused for another reason may still be the correct one of the two.
        emails = {key(r.email): r.line for r in reversed(self._file.refusals) if r.email}
        users: dict[int, int] = {}
        found: dict[str, int] = {}
        for entry in entries:
            record = entry.record
            if record.employee_number:
                first = found.setdefault(number_key(record.employee_number), record.line)
                if first < record.line:
                    number = quoted(record.employee_number)
                    reason = f"the employee number {number} is on line {first} already"
                    self._refuse(record, ImportField.EMPLOYEE_NUMBER, reason)
                    continue
            first = emails.setdefault(entry.email, record.line)
            if first < record.line:
                reason = f"the address {quoted(record.email)} is on line {first} already"
                if not record.email:
                    reason = f"the login {quoted(record.login)} is on line {first} already"
                self._refuse(
                    record, ImportField.EMAIL if record.email else ImportField.LOGIN, reason
                )
                continue
            if not entry.keeps_login:
                self._refuse_double_login(record, logins.setdefault(entry.login, record.line))
            if entry.user_id is not None:
                first = users.setdefault(entry.user_id, record.line)
                if first != record.line:
                    reason = f"this is the user whom line {first} is about already"
                    self._refuse(record, ImportField.LOGIN, reason)

    def _refuse_taken(self, entries: Sequence[ImportEntry]) -> None:
        """Refuse logins and addresses that would belong to somebody else after the import.

        Two users may swap theirs in one file, but not if the row of one of them is refused.
        """
        rows = {entry.user_id: entry for entry in entries if entry.user_id is not None}
        doubtful = [
            (entry, field, known)
            for entry in entries
            if entry.email in self._by_email
            or entry.login in self._by_login
            or entry.record.line in self._about
            for field, known in self._holders(entry)
            if known.user_id != entry.user_id
        ]
        waiting = True
        while waiting:
            waiting = False
            for entry, field, known in doubtful:
                if entry.record.line in self._refused:
                    continue
                if not self._lets_go(rows.get(known.user_id), field, entry):
                    self._refuse(entry.record, *self._taken(entry, field, known))
                    waiting = True

    def _holders(self, entry: ImportEntry) -> Iterable[tuple[ImportField, KnownUser]]:
        if entry.record.email and (known := self._by_email.get(entry.email)):
            yield ImportField.EMAIL, known
        if not entry.keeps_login and (known := self._by_login.get(entry.login)):
            yield ImportField.LOGIN, known
        if entry.record.line in self._about:
            number = number_key(entry.record.employee_number)
            if number and (known := self._by_number.get(number)):
                yield ImportField.EMPLOYEE_NUMBER, known

    def _lets_go(self, holder: ImportEntry | None, field: ImportField, entry: ImportEntry) -> bool:
        """Return whether the current holder of the login or address gives it up in this import."""
        if holder is None or holder.record.line in self._refused:
            return False
        if field is ImportField.EMAIL:
            return bool(holder.record.email) and holder.email != entry.email
        return not holder.keeps_login and holder.login != entry.login

    def _taken(
        self, entry: ImportEntry, field: ImportField, known: KnownUser
    ) -> tuple[ImportField, str]:
        """Return the wrong column and the reason: its value belongs to ``known``."""
        record = entry.record
        if field is ImportField.EMPLOYEE_NUMBER:
            number = quoted(record.employee_number)
            return field, f"the employee number {number} is {known.name} ({known.login})"
        by_login = self._by_login.get(entry.login)
        if field is ImportField.EMAIL:
            said = f"the address {quoted(record.email)} is {known.name} ({known.login})"
            if by_login and by_login.user_id == entry.user_id and not record.derived_login:
                reason = f"the login {quoted(record.login)} is {by_login.name}, but {said}"
                return ImportField.LOGIN, reason
        else:
            said = f"the login {quoted(record.login)} is {known.name}"
        if record.employee_number and known.number and record.line not in self._about:
            said += (
                ", who has another employee number: is it one person with a new number, leave that "
                f'column out with --map "{self._file.column(ImportField.EMPLOYEE_NUMBER)}=ignore"'
            )
        elif field is ImportField.LOGIN and record.derived_login:
            said += ": give the file a column login to tell who is who"
        return field, said

    def _refuse_double_login(self, record: Record, first: int) -> None:
        if first == record.line:
            return
        reason = f"the login {quoted(record.login)} is on line {first} already"
        if record.derived_login:
            reason += ": give the file a column login to tell them apart"
        self._refuse(record, ImportField.LOGIN, reason)

    def _refuse_loops(self, entries: Sequence[ImportEntry]) -> None:
        every = [*self._paths, *_own_paths(entries)]
        loops = TeamLoops(every)
        for path in self._paths:
            loops.add(path)
        for entry in entries:
            for field, paths in (
                (ImportField.TEAMS, entry.record.teams),
                (ImportField.LEADS, entry.record.leads),
            ):
                for path in paths:
                    if reason := loops.add(path):
                        self._refuse(entry.record, field, reason)

    def _resolve(self, entries: Sequence[ImportEntry]) -> dict[str, Resolution]:
        refused = [entry for entry in entries if entry.record.line in self._refused]
        others = [e for e in entries if e.record.line not in self._refused] if refused else entries
        meant = resolve(self._named, others, self._by_login, self._by_email, self._by_number)
        on_refused = {key(r.email): r.line for r in self._file.refusals if r.email}
        on_refused.update((e.login, e.record.line) for e in refused if not e.keeps_login)
        on_refused.update((e.email, e.record.line) for e in refused)
        for text, found in meant.items():
            if found.ref is None and (line := _line_of(text, on_refused)):
                meant[text] = Resolution(None, _on_refused(text, line))
        return meant

    def _refuse_ambiguous(self, entry: ImportEntry, meant: Mapping[str, Resolution]) -> None:
        for field, text in _named_people(entry.record):
            if meant[text].several:
                self._refuse(entry.record, field, meant[text].reason)

    def _absent(
        self, entries: Sequence[ImportEntry], left: Sequence[ImportEntry]
    ) -> Mapping[UserRef, int]:
        """Return the users whom only a refused row would add, with the line of that row."""
        if not self._refused:
            return {}
        kept = {entry.ref for entry in left}
        return {
            e.ref: e.record.line for e in entries if isinstance(e.ref, str) and e.ref not in kept
        }

    def _warn_of_left_out(
        self, entry: ImportEntry, meant: Mapping[str, Resolution], absent: Mapping[UserRef, int]
    ) -> None:
        record = entry.record
        for field, text in _named_people(record):
            found = meant[text]
            role = "manager" if field is ImportField.MANAGER else "coach"
            if found.ref is None:
                if is_nobody(text):
                    continue
                reason = found.reason
            elif found.ref == entry.ref:
                reason = f"{record.name} cannot be their own {role}"
            elif found.ref in absent:
                reason = _on_refused(text, absent[found.ref])
            else:
                continue
            reason = f"{reason}; imported without this {role}"
            self._warnings.append(
                RowWarning(record.line, self._file.column(field), reason, record.email)
            )

    def _leading(self, left: Sequence[ImportEntry]) -> LedTeams:
        by_id = {known.user_id for known in self._everybody_known()}
        in_studio = self._studio.teams_led(by_id)
        also: dict[UserRef, Mapping[TeamPath, TeamPath]] = {
            user_id: _by_key(paths) for user_id, paths in in_studio.items()
        }
        counted = dict(also)
        if ImportField.LEADS in self._file.present_fields:
            counted.update((entry.ref, _by_key(entry.record.leads)) for entry in left)
        taken = {path_key(path) for path in (*self._paths, *_own_paths(left))}
        return LedTeams(counted, also, taken)

    def _manager_teams(
        self,
        left: Sequence[ImportEntry],
        managers: Mapping[UserRef, Sequence[UserRef]],
        leading: LedTeams,
    ) -> dict[UserRef, ManagerTeam]:
        led = [
            ManagedRecord(entry.record, ref)
            for entry in left
            if entry.ref in managers
            for ref in managers[entry.ref]
        ]
        return name_teams(led, self._managers(left, {one.manager for one in led}), leading)

    def _managers(
        self, left: Sequence[ImportEntry], refs: set[UserRef]
    ) -> dict[UserRef, KnownUser]:
        """Return the login and name after the import of each of ``refs``."""
        known = {k.user_id: k for k in self._everybody_known()}
        found: dict[UserRef, KnownUser] = {ref: known[ref] for ref in refs if isinstance(ref, int)}
        for entry in left:
            if entry.ref in refs:
                record, before = entry.record, found.get(entry.ref)
                login = before.login if before and record.derived_login else record.login
                found[entry.ref] = KnownUser(entry.user_id or 0, login, record.name)
        return found

    def _everybody_known(self) -> Iterable[KnownUser]:
        return chain(self._by_login.values(), self._by_email.values(), self._by_number.values())

    def _person(
        self,
        entry: ImportEntry,
        meant: Mapping[str, Resolution],
        absent: Mapping[UserRef, int],
        managers: Sequence[UserRef],
        leading: LedTeams,
        teams: Mapping[UserRef, ManagerTeam],
    ) -> ImportRow:
        joined = [teams[ref].path for ref in managers if joins(entry.record, ref, leading)]
        return ImportRow(
            record=entry.record,
            user_id=entry.user_id,
            ref=entry.ref,
            coaches=_found(entry, entry.record.coaches, meant, absent),
            manager=managers[0] if managers else None,
            joins=joined[0] if joined else None,
            also_joins=tuple(joined[1:]),
        )


def _managers(
    entry: ImportEntry, meant: Mapping[str, Resolution], absent: Mapping[UserRef, int]
) -> tuple[UserRef, ...]:
    return _found(entry, managers_in(entry.record.manager), meant, absent)


def _found(
    entry: ImportEntry,
    texts: Sequence[str],
    meant: Mapping[str, Resolution],
    absent: Mapping[UserRef, int],
) -> tuple[UserRef, ...]:
    """Return the users of ``texts`` who exist after the import.

    Without duplicates, and without the person of ``entry``.
    """
    if not texts:
        return ()
    refs = dict.fromkeys([meant[text].ref for text in texts])
    return tuple(r for r in refs if r is not None and r != entry.ref and r not in absent)


def _named_people(record: Record) -> Iterable[tuple[ImportField, str]]:
    for text in managers_in(record.manager):
        yield ImportField.MANAGER, text
    for text in record.coaches:
        yield ImportField.COACHES, text


def _own_paths(entries: Sequence[ImportEntry]) -> list[TeamPath]:
    paths = (path for e in entries for path in (*e.record.teams, *e.record.leads))
    return list(dict.fromkeys(paths))


def _by_key(paths: Iterable[TeamPath]) -> dict[TeamPath, TeamPath]:
    return {path_key(path): path for path in paths}


def _line_of(text: str, lines: Mapping[str, int]) -> int | None:
    return next((lines[handle] for handle in reference_keys(text) if handle in lines), None)


def _on_refused(text: str, line: int) -> str:
    return f"{quoted(text)} is on line {line}, which is refused"
