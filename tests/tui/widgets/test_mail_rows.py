"""The columns of mail lists."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import Notification, NotificationState
from studio_tui.tui.widgets.mail_rows import about, mail_columns
from studio_tui.wording.mail import kind_in_words

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
def test_the_kind_column_fits_every_kind_of_mail(kind: Kind, capacity: Capacity) -> None:
    column = next(c for c in mail_columns(ZoneInfo("UTC")) if c.key == "kind")
    words = column.cell(_mail(kind, capacity))
    assert words == kind_in_words(kind, capacity)
    assert column.max_width is not None
    assert len(kind_in_words(kind, capacity)) <= column.max_width


def test_a_mail_without_a_push_is_about_its_template() -> None:
    to_user = replace(_mail(Kind.PLANNED, Capacity.USER), push="", push_id=None, template="Quick")
    assert about(to_user) == "Quick"
    assert about(replace(to_user, capacity=Capacity.MANAGER)) == "Quick: bob"
    assert about(replace(to_user, push="Q1 review")) == "Q1 review"
