"""Audiences of the maximum size, and selections of many terms, in lists and acts (P13)."""

from collections.abc import Collection, Mapping
from functools import partial

import pytest

from studio_tui.domain.audiences.audience import MAX_CONDITIONS
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import AssignmentFilter
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.audiences.members import members_among
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.people import users
from studio_tui.services.pushes import assign, check, remind
from studio_tui.services.system.context import Studio
from tests.acting import assign as assigned
from tests.organisation import create_push

WORDS = ['team under "Sales"', "no manager", 'in push "Q1 review" overdue', "manager dan",
         "reminded within 7 days", "mail failed", 'name "ann"', 'login "b*"']  # fmt: skip
"""One audience for each kind of query."""


def _turned(times: int) -> str:
    text = WORDS[0]
    for number in range(times):
        word = WORDS[(number + 1) % len(WORDS)]
        text = f"not ({text} {('and', 'or')[number % 2]} {word})"
    return text


LARGEST = {
    "or": " or ".join(WORDS[n % len(WORDS)] for n in range(MAX_CONDITIONS)),
    "and": " and ".join(f"not {WORDS[n % len(WORDS)]}" for n in range(MAX_CONDITIONS)),
    "not": "not (" * 19 + "no manager" + ")" * 19,
    "brackets": _turned(9),
}


@pytest.mark.usefixtures("people")
@pytest.mark.one_engine
def test_the_largest_audiences_can_be_listed_previewed_and_assigned(
    studio: Studio, admin: Actor
) -> None:
    """SQLite parses up to a hundred nested parentheses."""
    push = assigned(studio, admin, create_push(studio, admin), "ann", "bob").push
    everybody = users.every(studio, admin, UserFilter())
    for text in LARGEST.values():
        audience = audience_of(studio, admin, text)
        filter_ = UserFilter(where=audience)
        found = {user.id for user in users.every(studio, admin, filter_)}
        assert found == members_among(studio, admin, audience, [user.id for user in everybody])
        chosen = Selection.matching(filter_)
        seen = assign.preview(studio, admin, push, chosen)
        assert seen.adding + seen.already == len(found)
    # Check only the last audience, which has nested brackets around conditions.
    check.check(studio, admin, push, chosen)
    remind.preview(studio, admin, push, Selection.matching(AssignmentFilter(where=audience)))


def _is_in(
    matching: Mapping[UserFilter, Collection[int]], user_id: int, filter_: UserFilter
) -> bool:
    return user_id in matching[filter_]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("first", [True, False])
def test_the_terms_of_a_selection_apply_in_their_order(
    studio: Studio, admin: Actor, first: bool
) -> None:
    """The terms are audiences, words, pushes and single users, added or removed in turn."""
    push = create_push(studio, admin)
    earlier = assigned(studio, admin, create_push(studio, admin, "Earlier"), "ann", "bob").push
    everybody = {user.id: user for user in users.every(studio, admin, UserFilter())}
    filters = [
        *(UserFilter(where=audience_of(studio, admin, word)) for word in WORDS),
        assign.of_push(earlier),
        UserFilter("sales"),
        UserFilter(),
    ]
    matching = {each: {user.id for user in users.every(studio, admin, each)} for each in filters}
    selection: Selection[UserFilter] = Selection()
    source = assign.candidates(studio, admin, UserFilter(candidate_for=push.id), Sort("name"))
    ids = list(everybody)
    for number, (filter_, user_id) in enumerate(zip(filters, ids, strict=False)):
        if number % 2 == first:
            selection = selection.mark_matching(filter_).unmark([user_id])
        else:
            selection = selection.unmark_matching(filter_).mark([user_id])
        held = {
            user_id
            for user_id in everybody
            if selection.contains(user_id, partial(_is_in, matching, user_id))
        }
        assert source.selected(selection) == len(held)
    assert assign.preview(studio, admin, push, selection).adding == len(held)
    check.check(studio, admin, push, selection)
