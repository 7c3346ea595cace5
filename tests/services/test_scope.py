"""U12: for a user with limited sight, people outside their scope do not seem to exist."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from functools import partial
from typing import Any

import pytest

from studio_tui.domain.conversations.conversation import (
    ConversationRequest,
    MyConversationFilter,
    Plan,
)
from studio_tui.domain.outbox.notification import NotificationFilter
from studio_tui.domain.people.access import FULL_SIGHT_ACTIONS, Action, Actor, may
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import Push, PushDraft
from studio_tui.domain.shared.errors import NotFound, StudioError
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.activity import activity
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.outbox import delivery, outbox, undo
from studio_tui.services.people import reviews, scopes, ssh_keys, stand_ins, teams, users
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import audiences, excuse, pushes, remind
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from studio_tui.services.today import today
from studio_tui.storage.engine import sight
from studio_tui.storage.engine.peewee_internals import table_facts
from studio_tui.storage.engine.sql import rows
from studio_tui.storage.engine.tables import TABLES, UserTable
from studio_tui.storage.engine.unit import unlimited_sight
from studio_tui.storage.people.scope import require_within
from tests.acting import HOUR, as_user, assign
from tests.domain.people.test_ssh_keys import RSA_3072
from tests.organisation import create_push, import_people
from tests.services.test_rights import (
    OWN,
    READS,
    WRITES,
    World,
    objects,  # noqa: F401 - a fixture
    on_one_engine,
    world,  # noqa: F401 - a fixture
)

MARK = "zzmark"
"""A marker that stands in every name of the people outside the scope."""
BEYOND = (
    "login,email,given_name,family_name,department,teams,leads,coaches,role,groups\n"
    "zzmark,zzmark@zzmark.example,Zzmark,Zzmarkson,Zzmark,Zzmark team,,cor,,zzmark\n"
    "zzmarkboss,boss@zzmark.example,Boss,Zzmarkson,Zzmark,,Zzmark team,,,\n"
    "zzmarkhr,hr@zzmark.example,Hr,Zzmarkson,Zzmark,,,,admin,\n"
)


@pytest.fixture
def limited(world: World) -> World:  # noqa: F811
    """The Studio as Els sees it, whose scope is the department “Within”.

    People outside her scope are in the same pushes, have waiting and failed mail, act, change and
    have changes to decide about.
    """
    studio, els = world.studio, as_user(world.studio, "els")
    with studio.store.writing():
        UserTable.update(department="Within").execute()
    import_people(studio, els, BEYOND)
    beyond = as_user(studio, "zzmarkhr")
    assign(studio, beyond, world.push, "zzmark")
    assign(studio, beyond, create_push(studio, beyond, "Zzmark push"), "zzmark", "zzmarkboss")
    world.clock.move(minutes=2)
    claimed = delivery.claim(studio, "w", limit=99, lasting=HOUR)
    failed = [
        delivery.FailedSettlement(each.id, each.address, "550 no such zzmark")
        for each in claimed.deliveries
        if MARK in each.address
    ]
    delivery.settle(studio, "w", failed)
    zzmark = users.find(studio, beyond, "zzmark").user.id
    ask = conversations.find(studio, "Zzmark push", "zzmark")
    conversations.plan(studio, beyond, ask, Plan(studio.now() + HOUR), conductor="zzmarkboss")
    boss, quick = as_user(studio, "zzmarkboss"), templates.find(studio, beyond, "Quick")
    held = conversations.start(studio, boss, ConversationRequest(zzmark, template_id=quick.id))
    conversations.finish(studio, boss, held.id)
    late = remind.users_named(studio, beyond, world.push, ["zzmark"])
    remind.remind(studio, beyond, world.push, late, again=True)
    push = pushes.find(studio, beyond, "Zzmark push")
    alone = excuse.users_named(studio, beyond, push, ["zzmark"])
    excuse.set_deadline(studio, beyond, push, alone, push.deadline + timedelta(days=9))
    ssh_keys.add(studio, beyond, "zzmark", RSA_3072)
    import_people(studio, beyond, "login,email,given_name,family_name,leads\n"
                  "zzmarktwo,two@zzmark.example,Two,Zzmarkson,Zzmark team\n")  # fmt: skip
    cor = users.find(studio, beyond, "cor").user.id
    day = studio.today()
    away = stand_ins.StandInRequest("dan", day, day + timedelta(days=9), ("zzmark",))
    stand_ins.name_stand_in(studio, beyond, cor, away)
    _create_for(studio, beyond, 'login in (ann, zzmark) or department "Zz*"')
    scopes.limit(studio, beyond, "sam", 'not department "Zzmark"')
    found = templates.find(studio, beyond, "Quick")
    changed = replace(found.definition, description="Another")
    templates.save(studio, beyond, found, changed)
    scopes.limit(studio, beyond, "els", 'department "Within"')
    return replace(world, studio=studio.seen_by(els))


def _create_for(studio: Studio, actor: Actor, where: str) -> Push:
    """Create a push for an audience, named after it."""
    template, day = templates.find(studio, actor, "Regular"), studio.today()
    draft = PushDraft(f"For {len(where)} characters", day, day + timedelta(days=30))
    audience = audience_of(studio, actor, where)
    return audiences.create_for(studio, actor, template.id, [draft], audience)[0]


_FOR_WHO_SEES_ALL = "limited to a part of the organisation"
"""Part of the error about an act that concerns the whole organisation."""
REFUSED = {
    # The push also has other users, or there is nothing to do.
    *("pushes.pushes.close", "pushes.pushes.edit", "pushes.pushes.edit_with_result"),
    *("people.by_hand.add", "people.teams.remove", "today.today.wake"),
    # The repetition and the audience of a push that has other users.
    *("pushes.repeats.set_rhythm", "pushes.repeats.set_until"),
    *("pushes.repeats.skip", "pushes.repeats.keep", "pushes.repeats.stop"),
    *("pushes.audiences.set_audience", "system.declared.apply"),
    # No segment is visible to a user with limited sight.
    *("audiences.segments.delete", "audiences.segments.find", "audiences.segments.versions"),
    # Content of conversations is private to the two participants (C6).
    *("conversations.earlier", "conversations.exports.to_bytes", "conversations.exports.to_file"),
    *("conversations.exports.to_text", "conversations.open_own", "conversations.close_own"),
    *("conversations.add_question", "conversations.remove_question", "conversations.begin"),
    *("conversations.mine_again", "conversations.not_mine", "conversations.start"),
    *("conversations.submit", "conversations.write"),
}
"""Services that refuse an admin who sees all users of the push but one."""


def told(value: object) -> Iterator[str]:
    """Yield every text in a result, at any depth; lists that load their rows lazily are read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode(errors="replace")
    elif isinstance(value, Enum) or value is None:
        return
    elif hasattr(value, "rows") and hasattr(value, "count"):
        yield from told(list(value.rows(0, value.count())))
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from told(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield from told([*value.keys(), *value.values()])
    elif isinstance(value, Iterable):
        for each in value:
            yield from told(each)
    else:
        yield str(value)


def _beyond() -> list[Any]:
    """Return every row that refers to a user outside the scope, by table."""
    people = "(SELECT id FROM users WHERE login LIKE 'zzmark%')"
    found: list[Any] = []
    with unlimited_sight():
        for model in TABLES:
            facts = table_facts(model)
            of_people = [
                field.column_name
                for field in facts.fields
                if getattr(field, "rel_model", None) is UserTable
            ]
            if facts.name.startswith("activity") or not (of_people or facts.name == "users"):
                continue
            about = " OR ".join(f"{column} IN {people}" for column in of_people)
            wanted = about or f"id IN {people}"
            found.append((facts.name, rows(f"SELECT * FROM {facts.name} WHERE {wanted}")))
    return found


def test_every_table_declares_which_rows_a_limited_user_sees() -> None:
    """A table that is added has to declare it, too."""
    assert sorted(sight.ROWS) == sorted(table_facts(model).name for model in TABLES)


@on_one_engine
def test_no_service_reveals_or_changes_anybody_outside_the_scope(limited: World) -> None:
    """U12: neither a result nor an error names a user outside the scope.

    An act changes nothing outside the scope, or is refused. Services that are added are tested as
    well.
    """
    telling, changing, refused = dict[str, str](), dict[str, object](), set[str]()
    newest = _newest_line(limited)
    for name, call in _each_call(limited):
        before = _beyond()
        try:
            result = " ".join(told(call()))
            with limited.studio.store.reading():
                require_within(range(newest + 1, _newest_line(limited) + 1))
        except (StudioError, IndexError) as error:
            # Els does not see the data that this call of the table of rights looks up.
            result = str(error)
            if _FOR_WHO_SEES_ALL not in result:
                refused.add(name)
        else:
            changes = [pair for pair in zip(before, _beyond(), strict=True) if pair[0] != pair[1]]
            if changes:
                changing[name] = changes
        if MARK in result.lower():
            telling[name] = result
    assert not telling
    assert not changing
    assert refused == REFUSED


@on_one_engine
def test_a_user_with_full_sight_does_see_the_people_outside_the_scope(limited: World) -> None:
    """Prove that the marker that the test above looks for is in the data."""
    studio, admin = limited.studio.seen_by(None), as_user(limited.studio, "zzmarkhr")
    for every in (
        users.every(studio, admin, UserFilter()),
        pushes.every(studio, admin),
        assigning.every(studio, admin, limited.push),
        outbox.every(studio, admin, NotificationFilter()),
        list(activity.every(studio, admin)),
        reviews.every(studio, admin),
        today.show(studio, admin),
        teams.every(studio, admin),
        conversations.source(studio, as_user(studio, "zzmarkboss"), MyConversationFilter()),
    ):
        assert MARK in " ".join(told(every)).lower(), every


@on_one_engine
def test_an_audience_is_shown_if_it_names_only_what_is_visible(limited: World) -> None:
    """U12, P13."""
    studio, els = limited.studio, as_user(limited.studio, "els")
    everything, admin = studio.seen_by(None), as_user(studio, "zzmarkhr")
    for where, shown in (
        ('department "Within" and role user and login "an*"', True),
        ('team under "Sales" and not manager bob', True),
        ("no manager and hired within 90 days", True),
        ('department "Within" and not department "Zzmark"', False),
        ('login "an*" or email "*@zzmark.example"', False),
        ('login ann or name "zzmarkson"', False),
        ("login ann or manager zzmarkboss", False),
        ('login ann or in push "Zzmark push" done', False),
    ):
        push = _create_for(everything, admin, where)
        try:
            found = audiences.of_push(studio, els, push)
            assert (found is not None) is shown, where
            assert audiences.of_push(everything, admin, push) is not None
        finally:
            pushes.close(everything, admin, push)


@on_one_engine
def test_a_stand_in_for_people_outside_the_scope_is_none_for_the_visible_ones(
    limited: World,
) -> None:
    """U12, U14: Dan stands in for Cor, who coaches Ann as well, for Zzmark alone."""
    studio, els = limited.studio, as_user(limited.studio, "els")
    managers = [each.login for each in users.find(studio, els, "ann").user.managers]
    assert "cor" in managers
    assert "dan" not in managers
    assert not stand_ins.of_leader(studio, els, users.find(studio, els, "cor").user.id)


@on_one_engine
def test_acts_on_the_whole_organisation_require_full_sight(limited: World) -> None:
    """A2."""
    els = as_user(limited.studio, "els")
    assert {action for action in Action if not may(els, action)} == FULL_SIGHT_ACTIONS


def _each_call(limited: World) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield each service with a call of it by Els; the changes of each call are rolled back."""
    els = as_user(limited.studio, "els")
    assert els.scope
    calls = {name: call for name, (_, call) in (READS | WRITES).items()} | OWN
    store = limited.studio.seen_by(None).store
    with store.writing():
        for name, call in calls.items():
            with store.dry_run():
                yield name, partial(call, limited, els)


def _newest_line(limited: World) -> int:
    with limited.studio.seen_by(None).store.reading():
        return int(rows("SELECT MAX(id) FROM activity")[0][0])


@pytest.mark.usefixtures("people")
@on_one_engine
def test_a_manager_outside_the_scope_is_notified_named_and_can_receive_a_conversation(
    studio: Studio, admin: Actor
) -> None:
    """P6, P10: Cor, who coaches Ann and Ben, is outside the scope and otherwise invisible."""
    other = "login,email,given_name,family_name,role\nhr,hr@example.org,Hilde,Raes,admin\n"
    import_people(studio, admin, other)
    scopes.limit(studio, admin, "hr", 'team "Sales > Belgium"')
    hr = as_user(studio, "hr")
    seen = studio.seen_by(hr)
    push = assign(seen, hr, create_push(seen, hr), "ann", "ben").push
    mails = [(n.to, n.about) for n in outbox.every(studio, admin, NotificationFilter())]
    assert ("cor@example.org", ("ann",)) in mails
    assert ("bob@example.org", ("ann", "ben")) in mails
    assert sorted(mails) == sorted(
        (n.to, n.about) for n in outbox.every(seen, hr, NotificationFilter())
    )
    row = next(each for each in assigning.every(seen, hr, push) if each.login == "ann")
    assert [manager.login for manager in row.managers] == ["cor", "bob"]
    with pytest.raises(NotFound):
        users.find(seen, hr, "cor")
    ask = conversations.find(seen, push.name, "ann")
    conversations.plan(seen, hr, ask, Plan(studio.now() + HOUR), conductor="cor")
    row = next(each for each in assigning.every(seen, hr, push) if each.login == "ann")
    assert row.conductor == "Cor Coach"
    change = "login,email,given_name,family_name,coaches\n"
    import_people(studio, admin, f"{change}ben,ben@example.org,Ben,Willems,eve\n")
    import_people(studio, admin, f"{change}ann,ann@example.org,Ann,Peeters,eve\n")
    desk = reviews.every(seen, hr)
    assert {line.login for line in desk} == {"ann", "ben"}
    for line in desk:
        reviews.hand_over(seen, hr, Selection.of([line.id]))
    assert not reviews.every(seen, hr)


@pytest.mark.usefixtures("people")
@on_one_engine
def test_a_manager_holds_the_conversations_of_team_members_outside_their_scope(
    studio: Studio, admin: Actor
) -> None:
    """U12: as their manager, and only in My conversations."""
    both = "login,email,given_name,family_name,role,leads\n"
    import_people(studio, admin, f"{both}hr,hr@example.org,Hilde,Raes,admin,Sales > Belgium\n")
    push = assign(studio, admin, create_push(studio, admin), "ann", "eve").push
    scopes.limit(studio, admin, "hr", 'not team under "Sales" and not role admin')
    hr = as_user(studio, "hr")
    seen = studio.seen_by(hr)
    assert "ann" not in {user.login for user in users.every(seen, hr, UserFilter())}
    assert [row.login for row in assigning.every(seen, hr, push)] == ["eve"]
    mine = conversations.source(seen, hr, MyConversationFilter())
    assert "Ann Peeters" in " ".join(told(mine))
    ask = conversations.find(seen, push.name, "ann")
    conversations.plan(seen, hr, ask, Plan(studio.now() + HOUR))
    assert [each.action for each in undo.undoable(seen, hr)] == ["planned conversation"]
    undo.undo(seen, hr, undo.undoable(seen, hr)[0].activity_id)
    with pytest.raises(NotFound):
        users.find(seen, hr, "ann")
