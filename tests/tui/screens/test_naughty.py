"""Text that broke other programs, on the screens of every place and in mail that was sent (A5)."""

import asyncio
from email import message_from_bytes, policy
from pathlib import Path

from studio_tui.domain.templates import Definition, Question, QuestionKind, Step, StepKind, Topic
from studio_tui.domain.text import clean_line, fold
from studio_tui.services import templates
from tests.hostile import CONTROLS
from tests.naughty import HEADERS, INJECTIONS, NAUGHTY, TERMINAL
from tests.smtp_server import smtp_server
from tests.tui import press, running
from tests.tui.screens.looking import shown
from tests.tui.screens.organisation import Example, example

SIGNS = {*CONTROLS, "\u202e", "\u2066", "\u2028", "\u2029"}
WORST = [name for name in (*INJECTIONS, *HEADERS, *TERMINAL) if clean_line(name)]
NAMES = list({fold(clean_line(text)): text for text in NAUGHTY if clean_line(text)}.values())
"""Of those that are the same to a reader, one."""
WALK = (
    ("1", "enter", "t", "escape", "v", "escape", "e", "escape", "escape"),
    ("2", "enter", "l", "escape", "e", "escape", "r", "escape", "a", "escape", "escape"),
    ("3", "enter", "escape"),
    ("4", "enter", "escape"),
    ("5", "enter", "escape"),
    ("6",),
)


def _people(names: list[str]) -> str:
    quoted = [name.replace("\0", "").replace('"', '""')[:150] for name in names]
    return "".join(
        f'w{number},w{number}@example.org,"{name}","N {name[:50]}",,,,,,,\n'
        for number, name in enumerate(quoted)
    )


def _template(names: list[str]) -> Definition:
    asked = tuple(
        Question(name, QuestionKind.CHOICE, (f"a {name[:190]}", f"b {name[:190]}"))
        for name in names
    )
    topics = tuple(
        Topic(f"{at} {names[at]}", asked[at : at + 40]) for at in range(0, len(asked), 40)
    )
    return Definition("0 [/x]\x1b]0;t\x07", steps=(Step(StepKind.DISCUSSION, topics),))


async def test_screens_show_text_and_nothing_else(made: Example) -> None:
    made.load(_people(NAMES))
    templates.add(made.studio, made.admin, _template(NAMES))
    for number, name in enumerate(WORST[:8]):
        made.push(f"{number} {name}", *(f"w{other}" for other in range(len(NAMES))))
    seen, screens = "", set()
    async with running(made.app(), (120, 40)) as pilot:
        for keys in WALK:
            for key in keys:
                await press(pilot, key)
                screen = shown(pilot)
                assert not SIGNS & set(screen), (keys, key)
                assert pilot.app.is_running
                seen += screen
                screens.add(type(pilot.app.screen).__name__)
        assert pilot.app.title == "Conversation Studio"
    assert len(screens) > 12, screens
    for name in ("' OR 1=1 -- 1", "{{ 7 * 7 }}"):
        assert name in seen


async def test_mail_that_was_sent_is_text_and_nothing_else(tmp_path: Path) -> None:
    with smtp_server() as server, example(tmp_path, server.settings()) as made:
        made.load(_people(WORST))
        made.push(WORST[-1], *(f"w{number}" for number in range(len(WORST))))
        made.clock.move(minutes=5)
        async with running(made.app()) as pilot:
            async with asyncio.timeout(60):
                while len(server.messages) < len(WORST):
                    await asyncio.sleep(0.02)
            await press(pilot, "q")
        server.wait_until_idle()
    assert len(server.messages) == len(WORST)
    for sent in server.messages:
        message = message_from_bytes(sent.content, policy=policy.default)
        assert message.defects == []
        assert len(sent.recipients) == len(message.get_all("To", [])) == 1
        assert message["Bcc"] is None
        for header, value in message.items():
            assert not SIGNS & set(str(value)), header
        for part in message.walk():
            if part.get_content_maintype() == "text":
                text = part.get_content().replace("\r\n", "\n")
                assert not SIGNS & set(text)
                assert "<script" not in text.lower() or part.get_content_subtype() == "plain"
