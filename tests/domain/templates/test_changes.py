"""The differences between two versions of a template, in words (T5)."""

from dataclasses import replace

import pytest

from studio_tui.domain.templates.changes import Change, ChangeKind, changes, settings_of
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

WORK = Topic("Work", (Question("What went well?"), Question("What did not?")))
LIFE = Topic("Balance", (Question("How full is your week?"),))
BASE = Definition("Review", steps=(Step(StepKind.DISCUSSION, (WORK, LIFE)), Step(StepKind.SUMMARY)))


def talk(*topics: Topic) -> Definition:
    return replace(BASE, steps=(Step(StepKind.DISCUSSION, topics), Step(StepKind.SUMMARY)))


def asking(*questions: Question) -> Definition:
    return talk(replace(WORK, questions=questions), LIFE)


def test_equal_versions_have_no_changes() -> None:
    assert changes(BASE, BASE) == ()


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (replace(BASE, name="Talk"), ("Name", "Review", "Talk")),
        (replace(BASE, description="For all"), ("Description", "", "For all")),
        (replace(BASE, planning=False), ("Planning and preparation", "yes", "no")),
        (
            replace(BASE, questions=QuestionPolicy.FREE),
            ("Questions", "who plans may add some", "up to who plans"),
        ),
        (replace(BASE, permissions=Permissions(through_push=True)), ("Through push", "no", "yes")),
        (
            replace(BASE, permissions=Permissions(by_managers=True)),
            ("Started by leaders and coaches", "no", "yes"),
        ),
        (
            replace(BASE, permissions=Permissions(by_users=True)),
            ("Started by users", "no", "yes"),
        ),
        (
            replace(BASE, viewing=Viewing(admins=AdminsRead.SUMMARY)),
            ("Admins read", "nothing", "the summary"),
        ),
        (
            replace(BASE, viewing=Viewing(leaders=True)),
            ("All the user's leaders read", "no", "yes"),
        ),
    ],
)
def test_every_changed_setting_is_listed(after: Definition, change: tuple[str, str, str]) -> None:
    assert changes(BASE, after) == (Change(ChangeKind.CHANGED, *change),)
    assert change[0] in settings_of(BASE)


def test_added_removed_and_reworded_questions() -> None:
    well, other = WORK.questions
    new = Question("Who helped you?", QuestionKind.CHOICE, ("A", "B"))
    at = "Discussion › Work"
    assert changes(BASE, asking(well, new, other)) == (
        Change(ChangeKind.ADDED, at, "", "Who helped you? (choice: A / B)"),
    )
    assert changes(BASE, asking(other)) == (Change(ChangeKind.REMOVED, at, "What went well?", ""),)
    assert changes(BASE, asking(Question("What went very well?"), other)) == (
        Change(ChangeKind.CHANGED, at, "What went well?", "What went very well?"),
    )
    rated = replace(well, kind=QuestionKind.RATING, options=("low", "high"))
    assert changes(BASE, asking(rated, other)) == (
        Change(ChangeKind.CHANGED, at, "What went well?", "What went well? (rating: low → high)"),
    )


def test_a_moved_item_is_listed_once() -> None:
    well, other = WORK.questions
    at = "Discussion › Work"
    assert changes(BASE, asking(other, well)) in (
        (Change(ChangeKind.MOVED, at, at, well.text),),
        (Change(ChangeKind.MOVED, at, at, other.text),),
    )
    elsewhere = talk(Topic("Work", (other,)), replace(LIFE, questions=(*LIFE.questions, well)))
    assert changes(BASE, elsewhere) == (
        Change(ChangeKind.MOVED, "Discussion › Balance", at, well.text),
    )


def test_an_added_or_removed_topic_is_listed_with_its_questions() -> None:
    at = "Discussion › Balance"
    assert changes(talk(WORK), BASE) == (
        Change(ChangeKind.ADDED, "Discussion", "", "Balance"),
        Change(ChangeKind.ADDED, at, "", "How full is your week?"),
    )
    assert changes(BASE, talk(WORK)) == (
        Change(ChangeKind.REMOVED, "Discussion", "Balance", ""),
        Change(ChangeKind.REMOVED, at, "How full is your week?", ""),
    )
    renamed = talk(WORK, replace(LIFE, name="Balances"))
    assert changes(BASE, renamed) == (
        Change(ChangeKind.CHANGED, "Discussion", "Balance", "Balances"),
    )


def test_an_added_step_is_listed() -> None:
    more = replace(BASE, steps=(*BASE.steps, Step(StepKind.OBJECTIVES)))
    assert changes(BASE, more) == (Change(ChangeKind.ADDED, "", "", "Objectives"),)
