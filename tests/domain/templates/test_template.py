"""The rules of a template, and whether it can be used for a push (T1 to T3)."""

from dataclasses import replace

import pytest

from studio_tui.domain.shared.errors import Invalid, Refused
from studio_tui.domain.shared.text import MAX_NAME
from studio_tui.domain.templates.template import (
    MAX_CHOICES,
    MAX_DESCRIPTION,
    MAX_LABELS,
    MAX_QUESTION,
    MAX_QUESTIONS,
    MAX_STEPS,
    MAX_TOPICS,
    Definition,
    Permissions,
    Question,
    QuestionKind,
    Step,
    StepKind,
    Template,
    Topic,
    check_definition,
    check_topic,
    require_pushable,
)

GOOD = Definition("Review", steps=(Step(StepKind.SUMMARY),))


def asking(*questions: Question) -> Definition:
    return discussing(Topic("Work", questions))


def discussing(*topics: Topic) -> Definition:
    return replace(GOOD, steps=(Step(StepKind.SUMMARY), Step(StepKind.DISCUSSION, topics)))


def numbered(count: int) -> tuple[str, ...]:
    return tuple(f"Number {number}" for number in range(count))


def problems(definition: Definition) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        check_definition(definition)
    return caught.value.fields


QUESTION = "steps[1].topics[0].questions[0]"


@pytest.mark.parametrize(
    ("definition", "field", "reason"),
    [
        (replace(GOOD, name=" \x1b"), "name", "give the template a name"),
        (replace(GOOD, name="n" * (MAX_NAME + 1)), "name", "at most 200 characters"),
        (replace(GOOD, description="d" * (MAX_DESCRIPTION + 1)), "description", "at most 4000"),
        (replace(GOOD, steps=()), "steps", "at least one step"),
        (replace(GOOD, steps=GOOD.steps * (MAX_STEPS + 1)), "steps", "at most 20, not 21"),
        (
            replace(GOOD, steps=(Step(StepKind.FEEDBACK, (Topic("Work"),)),)),
            "steps[0].topics",
            "only a discussion has topics, and this step is “feedback”",
        ),
        (discussing(Topic("")), "steps[1].topics[0].name", "give the topic a name"),
        (discussing(Topic("A"), Topic("a ")), "steps[1].topics[1].name", "in this step twice"),
        (
            discussing(*map(Topic, numbered(MAX_TOPICS + 1))),
            "steps[1].topics",
            "at most 30, not 31",
        ),
        (
            asking(*map(Question, numbered(MAX_QUESTIONS + 1))),
            "steps[1].topics[0].questions",
            "at most 50, not 51",
        ),
        (asking(Question("\n")), f"{QUESTION}.text", "write the question"),
        (asking(Question("q" * (MAX_QUESTION + 1))), f"{QUESTION}.text", "not 1001"),
        (
            asking(Question("Why?"), Question("why? ")),
            "steps[1].topics[0].questions[1].text",
            "in this topic twice",
        ),
        (
            asking(Question("Which?", QuestionKind.CHOICE, ("One",))),
            f"{QUESTION}.options",
            "a choice has 2 to 20 options, not 1",
        ),
        (
            asking(Question("Which?", QuestionKind.CHOICE, numbered(MAX_CHOICES + 1))),
            f"{QUESTION}.options",
            "not 21",
        ),
        (
            asking(Question("How well?", QuestionKind.RATING)),
            f"{QUESTION}.options",
            "a rating has 2 to 10 labels, not 0",
        ),
        (
            asking(Question("How well?", QuestionKind.RATING, numbered(MAX_LABELS + 1))),
            f"{QUESTION}.options",
            "not 11",
        ),
        (
            asking(Question("Is it?", QuestionKind.YES_NO, ("Yes", "No"))),
            f"{QUESTION}.options",
            "only a choice or a rating has options, and this question is “yes_no”",
        ),
        (
            asking(Question("Which?", QuestionKind.CHOICE, ("One", "ONE"))),
            f"{QUESTION}.options[1]",
            "in this question twice",
        ),
        (
            asking(Question("Which?", QuestionKind.CHOICE, ("One", "\u202e"))),
            f"{QUESTION}.options[1]",
            "write the option",
        ),
    ],
)
def test_an_error_is_reported_at_its_field(definition: Definition, field: str, reason: str) -> None:
    found = problems(definition)
    assert list(found) == [field]
    assert reason in found[field]


def test_the_largest_template_is_allowed() -> None:
    questions = (
        *(Question(f"Question {number}?") for number in range(MAX_QUESTIONS - 2)),
        Question("Which?", QuestionKind.CHOICE, numbered(MAX_CHOICES)),
        Question("q" * MAX_QUESTION, QuestionKind.RATING, numbered(MAX_LABELS)),
    )
    topics = tuple(Topic(name, questions) for name in numbered(MAX_TOPICS))
    check_definition(
        Definition(
            "n" * MAX_NAME, "d" * MAX_DESCRIPTION, steps=(Step(StepKind.DISCUSSION, topics),) * 20
        )
    )


def test_all_errors_are_reported_at_once() -> None:
    topics = (Topic("Work", (Question(""),)), Topic(""))
    assert list(problems(replace(discussing(*topics), name=""))) == [
        "name",
        "steps[1].topics[0].questions[0].text",
        "steps[1].topics[1].name",
    ]


def test_a_topic_of_the_library_follows_the_same_rules() -> None:
    check_topic(Topic("Work", (Question("How is it going?"),)))
    with pytest.raises(Invalid) as caught:
        check_topic(Topic("Work", (Question("Q", QuestionKind.RATING),)))
    assert list(caught.value.fields) == ["questions[0].options"]


def test_text_is_cleaned_on_input() -> None:
    definition = Definition(
        "Yearly\n\x1b]52;c;x\x07review",
        "\n First \r\n\tsecond\x9b31m\n",
        steps=(
            Step(
                StepKind.DISCUSSION,
                (Topic("\u202eWork", (Question(" a \x00 b ", options=("\x08on", "off\n")),)),),
            ),
        ),
    )
    assert definition.name == "Yearly ]52;c;xreview"
    assert definition.description == "First \n\tsecond31m"
    topic = definition.steps[0].topics[0]
    assert topic == Topic("Work", (Question("a b", options=("on", "off")),))


def test_a_push_needs_a_template_that_allows_it() -> None:
    allowed = replace(GOOD, permissions=Permissions(through_push=True))
    others = replace(GOOD, permissions=Permissions(by_managers=True, by_users=True))
    require_pushable(Template(1, allowed, archived=False, version=1, pushes=0))
    with pytest.raises(Refused, match="does not allow through push"):
        require_pushable(Template(1, others, archived=False, version=1, pushes=0))
    with pytest.raises(Refused, match="is archived"):
        require_pushable(Template(1, allowed, archived=True, version=1, pushes=0))
