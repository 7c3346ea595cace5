"""Mail stops where the database is not the one that it went out of; and who is at work."""

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
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock


@pytest.fixture
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """Mail of an hour ago waits, and more is written now."""
    import_people(studio, admin)
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann", "ben")
    clock.move(minutes=60)
    return push


def claim(studio: Studio) -> int:
    """How many mails a worker takes, which are handed back."""
    taken = delivery.claim(studio, "tried", limit=9, lasting=HOUR).taken
    delivery.hand_back(studio, "tried")
    return taken


def set_back(studio: Studio, admin: Actor) -> None:
    """An older copy of the database is put in its place."""
    restored.begin_sending(studio)
    restored.begin_sending(studio)
    with studio.store.writing():
        known = mail_origin.origin()
        assert known is not None
        mail_origin.keep(known._replace(generation=1))


def taken_over(studio: Studio, admin: Actor) -> None:
    """Another server has the database by now, or the same one on another timeline."""
    restored.begin_sending(studio)
    with studio.store.writing():
        known = mail_origin.origin()
        assert known is not None
        here = mail_origin.server() or "7000000000000000001 00000001"
        mail_origin.keep(known._replace(server=f"{here[:-1]}9"))
        if studio.store.is_sqlite:
            # There is no server: all that can be noticed is that it was set back.
            mail_origin.keep(known._replace(generation=0))


def brought_back(studio: Studio, admin: Actor) -> None:
    with studio.store.writing():
        restored.mark_restored(studio.now())


@pytest.mark.parametrize("become_another", [set_back, taken_over, brought_back])
def test_mail_stops_until_somebody_lets_it_go_on(
    studio: Studio, admin: Actor, push: Push, clock: MovableClock, become_another: object
) -> None:
    assert claim(studio) == 4
    assert restored.stopped(studio) is None
    become_another(studio, admin)  # type: ignore[operator]
    # Of a worker that has claimed just before.
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
def test_another_worker_that_begins_meanwhile_stops_nobody(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes the database, and then what this host has seen of it: between two looks, both."""
    restored.begin_sending(studio)
    others = [Thread(target=restored.begin_sending, args=[studio])]

    def looked(place: str) -> int:
        # SQLite lets nobody else write meanwhile.
        if others and not studio.store.is_sqlite:
            other = others.pop()
            other.start()
            other.join()
        return generation_of(place)

    monkeypatch.setattr(restored, "generation_of", looked)
    assert claim(studio) == 4
    assert restored.stopped(studio) is None


def test_a_copy_made_on_purpose_goes_on(studio: Studio, admin: Actor, push: Push) -> None:
    restored.begin_sending(studio)
    with studio.store.writing():
        restored.mark_copied()
    claim(studio)


def test_what_was_seen_is_kept_as_far_as_it_can_be(private_home: Path) -> None:
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


def test_workers_are_listed_and_those_gone_freed(
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
def test_a_copy_elsewhere_and_a_new_database_are_no_older_copies(
    studio: Studio, admin: Actor, tmp_path: Path, clock: MovableClock
) -> None:
    """Even where they were set up at the same moment, as `STUDIO_NOW` says it."""
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
        mail_origin.keep(mail_origin.first(""))
    claim(studio)
