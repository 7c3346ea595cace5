"""Labels: each member of an enumeration has one, and each term has one meaning."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from studio_tui.domain.conversations.conversation import ConversationState
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.pushes.push import Flag, PushState, Status
from studio_tui.wording import conversations, mail, pushes
from studio_tui.wording.counting import counted

TABLES: list[tuple[type[StrEnum], Mapping[Any, str]]] = [
    (PushState, pushes.STATE_LABELS),
    (Status, pushes.STATUS_LABELS),
    (Flag, pushes.FLAG_LABELS),
    (ConversationState, conversations.STATE_LABELS),
    (NotificationState, mail.STATE_LABELS),
    (Kind, mail.KIND_LABELS),
]


@pytest.mark.parametrize(("members", "labels"), TABLES)
def test_every_member_has_a_label_of_its_own(
    members: type[StrEnum], labels: Mapping[Any, str]
) -> None:
    assert list(labels) == list(members)
    assert len(set(labels.values())) == len(labels)
    assert not any("_" in label for label in labels.values())


def test_held_is_the_label_of_finished_conversations_only() -> None:
    assert pushes.STATUS_LABELS[Status.DONE] == "held"
    assert conversations.STATE_LABELS[ConversationState.DONE] == "held"
    said = [label for _, labels in TABLES for label in labels.values()]
    assert said.count("held") == 2
    assert not {"done", "hold"} & set(said)


def test_a_status_has_the_same_label_for_an_assignment_and_its_conversation() -> None:
    shared = {*Status} & {*map(str, ConversationState)}
    assert {"planned", "prepared", "in_progress", "done"} <= shared
    for name in shared:
        of_conversation = conversations.STATE_LABELS[ConversationState(name)]
        assert pushes.STATUS_LABELS[Status(name)] == of_conversation


def test_nouns_follow_their_number() -> None:
    assert [counted(number, "user") for number in (0, 1, 1200)] == [
        "0 users",
        "1 user",
        "1,200 users",
    ]
    assert counted(2, "push", "pushes") == "2 pushes"
