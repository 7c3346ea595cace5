"""Audiences in a small organisation: the SQL of both engines against plain Python (P13)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio_tui.domain.audiences.audience import (
    AllOf,
    Audience,
    Condition,
    Day,
    Name,
    Not,
    WrongAudience,
    all_of,
    any_of,
    from_plain,
    to_plain,
)
from studio_tui.domain.audiences.words import STANDINGS, WORDS, ConditionForm, ValueKind
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import User, UserFilter
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.errors import Forbidden
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.shared.text import fold
from studio_tui.services.audiences.explaining import why
from studio_tui.services.audiences.resolving import audience_of, resolve, with_current_names
from studio_tui.services.people import by_hand, teams, users
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import excuse, pushes, remind
from studio_tui.services.system.context import Studio
from studio_tui.storage.audiences.conditions import matching_ids
from studio_tui.storage.engine.sql import execute
from tests.acting import as_user, assign, assigned, draft_of, finish, mail, send_due
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

PEOPLE = """\
login,email,given_name,family_name,language,teams,leads,coaches,role,groups,department,hired_on
els,els@example.org,Els,Claes,nl,,,,admin,,HR,2015-01-01
dan,dan@example.org,Dan,Dewit,en,,Sales,,,,Études,2020-02-29
bob,bob@example.org,Bob,Smith,en-GB,Sales > Belgium,Sales > Belgium,,,"A ""b"" (c) and",Sales,
bea,bea@example.com,Béatrice,Moreau,fr,Sales,Sales > France,,,,SALES,2025-12-02
ann,ann@example.org,Ann,Peeters,nl,Sales > Belgium,,cor,,remote|works council,sales,2026-02-20
ben,ben@example.com,Ben,O'Brien,en,Sales > Belgium,,,,remote,100% IT,2024-03-02
cas,cas@example.org,Cas,Dubois,fr,Sales > France|IT,,,support,,,2026-03-02
cor,cor@example.org,Cor,Coach,en,IT > Belgium,,,,Remote,100x IT,2026-03-03
eve,eve@example.org,Eve,Alone,en,,,,,,études,2000-01-01
"""


@dataclass
class Organisation:
    """The data that the plain evaluation of audiences reads."""

    users: dict[str, User]
    pushes: dict[str, dict[str, Assignment]]
    reminded: dict[str, date]
    failed: frozenset[str]
    today: date


@made_once
def organisation(studio: Studio, admin: Actor, clock: MovableClock) -> Organisation:
    """A few people in two pushes, in every state that a user of a push can have."""
    import_people(studio, admin, PEOPLE)
    old, new = create_push(studio, admin, "Old", lasts=5), create_push(studio, admin, "New")
    assign(studio, admin, old, "ann", "ben", "cas", "eve", "cor")
    assign(studio, admin, new, "ann", "bob", "eve")
    finish(studio, admin, old, "ann", by="bob")
    excuse.excuse(studio, admin, old, excuse.users_named(studio, admin, old, ["ben"]), "leave")
    clock.move(minutes=5)
    send_due(studio)
    remind.remind(studio, admin, old, remind.users_named(studio, admin, old, ["cas"]))
    clock.move(days=3)
    remind.remind(studio, admin, new, remind.users_named(studio, admin, new, ["bob"]))
    clock.move(days=4)
    assigning.unassign_users(studio, admin, old, ["cor"])
    everyone = {
        user.login: user for user in users.every(studio, admin, UserFilter(include_left=True))
    }
    by_hand.leave(studio, admin, [everyone["eve"].id])
    with studio.store.writing():
        execute(
            "UPDATE notification SET state = 'failed' WHERE kind = 'assigned' AND recipient_id = ?",
            everyone["bob"].id,
        )
    return Organisation(
        users={u.login: u for u in users.every(studio, admin, UserFilter(include_left=True))},
        pushes={"old": assigned(studio, admin, old), "new": assigned(studio, admin, new)},
        reminded={"cas": date(2026, 3, 2), "bob": date(2026, 3, 5)},
        failed=frozenset({row.recipient for row in mail(studio, admin) if row.state == "failed"}),
        today=studio.today(),
    )


def holds(of: Organisation, user: User, audience: Audience) -> bool:
    """Return whether ``user`` is in ``audience``, evaluated in plain Python."""
    if isinstance(audience, Condition):
        return _condition_holds(of, user, audience)
    if isinstance(audience, Not):
        return not holds(of, user, audience.part)
    join = all if isinstance(audience, AllOf) else any
    return join(holds(of, user, part) for part in audience.parts)


def _condition_holds(of: Organisation, user: User, audience: Condition) -> bool:
    form = WORDS[audience.word].form
    if form in (ConditionForm.NAMED, ConditionForm.PERHAPS_NAMED) and audience.names:
        return any(NAMED[audience.word](user, name.text) for name in audience.names)
    if form is ConditionForm.IN_PUSH:
        return any(_in_push(of, user, name.text, audience.standing) for name in audience.names)
    if form in (ConditionForm.DATED, ConditionForm.WITHIN):
        return _by_day(of, user, audience)
    return {
        "left": not user.active,
        "no manager": not user.managers,
        "leads": bool(user.leads),
        "mail failed": user.login in of.failed,
    }[audience.word]


def _like(value: str, written: str) -> bool:
    before, star, after = fold(written).partition("*")
    if not star:
        return fold(value) == before
    return len(value) >= len(before + after) and (
        fold(value).startswith(before) and fold(value).endswith(after)
    )


def _of_manager(user: User, login: str) -> bool:
    return any(manager.login == login for manager in user.managers)


NAMED: dict[str, Callable[[User, str], bool]] = {
    "login": lambda user, text: _like(user.login, text),
    "email": lambda user, text: _like(user.email, text),
    "employee number": lambda user, text: _like(user.employee_number, text),
    "role": lambda user, text: user.role == text,
    "language": lambda user, text: user.language.split("-")[0] == text,
    "zone": lambda user, text: user.time_zone == text,
    "department": lambda user, text: _like(user.department, text),
    "group": lambda user, text: fold(text) in map(fold, user.groups),
    "team": lambda user, text: text in user.teams,
    "team under": lambda user, text: any(
        f"{team} >".startswith(f"{text} >") for team in user.teams
    ),
    "leads": lambda user, text: text in user.leads,
    "coach": lambda user, text: text in user.coaches,
    "manager": _of_manager,
    "name": lambda user, text: all(
        word in fold(f"{user.family_name} {user.given_name}") for word in fold(text).split()
    ),
}


def _in_push(of: Organisation, user: User, name: str, standing: str) -> bool:
    there = of.pushes[name].get(user.login)
    if there is None or not standing:
        return there is not None
    return standing in ({there.status} | there.flags)


def _by_day(of: Organisation, user: User, condition: Condition) -> bool:
    assert condition.day is not None
    day = condition.day.on(of.today)
    if condition.word == "reminded within":
        return user.login in of.reminded and of.reminded[user.login] >= day
    if user.hired_on is None:
        return False
    return {
        "before": user.hired_on < day,
        "after": user.hired_on > day,
        "on": user.hired_on == day,
        "within": day <= user.hired_on <= of.today,
    }[condition.word.split()[-1]]


VALUES = {
    ValueKind.TEXT: ["4711", "4*"],
    ValueKind.KNOWN_TEXT: ["Sales", "études", "100% IT", "100% *", "100_*", "H*"],
    ValueKind.UNIQUE: ["*@example.org", "a*", "b*n", "*"],
    ValueKind.WORDS: ["an", "béa", "o'brien", "Peeters Ann", "zz", "%"],
    ValueKind.GROUP: ["remote", "Works Council", 'a "b" (c) AND'],
    ValueKind.TEAM: ["Sales", "Sales > Belgium", "IT > Belgium", "IT"],
    ValueKind.USER: ["bob", "dan", "cor"],
    ValueKind.LANGUAGE: ["nl", "en", "de"],
    ValueKind.TIME_ZONE: ["Europe/Brussels", "UTC"],
    ValueKind.ROLE: ["admin", "user"],
    ValueKind.PUSH: ["old", "new"],
}


@st.composite
def _conditions(draw: st.DrawFn) -> Audience:
    word = draw(st.sampled_from([word for word in WORDS.values() if word.text != "segment"]))
    names: tuple[Name, ...] = ()
    day, standing = None, ""
    if word.names is not None:
        values = st.lists(st.sampled_from(VALUES[word.names]), min_size=1, max_size=2)
        names = tuple(map(Name, draw(values)))
    if word.form is ConditionForm.PERHAPS_NAMED and draw(st.booleans()):
        names = ()
    if word.form is ConditionForm.DATED:
        days = [Day(date(2026, 3, 2)), Day(), Day(None, -2, "years"), Day(date(2020, 2, 29))]
        day = draw(st.sampled_from(days))
    if word.form is ConditionForm.WITHIN:
        day = Day(None, -draw(st.sampled_from([0, 4, 6, 7, 17, 900])), "days")
    if word.form is ConditionForm.IN_PUSH:
        standing = draw(st.sampled_from(["", *STANDINGS]))
    return Condition(word.text, names, day, standing)


_AUDIENCES = st.recursive(
    _conditions(),
    lambda parts: st.one_of(
        parts.map(Not),
        st.lists(parts, min_size=2, max_size=3).map(all_of),
        st.lists(parts, min_size=2, max_size=3).map(any_of),
    ),
    max_leaves=5,
)


def test_the_sql_of_an_audience_finds_the_same_users_as_plain_python(
    studio: Studio, admin: Actor, organisation: Organisation
) -> None:
    """For any audience on either engine."""

    @settings(
        max_examples=60 if studio.store.is_sqlite else 30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(_AUDIENCES)
    def compare(audience: Audience) -> None:
        expected = {
            user.login
            for user in organisation.users.values()
            if holds(organisation, user, audience)
        }
        with studio.store.reading():
            resolved = resolve(audience)
            ids = {user.id: user.login for user in organisation.users.values()}
            found = matching_ids(resolved, list(ids))
        assert {ids[each] for each in found} == expected, str(audience)
        listed = users.every(studio, admin, UserFilter(where=resolved, include_left=True))
        assert {user.login for user in listed} == expected, str(audience)

    compare()


WRONG = {
    "team Sale": (5, "Did you mean “Sales”?"),
    "team Belgium": (5, "is 2 teams"),
    "left and team #99": (14, "there is no team #99"),
    'in push "Nwe"': (8, "Did you mean “New”?"),
    "in push Twice": (8, "Write its number: #"),
    "group remot": (6, "Did you mean “Remote”?"),
    "department Salse": (11, "Did you mean “Sales”?"),
    "role admn": (5, "Did you mean “admin”?"),
    "zone Brussels": (5, "there is no time zone “Brussels”"),
    "language klingon": (9, "is not a language"),
    "manager bbo": (8, "Did you mean “bob”?"),
    "login zoe": (6, "nobody has the login “zoe”"),
    "group #3": (6, "takes a name"),
    "segment x": (8, "There is no segment “x”"),
}
"""An ambiguous or unknown name: the position of the error and part of its message."""


@pytest.mark.one_engine
def test_a_name_in_an_audience_must_be_unambiguous(
    studio: Studio, admin: Actor, organisation: Organisation
) -> None:
    """An error points at the name and suggests what to write.

    A number distinguishes objects with the same name.
    """
    first = create_push(studio, admin, "Twice")
    pushes.close(studio, admin, first)
    second = create_push(studio, admin, "Twice")
    assign(studio, admin, second, "ann")
    for written, (at, reason) in WRONG.items():
        with pytest.raises(WrongAudience) as wrong:
            audience_of(studio, admin, written)
        assert (wrong.value.at, wrong.value.text) == (at, written)
        assert reason in wrong.value.reason, written
    by_number = audience_of(studio, admin, f"in push #{second.id}")
    assert [user.login for user in users.every(studio, admin, UserFilter(where=by_number))] == [
        "ann"
    ]
    with pytest.raises(Forbidden):
        audience_of(studio, as_user(studio, "bob"), "left")


@pytest.mark.one_engine
def test_a_stored_audience_follows_renamed_objects(
    studio: Studio, admin: Actor, organisation: Organisation
) -> None:
    """Stored audiences refer to teams, pushes and people by id, and print their current names."""
    written = 'in push New and team under Sales and manager "bob" or team "IT > Belgium"'
    kept = to_plain(audience_of(studio, admin, written))
    push = pushes.find(studio, admin, "New")
    pushes.edit(studio, admin, push, draft_of(push, name="Newer"))
    sales = teams.find(studio, admin, "Sales")
    teams.edit(studio, admin, sales.id, teams.TeamEdit(name="Verkoop"))
    audience = from_plain(kept)
    with studio.store.reading():
        named = str(with_current_names(audience))
    assert named == (
        'in push "Newer" and team under "Verkoop" and manager bob or team "IT > Belgium"'
    )
    found = users.every(studio, admin, UserFilter(where=audience))
    assert [user.login for user in found] == ["cor", "ann"]


@pytest.mark.one_engine
def test_the_explanation_of_membership_in_an_audience(
    studio: Studio, admin: Actor, organisation: Organisation
) -> None:
    """Each condition is true or false of Ann, and names the value it was compared with."""
    written = "team under Sales and (hired before 2020-01-01 or in push Old done) and not left"
    audience = audience_of(studio, admin, written)
    reason = why(studio, admin, organisation.users["ann"].id, audience)
    team, either, there = reason.parts
    assert (reason.text, reason.holds) == ("and", True)
    assert (team.holds, team.found) == (True, "team Sales > Belgium")
    assert [(part.text, part.holds, part.found) for part in either.parts] == [
        ("hired before 2020-01-01", False, "hired 2026-02-20"),
        ('in push "Old" done', True, "in “Old”: held"),
    ]
    assert (there.text, there.holds, there.parts[0].holds, there.parts[0].found) == (
        ("not", True, False, "there")
    )


@pytest.mark.one_engine
def test_an_audience_is_selected_like_any_other_filter(
    studio: Studio, admin: Actor, organisation: Organisation
) -> None:
    """Users who have left are not assigned; those who match are, whatever else is selected."""
    push = create_push(studio, admin, "Third")
    audience = audience_of(studio, admin, 'in push old and not in push "New"')
    chosen = Selection.matching(UserFilter(where=audience)).unmark([organisation.users["cas"].id])
    assigning.assign(studio, admin, push, chosen)
    assert set(assigned(studio, admin, push)) == {"ben"}
