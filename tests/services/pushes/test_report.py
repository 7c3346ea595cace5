"""The course of a push, and its report (S2), on each engine."""

from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from studio_tui.domain.conversations.conversation import Plan
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared.errors import Refused
from studio_tui.services import conversations
from studio_tui.services.pushes import course as push_course
from studio_tui.services.pushes import report
from studio_tui.services.system.context import Studio
from tests.acting import as_user, assign, finish, now
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock
from tests.services.people.importing import import_lines

pytestmark = pytest.mark.one_engine

HOSTILE = "<b>|`[/x]`|</b>"


@made_once
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """A push after two weeks: one talk held, one planned, a manager with a hostile name."""
    import_people(studio, admin)
    import_lines(
        studio, admin, "login,email,given_name,family_name", f"bob,bob@example.org,Bob,{HOSTILE}"
    )
    made = create_push(studio, admin, "Q1 | <i>review</i>")
    pushed = assign(studio, admin, made, "ann", "ben", "cas", "eve").push
    clock.move(days=14)
    finish(studio, admin, pushed, "ann", by="bob")
    ask = conversations.find(studio, pushed.name, "ben")
    # Half an hour before midnight in Brussels, on the same day.
    plan = Plan(studio.now() + timedelta(days=2, hours=13, minutes=30))
    conversations.plan(studio, as_user(studio, "bob"), ask, plan)
    return now(studio, admin, pushed)


def test_the_course_counts_by_the_days_of_the_organisation(
    studio: Studio, admin: Actor, push: Push
) -> None:
    course = push_course.show(studio, admin, push)
    assert (course.assigned, course.held, course.still) == (4, 1, 3)
    day = {each.day: (each.held, each.planned) for each in course.days}
    assert day[studio.today()] == (1, 0)
    assert day[studio.today() + timedelta(days=2)] == (0, 1)
    assert sum(planned for _, planned in day.values()) == 1
    assert push_course.held(studio, admin) == {push.id: {studio.today(): 1}}


def test_hostile_names_are_escaped_in_a_report(
    studio: Studio, admin: Actor, push: Push, tmp_path: Path
) -> None:
    """A5: the report also has the numbers of the bars as text."""
    text = report.to_text(studio, admin, push.id)
    assert text.startswith("# Q1 \\| \\<i\\>review\\</i\\>\n")
    (bob,) = (line for line in text.splitlines() if line.startswith("| Bob"))
    assert bob.replace("\\|", "").count("|") == 6
    assert "1 of 3" in bob
    page = tmp_path / "report.html"
    report.to_file(studio, admin, push.id, page)
    html = page.read_text(encoding="utf-8")
    assert "&lt;i&gt;review&lt;/i&gt;" in html
    assert "<b>" not in html
    assert page.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_report_as_pdf(studio: Studio, admin: Actor, push: Push, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    report.to_file(studio, admin, push.id, path)
    drawn = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    assert "1 of 4 held" in drawn
    assert "By manager" in drawn
    with pytest.raises(Refused, match="there already"):
        report.to_file(studio, admin, push.id, path)
    report.to_file(studio, admin, push.id, path, force=True)
    with pytest.raises(Refused, match=r"ends in \.md"):
        report.to_file(studio, admin, push.id, tmp_path / "report.docx")
