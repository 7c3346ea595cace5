"""The guide to mail says what the program does: every kind, reason, fault, place (N6, N7, N11)."""

import re
from pathlib import Path

import pytest

from studio_tui.domain.outbox.notification import DropReason, Kind
from studio_tui.mail.secrets import FILE, VARIABLE
from studio_tui.mail.transport.outcomes import Fault, RelayDown
from studio_tui.worker.advice import in_words
from tests.mail.compose.test_mime import HEADERS

GUIDE = (Path(__file__).parents[2] / "docs" / "mail.md").read_text(encoding="utf-8")
MIME = {"Subject", "MIME-Version", "Content-Type"}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_told(kind: Kind) -> None:
    assert f"| `{kind}` |" in GUIDE


@pytest.mark.parametrize("reason", DropReason)
def test_every_reason_for_a_drop_is_told(reason: DropReason) -> None:
    assert f"| {reason} |" in GUIDE


@pytest.mark.parametrize("fault", Fault)
def test_what_the_screen_says_of_a_fault_is_told(fault: Fault) -> None:
    sentence = in_words(RelayDown(fault, None, "…")).removesuffix(": …")
    assert f"| {sentence} |" in GUIDE


@pytest.mark.parametrize("header", sorted({*HEADERS, "Reply-To"} - MIME))
def test_every_header_is_told(header: str) -> None:
    assert re.search(rf"^\| `{header}[:`]", GUIDE, re.MULTILINE)


def test_the_places_of_the_password_are_told_in_order() -> None:
    places = [GUIDE.index(place) for place in (VARIABLE, f"credential `{FILE}`", f"file `{FILE}`")]
    assert places == sorted(places)
