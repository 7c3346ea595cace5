"""Progress by manager and team against a plain recount, on random organisations (S2)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.pushes.groups import GroupBy, PeopleGroup
from studio_tui.domain.pushes.push import AssignmentFilter, Flag, Progress, Reminders, Status
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.engine.expressions import A, among, count
from studio_tui.storage.engine.sql import execute, execute_many, scalar
from studio_tui.storage.engine.tables import ConversationTable, TemplateTable
from studio_tui.storage.pushes.assignments import (
    assignment_condition,
    assignment_listing,
    assignments_by_id,
    count_assignments,
)
from studio_tui.storage.pushes.groups import group_condition, grouped
from studio_tui.storage.pushes.pushes import insert_push, progress_of
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
"""By status of a conversation: the columns that are set."""


@dataclass(frozen=True)
class _Far:
    """The progress of a user in a push."""

    talk: Status | None
    """The status of the conversation; None if there is none."""
    excused: bool
    own_deadline: date | None

    @property
    def status(self) -> Status:
        if self.excused and self.talk is not Status.DONE:
            return Status.EXCUSED
        return self.talk or Status.NOT_PLANNED

    @property
    def planned(self) -> bool:
        return self.talk is not None and self.talk in (Status.PLANNED, Status.PREPARED)

    @property
    def late(self) -> bool:
        """Whether the assignment is overdue once the deadline of the push has passed."""
        in_time = self.own_deadline is not None and self.own_deadline >= TODAY
        return self.status not in (Status.DONE, Status.EXCUSED) and not in_time


_DEADLINES = (date(2026, 3, 1), TODAY)
"""The deadlines of the two pushes."""
Asked = dict[tuple[int, int], _Far]
"""The progress of each user, by the numbers of user and push."""
_DAYS = st.sampled_from([None, None, date(2026, 2, 1), date(2026, 3, 1), TODAY, date(2026, 4, 1)])
_FAR = st.builds(_Far, st.none() | st.sampled_from([*_INSTANTS]), st.booleans(), _DAYS)


def _asked(organisation: Organisation) -> st.SearchStrategy[Asked]:
    users = st.integers(0, len(organisation.active) - 1)
    return st.dictionaries(st.tuples(users, st.integers(0, 1)), _FAR)


def _recount(
    asked: Asked, pushes: Collection[int], groups: Callable[[int], Collection[int]]
) -> dict[int | None, Counter[str]]:
    found: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
    days: defaultdict[int | None, list[date]] = defaultdict(list)
    for (user, push), far in asked.items():
        for group in ((*groups(user),) or (None,)) if push in pushes else ():
            # Only the first push is past its deadline.
            late = push == 0 and far.late
            found[group].update(assigned=1, overdue=late, **{far.status: 1})
            if far.status not in (Status.DONE, Status.EXCUSED):
                last = max(_DEADLINES[push], far.own_deadline or date.min)
                days[group].append(last)
                # Planned conversations are planned for today, and late ones count in the first
                # week.
                found[group]["later"] += not far.planned and last > TODAY
    for group, still in days.items():
        nearest = min((day for day in still if day >= TODAY), default=max(still))
        found[group]["due"] = still.count(nearest)
    return dict(found)


def _compare_whole(push_id: int, push: int, asked: Asked) -> None:
    """P8, P18: compare the progress of a push, and the users that each filter finds."""
    far = [each for (_, number), each in asked.items() if number == push]
    late = push == 0
    expected = Counter({"assigned": len(far), "overdue": sum(late and each.late for each in far)})
    expected.update(each.status for each in far)
    progress = progress_of([push_id], TODAY).get(push_id, Progress())
    assert {name: getattr(progress, name) for name in _NAMES} == {n: expected[n] for n in _NAMES}
    for filter_, number in (
        *((AssignmentFilter(status=status), expected[status]) for status in Status),
        (AssignmentFilter(flag=Flag.OVERDUE), expected["overdue"]),
    ):
        assert count_assignments(assignment_condition(push_id, filter_, TODAY)) == number
        assert assignment_listing(push_id, filter_, Sort("name"), TODAY).count() == number
    listed = assignment_listing(push_id, AssignmentFilter(), Sort("status"), TODAY).ids(0, 99)
    rows = assignments_by_id(listed, TODAY)
    assert [each.status for each in rows] == sorted(each.status for each in far)
    assert sum(Flag.OVERDUE in each.flags for each in rows) == expected["overdue"]


_NAMES = ("assigned", "overdue", *Status)


def _load(group: PeopleGroup, expected: dict[int | None, Counter[str]]) -> dict[str, int]:
    """Return a group's conversations in later weeks; as expected if the group has no load."""
    if not group.load:
        value = None if group.key.value is None else int(group.key.value) - 1
        return {"later": expected[value]["later"]}
    assert sum(group.load) == group.still
    return {"later": sum(group.load[1:])}


def _compare(
    ids: list[int], by: GroupBy, expected: dict[int | None, Counter[str]]
) -> list[PeopleGroup]:
    """Compare the counts of the groups, and the number of users that each group's filter finds."""
    found = grouped(ids, by, TODAY)
    assert expected == {
        None if each.key.value is None else int(each.key.value) - 1: Counter(
            {name: getattr(each, name) for name in (*_NAMES, "due")} | _load(each, expected)
        )
        for each in found
    }
    wanted = among(A.push, ids)
    for each in found:
        assert each.assigned == count(A.select().where(group_condition(each.key), wanted))
    return found


def test_groups_are_what_a_plain_recount_finds(studio: Studio) -> None:
    """S2, U4: by manager and by team, over one push and over two, on any organisation."""
    with studio.store.writing():
        template = TemplateTable.insert(
            name_key="t", definition="{}", archived=False, version=1
        ).execute()
        activity = write_activity(None, NOW, Verb.ASSIGN, "both")
        pushes = [
            insert_push(name, template, "{}", date(2026, 1, 1), deadline, Reminders(), NOW)
            for name, deadline in zip(("late", "not late"), _DEADLINES, strict=True)
        ]

    def put(organisation: Organisation, asked: Asked) -> None:
        execute("DELETE FROM conversation")
        execute("DELETE FROM assignment")
        store(organisation)
        execute_many(
            "INSERT INTO assignment (push_id, user_id, assigned_in_id, excused_in_id, "
            "own_deadline) VALUES (?, ?, ?, ?, ?)",
            [
                (pushes[n], user + 1, activity, activity if far.excused else None, far.own_deadline)
                for (user, n), far in asked.items()
            ],
        )
        for (user, push), far in asked.items():
            if far.talk is not None:
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
                    **dict.fromkeys(_INSTANTS[far.talk], NOW),
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
            for number, push_id in enumerate(pushes):
                _compare_whole(push_id, number, asked)
            for wanted in ([0], [1], [0, 1]):
                ids = [pushes[n] for n in wanted]
                _compare(ids, GroupBy.MANAGER, _recount(asked, wanted, managers))
                _compare(ids, GroupBy.TEAM, _recount(asked, wanted, teams))

    check()
