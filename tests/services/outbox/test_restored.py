"""Sending stops if the database was replaced or restored; workers are listed and freed."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace

from studio_tui.config.generations import generation_of, record_generation
from studio_tui.config.settings import Database
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared.errors import NotFound, NothingToDo, Refused
from studio_tui.domain.today.today import CaseKind
from studio_tui.services.outbox import delivery, restored, workers
from studio_tui.services.outbox.restored import DatabaseReplaced
from studio_tui.services.outbox.workers import WorkerState
from studio_tui.services.system.context import Studio, open_studio
from studio_tui.services.today import today
from studio_tui.storage.outbox import mail_origin
from tests.acting import HOUR, assign
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock


@made_once
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """A push whose mail has been due for most of an hour."""
    import_people(studio, admin)
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann", "ben")
    clock.move(minutes=60)
    return push


def claim(studio: Studio) -> int:
    """Return how many mails a worker claims, and hand them back."""
    taken = delivery.claim(studio, "tried", limit=9, lasting=HOUR).taken
    delivery.hand_back(studio, "tried")
    return taken


def set_back(studio: Studio, admin: Actor) -> None:
    """Simulate that an older copy of the database was put in place."""
    restored.begin_sending(studio)
    restored.begin_sending(studio)
    with studio.store.writing():
        known = mail_origin.origin()
        assert known is not None
        mail_origin.store(known._replace(generation=1))


def taken_over(studio: Studio, admin: Actor) -> None:
    """Simulate that another server, or another timeline of the same server, has the database."""
    restored.begin_sending(studio)
    with studio.store.writing():
        known = mail_origin.origin()
        assert known is not None
        here = mail_origin.server() or "7000000000000000001 00000001"
        mail_origin.store(known._replace(server=f"{here[:-1]}9"))
        if studio.store.is_sqlite:
            # SQLite has no server; only an older generation can be detected.
            mail_origin.store(known._replace(generation=0))


def brought_back(studio: Studio, admin: Actor) -> None:
    with studio.store.writing():
        restored.mark_restored(studio.now())


@pytest.mark.parametrize("become_another", [set_back, taken_over, brought_back])
def test_sending_stops_after_a_replacement_until_an_admin_resumes_it(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock, become_another: object
) -> None:
    assert claim(studio) == 4
    assert restored.stopped(studio) is None
    become_another(studio, admin)  # type: ignore[operator]
    # A worker that claimed mail just before the replacement makes this call.
    restored.begin_sending(studio)
    for _ in range(2):
        with pytest.raises(DatabaseReplaced, match="outbox resume"):
            claim(studio)
    known = restored.stopped(studio)
    assert known is not None
    assert known.restored_at == clock.now()
    cases = [each for each in today.show(studio, admin).cases if each.kind is CaseKind.RELAY_DOWN]
    assert "outbox resume" in cases[0].text
    clock.move(minutes=5)
    assign(studio, admin, push, "eve")
    found = restored.possible_duplicates(studio, admin)
    assert (found.at, found.number) == (known.restored_at, 4)
    assert {each.recipient for each in found.mails} == {"ann", "ben", "bob", "cor"}
    assert restored.resume(studio, admin).number == 4
    claim(studio)
    restored.begin_sending(studio)
    claim(studio)
    with pytest.raises(NothingToDo):
        restored.resume(studio, admin)


@pytest.mark.usefixtures("push")
def test_another_worker_that_begins_at_the_same_time_does_not_stop_sending(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other worker writes the generation to database and host, between two reads of them."""
    restored.begin_sending(studio)
    others = [Thread(target=restored.begin_sending, args=[studio])]

    def looked(place: str) -> int:
        # SQLite allows no other writer inside the transaction.
        if others and not studio.store.is_sqlite:
            other = others.pop()
            other.start()
            other.join()
        return generation_of(place)

    monkeypatch.setattr(restored, "generation_of", looked)
    assert claim(studio) == 4
    assert restored.stopped(studio) is None


def test_an_intended_copy_of_the_database_continues_sending(
    studio: Studio, admin: Actor, push: Push
) -> None:
    restored.begin_sending(studio)
    with studio.store.writing():
        assert not restored.mark_copied()
        known = mail_origin.origin()
        assert known is not None
        assert known.generation > 1_000_000
    claim(studio)


def test_a_copy_or_restored_backup_tells_whether_mail_has_stopped(
    studio: Studio, admin: Actor, clock: MovableClock
) -> None:
    with studio.store.writing():
        assert not restored.mark_copied(), "nothing was ever sent"
        assert not restored.mark_restored(clock.now()), "there is no mail"
    import_people(studio, admin)
    assign(studio, admin, create_push(studio, admin), "ann")
    with studio.store.writing():
        assert restored.mark_restored(clock.now())
        assert restored.mark_copied()


def test_the_generation_on_the_host_survives_a_damaged_file(private_home: Path) -> None:
    assert generation_of("a") == 0
    record_generation("a", 3)
    record_generation("b", 1)
    record_generation("a", 2)
    assert (generation_of("a"), generation_of("b")) == (3, 1)
    (kept,) = private_home.rglob("mail-generations")
    kept.write_text("[broken")
    assert generation_of("a") == 0
    record_generation("a", 4)
    assert generation_of("a") == 4
    assert kept.stat().st_mode & 0o077 == 0


def test_workers_are_listed_and_the_mail_of_dead_ones_is_freed(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock
) -> None:
    workers.begin(studio, "first")
    clock.move(seconds=1)
    workers.begin(studio, "second")
    delivery.claim(studio, "second", limit=3, lasting=HOUR)
    workers.seen(studio, "second", sending=True)
    delivery.claim(studio, "older", limit=1, lasting=HOUR)
    found = workers.every(studio)
    assert [(each.known.lease, each.state, each.known.mails) for each in found] == [
        ("first", WorkerState.IDLE, 0),
        ("second", WorkerState.SENDING, 3),
        ("older", WorkerState.SENDING, 1),
    ]
    assert found[1].known.since == clock.now()
    assert (found[1].known.pid or 0) > 0
    assert found[1].known.host
    with pytest.raises(Refused, match="is at work"):
        workers.free(studio, "second")
    with pytest.raises(NotFound):
        workers.free(studio, "nobody")
    clock.move(minutes=4)
    assert workers.every(studio)[1].state is WorkerState.GONE
    assert workers.free(studio, "second") == 3
    assert delivery.claim(studio, "third", limit=9, lasting=HOUR).taken == 3
    workers.end(studio, "first")
    assert [each.known.lease for each in workers.every(studio)] == ["older", "third"]


@pytest.mark.one_engine
def test_a_copy_elsewhere_and_a_new_database_do_not_count_as_older_copies(
    studio: Studio, admin: Actor, tmp_path: Path, clock: MovableClock
) -> None:
    """Also if both were created at the same instant, as `STUDIO_NOW` can arrange."""
    restored.begin_sending(studio)
    copied = tmp_path / "copy.db"
    with (
        closing(sqlite3.connect(studio.store.name)) as original,
        closing(sqlite3.connect(copied)) as copy,
    ):
        original.backup(copy)
    copied.chmod(0o600)
    restored.begin_sending(studio)
    settings = replace(studio.settings, database=Database(url=f"sqlite:///{copied}"))
    with closing(open_studio(settings, clock, steady=clock)) as elsewhere:
        claim(elsewhere)
    with studio.store.writing():
        mail_origin.store(mail_origin.first(""))
    claim(studio)
