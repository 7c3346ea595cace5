"""Acts of an admin while mail leaves, which make the reason for a mail disappear."""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import StudioError
from studio_tui.services import conversations
from studio_tui.services.people import by_hand, erasing
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from tests.simulation.invariants import Invariants
from tests.simulation.organisation import LARGE, SMALL

_USERS = range(4, 18)
"""Numbers of users who lead no team."""


class Acts:
    """Draws and performs the acts of an admin."""

    def __init__(
        self, studio: Studio, admin: Actor, rules: Invariants, note: Callable[[str], None]
    ) -> None:
        self._studio = studio
        self._admin = admin
        self._rules = rules
        self._note = note

    def drawn(self, random: Random, until: float) -> Iterator[tuple[float, Callable[[], None]]]:
        """Yield acts with the simulated second at which each is performed."""
        for _ in range(random.randint(1, 4)):
            # Prefer early acts: most mail leaves at the beginning.
            at = until * random.random() ** 2
            name, login = random.choice((LARGE, SMALL)), f"u{random.choice(_USERS):02}"
            act = random.choice((self._close, self._unassign, self._leave, self._hold, self._erase))
            yield at, partial(self._do, act, name, login)

    def _do(self, act: Callable[[str, str], None], push: str, login: str) -> None:
        words = f"{act.__name__.strip('_')} {push} {login}"
        try:
            act(push, login)
        except StudioError as error:
            self._note(f"admin: {words}: {error.message}")
            return
        self._note(f"admin: {words}")

    def _close(self, push: str, login: str) -> None:
        pushes.close(self._studio, self._admin, pushes.find(self._studio, self._admin, push))
        self._rules.record_reason_gone("p.name = ?", push)

    def _unassign(self, push: str, login: str) -> None:
        found = pushes.find(self._studio, self._admin, push)
        assign.unassign_users(self._studio, self._admin, found, [login])
        self._rules.record_reason_gone(
            "p.name = ? AND n.capacity = 'user' AND u.login = ?", push, login
        )

    def _leave(self, push: str, login: str) -> None:
        by_hand.leave(self._studio, self._admin, self._ids(login))
        self._rules.record_reason_gone("u.login = ?", login)

    def _hold(self, push: str, login: str) -> None:
        ask = conversations.find(self._studio, push, login)
        conversations.record_held(self._studio, self._admin, ask, conductor="u00")
        self._rules.record_reason_gone(
            "p.name = ? AND n.capacity = 'user' AND u.login = ?", push, login
        )

    def _erase(self, push: str, login: str) -> None:
        (user_id,) = self._ids(login)
        self._leave(push, login)
        erasing.erase(self._studio, self._admin, login)
        self._note(f"user {user_id} is erased")

    def _ids(self, login: str) -> list[int]:
        with self._studio.store.reading():
            return naming.user_ids_named([login])
