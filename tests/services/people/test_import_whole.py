"""An import is applied as a whole or not at all, whatever interrupts it (U6)."""

import threading
from collections.abc import Callable
from itertools import pairwise

import psycopg
import pytest

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Conflict, Refused, Unavailable
from studio_tui.services.people import imports
from studio_tui.services.people.import_plan import ImportPlan
from studio_tui.services.system.context import Studio
from studio_tui.storage.engine.sql import execute
from studio_tui.storage.people import import_read as stored_imports
from studio_tui.storage.people.import_write import Write, write
from tests.services.people.importing import hr_file_of, import_lines, user, whole_database

pytestmark = pytest.mark.one_engine

HEAD = "login,email,given_name,family_name,groups,teams,leads,coaches,role,active"
FIRST = (
    HEAD,
    "ann,ann@example.org,Ann,Peeters,staff,Sales > Belgium,,bob,user,yes",
    "bob,bob@example.org,Bob,Smets,staff,Sales,Sales,,user,yes",
)
SECOND = (
    HEAD,
    "ann,ann@new.org,Ann,Claes,Staff|new,Finance,Sales,cas,admin,yes",
    "bob,bob@example.org,Bob,Smets,,,,,user,no",
    "cas,cas@example.org,Cas,Maes,new,Finance > Belgium,Finance,ann,user,yes",
)


class Cancelled(Exception):
    """Raised by the progress callback of a user who cancels."""


def test_cancelling_an_import_at_any_point_changes_nothing(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, *FIRST)
    before = whole_database(studio)
    shares = [0.0]
    with pytest.raises(Cancelled):
        imports.apply(studio, admin, hr_file_of(*SECOND), progress=cancelling_from(shares, 1.0))
    for share in [*shares]:
        with pytest.raises(Cancelled):
            imports.apply(studio, admin, hr_file_of(*SECOND), progress=cancelling_from([], share))
        assert whole_database(studio) == before
    assert shares == sorted(shares)
    assert len(shares) > 4


def cancelling_from(shares: list[float], last: float) -> Callable[[float], None]:
    def progress(share: float) -> None:
        shares.append(share)
        if share >= last:
            raise Cancelled

    return progress


def test_progress_of_a_large_import_is_reported_in_small_steps(
    studio: Studio, admin: Actor
) -> None:
    shares: list[float] = []
    people = [f"u{i},u{i}@example.org,U,{i},,,,,user,yes" for i in range(6_000)]
    imports.apply(studio, admin, hr_file_of(HEAD, *people), progress=shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert max(b - a for a, b in pairwise(shares)) < 0.3


@pytest.mark.parametrize("table", ["team", "users", "user_group", "team_leader", "coaching"])
@pytest.mark.parametrize("skip_refused", [False, True])
def test_a_database_failure_during_an_import_changes_nothing(
    studio: Studio, admin: Actor, table: str, skip_refused: bool
) -> None:
    import_lines(studio, admin, *FIRST)
    refuse_rows_of(studio, table)
    before = whole_database(studio)
    with pytest.raises((Conflict, Unavailable)):
        imports.apply(studio, admin, hr_file_of(*SECOND), skip_refused=skip_refused)
    assert whole_database(studio) == before


def refuse_rows_of(studio: Studio, table: str) -> None:
    """Make every insertion into ``table`` fail in the database."""
    with studio.store.writing():
        if studio.store.is_sqlite:
            execute(
                f"CREATE TRIGGER refusing BEFORE INSERT ON {table} "
                "BEGIN SELECT RAISE(FAIL, 'no room'); END"
            )
            return
        execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION SQLSTATE '53100' USING MESSAGE = 'no room'; END $$"
        )
        execute(
            f"CREATE TRIGGER refusing BEFORE INSERT ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION refuse()"
        )


def test_refused_lines_stop_the_whole_file_unless_skipped(studio: Studio, admin: Actor) -> None:
    before = whole_database(studio)
    file = hr_file_of(
        *FIRST, "eve,eve,Eve,Maes,,,,,user,yes", "eva,eva@example.org,Eva,Maes,,,,eve,user,yes"
    )
    with pytest.raises(Refused, match="1 line is refused: line 4, column “email”"):
        imports.apply(studio, admin, file)
    assert whole_database(studio) == before
    plan = imports.apply(studio, admin, file, skip_refused=True)
    assert [one.login for one in plan.added] == ["ann", "bob", "eva"]
    assert [refusal.line for refusal in plan.refusals] == [4]
    assert [warning.line for warning in plan.warnings] == [5]


@pytest.mark.parametrize("row", ["user,yes", "admin,no", ",yes"])
def test_an_import_cannot_remove_the_last_admin(studio: Studio, admin: Actor, row: str) -> None:
    before = whole_database(studio)
    file = hr_file_of(HEAD, f"els,els@example.org,Els,Claes,,,,,{row}")
    for importing in (imports.preview, imports.apply):
        with pytest.raises(Refused, match=r"Els Claes \(els\).*nobody active would be admin"):
            importing(studio, admin, file)
    assert whole_database(studio) == before


def test_an_import_can_remove_an_admin_if_another_remains(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, HEAD, "ann,ann@example.org,Ann,Peeters,,,,,admin,yes")
    plan = import_lines(studio, admin, HEAD, "els,els@example.org,Els,Claes,,,,,user,no")
    assert [one.login for one in plan.left] == ["els"]


def test_two_users_can_swap_login_and_address(studio: Studio, admin: Actor) -> None:
    import_lines(studio, admin, *FIRST)
    ann, bob = user(studio, admin, "ann"), user(studio, admin, "bob")
    with studio.store.writing():
        found = stored_imports.profiles([ann.id, bob.id])
        swapped = [
            Write(mine, found[mine], found[mine]._replace(login=other.login, email=other.email))
            for mine, other in ((ann.id, found[bob.id]), (bob.id, found[ann.id]))
        ]
        write([], swapped, iter)
    assert user(studio, admin, "bob@example.org").id == user(studio, admin, "bob").id == ann.id
    assert user(studio, admin, "ann@example.org").id == user(studio, admin, "ann").id == bob.id


def test_two_concurrent_imports_are_each_applied_as_a_whole(
    studio: Studio, admin: Actor, database_url: str
) -> None:
    """The second waits for the first, and is compared with the result of the first."""
    second: list[ImportPlan] = []
    other = threading.Thread(
        target=lambda: second.append(imports.apply(studio, admin, hr_file_of(*SECOND)))
    )

    def start_the_other(share: float) -> None:
        if share == 1.0:
            other.start()
            wait_until_it_waits(studio, database_url)

    first = imports.apply(studio, admin, hr_file_of(*FIRST), progress=start_the_other)
    other.join(30)
    assert [one.login for one in first.added] == ["ann", "bob"]
    assert [one.login for one in second[0].added] == ["cas"]
    assert [one.login for one in second[0].changed] == ["ann"]
    assert [one.login for one in second[0].left] == ["bob"]
    assert imports.preview(studio, admin, hr_file_of(*SECOND)).touched == ()


def wait_until_it_waits(studio: Studio, database_url: str) -> None:
    """Wait until a PostgreSQL session waits for a lock; SQLite does not report that."""
    if studio.store.is_sqlite:
        return
    with psycopg.connect(database_url, autocommit=True) as connection:
        waiting = None
        while not waiting:
            waiting = connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_import_that_waits_too_long_for_a_lock_is_a_conflict(
    studio: Studio, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_imports, "_LOCK_TIMEOUT", "10ms")
    refused: list[str] = []

    def import_too() -> None:
        with pytest.raises(Conflict) as told:
            imports.apply(studio, admin, hr_file_of(*SECOND))
        refused.append(str(told.value))

    def run_the_other(share: float) -> None:
        if share == 1.0:
            other = threading.Thread(target=import_too)
            other.start()
            other.join(30)

    plan = imports.apply(studio, admin, hr_file_of(*FIRST), progress=run_the_other)
    assert refused == ["Somebody else is importing users just now; try again when they are done."]
    assert len(plan.added) == 2
    assert imports.preview(studio, admin, hr_file_of(*FIRST)).touched == ()
