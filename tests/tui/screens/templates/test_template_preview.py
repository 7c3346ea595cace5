"""The preview of a conversation for the leader and for the user (T6; C2, T2 to T4)."""

from dataclasses import replace

import pytest

from studio_tui.domain.templates.template import (
    AdminsRead,
    Definition,
    Permissions,
    Question,
    QuestionKind,
    QuestionPolicy,
    Step,
    StepKind,
    Topic,
    Viewing,
)
from studio_tui.tui.screens.templates.preview_words import Side, preview
from studio_tui.tui.screens.templates.template_preview import TemplatePreview
from tests.hostile import HOSTILE
from tests.tui import press, running
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import Example
from tests.tui.screens.pushing import put_cursor_on

WORK = Topic(
    "Work",
    (
        Question("Why?"),
        Question("How well?", QuestionKind.RATING, ("Bad", "Good")),
        Question("Where?", QuestionKind.CHOICE, ("Here", "There")),
        Question("Sure?", QuestionKind.YES_NO),
    ),
)
TALK = Definition(
    "Talk",
    permissions=Permissions(through_push=True),
    steps=(Step(StepKind.DISCUSSION, (WORK,)), Step(StepKind.SUMMARY)),
)


def words(definition: Definition, side: Side) -> str:
    return " ".join(preview(definition, side, 80).plain.split())


def between(text: str, first: str, last: str) -> str:
    return text.partition(first)[2].partition(last)[0]


def test_every_kind_of_question_is_displayed_with_its_input() -> None:
    for side in Side:
        text = words(TALK, side)
        assert "Why? ▏" in text
        assert "( ) Bad ( ) Good" in text
        assert "( ) Here ( ) There" in text
        assert "( ) yes ( ) no" in text


def test_the_preview_explains_who_reads_the_preparation_and_when() -> None:
    """C2."""
    leader, user = words(TALK, Side.LEADER), words(TALK, Side.USER)
    assert "You read what they wrote once they submit it." in leader
    assert "Your team member reads what you write here when the talk begins." in leader
    assert "reads what you write here once you submit it, not before." in user
    assert "You read what they wrote when the talk begins." in user
    for text in (leader, user):
        assert "Summary" not in between(text, "2 Prepare", "3 Talk")
        assert "Summary" in between(text, "3 Talk", "4 Finish")


def test_a_template_without_planning_starts_with_the_conversation() -> None:
    """C2."""
    for side in Side:
        text = words(replace(TALK, planning=False), side)
        assert "Prepare" not in text
        assert "1 Talk It begins at once" in text


@pytest.mark.parametrize(
    ("viewing", "readers"),
    [
        (Viewing(), "the two of you alone"),
        (Viewing(AdminsRead.SUMMARY), "the two of you and admins, who see the summary only"),
        (Viewing(AdminsRead.ALL), "the two of you and admins"),
        (Viewing(leaders=True), "the two of you and all leaders of the team member"),
    ],
)
def test_the_preview_explains_who_can_read_the_conversation_afterwards(
    viewing: Viewing, readers: str
) -> None:
    """T4."""
    for side in Side:
        assert f"it is read by {readers}." in words(replace(TALK, viewing=viewing), side)


@pytest.mark.parametrize(
    ("permissions", "leader", "user"),
    [
        (Permissions(), "Nobody can start it yet", "Nobody can start it yet"),
        (Permissions(by_managers=True), "whenever you like", "when your leader or coach asks"),
        (Permissions(by_users=True), "when your team member asks", "whenever you like"),
        (Permissions(through_push=True), "when an admin pushes it", "when an admin pushes it"),
    ],
)
def test_the_preview_explains_who_can_start_the_conversation(
    permissions: Permissions, leader: str, user: str
) -> None:
    """T3."""
    definition = replace(TALK, permissions=permissions)
    assert leader in words(definition, Side.LEADER)
    assert user in words(definition, Side.USER)


def test_the_preview_explains_who_may_change_the_questions() -> None:
    """T2."""
    fixed, free = (
        words(replace(TALK, questions=policy), Side.LEADER)
        for policy in (QuestionPolicy.FIXED, QuestionPolicy.FREE)
    )
    assert "nothing is added" in fixed
    assert "You can still add questions" not in fixed
    assert "You choose the questions" in free


def test_lines_fit_the_width_with_hostile_text() -> None:
    """A5."""
    for text in HOSTILE:
        topic = Topic(text, (Question(text, QuestionKind.RATING, (text, text)),))
        definition = Definition(text, text, steps=(Step(StepKind.DISCUSSION, (topic,)),))
        for side in Side:
            drawn = preview(definition, side, 40)
            assert "\x1b" not in drawn.plain
            assert all(part.cell_length <= 40 for part in drawn.split("\n"))


async def test_one_key_switches_between_leader_and_user(made: Example) -> None:
    async with running(made.app()) as pilot:
        await put_cursor_on(pilot, "Regular")
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, TemplatePreview)
        assert "You choose day, time and place" in shown(pilot)
        await press(pilot, "tab")
        assert "Your leader or coach chooses the day" in shown(pilot)
        await press(pilot, "left")
        assert "You choose day, time and place" in shown(pilot)
