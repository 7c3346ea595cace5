"""One more of everything that is declared in one place appears everywhere it has to.

Each is added to a copy of the program. The copy runs in a process of its own, so that tables
computed at import time contain it.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en", "nl", "fr")


class Copy:
    """A copy of the program to which lines can be added."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Not those that another process writes: they vanish.
        unfinished = shutil.ignore_patterns("*.pyc.*")
        shutil.copytree(ROOT / "studio_tui", folder / "studio_tui", ignore=unfinished)
        shutil.copytree(ROOT / "data", folder / "data")
        (folder / "styles").symlink_to(ROOT / "styles")

    def add(self, module: str, before: str, text: str) -> None:
        """Insert ``text`` before the first ``before`` in a file."""
        path = self._folder / "studio_tui" / module
        source = path.read_text(encoding="utf-8")
        assert before in source
        path.write_text(source.replace(before, text + before, 1), encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a file in ``data``."""
        (self._folder / "data" / name).write_text(text, encoding="utf-8")

    def answer(self, program: str) -> object:
        """Run ``program`` and return the JSON that it prints."""
        done = self._python("-c", f"import json\n{program}")
        return json.loads(done)

    def run(self, *words: str) -> str:
        """Run a command of the copy and return its output."""
        return self._python("-m", "studio_tui", *words)

    def _python(self, *words: str) -> str:
        home = str(self._folder / "home")
        surroundings = {
            **os.environ,
            "PYTHONPATH": str(self._folder),
            "HOME": home,
            "XDG_CONFIG_HOME": home,
            "STUDIO_DATABASE": f"sqlite:///{self._folder / 'studio.db'}",
        }
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self._folder,
            env=surroundings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy with one more of each."""
    made = Copy(tmp_path_factory.mktemp("copy"))
    kinds = "domain/outbox/kinds.py"
    made.add(kinds, '    KEY_ADDED = "key_added"\n', '    PRAISED = "praised"\n')
    made.add(
        kinds,
        "        Kind.KEY_ADDED: MailKind(",
        '        Kind.PRAISED: MailKind("that somebody praised them", "", MailForm.NOTICE, '
        'values=("praise", "fingerprint")),\n',
    )
    verbs = "domain/activity/verbs.py"
    made.add(verbs, '    SEAL_LATE = "sealed late"\n', '    PRAISE = "praised user"\n')
    made.add(
        verbs,
        "        Verb.SEAL_LATE: VerbFacts(),\n",
        '        Verb.PRAISE: VerbFacts({"praise": str}, Mailing("praise", one="praised")),\n',
    )
    made.add(
        "services/outbox/undo.py",
        "        Verb.ASSIGN: _undo_assigning,\n",
        "        Verb.PRAISE: _undo_nothing,\n",
    )
    pushes = "domain/pushes/push.py"
    made.add(pushes, '    IN_PROGRESS = "in_progress"\n', '    ON_ITS_WAY = "on_its_way"\n')
    made.add(
        pushes,
        "        Status.IN_PROGRESS: StatusFacts(",
        '        Status.ON_ITS_WAY: StatusFacts("on its way", "+", "#123456", "warn"),\n',
    )
    made.add(pushes, "    done: int = 0\n", "    on_its_way: int = 0\n    no_address: int = 0\n")
    made.add(pushes, '    MAIL_FAILED = "mail_failed"\n', '    NO_ADDRESS = "no_address"\n')
    rights = "domain/people/access.py"
    made.add(rights, '    READ_USERS = "see the users"\n', '    PRAISE = "praise users"\n')
    made.add(
        "cli/people/users.py",
        "@users.command()\n",
        "@users.command()\n"
        '@click.argument("login")\n'
        "@json_option\n"
        "@with_studio\n"
        "def praise(studio: Studio, actor: Actor, login: str, as_json: bool) -> None:\n"
        '    """Praise a user."""\n'
        "    click.echo(login)\n\n\n",
    )
    for language in LANGUAGES:
        text = f"Subject: Praise ({language})\n\nDear {{{{ name }}}}, {{{{ by }}}} praised you.\n"
        made.write(f"wording/{language}/praised.user.md", text)
    return made


def test_a_kind_of_mail(copy: Copy) -> None:
    found = copy.answer(
        "from studio_tui.domain.outbox.kinds import UNDROPPABLE_KINDS, NOTICES, Capacity, Kind\n"
        "from studio_tui.mail.compose.wording_template import names_in, wordings\n"
        "from studio_tui.wording.mail import KIND_LABELS, kind_in_words\n"
        "kind = Kind('praised')\n"
        "print(json.dumps([kind in NOTICES, kind in UNDROPPABLE_KINDS, KIND_LABELS[kind],"
        " kind_in_words(kind, Capacity.USER), kind.why(Capacity.USER),"
        " [name for name in wordings() if kind in name],"
        " 'praise' in names_in('praised.user')]))"
    )
    why = "that somebody praised them"
    assert found == [True, True, "praised", "praised", why, ["praised.user"], True]
    for language in LANGUAGES:
        shown = json.loads(
            copy.run("mail", "preview", "praised", "user", "--language", language, "--json")
        )
        assert shown["subject"] == f"Praise ({language})"
        assert "Dora Maes praised you." in shown["plain"]


def test_a_verb(copy: Copy) -> None:
    """The verb is recorded, listed, found by its name, shown on the screen, and documented."""
    told = copy.answer(
        "from types import SimpleNamespace\n"
        "from studio_tui.cli.shared.session import own_studio\n"
        "from studio_tui.domain.activity.verb_table import in_markdown\n"
        "from studio_tui.domain.activity.verbs import UNDOABLE, Verb\n"
        "from studio_tui.storage.activity.activity import write_activity\n"
        "from studio_tui.tui.parts.undo import _act_in_words\n"
        "praise = Verb('praised user')\n"
        "with own_studio() as (studio, actor), studio.store.writing():\n"
        "    now = studio.now()\n"
        "    write_activity(actor, now, praise, 'ann', after={'praise': 'much'})\n"
        "    write_activity(actor, now, praise, 'ann', after={'mail dropped': 1}, undoing=True)\n"
        "print(json.dumps([praise in UNDOABLE, f'| {praise} | yes | praise |' in in_markdown(),"
        " _act_in_words(SimpleNamespace(action=str(praise)), 'ann')]))"
    )
    assert told == [True, True, "“ann” praised"]
    lines = json.loads(copy.run("activity", "list", "--action", "praised", "--json"))
    assert [(line["action"], line["after"]) for line in lines] == [
        ("undid: praised user", {"mail dropped": 1}),
        ("praised user", {"praise": "much"}),
    ]


def test_a_status_and_a_flag(copy: Copy) -> None:
    """The wording, the bars of screens and reports, and the choices of commands include them."""
    told = copy.answer(
        "from studio_tui.domain.pushes.push import Flag, Progress, Status\n"
        "from studio_tui.domain.pushes.report import COLOURS, DRAWN, SIGNS, parts_of\n"
        "from studio_tui.tui.screens.pushes.status_drawing import SHAPES, STYLES, TONES\n"
        "from studio_tui.wording.pushes import attention_in_words, flags_in_words\n"
        "status = Status('on_its_way')\n"
        "flag = Flag('no_address')\n"
        "print(json.dumps([DRAWN.index(status), SIGNS, COLOURS[2], SHAPES[status], TONES[status],"
        " STYLES[status], parts_of(Progress(planned=2, on_its_way=3)),"
        " attention_in_words(Progress(left=1, no_address=4)),"
        " flags_in_words({flag, Flag.OVERDUE, Flag.MAIL_FAILED})]))"
    )
    assert told == [
        2,
        "█▓+▒░·/",
        "#123456",
        "+",
        "warn",
        "$warning",
        [0, 0, 3, 0, 2, 0, 0],
        "1 left · 4 no address",
        "overdue, no address, mail failed",
    ]
    assert "on-its-way" in copy.run("pushes", "remind", "--help").replace("_", "-")


def test_a_right_and_a_command(copy: Copy) -> None:
    """The right is in the table of the documents.

    A new command is in the help, and not open over SSH until it is declared so.
    """
    told = copy.answer(
        "from studio_tui.cli.ssh.allowed import is_allowed\n"
        "from studio_tui.domain.people.access_table import in_markdown\n"
        "print(json.dumps(['| praise users | yes | – | – |' in in_markdown(),"
        " is_allowed('users praise'), is_allowed('users list')]))"
    )
    assert told == [True, False, True]
    assert "Praise a user." in copy.run("users", "--help")
    assert copy.run("users", "praise", "ann") == "ann\n"
