"""The wording of kinds of mail and of sending times."""

from datetime import UTC, datetime
from itertools import product
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from studio_tui.domain.outbox.kinds import INVITATIONS, Capacity, Kind
from studio_tui.wording.mail import KIND_LABELS, kind_in_words, when_mail_leaves

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(("kind", "capacity"), product(Kind, Capacity))
def test_every_mail_states_its_kind_and_capacity(kind: Kind, capacity: Capacity) -> None:
    words = kind_in_words(kind, capacity)
    assert words.startswith(KIND_LABELS[kind])
    manager = ", as conductor" if kind in INVITATIONS else ", as manager"
    assert words.endswith(manager) == (capacity is Capacity.MANAGER)


def test_a_kind_without_a_label_is_named_as_it_is_stored() -> None:
    unknown = cast(Kind, "sent_back")
    assert kind_in_words(unknown, Capacity.USER) == "sent back"
    assert kind_in_words(unknown, Capacity.MANAGER) == "sent back, as manager"


def test_when_mail_leaves() -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    soon = datetime(2026, 3, 2, 9, 2, tzinfo=UTC)
    later = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)
    assert when_mail_leaves(soon, now, BRUSSELS) == "at 10:02 (Europe/Brussels)"
    assert when_mail_leaves(later, now, BRUSSELS) == "on 2026-04-01 at 07:00 (Europe/Brussels)"
