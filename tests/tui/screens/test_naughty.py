"""Text that broke other programs, in mail that the app sends (A5)."""

import asyncio
from email import message_from_bytes, policy
from pathlib import Path

from studio_tui.domain.shared.text import clean_line
from tests.hostile import SIGNS
from tests.naughty import HEADERS, INJECTIONS, TERMINAL
from tests.smtp_server import smtp_server
from tests.tui import press, running
from tests.tui.screens.organisation import example

WORST = [name for name in (*INJECTIONS, *HEADERS, *TERMINAL) if clean_line(name)]


def _people(names: list[str]) -> str:
    quoted = [name.replace("\0", "").replace('"', '""')[:150] for name in names]
    return "".join(
        f'w{number},w{number}@example.org,"{name}","N {name[:50]}",,,,,,,\n'
        for number, name in enumerate(quoted)
    )


async def test_hostile_text_changes_neither_the_structure_of_mail_nor_its_recipients(
    tmp_path: Path,
) -> None:
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
                assert not SIGNS & set(text.replace("\n", ""))
                assert "<script" not in text.lower() or part.get_content_subtype() == "plain"
