"""Text that broke other programs, on a real terminal: every byte written is checked (A5)."""

import re
from datetime import date, timedelta
from pathlib import Path

from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    Part,
    Plan,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushDraft
from studio_tui.domain.shared.text import clean_line, fold
from studio_tui.domain.templates.template import (
    Definition,
    Permissions,
    Question,
    QuestionKind,
    Step,
    StepKind,
    Topic,
)
from studio_tui.services import conversations
from studio_tui.services.pushes import pushes
from studio_tui.services.templates import library, templates
from tests.cli.conftest import ACCOUNT, NOW
from tests.e2e.test_pty import opened
from tests.hostile import HOSTILE, PACKED, SIGNS
from tests.naughty import NAUGHTY
from tests.tui.screens.organisation import Example, example, hostile_rows
from tests.tui.screens.pushing import assign, user_id

_NAMES = tuple(
    {fold(clean_line(text)): text for text in (*HOSTILE, *NAUGHTY) if clean_line(text)}.values()
)
"""One of each group of texts that are the same to a reader."""
_EVERYTHING = "\n".join(_NAMES)
_ESCAPE = "\x1b"
_WALK = (
    ("\r", "Bcc: everyone"),
    (_ESCAPE, "4 templates"),
    ("l", "Question library"),
    ("\r", "Questions about “0 "),
    (_ESCAPE, "Question library"),
    (_ESCAPE, "4 templates"),
    ("e", "Edit “0 "),
    (_ESCAPE, "4 templates"),
    ("v", "Preview of “0 "),
    (_ESCAPE, "4 templates"),
    ("2", "Deadline ↑"),
    ("\r", "of 198 held"),
    ("r", "Remind users of"),
    (_ESCAPE, "of 198 held"),
    ("3", "E-mail"),
    ("G\r", "no manager: nobody is told"),
    ("4", "Due or sent"),
    ("\r", "Subject"),
    ("5", "From → to"),
    ("\r", "Who       Me Self"),
    ("\r6", "198 lines"),
    ("p", "Plan a conversation with"),
    (_ESCAPE, "Last held"),
    ("/p0\r", "1 of 198 lines"),
    ("\r", "1 of 41 answered"),
    ("g", "name@example.org"),
    (_ESCAPE, "Last held"),
    ("tE", "History of everybody"),
    ("\r", "Private to"),
)
"""Keys, and the text that the screen shows after them."""
_OWN = re.compile(
    rb"\x1b\[[0-9;]*[ACDHKXm]|\x1b\[\?[0-9;]+[hl]|\x1b\[[?<>]?[0-9;]*\$?[cnpqtu]|\x1b\]22;[a-z]+\x07"
)
"""Escape sequences that the Studio writes; colours are 24-bit, never ``ESC [31m``."""


def _fill(made: Example) -> None:
    """Create users, a template, a push, mail and conversations that contain all texts."""
    me = f"{ACCOUNT},me@example.org,Me,Self,,Crew,,,,,admin\n"
    made.load(me + hostile_rows("Crew", PACKED, "p", 170) + hostile_rows("Crew", _NAMES, "w"))
    name = f"0 {PACKED[0]}"
    asked = tuple(
        Question(text, QuestionKind.CHOICE, (f"a {text[:190]}", f"b {text[:190]}"))
        for text in _NAMES[:50]
    )
    library.add(made.studio, made.admin, Topic(name, asked))
    step = Step(StepKind.DISCUSSION, (Topic(PACKED[1], (Question("How"), *asked[:40])),))
    allowed = Permissions(through_push=True)
    definition = Definition(name, _EVERYTHING, steps=(step,), permissions=allowed)
    template = templates.add(made.studio, made.admin, definition)
    draft = PushDraft(f"0 {PACKED[2]}", date(2026, 3, 1), date(2026, 3, 31))
    (push,) = pushes.create(made.studio, made.admin, template.id, [draft])
    crew = [f"p{number}" for number in range(len(PACKED))]
    assign(made, push, *crew, *(f"w{number}" for number in range(len(_NAMES))))
    me_myself = made.actor(ACCOUNT)
    for login in crew[:2]:
        talk = _talk(made, me_myself, ConversationRequest(user_id(made, login), push.id))
    conversations.finish(made.studio, me_myself, talk.id)


def _talk(made: Example, by: Actor, ask: ConversationRequest) -> Conversation:
    plan = Plan(made.studio.now() + timedelta(days=1), 60, PACKED[0])
    talk = conversations.plan(made.studio, by, ask, plan)
    conversations.begin(made.studio, by, talk.id)
    first = conversations.read(made.studio, by, talk.id).entries[0].asked.id
    conversations.write(made.studio, by, talk.id, first, Part.ANSWERS, _EVERYTHING, 0)
    return talk


def test_no_stored_text_sends_control_sequences_to_the_terminal(tmp_path: Path) -> None:
    with example(tmp_path) as made:
        _fill(made)
        url = made.studio.settings.database.url
        with opened((120, 50), STUDIO_DATABASE_URL=url, STUDIO_NOW=NOW) as terminal:
            terminal.goes_to_templates()
            for keys, word in _WALK:
                terminal.type(keys)
                terminal.shows(word)
            terminal.type("q")
            assert terminal.ended() == 0
    assert b"]52;c;aGVsbG8=Clip" in terminal.written
    assert b"\x1b[31m" not in terminal.written
    assert not SIGNS & set(_OWN.sub(b"", terminal.written).decode()) - {"\r"}
