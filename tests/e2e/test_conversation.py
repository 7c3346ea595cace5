"""Kill the app in the middle of a conversation: the text is there on return (C4)."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studio_tui.domain.conversations.conversation import Conversation
from tests.e2e.test_pty import Terminal, opened
from tests.tui.screens.one_conversation import ENERGY, USER, answer_stored, planned
from tests.tui.screens.organisation import Example, example

_OPENED = """\
import sys
from studio_tui.config.clock import SystemClock
from studio_tui.config.settings import Database, Settings
from studio_tui.services.system.context import open_studio
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.tui.places import Place
from studio_tui.tui.screens.conversations.conversation import ConversationScreen
from studio_tui.tui.start import OpenedStudio

def opening(_):
    studio = open_studio(Settings(database=Database(url=sys.argv[1])), SystemClock())
    return studio, sign_in(studio, Account(sys.argv[2], sys.argv[2]))

place = Place("talk", "Talk", "1", lambda: ConversationScreen(int(sys.argv[3])))
app = OpenedStudio(opening, (place,))
app.run()
sys.exit(app.return_code or 0)
"""


@pytest.fixture
def command(tmp_path: Path) -> Callable[[Conversation, str], list[str]]:
    """Returns a command line that opens the Studio at a conversation for a user."""

    def of(talk: Conversation, login: str) -> list[str]:
        url = f"sqlite:///{tmp_path / 'studio.db'}"
        return [sys.executable, "-c", _OPENED, url, login, str(talk.id)]

    return of


Command = Callable[[Conversation, str], list[str]]


def _written(terminal: Terminal, made: Example, talk: Conversation, text: str) -> None:
    terminal.wait_for(lambda _: answer_stored(made, talk, "ann", USER, ENERGY).text == text)


def test_typed_text_survives_a_kill(tmp_path: Path, command: Command) -> None:
    with example(tmp_path) as made:
        talk = planned(made)
        with opened((80, 24), command(talk, "ann")) as terminal:
            terminal.shows("0 of 7 answered")
            terminal.type("\rCustomers give me energy.")
            _written(terminal, made, talk, "Customers give me energy.")
            terminal.process.send_signal(signal.SIGKILL)
            terminal.process.wait()
        with opened((80, 24), command(talk, "ann")) as terminal:
            terminal.shows("1 of 7 answered")
            terminal.type("g")
            terminal.shows("Customers give me energy.")
            terminal.type("q")
            assert terminal.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_termination_signal_saves_the_last_typed_text(
    tmp_path: Path, command: Command, number: int
) -> None:
    with example(tmp_path) as made:
        talk = planned(made)
        with opened((80, 24), command(talk, "ann")) as terminal:
            terminal.shows("0 of 7 answered")
            terminal.type("\rThe last word")
            terminal.shows("The last word")
            terminal.process.send_signal(number)
            assert terminal.ended() == 128 + number
        assert answer_stored(made, talk, "ann", USER, ENERGY).text == "The last word"


def test_a_lost_terminal_saves_the_last_typed_text(tmp_path: Path, command: Command) -> None:
    with example(tmp_path) as made:
        talk = planned(made)
        with opened((80, 24), command(talk, "ann")) as terminal:
            terminal.shows("0 of 7 answered")
            terminal.type("\rThe last word")
            terminal.shows("The last word")
            spare = os.open(os.devnull, os.O_RDONLY)
            os.dup2(spare, terminal.master)
            os.close(spare)
            terminal.process.send_signal(signal.SIGHUP)
            terminal.process.wait(30)
        assert answer_stored(made, talk, "ann", USER, ENERGY).text == "The last word"


def test_an_external_editor_edits_an_answer(tmp_path: Path, command: Command) -> None:
    """The editor takes over the terminal and returns the text; one that fails changes nothing."""
    script = tmp_path / "editor"
    script.write_text(
        '#!/bin/sh\necho IN THE EDITOR; read -r word; [ "$word" = no ] && exit 1\n'
        'printf \'%s and \\033]0;x\\007%s\\n\' "$(cat "$1")" "$word" > "$1"\n'
    )
    script.chmod(0o755)
    with example(tmp_path) as made:
        talk = planned(made)
        with opened((80, 24), command(talk, "ann"), EDITOR=str(script)) as terminal:
            terminal.shows("0 of 7 answered")
            terminal.type("\rhere\x0f")
            terminal.shows("IN THE EDITOR")
            terminal.type("there\n")
            terminal.wait_for(lambda text: "1 of 7 answered" in text and "IN THE" not in text)
            terminal.shows("here and ]0;xthere")
            _written(terminal, made, talk, "here and ]0;xthere")
            terminal.type("\x0f")
            terminal.shows("IN THE EDITOR")
            terminal.type("no\n")
            terminal.shows("ended with 1: nothing was changed", "here and ]0;xthere")
            terminal.type("\x11")
            assert terminal.ended() == 0
