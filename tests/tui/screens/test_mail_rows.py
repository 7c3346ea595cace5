"""What a mail tells, in the lists of mails."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from studio_tui.domain.notifications import (
    INVITATIONS,
    Capacity,
    Kind,
    Notification,
    NotificationState,
)
from studio_tui.tui.screens.mail_rows import about, kind_in_words, mail_columns

_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _mail(kind: Kind, capacity: Capacity) -> Notification:
    return Notification(
        id=1,
        key="1-1",
        kind=kind,
        capacity=capacity,
        state=NotificationState.HELD,
        recipient_id=1,
        recipient="ann",
        name="Ann Peeters",
        to="ann@example.org",
        push_id=1,
        push="Q1 review",
        about=("bob",),
        due_at=_AT,
        attempts=0,
        sent_at=None,
        error=None,
    )


@pytest.mark.parametrize(("kind", "capacity"), product(Kind, Capacity))
def test_every_mail_says_what_it_tells_and_to_whom(kind: Kind, capacity: Capacity) -> None:
    words = kind_in_words(_mail(kind, capacity))
    assert words.startswith(kind.value.replace("_", " "))
    manager = ", as conductor" if kind in INVITATIONS else ", as manager"
    assert words.endswith(manager) == (capacity is Capacity.MANAGER)
    column = next(c for c in mail_columns(ZoneInfo("UTC")) if c.key == "kind")
    assert column.most is not None
    assert len(words) <= column.most


def test_what_no_push_asked_for_is_about_its_template() -> None:
    to_user = replace(_mail(Kind.PLANNED, Capacity.USER), push="", push_id=None, template="Quick")
    assert about(to_user) == "Quick"
    assert about(replace(to_user, capacity=Capacity.MANAGER)) == "Quick: bob"
    assert about(replace(to_user, push="Q1 review")) == "Q1 review"


def test_a_kind_without_words_is_named_as_it_is_stored() -> None:
    unknown = cast(Kind, "sent_back")
    assert kind_in_words(_mail(unknown, Capacity.USER)) == "sent back"
    assert kind_in_words(_mail(unknown, Capacity.MANAGER)) == "sent back, as manager"
