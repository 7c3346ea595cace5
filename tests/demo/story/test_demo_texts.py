"""The texts of the demo fit the questions that they answer (C2)."""

from studio_tui.demo.story.demo_texts import DemoTexts
from studio_tui.demo.story.keyed_random import KeyedRandom
from studio_tui.demo.story.plan import DemoPlan
from studio_tui.domain.conversations.conversation import (
    MAX_ANSWER,
    Part,
    asked_questions,
    clean_answer,
)
from studio_tui.domain.templates.template import StepKind
from studio_tui.services.templates.text_files import starter_templates

SIDES = (Part.USER_PREPARATION, Part.CONDUCTOR_PREPARATION, Part.ANSWERS)


def test_every_question_of_a_starter_template_is_answered(plan: DemoPlan) -> None:
    words = DemoTexts(plan.words.words, KeyedRandom(plan.organisation.seed))
    for template in starter_templates():
        sides = SIDES if template.planning else (Part.ANSWERS,)
        for asked in asked_questions(template):
            for part in (Part.SUMMARY,) if asked.part is Part.SUMMARY else sides:
                for number in range(20):
                    text = words.text(asked, part, number)
                    assert text, (template.name, asked, part)
                    assert clean_answer(asked, text) == text
                    assert len(text) < MAX_ANSWER


def test_every_text_belongs_to_an_existing_question(plan: DemoPlan) -> None:
    asked = {
        each.question.text or str(each.step)
        for template in starter_templates()
        for each in asked_questions(template)
    }
    assert {words.about for words in plan.words.words} <= asked
    assert StepKind.SUMMARY in asked


def test_two_conversations_are_not_alike(plan: DemoPlan) -> None:
    words = DemoTexts(plan.words.words, KeyedRandom(plan.organisation.seed))
    regular = next(one for one in starter_templates() if one.name == "Regular")
    written = {
        tuple(words.text(asked, Part.ANSWERS, number) for asked in asked_questions(regular))
        for number in range(30)
    }
    assert len(written) > 25
