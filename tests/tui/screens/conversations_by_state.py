"""Example NV with conversations in every state, for its leaders, coaches and users."""

from datetime import UTC, date, datetime, timedelta

from studio_tui.domain.conversations.conversation import Conversation, ConversationRequest, Plan
from studio_tui.services import conversations
from studio_tui.services.templates import templates
from tests.hostile import HOSTILE
from tests.tui.screens.made_once import made_once
from tests.tui.screens.organisation import PEOPLE, Example, hostile_rows
from tests.tui.screens.pushing import assign, create, user_id

TEAM = """\
eva,eva@example.org,Eva,Jacobs,Sales > Belgium,,,Sales,nl,2020-01-06,
fay,fay@example.org,Fay,Mertens,Sales > Belgium,,,Sales,nl,2020-01-06,
gus,gus@example.org,Gus,Claes,Sales > Belgium,,,Sales,nl,2020-01-06,
hal,hal@example.org,Hal,Goossens,Sales > Belgium,,,Sales,nl,2020-01-06,
"""
"""Further members of Bob's team. Carl also coaches Ann."""


@made_once
def busy(made: Example) -> None:
    """Create two pushes with Ann, Eva, Fay, Gus and Hal of Bob's team in different states."""
    made.load(PEOPLE + TEAM)
    late = create(made, "Late", date(2026, 1, 5), date(2026, 2, 20))
    assign(made, late, "ann", "eva", "fay", "bob")
    q1 = create(made, "Q1 review", date(2026, 3, 1), date(2026, 3, 31))
    assign(made, q1, "ann", "gus", "dina")
    ahead = create(made, "Ahead", date(2026, 4, 1), date(2026, 4, 30))
    assign(made, ahead, "fay")
    plan(made, "bob", of_push(made, "eva", late.id), days=2)
    plan(made, "carl", of_push(made, "ann", q1.id), days=3)
    conversations.start(made.studio, made.actor("bob"), of_push(made, "gus", q1.id))
    conversations.record_held(
        made.studio,
        made.actor("bob"),
        of_push(made, "fay", late.id),
        held_at=made.studio.now() - timedelta(days=20),
    )


def of_push(made: Example, login: str, push_id: int) -> ConversationRequest:
    """Return the ask of a push for a user."""
    return ConversationRequest(user_id(made, login), push_id)


def of_template(made: Example, login: str, name: str = "Regular") -> ConversationRequest:
    """Return an ask for a user outside any push."""
    found = templates.find(made.studio, made.admin, name)
    return ConversationRequest(user_id(made, login), template_id=found.id)


def plan(made: Example, by: str, ask: ConversationRequest, *, days: int) -> Conversation:
    """Plan a conversation at ten in Brussels, ``days`` days after 2 March 2026."""
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC) + timedelta(days=days)
    return conversations.plan(made.studio, made.actor(by), ask, Plan(at, 60, "Room 3"))


def hostile_team(made: Example, more: tuple[str, ...] = ()) -> None:
    """Give Bob a team member for every hostile name and every name of ``more``.

    A push with a hostile name is assigned to all of them.
    """
    of_team = "Sales > Belgium"
    made.load(PEOPLE + hostile_rows(of_team) + hostile_rows(of_team, more, "p", 170))
    push = create(made, "[@click=app.quit()]Q1[/]", date(2026, 3, 1), date(2026, 3, 31))
    logins = [f"h{number}" for number in range(len(HOSTILE))]
    assign(made, push, *logins, *(f"p{number}" for number in range(len(more))))
