"""Plan, move, hand over and cancel conversations in tests: the rows and the invitations."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import Notification
from studio_tui.domain.people.access import Actor
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.engine.sql import execute, scalar
from studio_tui.storage.engine.tables import ConversationTable
from studio_tui.storage.outbox import invitations
from studio_tui.storage.outbox.enqueue import Cause
from tests.acting import mail

WHEN = datetime.fromisoformat("2026-03-10T13:00:00+00:00")
HOLD = timedelta(minutes=2)
_BY_HAND = {
    "held": "UPDATE conversation SET finished_at = '2026-03-02T09:00:00.000000Z' WHERE id = ?",
    "cancelled": "UPDATE conversation SET cancelled_at = '2026-03-02T09:00:00Z' WHERE id = ?",
    "on again": "UPDATE conversation SET cancelled_at = NULL WHERE id = ?",
    "handed over": "UPDATE conversation SET conductor_id = (SELECT id FROM users "
    "WHERE login_key = 'cor') WHERE id = ?",
    "left": "UPDATE users SET active = FALSE WHERE id IN "
    "(SELECT conductor_id FROM conversation WHERE id = ?)",
}


class Planner:
    """A conversation of Ann, with Bob by default, and the actor who changes it."""

    def __init__(self, studio: Studio, actor: Actor, *, push_id: int | None = None) -> None:
        self._studio = studio
        self._actor = actor
        self._push_id = push_id
        self.id = 0

    def plan(self, conductor: str = "bob", *, place: str = "") -> None:
        """Plan the conversation for the first time."""
        with self._writing() as cause:
            template = scalar("SELECT id FROM template WHERE name_key = 'regular'")
            self.id = ConversationTable.insert(
                user=naming.user_id_named("ann"),
                assignment=self._assignment(),
                template=template,
                definition=scalar("SELECT definition FROM template WHERE id = ?", template),
                conductor=naming.user_id_named(conductor),
                planned_for=WHEN,
                minutes=60,
                place=place,
                sequence=0,
                version=1,
            ).execute()
            self.told = invitations.invite(cause, [self.id])

    def move(self, *, to: datetime = WHEN + timedelta(days=1), conductor: str = "bob") -> None:
        """Change the date, and the conductor if another one is given."""
        with self._writing() as cause:
            execute(
                "UPDATE conversation SET planned_for = ?, conductor_id = ? WHERE id = ?",
                to,
                naming.user_id_named(conductor),
                self.id,
            )
            self.told = invitations.invite(cause, [self.id])

    def cancel(self) -> None:
        """Cancel the conversation."""
        self.cancel_with()

    def cancel_with(self, *others: "Planner") -> None:
        """Cancel this conversation and ``others`` in one transaction."""
        ids = [self.id, *(each.id for each in others)]
        with self._writing() as cause:
            for conversation_id in ids:
                execute(_BY_HAND["cancelled"], conversation_id)
            self.told = invitations.withdraw(cause, ids)

    def hold(self) -> None:
        """Mark the conversation as held."""
        self.change_by_hand("held")

    def change_by_hand(self, what: str) -> None:
        """Change the rows without queueing mail, to test the checks made before mail leaves."""
        with self._studio.store.writing():
            execute(_BY_HAND[what], self.id)

    @contextmanager
    def _writing(self) -> Iterator[Cause]:
        now = self._studio.now()
        with self._studio.store.writing():
            line = write_activity(self._actor, now, Verb.PLAN, "ann")
            yield Cause(line, self._push_id, now, now + HOLD)

    def _assignment(self) -> int | None:
        found = scalar("SELECT id FROM assignment WHERE push_id = ?", self._push_id or 0)
        return int(found) if found is not None else None


def invitations_in(studio: Studio, actor: Actor) -> list[Notification]:
    """Return the notifications about conversations without a push, in the order of writing."""
    listed = [each for each in mail(studio, actor) if each.push_id is None]
    return sorted(listed, key=lambda each: each.id)


def outcomes(listed: list[Notification]) -> list[tuple[str, Kind, Capacity, str]]:
    """Return recipient, kind, capacity and state of each notification."""
    return [(each.recipient, each.kind, each.capacity, each.state.value) for each in listed]
