"""Generated people of the demo, who fill up the teams."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from studio_tui.demo.story.keyed_random import KeyedRandom
from studio_tui.demo.story.plan import DemoNames, DemoPlan, FullName, NamedPerson, TeamPlan
from studio_tui.domain.shared.text import fold

_NOT_IN_LOGIN = re.compile(r"[^a-z0-9-]")
_ONE_IN = 10
"""One in this many people has an international name, as long as the list lasts."""


def all_people(plan: DemoPlan) -> tuple[NamedPerson, ...]:
    """Return the people of ``people.toml``, then the generated ones, team by team."""
    named = plan.people.people
    generator = _PersonGenerator(plan.names, KeyedRandom(plan.organisation.seed), named)
    invented = (
        person for team in plan.teams.teams for person in _missing_people(team, named, generator)
    )
    return (*named, *invented)


def _missing_people(
    team: TeamPlan, named: Sequence[NamedPerson], generator: "_PersonGenerator"
) -> Iterator[NamedPerson]:
    members = sum(team.path in person.teams for person in named)
    leaders = team.leaders - sum(team.path in person.leads for person in named)
    for number in range(team.size - members):
        yield generator.person(team, number, leads=number < leaders)


class _PersonGenerator:
    """A generator of people with unique names and logins."""

    def __init__(self, names: DemoNames, random: KeyedRandom, named: Sequence[NamedPerson]) -> None:
        self._random = random
        self._names = {names.code: names for names in names.languages}
        self._international = random.shuffled(names.international, "international")
        self._logins = {person.login for person in named}
        self._taken = {fold(f"{person.given_name} {person.family_name}") for person in named}

    def person(self, team: TeamPlan, number: int, *, leads: bool) -> NamedPerson:
        """Return the generated person with this number in ``team``."""
        language = self._random.pick(team.languages, "language", team.path, number)
        name = self._name(language, team.path, number)
        return NamedPerson(
            login=self._login(name),
            given_name=name.given,
            family_name=name.family,
            language=language,
            time_zone=team.time_zone,
            teams=(team.path,),
            leads=(team.path,) if leads else (),
        )

    def _name(self, language: str, *key: object) -> FullName:
        if self._international and not self._random.below(_ONE_IN, "international", *key):
            return self._international.pop()
        attempt = 0
        while True:
            name = self._candidate(language, *key, attempt)
            if fold(f"{name.given} {name.family}") not in self._taken:
                self._taken.add(fold(f"{name.given} {name.family}"))
                return name
            attempt += 1

    def _candidate(self, language: str, *key: object) -> FullName:
        names = self._names[language]
        return FullName(
            self._random.pick(names.given, "given", *key),
            self._random.pick(names.family, "family", *key),
        )

    def _login(self, name: FullName) -> str:
        wanted = login = f"{_ascii(name.given)}.{_ascii(name.family)}"
        number = 1
        while login in self._logins:
            number += 1
            login = f"{wanted}{number}"
        self._logins.add(login)
        return login


def _ascii(name: str) -> str:
    return _NOT_IN_LOGIN.sub("", unicodedata.normalize("NFKD", name).lower())
