"""Texts about teams for an admin with a limited scope (U12)."""

from dataclasses import replace

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.roles import Role
from studio_tui.tui.screens.people.team_acts import no_leader_text


def test_an_admin_with_a_scope_is_not_told_that_nobody_leads_a_team() -> None:
    """The leader of the team may be outside their scope."""
    actor = Actor(1, "els", "Els", Role.ADMIN)
    assert no_leader_text(actor) == "nobody leads it"
    assert no_leader_text(replace(actor, scope="team 1")) == "nobody you see"
