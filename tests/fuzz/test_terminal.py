"""Whatever a terminal sends, the screens stay, and what is typed afterwards is heard.

A cat on the keyboard, a paste of a program, answers of the terminal that nobody asked for.
"""

import os
import random
import time
from pathlib import Path

from tests.e2e.test_pty import Terminal, opened
from tests.fuzz.damage import TIMES

_SEQUENCES = (
    *(b"\x1b[", b"\x1b[<0;1;1M", b"\x1b[<64;999;999m", b"\x1b[M\xff\xff\xff", b"\x1b[200~"),
    *(b"\x1b[201~", b"\x1b[?1;2c", b"\x1b[999;999R", b"\x1bP>|x\x1b\\", b"\x1bO", b"\x1b[1;99Z"),
    *(b"\x1b]11;rgb:ffff/ffff/ffff\x07", b"\x1b[I", b"\x1b[O", b"\x1b[97;5u", b"\x1b\x1b\x1b"),
    *(b"\x1b[?2026;2$y", b"\x1b[48;24;80;0;0t", b"\xff", b"\xc3", b"\0", b"\x1b[A", b"\x1b[B"),
    *(b"\x1b[H", b"\t", b"\x7f", b"/ann\r", b"?", b"\x1b[15~", b"\xf0\x9f\x98\x80"),
)
_PIECES = 100


def test_garbage_on_the_keyboard_is_lived_through(private_home: Path) -> None:
    chance = random.Random(None if TIMES > 1 else 7)
    with opened((80, 24)) as terminal:
        terminal.shows("0 Today", "Quit")
        for _ in range(_PIECES * TIMES):
            piece = chance.choice(_SEQUENCES)
            if chance.random() < 0.2:
                piece = bytes(chance.choices(range(128, 256), k=8)) + piece[: chance.randrange(9)]
            os.write(terminal.master, piece)
            terminal._read(0.005)
        # Something of it may have been the key that leaves.
        come_back(terminal)
        if terminal.process.poll() is None:
            terminal.type("q")
        assert terminal.ended() == 0
    assert list((private_home / "state").rglob("*.log")) == []


def come_back(terminal: Terminal) -> None:
    """End a paste that has begun and leave whatever was opened, until Today is there, or the
    Studio has been left."""
    until = time.monotonic() + 60
    while "0 Today" not in terminal.text or "Quit" not in terminal.text:
        if terminal.process.poll() is not None:
            return
        assert time.monotonic() < until, terminal.text
        terminal.type("\x1b[201~\x1b")
        terminal._read(0.1)
