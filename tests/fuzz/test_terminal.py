"""Whatever a terminal sends, the screens survive and later keys are handled.

Examples are a cat on the keyboard, a pasted program, and unsolicited replies of the terminal.
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


def test_garbage_on_the_keyboard_is_lived_through(private_home: Path) -> None:
    # With this seed, few sequences are inside a paste.
    chance = random.Random(None if TIMES > 1 else 26)
    with opened((80, 24)) as terminal:
        terminal.shows("0 Today", "Quit")
        for _ in range(TIMES):
            # Send each sequence complete, and now and then one without an end.
            for piece in chance.sample(_SEQUENCES, len(_SEQUENCES)):
                os.write(terminal.master, piece)
                if chance.random() < 0.2:
                    begun = chance.choice(_SEQUENCES)[: chance.randrange(9)]
                    os.write(terminal.master, bytes(chance.choices(range(128, 256), k=8)) + begun)
                terminal._read(0.005)
        go_to_users(terminal)
        terminal.type("q")
        assert terminal.ended() == 0
    assert list((private_home / "state").rglob("*.log")) == []


def go_to_users(terminal: Terminal) -> None:
    """End a pending paste, leave open dialogs and press the key of the users until they appear.

    All input that was sent before is then processed.
    """
    until = time.monotonic() + 60
    while "Press i to import users" not in terminal.text:
        assert terminal.process.poll() is None, terminal.text
        assert time.monotonic() < until, terminal.text
        # The first Escape clears a filter, the second leaves it.
        for keys in ("\x1b[201~\x1b", "\x1b", "3"):
            # Wait between keys: an Escape and a key right after it would be read as one key.
            while terminal._read(0.2):
                pass
            terminal.type(keys)
