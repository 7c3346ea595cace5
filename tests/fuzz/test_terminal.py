"""Whatever a terminal sends, the screens stay, and what is typed afterwards is heard.

A cat on the keyboard, a paste of a program, answers of the terminal that nobody asked for.

Two things are left out: a byte that is no UTF-8, and a mouse event after a size of 0 pixels. In the
thread of Textual that reads them an exception is raised, and the Studio ends.
"""

import random
import time
from pathlib import Path

from tests.e2e.test_pty import Terminal, opened
from tests.fuzz.damage import TIMES

_SEQUENCES = (
    *("\x1b[", "\x1b[<0;1;1M", "\x1b[<64;999;999m", "\x1b[M\xff\xff\xff", "\x1b[200~"),
    *("\x1b[201~", "\x1b[?1;2c", "\x1b[999;999R", "\x1bP>|x\x1b\\", "\x1bO", "\x1b[1;99Z"),
    *("\x1b]11;rgb:ffff/ffff/ffff\x07", "\x1b[I", "\x1b[O", "\x1b[97;5u", "\x1b\x1b\x1b"),
    *("\x1b[?2026;2$y", "\x1b[48;24;80;480;640t", "\xff", "\xc3", "\0", "\x1b[A", "\x1b[B"),
    *("\x1b[H", "\t", "\x7f", "/ann\r", "?", "\x1b[15~", "\U0001f600"),
)


def test_garbage_on_the_keyboard_is_lived_through(private_home: Path) -> None:
    # With this seed few of them are pasted.
    chance = random.Random(None if TIMES > 1 else 26)
    with opened((80, 24)) as terminal:
        terminal.shows("0 Today", "Quit")
        for _ in range(TIMES):
            # Each of them whole, and now and then something that has no end.
            for piece in chance.sample(_SEQUENCES, len(_SEQUENCES)):
                terminal.type(piece)
                if chance.random() < 0.2:
                    begun = chance.choice(_SEQUENCES)[: chance.randrange(9)]
                    terminal.type("".join(map(chr, chance.choices(range(128, 256), k=8))) + begun)
                terminal._read(0.005)
        go_to_users(terminal)
        terminal.type("q")
        assert terminal.ended() == 0
    assert list((private_home / "state").rglob("*.log")) == []


def go_to_users(terminal: Terminal) -> None:
    """End a paste that has begun, leave whatever was opened, and press the key of the users, until
    they are there: all that was sent before is dealt with then."""
    until = time.monotonic() + 60
    while "Press i to import users" not in terminal.text:
        assert terminal.process.poll() is None, terminal.text
        assert time.monotonic() < until, terminal.text
        # The first escape clears a filter, the second one leaves it.
        for keys in ("\x1b[201~\x1b", "\x1b", "3"):
            # One after the other: an escape and what comes at once are one key.
            while terminal._read(0.2):
                pass
            terminal.type(keys)
