"""The rights of the roles (A2)."""

import pytest

from studio_tui.domain.people.access import Action, Actor, may, require
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.errors import Forbidden

SUPPORT = {
    Action.READ_USERS,
    Action.READ_TEMPLATES,
    Action.READ_PUSHES,
    Action.READ_OUTBOX,
    Action.READ_ACTIVITY,
    Action.VERIFY_ACTIVITY,
    Action.SEND_AGAIN,
    Action.TEST_MAIL,
    Action.REMIND,
    Action.CORRECT_ADDRESSES,
}
"""The rights of support: read all, send again, remind, and correct addresses; change no push."""
ALLOWED = {Role.ADMIN: set(Action), Role.SUPPORT: SUPPORT, Role.USER: set()}


@pytest.mark.parametrize("role", Role)
def test_a_role_has_exactly_its_rights(role: Role) -> None:
    actor = Actor(7, "ann", "Ann Peeters", role)
    assert {action for action in Action if may(actor, action)} == ALLOWED[role]
    for action in set(Action) - ALLOWED[role]:
        with pytest.raises(Forbidden) as caught:
            require(actor, action)
        assert str(caught.value) == f"ann ({role}) may not {action}."
    for action in ALLOWED[role]:
        require(actor, action)
