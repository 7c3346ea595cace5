"""The guide to mail matches the program: kinds, reasons, faults, headers, places (N6, N7, N11)."""

import re
from pathlib import Path

import pytest

from studio_tui.config.assets import asset
from studio_tui.domain.outbox.kinds import Capacity, DropReason, Kind, MailForm
from studio_tui.mail.compose.wording_template import names_in, wordings
from studio_tui.mail.secrets import FILE, VARIABLE
from studio_tui.mail.transport.outcomes import Fault, RelayDown
from studio_tui.worker.advice import in_words
from tests.mail.compose.test_mime import HEADERS

GUIDE = (Path(__file__).parents[2] / "docs" / "mail.md").read_text(encoding="utf-8")
MIME = {"Subject", "MIME-Version", "Content-Type"}


def test_every_kind_is_listed_with_recipients_and_time() -> None:
    """The table is in the order of the declarations."""
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", GUIDE.partition("## How")[0], re.M))
    assert list(rows) == list(Kind)
    for kind in Kind:
        to_user, to_manager, leaves = (cell.strip() for cell in rows[kind].split("|"))
        assert bool(to_user) == (Capacity.USER in kind.capacities)
        assert bool(to_manager) == (Capacity.MANAGER in kind.capacities)
        assert (leaves == "at once") == (kind.form is MailForm.NOTICE)


def test_the_guide_to_wordings_names_every_file_and_value() -> None:
    told = (asset("data/wording") / "README.md").read_text(encoding="utf-8")
    for name in wordings():
        assert f"`en/{name}.md`" in told
        assert [value for value in names_in(name) if f"{{{{ {value} }}}}" not in told] == []


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_a_language_has_the_files_of_all_kinds_and_no_others(language: str) -> None:
    found = {path.stem for path in (asset("data/wording") / language).glob("*.md")}
    assert found == {*wordings(), "footer"}


@pytest.mark.parametrize("reason", DropReason)
def test_every_reason_for_a_drop_is_listed(reason: DropReason) -> None:
    assert f"| {reason} |" in GUIDE


@pytest.mark.parametrize("fault", Fault)
def test_the_sentence_for_every_fault_is_listed(fault: Fault) -> None:
    sentence = in_words(RelayDown(fault, None, "…")).removesuffix(": …")
    assert f"| {sentence} |" in GUIDE


@pytest.mark.parametrize("header", sorted({*HEADERS, "Reply-To"} - MIME))
def test_every_header_is_listed(header: str) -> None:
    assert re.search(rf"^\| `{header}[:`]", GUIDE, re.MULTILINE)


def test_the_places_of_the_password_are_listed_in_order() -> None:
    places = [GUIDE.index(place) for place in (VARIABLE, f"credential `{FILE}`", f"file `{FILE}`")]
    assert places == sorted(places)
