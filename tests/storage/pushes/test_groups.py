"""Groups of the people of pushes against a plain recount, on made-up organisations (S2)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.pushes.groups import By, PeopleGroup
from studio_tui.domain.pushes.push import Reminders, Status
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.engine.expressions import A, among, count
from studio_tui.storage.engine.sql import execute, execute_many, scalar
from studio_tui.storage.engine.tables import ConversationTable, TemplateTable
from studio_tui.storage.pushes.groups import first_managers, group_condition, grouped
from studio_tui.storage.pushes.pushes import insert_push
from tests.storage.people.test_managers import Organisation, organisations, store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = date(2026, 3, 2)
_INSTANTS = {
    Status.NOT_PLANNED: (),
    Status.PLANNED: ("planned_for",),
    Status.PREPARED: ("planned_for", "user_prepared_at"),
    Status.IN_PROGRESS: ("started_at",),
    Status.DONE: ("started_at", "finished_at"),
}
"""What is set of a conversation that is this far."""
Asked = dict[tuple[int, int], Status | None]
"""How far each user, by number, is in each push; None: nothing was begun."""


def _asked(organisation: Organisation) -> st.SearchStrategy[Asked]:
    users = st.integers(0, len(organisation.active) - 1)
    return st.dictionaries(st.tuples(users, st.integers(0, 1)), st.none() | st.sampled_from(Status))


def _recount(
    asked: Asked, pushes: Collection[int], groups: Callable[[int], Collection[int]]
) -> dict[int | None, Counter[str]]:
    found: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
    for (user, push), status in asked.items():
        for group in ((*groups(user),) or (None,)) if push in pushes else ():
            # The first push is past its deadline, the other is not.
            late = push == 0 and status is not Status.DONE
            found[group].update(assigned=1, overdue=late, **{status or Status.NOT_PLANNED: 1})
    return dict(found)


_NAMES = ("assigned", "overdue", *Status)


def _compare(ids: list[int], by: By, expected: dict[int | None, Counter[str]]) -> list[PeopleGroup]:
    """What is counted is as expected, and the filter of each group finds as many."""
    found = grouped(ids, by, TODAY)
    assert expected == {
        None if each.key.value is None else int(each.key.value) - 1: Counter(
            {name: getattr(each, name) for name in _NAMES}
        )
        for each in found
    }
    wanted = among(A.push, ids)
    for each in found:
        assert each.assigned == count(A.select().where(group_condition(each.key), wanted))
    return found


def test_groups_are_what_a_plain_recount_finds(studio: Studio) -> None:
    """S2, U4: by manager and by team, over one push and over two, whatever the organisation."""
    with studio.store.writing():
        template = TemplateTable.insert(
            name_key="t", definition="{}", archived=False, version=1
        ).execute()
        activity = write_activity(None, NOW, Verb.ASSIGN, "both")
        pushes = [
            insert_push(name, template, "{}", date(2026, 1, 1), deadline, Reminders(), NOW)
            for name, deadline in (("late", date(2026, 3, 1)), ("not late", TODAY))
        ]

    def put(organisation: Organisation, asked: Asked) -> None:
        execute("DELETE FROM conversation")
        execute("DELETE FROM assignment")
        store(organisation)
        execute_many(
            "INSERT INTO assignment (push_id, user_id, assigned_in_id) VALUES (?, ?, ?)",
            [(pushes[push], user + 1, activity) for user, push in asked],
        )
        for (user, push), status in asked.items():
            if status is not None:
                assignment = scalar(
                    "SELECT id FROM assignment WHERE push_id = ? AND user_id = ?",
                    pushes[push],
                    user + 1,
                )
                ConversationTable.insert(
                    user=user + 1,
                    assignment=assignment,
                    template=template,
                    conductor=user + 1,
                    minutes=60,
                    place="",
                    sequence=0,
                    version=1,
                    **dict.fromkeys(_INSTANTS[status], NOW),
                ).execute()

    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        organisation = data.draw(organisations())
        asked = data.draw(_asked(organisation))

        def managers(user: int) -> Collection[int]:
            return organisation.managers(user)

        def teams(user: int) -> Collection[int]:
            return {team for member, team in organisation.members if member == user}

        with studio.store.writing():
            put(organisation, asked)
            for wanted in ([0], [1], [0, 1]):
                ids = [pushes[n] for n in wanted]
                managed = _compare(ids, By.MANAGER, _recount(asked, wanted, managers))
                _compare(ids, By.TEAM, _recount(asked, wanted, teams))
                first = {each.key: each for each in first_managers(ids, TODAY, 99)}
                assert first == {each.key: each for each in managed if each.login is not None}

    check()
