"""Preparing, holding and finishing a conversation: keys, and the stored answers (C2 to C4)."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from studio_tui.domain.conversations.conversation import MAX_ANSWER, ConversationState, Part
from studio_tui.domain.templates.template import Question, QuestionKind
from studio_tui.services import conversations
from studio_tui.services.activity import activity
from studio_tui.services.people import by_hand, erasing
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screens.conversations.conversation import ConversationScreen
from studio_tui.tui.screens.conversations.conversation_agenda import Agenda
from studio_tui.tui.screens.conversations.plan_conversation import PlanScreen
from studio_tui.tui.widgets.editor import Editor
from studio_tui.tui.widgets.options import Options
from tests.hostile import CONTROLS, HOSTILE
from tests.tui import WIDE, press, running, settled, until
from tests.tui.screens.looking import shown
from tests.tui.screens.one_conversation import (
    ANSWERS,
    CONDUCTOR,
    ENERGY,
    FEELING,
    RESULT,
    USER,
    answer_stored,
    open_one,
    planned,
    reading,
    screen_of,
    write,
)
from tests.tui.screens.organisation import Example
from tests.tui.screens.pushing import footer, said


def editor(pilot: Pilot[Any]) -> Editor:
    return pilot.app.screen.query_one(Editor)


async def paste(pilot: Pilot[Any], text: str) -> None:
    pilot.app.post_message(events.Paste(text))
    await settled(pilot)


async def test_typed_text_is_saved_automatically(made: Example) -> None:
    """C4: shortly after the last key."""
    talk = planned(made)
    async with running(made.app(made.actor("ann"))) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "enter", *"Sun")
        await until(pilot, lambda: answer_stored(made, talk, "ann", USER, ENERGY).text == "Sun")
        await press(pilot, *"ny")
        await until(pilot, lambda: answer_stored(made, talk, "ann", USER, ENERGY).text == "Sunny")
        await settled(pilot)
        assert "Saved 2026-03-02" in shown(pilot)
        assert "1 of 7 answered" in shown(pilot)
    assert answer_stored(made, talk, "bob", CONDUCTOR, ENERGY).text == ""


async def test_leaving_a_field_saves_it_at_once(made: Example) -> None:
    talk = planned(made)
    async with running(made.app(made.actor("ann"))) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "enter", *"One", "tab", "2", "tab", *"Three", "shift+tab", "4")
        assert answer_stored(made, talk, "ann", USER, ENERGY).text == "One"
        assert answer_stored(made, talk, "ann", USER, FEELING).text
        await press(pilot, "tab", *"!", "escape")
        assert answer_stored(made, talk, "ann", USER, RESULT).text == "Three!"
        assert isinstance(pilot.app.focused, Agenda)
        await press(pilot, "g", "enter", *"s", "escape", "escape")
        assert not isinstance(pilot.app.screen, ConversationScreen)
    assert answer_stored(made, talk, "ann", USER, ENERGY).text == "Ones"


async def test_quitting_the_app_saves_the_typed_text(made: Example) -> None:
    talk = planned(made)
    async with running(made.app(made.actor("ann"))) as pilot:
        await open_one(pilot, talk)
        await pilot.press("enter", *"Last words", "ctrl+q")
        await until(pilot, lambda: not pilot.app.is_running)
    assert answer_stored(made, talk, "ann", USER, ENERGY).text == "Last words"


async def test_an_earlier_text_is_restored_by_a_key(made: Example) -> None:
    """C4: the text that it replaces is stored as well."""
    talk, ann = planned(made), made.actor("ann")
    write(made, talk, "ann", USER, ENERGY, "The first text\nof two lines")
    made.clock.move(hours=2)
    write(made, talk, "ann", USER, ENERGY, "Second")
    async with running(made.app(ann)) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "j", "y")
        assert "Nothing that you wrote here was replaced" in said(pilot)
        await press(pilot, "g", "y")
        assert "The first text …" in shown(pilot)
        await press(pilot, "enter")
        await until(
            pilot, lambda: "of two lines" in answer_stored(made, talk, "ann", USER, ENERGY).text
        )
        assert "of two lines" in shown(pilot)
    asked = reading(made, talk, "ann").entries[0].asked
    kept = conversations.earlier(made.studio, ann, talk.id, asked.id, USER)
    assert [each.text for each in kept] == ["Second", "The first text\nof two lines"]


async def test_each_text_keeps_its_cursor_and_its_undo(made: Example) -> None:
    talk = planned(made)
    async with running(made.app(made.actor("ann"))) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "enter", *"One", "left", "tab", "tab", *"Three", "shift+tab")
        await press(pilot, "shift+tab", "X")
        assert editor(pilot).text == "OnXe"
        await press(pilot, "ctrl+z", "ctrl+z", "ctrl+z")
        assert editor(pilot).text == ""
        await press(pilot, "ctrl+y", "tab", "tab", "ctrl+z", "ctrl+s")
        assert editor(pilot).text == ""
    assert answer_stored(made, talk, "ann", USER, RESULT).text == ""


async def test_options_are_chosen_by_their_number_or_the_arrow_keys(made: Example) -> None:
    talk = planned(made)
    found = []
    async with running(made.app(made.actor("ann"))) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "enter", "tab")
        assert isinstance(pilot.app.focused, Options)
        asked = [entry.asked.question for entry in reading(made, talk, "ann").entries]
        first, second, *_ = next(each.options for each in asked if each.text == FEELING)
        for key in ("down", "space", "backspace", "9", "1"):
            await press(pilot, key, "ctrl+s")
            found.append(answer_stored(made, talk, "ann", USER, FEELING).text)
    assert found == ["", second, "", "", first]


async def test_a_conversation_from_preparation_to_completion(made: Example) -> None:
    """C2: submit, begin, take notes, finish and reopen. Changes are displayed automatically."""
    talk = planned(made)
    async with running(made.app(made.actor("bob")), WIDE) as pilot:
        await open_one(pilot, talk)
        assert "Ann Peeters has not submitted yet." in shown(pilot)
        write(made, talk, "ann", USER, ENERGY, "Customers [/x]")
        made.check_for_changes(pilot)
        await settled(pilot)
        assert "Customers" not in shown(pilot)
        conversations.submit(made.studio, made.actor("ann"), talk.id)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert "Customers [/x]" in shown(pilot)
        await press(pilot, "s", "enter")
        assert isinstance(pilot.app.screen, ConversationScreen)
        assert reading(made, talk, "bob").conversation.conductor_prepared_at is None
        await press(pilot, "s", "right", "enter")
        assert "submitted" in said(pilot)
        assert "s Submit" not in footer(pilot)
        await press(pilot, "b", "right", "enter", "enter", *"Noted", "escape", "f")
        assert isinstance(pilot.app.screen, Confirm)
        assert "7 questions have no answer." in shown(pilot)
        assert "Private to Ann Peeters and Bob Janssens" in shown(pilot)
        await press(pilot, "right", "enter")
        done = reading(made, talk, "bob")
        assert done.conversation.state is ConversationState.DONE
        assert answer_stored(made, talk, "bob", ANSWERS, ENERGY).text == "Noted"
        assert "Noted in the talk" in shown(pilot)
        await press(pilot, "r", "right", "enter")
        assert reading(made, talk, "bob").conversation.state is ConversationState.IN_PROGRESS
        assert "1 of 8 answered" in shown(pilot)


async def test_the_user_sees_the_preparation_of_the_conductor_when_the_conversation_begins(
    made: Example,
) -> None:
    talk = planned(made)
    write(made, talk, "bob", CONDUCTOR, ENERGY, "Bob's own words")
    conversations.submit(made.studio, made.actor("bob"), talk.id)
    async with running(made.app(made.actor("ann")), WIDE) as pilot:
        await open_one(pilot, talk)
        assert "What Bob Janssens prepares is shown when the talk begins." in shown(pilot)
        assert "own words" not in shown(pilot)
        assert "b Begin" not in footer(pilot)
        conversations.begin(made.studio, made.actor("bob"), talk.id)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert "Bob's own words" in shown(pilot)
        # During the conversation, only the user can submit a preparation that is not submitted yet.
        assert "s Submit" in footer(pilot)
        await press(pilot, "s")
        assert "until the talk begins" not in shown(pilot)
        await press(pilot, "right", "enter")
        assert "submitted" in said(pilot)
        assert "s Submit" not in footer(pilot)
        assert reading(made, talk, "ann").conversation.user_prepared_at is not None


async def test_hostile_text_stays_text(made: Example) -> None:
    """A5: pasted text is cleaned, and displayed text contains no markup or controls."""
    talk = planned(made)
    everything = "\n".join(HOSTILE)
    async with running(made.app(made.actor("ann")), WIDE) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "enter")
        await paste(pilot, everything)
        assert not set(CONTROLS) - {"\t"} & set(editor(pilot).text)
        await press(pilot, "escape")
        saved = answer_stored(made, talk, "ann", USER, ENERGY).text
        assert "[/x]" in saved
        assert not (set(CONTROLS) - {"\t"}) & set(saved)
        conversations.submit(made.studio, made.actor("ann"), talk.id)
        conversations.begin(made.studio, made.actor("bob"), talk.id)
        conversations.finish(made.studio, made.actor("bob"), talk.id)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert "O'Brien [HR]" in shown(pilot)
        assert not set(CONTROLS) & set(shown(pilot))


async def test_a_text_that_is_too_long_is_reported_while_typing_and_retained(made: Example) -> None:
    talk = planned(made)
    async with running(made.app(made.actor("ann"))) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "enter", *"Short. ", "ctrl+s")
        await paste(pilot, "word " * (MAX_ANSWER // 5))
        assert "7 characters over 100,000" in shown(pilot)
        await press(pilot, "tab", "shift+tab")
        assert len(editor(pilot).text) == MAX_ANSWER + 7
        assert answer_stored(made, talk, "ann", USER, ENERGY).text == "Short. "
        await press(pilot, *["backspace"] * 7, "ctrl+s")
        assert len(answer_stored(made, talk, "ann", USER, ENERGY).text) == MAX_ANSWER


async def test_two_conflicting_versions_are_displayed_and_resolved(made: Example) -> None:
    """A4: keep the own version, accept the other one, or combine both."""
    talk = planned(made)
    results = []
    async with running(made.app(made.actor("ann")), WIDE) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "enter")
        for number, keys in enumerate([("enter",), ("down", "enter"), ("down", "down", "enter")]):
            # An answer that is not being edited would be updated with the text of the other user.
            await pilot.press("ctrl+e", "m")
            write(made, talk, "ann", USER, ENERGY, f"other {number}")
            await press(pilot, *"ine")
            # Wait for autosave, which can take long on a slow machine.
            await until(pilot, lambda: "The other version" in shown(pilot))
            mine = editor(pilot).text
            assert f"other {number}" in shown(pilot)
            await press(pilot, *"!", "backspace", "ctrl+s", *keys)
            assert "The other version" not in shown(pilot)
            kept = answer_stored(made, talk, "ann", USER, ENERGY).text
            assert kept == editor(pilot).text
            results.append((mine, kept))
    assert results[0][1] == results[0][0] == "mine"
    assert results[1][1] == "other 1"
    assert results[2][1] == f"other 2\n\n{results[2][0]}"


async def test_answers_are_saved_again_after_a_database_error(made: Example) -> None:
    """C4: the typed text is retained, the error is displayed, and saving is retried."""
    talk = planned(made)
    async with running(made.app(made.actor("ann"))) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "enter")
        with closing(sqlite3.connect(made.studio.store.name)) as elsewhere:
            elsewhere.execute("ALTER TABLE preparation RENAME TO away")
        await press(pilot, *"Kept", "ctrl+s")
        assert "Not saved yet, tried again soon" in shown(pilot)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "enter", "q")
        assert isinstance(pilot.app.screen, Confirm)
        assert "1 answer is not saved" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ConversationScreen)
        with closing(sqlite3.connect(made.studio.store.name)) as elsewhere:
            elsewhere.execute("ALTER TABLE away RENAME TO preparation")
        await until(pilot, lambda: answer_stored(made, talk, "ann", USER, ENERGY).text == "Kept")
        await until(pilot, lambda: "Not saved yet" not in shown(pilot))


async def test_text_for_a_question_that_was_removed_is_retained(made: Example) -> None:
    """The typed text stays on the screen with the reason why it is not saved."""
    talk = planned(made)
    bob = made.actor("bob")
    added = conversations.add_question(
        made.studio, bob, talk.id, "How are you?", Question("One more?")
    )
    async with running(made.app(made.actor("ann")), WIDE) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "j", "j", "enter")
        assert "One more?" in shown(pilot)
        conversations.remove_question(made.studio, bob, talk.id, added.id)
        await press(pilot, *"Mine", "ctrl+s")
        made.check_for_changes(pilot)
        await settled(pilot)
        assert editor(pilot).text == "Mine"
        assert "Not saved: This question is no longer asked." in shown(pilot)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "right", "enter")
        assert not isinstance(pilot.app.screen, ConversationScreen)


@pytest.mark.parametrize("ending", ["cancel", "begin", "hand_over"])
async def test_text_typed_while_the_conversation_changes_state_is_retained(
    made: Example, ending: str
) -> None:
    """Typed text is retained if the conversation is cancelled, begun or handed over meanwhile."""
    talk = planned(made)
    login, part = ("bob", CONDUCTOR) if ending == "hand_over" else ("ann", USER)
    async with running(made.app(made.actor(login)), WIDE) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "enter", *"Old", "ctrl+s")
        match ending:
            case "cancel":
                conversations.cancel(made.studio, made.actor("bob"), talk.id)
            case "begin":
                conversations.begin(made.studio, made.actor("bob"), talk.id)
            case "hand_over":
                ask = conversations.find(made.studio, "Q1 review", "ann")
                conversations.hand_over(made.studio, made.admin, ask, "carl")
        await pilot.press(*" and new")
        made.check_for_changes(pilot)
        await settled(pilot)
        await press(pilot, "ctrl+s")
        assert "Typed here, and not saved" in shown(pilot)
        assert "Old and new" in shown(pilot)
    assert answer_stored(
        made, talk, "carl" if ending == "hand_over" else login, part, ENERGY
    ).text in (
        "Old",
        "",
    )


async def test_a_question_from_the_library_is_added_and_removed(made: Example) -> None:
    """T2: a question of the library."""
    talk = planned(made)
    async with running(made.app(made.actor("bob")), WIDE) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "n", *"talent", "enter")
        asked = [entry.asked.question.text for entry in reading(made, talk, "bob").entries]
        assert "Which talent of yours do we use too little?" in asked
        assert "0 of 8 answered" in shown(pilot)
        await press(pilot, "x", "right", "enter")
        assert len(reading(made, talk, "bob").entries) == len(asked) - 1
        await press(pilot, "g", "x")
        assert said(pilot) == "The template keeps this question."


async def test_a_question_of_the_conductor_is_added(made: Example) -> None:
    talk = planned(made)
    async with running(made.app(made.actor("bob")), WIDE) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "n", "enter", *"Fit [/x]?", "enter", "enter")
        await press(pilot, *"no > a bit > yes", "enter")
        (mine,) = [e.asked for e in reading(made, talk, "bob").entries if e.asked.added_by]
        assert mine.question == Question("Fit [/x]?", QuestionKind.RATING, ("no", "a bit", "yes"))
        assert mine.topic == "How are you?"
        await press(pilot, "enter", "3", "escape")
        assert answer_stored(made, talk, "bob", CONDUCTOR, "Fit [/x]?").text == "yes"
        await press(pilot, "n", "enter", "enter", "enter", *"one", "enter")
        assert "write the question" in shown(pilot)
        assert "2 to 20 options" in shown(pilot)


async def test_a_conversation_is_moved_and_cancelled(made: Example) -> None:
    """C3, C5: only the conductor can do so."""
    talk = planned(made)
    async with running(made.app(made.actor("bob")), WIDE) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "m")
        assert isinstance(pilot.app.screen, PlanScreen)
        await press(pilot, "escape", "c", "enter")
        assert reading(made, talk, "bob").conversation.state is ConversationState.PLANNED
        await press(pilot, "c", "right", "enter")
        assert reading(made, talk, "bob").conversation.state is ConversationState.CANCELLED
        assert "cancelled 2026-03-02" in shown(pilot)
        assert "c" not in footer(pilot).split()
    async with running(made.app(made.actor("ann"))) as pilot:
        screen = await open_one(pilot, talk)
        offered = {each.id for each in screen.commands() if screen.may_do(each)}
        assert not offered & {"move", "call_off", "begin", "finish", "add", "remove", "reopen"}


async def test_an_admin_sees_only_that_the_conversation_was_held(made: Example) -> None:
    """C6: the template grants admins no access (T4)."""
    talk = planned(made)
    conversations.begin(made.studio, made.actor("bob"), talk.id)
    write(made, talk, "bob", ANSWERS, ENERGY, "Between us")
    conversations.finish(made.studio, made.actor("bob"), talk.id)
    async with running(made.app(), WIDE) as pilot:
        await open_one(pilot, talk)
        assert "held 2026-03-02" in shown(pilot)
        assert "not shown to you" in shown(pilot)
        assert "Between us" not in shown(pilot)
        assert ENERGY not in shown(pilot)


async def test_reading_by_an_admin_is_recorded_once(made: Example) -> None:
    """A3: reloads of the screen that displays the conversation add no further activity."""
    talk = planned(made, template="Performance review")
    conversations.begin(made.studio, made.actor("bob"), talk.id)
    write(made, talk, "bob", Part.SUMMARY, "summary", "A good year")
    conversations.finish(made.studio, made.actor("bob"), talk.id)

    def readings() -> int:
        lines = activity.of_everything(made.studio, made.admin)
        return sum(each.action == "read conversation" for each in lines)

    async with running(made.app(), WIDE) as pilot:
        await open_one(pilot, talk)
        assert "A good year" in shown(pilot)
        assert "admins read the summary" in shown(pilot)
        for _ in range(3):
            made.check_for_changes(pilot)
            await settled(pilot)
        assert readings() == 1
        conversations.reopen(made.studio, made.actor("bob"), talk.id)
        made.check_for_changes(pilot)
        await settled(pilot)
        assert "A good year" not in shown(pilot)
        assert readings() == 1


async def test_two_sessions_of_one_user_display_each_others_changes(made: Example) -> None:
    talk = planned(made)
    async with running(made.app(made.actor("ann")), WIDE) as pilot:
        await open_one(pilot, talk)
        await press(pilot, "enter", *"Here", "ctrl+s")
        write(made, talk, "ann", USER, ENERGY, "There")
        made.check_for_changes(pilot)
        await settled(pilot)
        assert editor(pilot).text == "There"
        await press(pilot, "ctrl+end", *"!", "ctrl+s")
        assert answer_stored(made, talk, "ann", USER, ENERGY).text == "There!"
        assert screen_of(pilot).unsaved_summary == ""


async def test_one_key_grants_and_revokes_reading_by_a_new_conductor(made: Example) -> None:
    """C6: user and previous conductor each decide. The new conductor reads nothing before."""
    talk = planned(made)
    write(made, talk, "ann", USER, ENERGY, "Secret of Ann")
    conversations.submit(made.studio, made.actor("ann"), talk.id)
    write(made, talk, "bob", CONDUCTOR, ENERGY, "Secret of Bob")
    ask = conversations.find(made.studio, "Q1 review", "ann")
    conversations.hand_over(made.studio, made.admin, ask, "carl")
    async with running(made.app(made.actor("carl")), WIDE) as pilot:
        await open_one(pilot, talk)
        assert "What was written before you held it is closed" in shown(pilot)
        assert "Secret" not in shown(pilot)
        assert "Open" not in footer(pilot)
    for login, other in (("ann", "Bob"), ("bob", "Ann")):
        async with running(made.app(made.actor(login)), WIDE) as pilot:
            await open_one(pilot, talk)
            assert "does not read what you wrote before: U opens it" in shown(pilot)
            await press(pilot, "U")
            assert "reads what you wrote before: U closes it" in shown(pilot)
            mine = f"Secret of {login.title()}"
            assert mine in str(reading(made, talk, "carl").entries)
            assert f"Secret of {other}" not in str(reading(made, talk, "carl").entries)
            await press(pilot, "U")
            assert "U opens it" in shown(pilot)
            assert mine not in str(reading(made, talk, "carl").entries)
    conversations.open_own(made.studio, made.actor("ann"), talk.id)
    async with running(made.app(made.actor("carl")), WIDE) as pilot:
        await open_one(pilot, talk)
        assert "Secret of Ann" in shown(pilot)


async def test_a_user_is_erased_while_their_conversation_is_open(made: Example) -> None:
    """U13: the screen is updated, and the name of the user is not stored or displayed again."""
    talk = planned(made)
    async with running(made.app(made.actor("bob"))) as pilot:
        await open_one(pilot, talk)
        assert "Ann Peeters" in shown(pilot)
        await press(pilot, "enter", *"Sun")
        by_hand.leave(made.studio, made.admin, [talk.user_id])
        erasing.erase(made.studio, made.admin, "ann")
        made.check_for_changes(pilot)
        await press(pilot, *"ny", "escape")
        await settled(pilot)
        assert "Ann Peeters" not in shown(pilot)
        await press(pilot, "escape", "escape")
        assert "Ann Peeters" not in shown(pilot)
