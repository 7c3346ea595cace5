"""An in-memory Studio to check HR files against, which answers the queries of a database."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from studio_tui.domain.people.hr_file import (
    CheckedFile,
    HrFile,
    ImportRow,
    KnownUser,
    TeamPath,
    UserRef,
)
from studio_tui.domain.people.keys import key


@dataclass
class FakeStudio:
    """Users by login, address and number, the teams, and the teams that each user leads."""

    logins: dict[str, KnownUser] = field(default_factory=dict)
    emails: dict[str, KnownUser] = field(default_factory=dict)
    teams: set[TeamPath] = field(default_factory=set)
    led: dict[int, set[TeamPath]] = field(default_factory=dict)
    numbers: dict[str, KnownUser] = field(default_factory=dict)

    def add(self, login: str, email: str, name: str, *leads: TeamPath) -> int:
        user_id = len(self.led) + 1
        known = KnownUser(user_id, login, name)
        self.logins[key(login)] = self.emails[key(email)] = known
        self.led[user_id] = set(leads)
        self.teams.update(leads)
        return user_id

    def by_login(self, logins: Collection[str]) -> Mapping[str, KnownUser]:
        return {login: self.logins[login] for login in set(logins) & self.logins.keys()}

    def by_email(self, emails: Collection[str]) -> Mapping[str, KnownUser]:
        return {email: self.emails[email] for email in set(emails) & self.emails.keys()}

    def by_number(self, numbers: Collection[str]) -> Mapping[str, KnownUser]:
        return {number: self.numbers[number] for number in set(numbers) & self.numbers.keys()}

    def team_paths(self) -> Iterable[TeamPath]:
        return set(self.teams)

    def teams_led(self, user_ids: Collection[int]) -> Mapping[int, Collection[TeamPath]]:
        return {user_id: set(self.led[user_id]) for user_id in user_ids}

    def apply(self, file: HrFile, checked: CheckedFile) -> None:
        """Import ``checked`` as the database does."""
        for person in checked.people:
            self._write(person)
        if "leads" in file.present_fields:
            for person in checked.people:
                self.led[self.id_of(person.ref)] = set(person.record.leads)
        for person in checked.people:
            self.teams.update(person.record.teams, person.record.leads)
        for team in checked.manager_teams:
            self.teams.add(team.path)
            self.led[self.id_of(team.leader)].add(team.path)

    def id_of(self, ref: UserRef) -> int:
        return ref if isinstance(ref, int) else self.emails[ref].user_id

    def _write(self, person: ImportRow) -> None:
        record = person.record
        if person.user_id is None:
            self.add(record.login, record.email, record.name)


EMPTY = FakeStudio()
