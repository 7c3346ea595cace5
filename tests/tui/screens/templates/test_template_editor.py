"""The template editor (T1 to T5, A4)."""

from dataclasses import replace
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Button, Static

from studio_tui.domain.templates.template import (
    AdminsRead,
    Definition,
    Question,
    QuestionKind,
    QuestionPolicy,
    StepKind,
    Template,
)
from studio_tui.services.templates import drafts, library, templates
from studio_tui.tui.modals.both_versions import VersionConflict
from studio_tui.tui.modals.choose import Choose
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screens.templates.template_editor import TemplateEditor
from studio_tui.tui.screens.templates.template_preview import TemplatePreview
from studio_tui.tui.screens.templates.templates import TemplatesScreen
from tests.hostile import HOSTILE, PACKED
from tests.tui import WIDE, press, running, settled
from tests.tui.screens.looking import assert_text, shown
from tests.tui.screens.organisation import PEOPLE, Example
from tests.tui.screens.pushing import put_cursor_on, said

TO_FIRST_QUESTION = ("j", "j", "j")


def stored(made: Example, name: str) -> Definition:
    return templates.find(made.studio, made.admin, name).definition


def editor(pilot: Pilot[Any]) -> TemplateEditor:
    screen = pilot.app.screen
    assert isinstance(screen, TemplateEditor)
    return screen


def title(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one(".title", Static).content)


def asked(pilot: Pilot[Any]) -> list[str]:
    """Return the texts of the questions of the first topic."""
    topic = editor(pilot).editing.definition.steps[0].topics[0]
    return [question.text for question in topic.questions]


async def edit(pilot: Pilot[Any], name: str = "Quick", *keys: str) -> None:
    await put_cursor_on(pilot, name)
    await press(pilot, "e", *keys)


async def test_a_question_is_edited_and_saved(made: Example) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "enter", "!", "escape")
        assert "not saved" in title(pilot)
        await press(pilot, "ctrl+s")
        assert "“Quick” saved." in said(pilot)
        assert title(pilot) == "Edit “Quick”"
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, TemplatesScreen)
    assert stored(made, "Quick").steps[0].topics[0].questions[0].text.endswith("?!")


async def test_the_last_keys_typed_into_a_field_are_saved_when_it_loses_the_focus(
    made: Example,
) -> None:
    """A4: several keys can arrive at once over a slow connection."""
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION)
        await press(pilot, "enter")
        await press(pilot, *"abc", "escape", "ctrl+s")
    assert stored(made, "Quick").steps[0].topics[0].questions[0].text.endswith("?abc")


async def test_a_new_template_with_every_kind_of_question_is_saved(made: Example) -> None:
    async with running(made.app()) as pilot:
        await press(pilot, "n")
        await press(pilot, "e", *"Ours", "escape")
        await press(pilot, "j", "t", *"Work", "escape")
        await press(pilot, "a", *"Why", "escape")
        await press(pilot, "a", *"Well", "tab", "right", "tab", *"Bad", "enter", *"Good", "escape")
        await press(
            pilot, "a", *"Where", "tab", "left", "left", "tab", *"A", "enter", *"B", "escape"
        )
        await press(pilot, "a", *"Ok", "tab", "left", "escape")
        await press(pilot, "ctrl+s")
        assert "“Ours” saved." in said(pilot)
    ours = stored(made, "Ours")
    assert [step.kind for step in ours.steps] == [StepKind.DISCUSSION, StepKind.SUMMARY]
    (topic,) = ours.steps[0].topics
    assert topic.name == "Work"
    assert topic.questions == (
        Question("Why"),
        Question("Well", QuestionKind.RATING, ("Bad", "Good")),
        Question("Where", QuestionKind.CHOICE, ("A", "B")),
        Question("Ok", QuestionKind.YES_NO),
    )


async def test_every_setting_can_be_changed(made: Example) -> None:
    """T2 to T4."""
    was = stored(made, "Quick")
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", "enter")
        await press(pilot, "2", "tab", "x", "tab", "space")
        await press(pilot, "tab", "right", "tab", "space", "tab", "space", "tab", "space")
        await press(pilot, "tab", "right", "tab", "space", "escape", "ctrl+s")
    now = stored(made, "Quick2")
    assert now.description.startswith("x")
    assert now.planning is not was.planning
    assert (was.questions, now.questions) == (QuestionPolicy.FREE, QuestionPolicy.FIXED)
    assert now.viewing.admins is AdminsRead.SUMMARY
    assert now.viewing.leaders is not was.viewing.leaders
    for right in ("through_push", "by_managers", "by_users"):
        assert getattr(now.permissions, right) is not getattr(was.permissions, right)
    assert now.steps == was.steps


async def test_questions_are_moved_and_removed_and_changes_are_undone(made: Example) -> None:
    was = stored(made, "Quick")
    first, second = was.steps[0].topics[0].questions
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "J")
        here = editor(pilot).editing
        assert asked(pilot) == [second.text, first.text]
        await press(pilot, "x")
        assert asked(pilot) == [second.text]
        assert "removed. z brings it back" in said(pilot)
        await press(pilot, "z", "K")
        assert here.definition == was
        await press(pilot, "z", "z", "z")
        assert here.definition == was
        assert "nothing to take back" in said(pilot)
        assert not here.unsaved


async def test_a_step_is_added_and_its_kind_changed(made: Example) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", "j", "s", "right", "escape")
        kinds = [step.kind for step in editor(pilot).editing.definition.steps]
        assert kinds == [StepKind.DISCUSSION, StepKind.FEEDBACK, StepKind.SUMMARY]
        await press(pilot, "a")
        assert "Only a discussion has topics" in said(pilot)


async def test_an_added_question_that_stays_empty_is_removed(made: Example) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "a", "escape")
        assert not editor(pilot).editing.unsaved
        assert not editor(pilot).editing.can_undo


async def test_errors_are_displayed_next_to_the_invalid_element(made: Example) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "enter", "tab", "right")
        assert "a rating has 2 to 10 labels, not 0" in shown(pilot)
        await press(pilot, "escape", "g", "ctrl+s")
        assert "Not saved: a rating has 2 to 10 labels" in said(pilot)
        assert editor(pilot).editing.cursor == (0, 0, 0)
        assert "1 thing to put right" in title(pilot)
        assert any(line.startswith(" !") for line in shown(pilot).splitlines())
    assert stored(made, "Quick").steps[0].topics[0].questions[0].kind is QuestionKind.TEXT


async def test_an_invalid_label_is_reported_with_its_line(made: Example) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "enter", "tab", "right", "tab")
        await press(pilot, *"low", "enter", *"LOW")
        assert "line 2: “LOW” is in this question twice" in shown(pilot)


async def test_a_duplicate_name_is_reported_next_to_its_field(made: Example) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick")
        editor(pilot).editing.replace_all(replace(stored(made, "Quick"), name="regular"))
        await press(pilot, "ctrl+s")
        assert "is the name of another template" in said(pilot)
        await press(pilot, "enter")
        assert "is the name of another template" in shown(pilot)
        await press(pilot, "2", "escape", "ctrl+s")
        assert "“regular2” saved." in said(pilot)


async def test_keys_of_the_outline_do_nothing_while_a_form_has_the_focus(made: Example) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "enter", "tab")
        await press(pilot, "x", "a", "t", "s", "z", "J")
        assert not editor(pilot).editing.unsaved


async def test_topics_and_questions_are_inserted_from_the_library(made: Example) -> None:
    """T2: a whole topic, or a single question of a topic."""
    kept = library.find(made.studio, made.admin, "Growth").topic
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "l")
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, *"growth all", "enter")
        topics = editor(pilot).editing.definition.steps[0].topics
        assert topics[1] == kept
        await press(pilot, "g", *TO_FIRST_QUESTION, "l", *kept.questions[1].text[:30], "enter")
        topics = editor(pilot).editing.definition.steps[0].topics
        assert topics[0].questions[1] == kept.questions[1]
        await press(pilot, "z", "z")
        assert not editor(pilot).editing.unsaved


async def test_a_topic_is_added_to_the_library(made: Example) -> None:
    """T2."""
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", "L")
        assert "Go to the topic" in said(pilot)
        await press(pilot, "j", "j", "L")
        assert "is in the question library" in said(pilot)
    topic = stored(made, "Quick").steps[0].topics[0]
    assert library.find(made.studio, made.admin, topic.name).topic == topic


async def test_leaving_asks_whether_to_save_or_discard_changes(made: Example) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", "escape")
        assert isinstance(pilot.app.screen, TemplatesScreen)
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "x", "escape")
        assert isinstance(pilot.app.screen, Choose)
        await press(pilot, "escape")
        assert editor(pilot).editing.unsaved
        await press(pilot, "escape", *"throw", "enter")
        assert isinstance(pilot.app.screen, TemplatesScreen)
        await edit(pilot, "Quick", *TO_FIRST_QUESTION)
        assert not editor(pilot).editing.unsaved
        await press(pilot, "x", "escape", *"save it", "enter")
        assert isinstance(pilot.app.screen, TemplatesScreen)
    assert len(stored(made, "Quick").steps[0].topics[0].questions) == 1


async def test_leaving_with_save_stays_in_the_editor_if_the_template_is_invalid(
    made: Example,
) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "enter", "tab", "right", "escape", "escape")
        await press(pilot, "enter")
        assert "Not saved" in said(pilot)
        assert editor(pilot).editing.unsaved


async def test_unsaved_changes_are_offered_again_after_a_lost_connection(made: Example) -> None:
    """A4: every typed key is offered as a draft to the same user the next time."""
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "enter", *"half a sent")
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick")
        assert isinstance(pilot.app.screen, Confirm)
        assert "1 difference" in shown(pilot)
        await press(pilot, "right", "enter")
        questions = editor(pilot).editing.definition.steps[0].topics[0].questions
        assert questions[0].text.endswith("half a sent")
        await press(pilot, "ctrl+s", "escape")
        await edit(pilot, "Quick")
        assert isinstance(pilot.app.screen, TemplateEditor)


async def test_a_draft_that_was_left_is_offered_the_next_time(made: Example) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "x", "escape", *"go on", "enter")
        assert isinstance(pilot.app.screen, TemplatesScreen)
        await edit(pilot, "Quick", "escape")
        assert not editor(pilot).editing.unsaved
        await press(pilot, "escape")
        await edit(pilot, "Quick", "right", "enter")
        assert editor(pilot).editing.unsaved


def theirs(made: Example, **changed: object) -> Template:
    """Save the template as another user; return the new version."""
    template = templates.find(made.studio, made.admin, "Quick")
    definition = replace(template.definition, **changed)  # type: ignore[arg-type]
    return templates.save(made.studio, made.admin, template, definition)


async def collide(made: Example, pilot: Pilot[Any]) -> None:
    await edit(pilot, "Quick", *TO_FIRST_QUESTION, "x")
    theirs(made, description="Theirs")
    await press(pilot, "ctrl+s")
    assert isinstance(pilot.app.screen, VersionConflict)


async def test_saving_a_template_that_another_user_saved_displays_both_versions(
    made: Example,
) -> None:
    """A4: both versions are displayed, and no choice loses any changes."""
    async with running(made.app(), WIDE) as pilot:
        await collide(made, pilot)
        assert "+ Theirs" in shown(pilot)
        assert "− What was the occasion" in shown(pilot)
        await press(pilot, "enter")
        assert editor(pilot).editing.unsaved
        assert "Somebody else saved this meanwhile" in shown(pilot)
        assert stored(made, "Quick").description == "Theirs"
        await press(pilot, "ctrl+s", "right", "right", "enter")
        assert "“Quick” saved." in said(pilot)
    now = stored(made, "Quick")
    assert now.description != "Theirs"
    assert len(now.steps[0].topics[0].questions) == 1


async def test_the_other_version_can_be_accepted_and_the_own_version_restored(
    made: Example,
) -> None:
    """A4."""
    async with running(made.app()) as pilot:
        await collide(made, pilot)
        await press(pilot, "right")
        assert isinstance(pilot.app.focused, Button)
        await press(pilot, "enter")
        assert editor(pilot).editing.definition == stored(made, "Quick")
        await press(pilot, "z")
        assert len(editor(pilot).editing.definition.steps[0].topics[0].questions) == 1


async def test_a_draft_of_an_older_version_does_not_overwrite_a_newer_one(made: Example) -> None:
    """A4."""
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "x")
    theirs(made, description="Theirs")
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", "right", "enter")
        assert "Somebody else saved this meanwhile" in shown(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, VersionConflict)
    assert stored(made, "Quick").description == "Theirs"


async def test_changes_of_others_are_displayed_while_there_are_no_own_changes(
    made: Example,
) -> None:
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick")
        theirs(made, description="Theirs")
        made.check_for_changes(pilot)
        await settled(pilot)
        assert editor(pilot).editing.definition.description == "Theirs"
        assert not editor(pilot).editing.unsaved
        away = templates.find(made.studio, made.admin, "Quick")
        templates.set_archived(made.studio, made.admin, away, archived=True)
        await press(pilot, *TO_FIRST_QUESTION, "x")
        made.check_for_changes(pilot)
        await settled(pilot)
        await press(pilot, "ctrl+s")
        assert "“Quick” saved." in said(pilot)


async def test_a_template_that_others_deleted_can_be_saved_as_new(made: Example) -> None:
    """A4."""
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "x")
        templates.delete(made.studio, made.admin, templates.find(made.studio, made.admin, "Quick"))
        await press(pilot, "ctrl+s")
        assert "no longer there" in said(pilot)
        await press(pilot, "ctrl+s")
        assert "“Quick” saved." in said(pilot)
    assert len(stored(made, "Quick").steps[0].topics[0].questions) == 1


async def test_the_number_of_pushes_that_keep_their_version_is_displayed_on_saving(
    made: Example,
) -> None:
    """T5."""
    made.load(PEOPLE)
    push = made.push("Q1 review", "ann")
    async with running(made.app()) as pilot:
        await edit(pilot, "Regular")
        assert "1 push keeps the template as it was" in shown(pilot)
        await press(pilot, "x", *TO_FIRST_QUESTION, "x", "ctrl+s")
        assert "1 push keeps the template as it was" in said(pilot)
    assert push.template != stored(made, "Regular")


async def test_unsaved_changes_can_be_previewed(made: Example) -> None:
    """T6."""
    async with running(made.app(), (100, 60)) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "enter", *" Or not?", "escape", "v")
        assert isinstance(pilot.app.screen, TemplatePreview)
        assert "Or not?" in shown(pilot)
        await press(pilot, "escape")
        assert editor(pilot).editing.unsaved


async def test_hostile_text_stays_text(made: Example) -> None:
    """A5: in the outline, and in the form of each row."""
    quick = stored(made, "Quick")
    step = quick.steps[0]
    asked = [Question(text, QuestionKind.CHOICE, (f"a{text}", f"b{text}")) for text in HOSTILE]
    async with running(made.app(), (120, 60)) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION)
        for text in PACKED:
            first = Question(text, QuestionKind.CHOICE, (f"a{text}", f"b{text}"))
            topic = replace(step.topics[0], name=text, questions=(first, *asked))
            definition = replace(
                quick, name=text, description=text, steps=(replace(step, topics=(topic,)),)
            )
            editor(pilot).editing.replace_all(definition)
            editor(pilot).show()
            await press(pilot, "g")
            for keys in (("enter", "escape"), ("j", "j"), ("enter", "escape"), ("j", "enter")):
                await press(pilot, *keys)
                assert_text(pilot)
            assert "[bold red]Loud[/bold red]" in shown(pilot)
            await press(pilot, "escape")
            assert editor(pilot).editing.definition == definition


async def test_a_draft_is_visible_only_to_its_author(made: Example) -> None:
    """A4."""
    made.load(PEOPLE)
    async with running(made.app()) as pilot:
        await edit(pilot, "Quick", *TO_FIRST_QUESTION, "x")
    template = templates.find(made.studio, made.admin, "Quick")
    subject = drafts.template_subject(template.id)
    assert drafts.find(made.studio, made.admin, subject) is not None
    assert drafts.find(made.studio, made.actor("sam"), subject) is None
