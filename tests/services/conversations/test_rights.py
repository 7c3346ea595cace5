"""Read access to a conversation by real users, in every state and template (C6, T4).

The domain tests check in full what each relation may read. These tests check that each user has the
right relations in every state of a conversation and under every setting of its template.
"""

from dataclasses import replace
from itertools import product

import pytest

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    Part,
    Plan,
    Relation,
)
from studio_tui.domain.shared.errors import Forbidden
from studio_tui.domain.templates.template import AdminsRead, Viewing
from studio_tui.services import conversations
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates
from tests.acting import HOUR, as_user

pytestmark = pytest.mark.one_engine

U, L, A, S, X = (
    Part.USER_PREPARATION,
    Part.CONDUCTOR_PREPARATION,
    Part.ANSWERS,
    Part.SUMMARY,
    Part.STATUS,
)
CONTENT = {U, L, A, S}
PEOPLE = {
    "ann": {Relation.USER},
    "cor": {Relation.CONDUCTOR, Relation.COACH},
    "bob": {Relation.LEADER},
    "els": {Relation.ADMIN},
    "sam": {Relation.SUPPORT},
    "dan": set(),
    "bea": set(),
    "eve": set(),
}
"""The relations of each person to Ann's conversation: Cor coaches Ann and is its conductor.

Bob leads her team, and Dan the team above it.
"""
STATES = ("planned", "prepared", "in progress", "done", "cancelled")
VIEWINGS = [Viewing(admins, leaders) for admins, leaders in product(AdminsRead, (False, True))]


def led_to(studio: Studio, state: str, viewing: Viewing) -> Conversation:
    """Create a conversation of Ann with Cor and bring it to ``state``."""
    els, cor = as_user(studio, "els"), as_user(studio, "cor")
    regular = templates.find(studio, els, "Regular").definition
    name = f"{state} {viewing.admins} {viewing.leaders}"
    template = templates.add(studio, els, replace(regular, name=name, viewing=viewing))
    with studio.store.reading():
        ann = naming.user_id_named("ann")
    assert ann is not None
    ask = ConversationRequest(ann, template_id=template.id)
    conversation = conversations.plan(studio, cor, ask, Plan(studio.now() + HOUR))
    if state != "planned":
        conversation = conversations.submit(studio, as_user(studio, "ann"), conversation.id)
    if state in ("in progress", "done"):
        conversation = conversations.begin(studio, cor, conversation.id)
    if state == "done":
        conversation = conversations.finish(studio, cor, conversation.id)
    if state == "cancelled":
        conversation = conversations.cancel(studio, cor, conversation.id)
    return conversation


def expected(login: str, state: str, viewing: Viewing) -> set[Part]:
    """Return the parts that ``login`` may read by the specification."""
    done = state == "done"
    if login == "ann":
        return {X, U} | (CONTENT if state in ("in progress", "done") else set())
    if login == "cor":
        return {X, L, A, S} | ({U} if state != "planned" else set())
    if login == "bob":
        return {X} | (CONTENT if done and viewing.leaders else set())
    if login == "els" and done and viewing.admins is not AdminsRead.NOTHING:
        return {X} | (CONTENT if viewing.admins is AdminsRead.ALL else {S})
    return {X} if login in ("els", "sam") else set()


def parts_read(studio: Studio, login: str, conversation: Conversation) -> set[Part]:
    try:
        reading = conversations.read(studio, as_user(studio, login), conversation.id)
    except Forbidden:
        return set()
    assert reading.relations == PEOPLE[login]
    shown = {
        part
        for entry in reading.entries
        for part, written in (
            (U, entry.user),
            (L, entry.conductor),
            (entry.asked.part, entry.answer),
        )
        if written is not None
    }
    assert shown == set(reading.parts) - {X}
    return set(reading.parts)


@pytest.mark.parametrize("state", STATES)
def test_each_user_reads_exactly_the_parts_that_the_rules_permit(
    organisation: Studio, state: str
) -> None:
    """C6, T4."""
    studio = organisation
    for viewing in VIEWINGS:
        conversation = led_to(studio, state, viewing)
        found = {login: parts_read(studio, login, conversation) for login in PEOPLE}
        assert found == {login: expected(login, state, viewing) for login in PEOPLE}, viewing
