"""The rows of a file against each other and against the Studio (U6).

What is refused here: a login or an address that an earlier row has; a login that is the address of
somebody else, or the other way round (`shared_names`); a login and an address of two
different users; a person whom nobody goes by, or several do; somebody as their own manager or
coach; teams above themselves (`team_loops`). A row that names somebody whom only a refused row
would have added is refused too, and so on, until no row that is left names anybody who will not be
there.

That A manages B while B manages A is allowed: two who run a house together do review each other,
U4 stops at "never the user", and no team stands above another by it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from studio_tui.domain.hr_file.collecting import no_cycles_made
from studio_tui.domain.hr_file.manager_teams import Leading, Led, joins, name_teams, path_key
from studio_tui.domain.hr_file.people import (
    Checked,
    Known,
    ManagerTeam,
    Person,
    Studio,
    UserRef,
    key,
)
from studio_tui.domain.hr_file.records import Field, HrFile, Record, Refusal, TeamPath
from studio_tui.domain.hr_file.references import Entry, Meant, named_in, resolve
from studio_tui.domain.hr_file.shared_names import shared_names
from studio_tui.domain.hr_file.team_loops import TeamLoops
from studio_tui.domain.hr_file.wrong import quoted


def check(file: HrFile, studio: Studio) -> Checked:
    """Everything of ``file`` that can be imported into ``studio``, and why the rest cannot."""
    with no_cycles_made():
        return _Check(file, studio).run()


class _Check:
    """One check of one file; every step adds to what is refused."""

    def __init__(self, file: HrFile, studio: Studio) -> None:
        self._file = file
        self._studio = studio
        self._refused = {refusal.line: refusal for refusal in file.refusals}
        self._named = {text for record in file.records for text in named_in(record)}
        self._logins = [key(record.login) for record in file.records]
        self._emails = [key(record.email) for record in file.records]
        named = {key(text) for text in self._named}
        # A login of one may be the address of another.
        named.update(self._logins, self._emails)
        self._by_login = studio.by_login(named)
        self._by_email = studio.by_email(named)
        self._paths = list(studio.team_paths())

    def run(self) -> Checked:
        records = zip(self._file.records, self._logins, self._emails, strict=True)
        entries = [self._entry(*each) for each in records]
        self._refuse_doubles(entries)
        for entry, field, reason in shared_names(entries, self._by_login, self._by_email):
            self._refuse(entry.record, field, reason)
        self._refuse_loops(entries)
        meant = self._resolve(entries)
        for entry in entries:
            self._refuse_references(entry, meant)
        self._refuse_dangling(entries, meant)
        left = [entry for entry in entries if entry.record.line not in self._refused]
        leading = self._leading(left)
        teams = self._manager_teams(left, meant, leading)
        return Checked(
            people=tuple(self._person(entry, meant, leading, teams) for entry in left),
            refusals=tuple(self._refused[line] for line in sorted(self._refused)),
            manager_teams=tuple(sorted(teams.values(), key=lambda team: path_key(team.path))),
        )

    def _refuse(self, record: Record, field: Field, reason: str) -> None:
        refusal = Refusal(record.line, self._file.column(field), reason, record.email)
        self._refused.setdefault(record.line, refusal)

    def _entry(self, record: Record, login: str, email: str) -> Entry:
        known = self._match(record, self._by_login.get(login), self._by_email.get(email))
        user_id = known.user_id if known else None
        return Entry(record, login, email, user_id, email if user_id is None else user_id)

    def _match(
        self, record: Record, by_login: Known | None, by_email: Known | None
    ) -> Known | None:
        """Whom of the Studio ``record`` is about, refusing it where that is two people."""
        if by_email and (record.derived_login or not by_login):
            return by_email
        if by_login is None:
            return None
        if by_email and by_email.user_id != by_login.user_id:
            self._refuse(
                record,
                Field.LOGIN,
                f"the login {quoted(record.login)} is {by_login.name}, but the address "
                f"{quoted(record.email)} is {by_email.name} ({by_email.login})",
            )
        elif record.derived_login:
            self._refuse(
                record,
                Field.EMAIL,
                f"the login would be {quoted(record.login)}, which is {by_login.name} with "
                "another address: give the file a column login to tell who is who",
            )
        return by_login

    def _refuse_doubles(self, entries: Sequence[Entry]) -> None:
        logins: dict[str, int] = {}
        # A line that is refused for another reason may still be the right one of the two.
        emails = {key(r.email): r.line for r in reversed(self._file.refusals) if r.email}
        users: dict[int, int] = {}
        for entry in entries:
            record = entry.record
            first = emails.setdefault(entry.email, record.line)
            if first < record.line:
                reason = f"the address {quoted(record.email)} is on line {first} already"
                self._refuse(record, Field.EMAIL, reason)
                continue
            if not entry.keeps_login:
                self._refuse_double_login(record, logins.setdefault(entry.login, record.line))
            if entry.user_id is not None:
                first = users.setdefault(entry.user_id, record.line)
                if first != record.line:
                    reason = f"this is the user whom line {first} is about already"
                    self._refuse(record, Field.LOGIN, reason)

    def _refuse_double_login(self, record: Record, first: int) -> None:
        if first == record.line:
            return
        reason = f"the login {quoted(record.login)} is on line {first} already"
        if record.derived_login:
            reason += ": give the file a column login to tell them apart"
        self._refuse(record, Field.LOGIN, reason)

    def _refuse_loops(self, entries: Sequence[Entry]) -> None:
        every = [*self._paths, *_own_paths(entries)]
        loops = TeamLoops(every)
        for path in self._paths:
            loops.add(path)
        for entry in entries:
            for field, paths in (
                (Field.TEAMS, entry.record.teams),
                (Field.LEADS, entry.record.leads),
            ):
                for path in paths:
                    if reason := loops.add(path):
                        self._refuse(entry.record, field, reason)

    def _resolve(self, entries: Sequence[Entry]) -> dict[str, Meant]:
        meant = resolve(self._named, entries, self._by_login, self._by_email)
        on_refused = {key(r.email): r.line for r in self._file.refusals if r.email}
        for text, found in meant.items():
            if found.ref is None and (line := on_refused.get(key(text))):
                meant[text] = Meant(None, _on_refused(text, line))
        return meant

    def _refuse_references(self, entry: Entry, meant: Mapping[str, Meant]) -> None:
        for field, text in _named_people(entry.record):
            found = meant[text]
            if found.ref is None:
                self._refuse(entry.record, field, found.reason)
            elif found.ref == entry.ref:
                role = "manager" if field is Field.MANAGER else "coach"
                self._refuse(entry.record, field, f"{entry.record.name} cannot be their own {role}")

    def _refuse_dangling(self, entries: Sequence[Entry], meant: Mapping[str, Meant]) -> None:
        """Refuse who names somebody that only a refused row would add, to a fixpoint."""
        if not self._refused:
            return
        naming: defaultdict[UserRef, list[tuple[Entry, Field, str]]] = defaultdict(list)
        for entry in entries:
            for field, text in _named_people(entry.record):
                ref = meant[text].ref
                if isinstance(ref, str):
                    naming[ref].append((entry, field, text))
        kept = {e.ref for e in entries if e.record.line not in self._refused}
        gone = [e for e in entries if e.record.line in self._refused and e.ref not in kept]
        while gone:
            missing = gone.pop()
            for entry, field, text in naming.pop(missing.ref, ()):
                if entry.record.line not in self._refused:
                    self._refuse(entry.record, field, _on_refused(text, missing.record.line))
                    gone.append(entry)

    def _leading(self, left: Sequence[Entry]) -> Leading:
        by_id = {known.user_id for known in (*self._by_login.values(), *self._by_email.values())}
        in_studio = self._studio.teams_led(by_id)
        also: dict[UserRef, Mapping[TeamPath, TeamPath]] = {
            user_id: _by_key(paths) for user_id, paths in in_studio.items()
        }
        counted = dict(also)
        if Field.LEADS in self._file.present_fields:
            counted.update((entry.ref, _by_key(entry.record.leads)) for entry in left)
        taken = {path_key(path) for path in (*self._paths, *_own_paths(left))}
        return Leading(counted, also, taken)

    def _manager_teams(
        self, left: Sequence[Entry], meant: Mapping[str, Meant], leading: Leading
    ) -> dict[UserRef, ManagerTeam]:
        led = [
            Led(entry.record, ref) for entry in left if (ref := _manager(entry, meant)) is not None
        ]
        return name_teams(led, self._managers(left, {one.manager for one in led}), leading)

    def _managers(self, left: Sequence[Entry], refs: set[UserRef]) -> dict[UserRef, Known]:
        """Login and name, as they will be, of each of ``refs``."""
        known = {k.user_id: k for k in (*self._by_login.values(), *self._by_email.values())}
        found: dict[UserRef, Known] = {ref: known[ref] for ref in refs if isinstance(ref, int)}
        for entry in left:
            if entry.ref in refs:
                record, before = entry.record, found.get(entry.ref)
                login = before.login if before and record.derived_login else record.login
                found[entry.ref] = Known(entry.user_id or 0, login, record.name)
        return found

    def _person(
        self,
        entry: Entry,
        meant: Mapping[str, Meant],
        leading: Leading,
        teams: Mapping[UserRef, ManagerTeam],
    ) -> Person:
        manager = _manager(entry, meant)
        joined = manager is not None and joins(entry.record, manager, leading)
        coaches = dict.fromkeys([meant[text].ref for text in entry.record.coaches])
        return Person(
            record=entry.record,
            user_id=entry.user_id,
            ref=entry.ref,
            coaches=tuple(ref for ref in coaches if ref is not None),
            manager=manager,
            joins=teams[manager].path if manager is not None and joined else None,
        )


def _manager(entry: Entry, meant: Mapping[str, Meant]) -> UserRef | None:
    return meant[entry.record.manager].ref if entry.record.manager else None


def _named_people(record: Record) -> Iterable[tuple[Field, str]]:
    if record.manager:
        yield Field.MANAGER, record.manager
    for text in record.coaches:
        yield Field.COACHES, text


def _own_paths(entries: Sequence[Entry]) -> list[TeamPath]:
    paths = (path for e in entries for path in (*e.record.teams, *e.record.leads))
    return list(dict.fromkeys(paths))


def _by_key(paths: Iterable[TeamPath]) -> dict[TeamPath, TeamPath]:
    return {path_key(path): path for path in paths}


def _on_refused(text: str, line: int) -> str:
    return f"{quoted(text)} is on line {line}, which is refused"
