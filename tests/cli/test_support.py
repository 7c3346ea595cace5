"""The rights of support at the command line (A2, C6).

Support sees what triage needs, sends mail again and reminds. It changes nothing else and reads no
content of conversations.
"""

from pathlib import Path

import pytest

from tests.cli.conftest import ACCOUNT, Cli, create
from tests.cli.test_contract import commands

ALLOWED: dict[str, tuple[str, ...]] = {
    "calendar": (),
    "export-config": (),
    "users list": (),
    "users show": ("ann",),
    "users export": (),
    "users edit": ("ann", "--email", "ann.peeters@example.org"),
    "templates list": (),
    "templates show": ("Regular",),
    "templates export": ("Regular",),
    "templates versions": ("Regular",),
    "questions list": (),
    "questions show": ("Goals",),
    "questions export": (),
    "pushes list": (),
    "pushes show": ("Q1 review",),
    "users review": (),
    "users why": ("ann", "--where", "not left"),
    "segments list": (),
    "segments export": (),
    "worker list": (),
    "teams list": (),
    "teams show": ("Sales",),
    "pushes export": ("Q1 review",),
    "pushes check": ("Q1 review",),
    "pushes report": ("Q1 review",),
    "pushes remind": ("Q1 review", "ann"),
    "conversations list": (),
    "conversations show": ("Q1 review", "ann"),
    "conversations usable": ("ann",),
    "conversations history": (),
    "outbox list": (),
    "outbox show": ("1",),
    "outbox retry": ("--all",),
    "outbox undo": ("--list",),
    "activity list": (),
    "activity export": (),
    "activity verify": (),
    "mail preview": ("assigned", "user"),
    "ssh list": (),
    "db migrate": (),
    "doctor": (),
    "today": (),
}
"""Commands that support may use, with arguments."""
REFUSED: dict[str, tuple[str, ...]] = {
    "users import": ("people.csv",),
    "users merge": ("ann", "ben"),
    "users add": (
        *("zoe", "--email", "zoe@example.org"),
        *("--given-name", "Zoe", "--family-name", "Maes"),
    ),
    "users leave": ("ann",),
    "users return": ("ann",),
    "users scope": ("els", "--all"),
    "users stand-in": ("bob", "--by", "dan", "--from", "2026-03-03", "--until", "2026-03-04"),
    "users retention": ("--yes",),
    "segments save": ("Leavers", "--where", "left"),
    "segments import": ("leavers.toml",),
    "outbox resume": (),
    "users export-data": ("ann", "--output", "ann.zip"),
    "users erase": ("ann", "--yes"),
    "teams add": ("Support",),
    "teams edit": ("Sales", "--name", "Trade"),
    "teams remove": ("Sales",),
    "pushes duplicate": ("Q1 review",),
    "pushes repeat": ("Q1 review", "--every", "3m"),
    "apply": ("year.toml",),
    "pushes excuse": ("Q1 review", "ann", "--reason", "ill"),
    "pushes deadline": ("Q1 review", "ann", "--to", "2026-04-10"),
    "templates import": ("regular.toml",),
    "templates bring-back": ("Regular", "1"),
    "templates duplicate": ("Regular",),
    "templates archive": ("Regular",),
    "templates unarchive": ("Regular",),
    "templates delete": ("Regular",),
    "questions import": ("topic.toml",),
    "questions delete": ("Goals",),
    "pushes create": create("Other")[2:],
    "pushes assign": ("Q1 review", "cas"),
    "pushes unassign": ("Q1 review", "ann"),
    "pushes edit": ("Q1 review", "--name", "Other"),
    "pushes close": ("Q1 review",),
    "pushes reopen": ("Q1 review",),
    "conversations plan": ("Q1 review", "ann", "--at", "2026-03-12T10:00", "--by", "bob"),
    "conversations finish": ("Q1 review", "ann", "--by", "bob"),
    "conversations hand-over": ("Q1 review", "ann", "bob"),
    "conversations start": ("Q1 review", "ann"),
    "conversations not-mine": ("Q1 review", "ann"),
    "outbox drop": ("1",),
    "db backup": ("backup.db",),
    "db copy": ("--to", "sqlite:///copy.db"),
}
"""Commands that an admin may use and support may not."""
ELSEWHERE = {
    "demo": "is a Studio of its own",
    "completion": "prints what a shell reads",
    "init": "writes the configuration of the account that runs it",
    "db restore": "makes a database in which nobody is known yet",
    "worker": "sends what others wrote, as the account of the service",
    "worker free": "is for the account of the service",
    "mail bounces": "is what a mail server runs, as the account of the service",
    "segments show": "takes a segment",
    "segments delete": "takes a segment",
    "segments versions": "takes a segment",
    **dict.fromkeys(
        (
            "conversations move",
            "conversations cancel",
            "conversations write",
            "conversations submit",
            "conversations open",
            "conversations add-question",
            "conversations remove-question",
            "conversations reopen",
            "conversations export",
        ),
        "takes a conversation: tests/services/conversations/test_rights.py, test_rights.py",
    ),
    "outbox again": "takes mail that was sent",
    "mail test": "takes a mail server",
    "mail password": "is about the keyring of the account",
    "ssh add-key": "takes a key, and one's own may be added",
    "ssh remove-key": "takes a key, and one's own may be removed",
    "ssh keys": "is asked by sshd",
    "ssh session": "is run by sshd",
}
"""Commands to which the roles do not apply, or that are tested elsewhere."""


@pytest.fixture
def support(pushed: Cli) -> Cli:
    """Commands run as support, in a Studio with a push."""
    Path("me.csv").write_text(
        "login,email,given_name,family_name,role\n"
        f"{ACCOUNT},me@example.org,Sam,Support,support\n"
        "els,els@example.org,Els,Claes,admin\n"
    )
    Path("regular.toml").write_text(pushed.out("templates", "export", "Regular") + "\n")
    Path("year.toml").write_text("")
    Path("leavers.toml").write_text('[[segments]]\nname = "Leavers"\nwhere = "left"\n')
    Path("topic.toml").write_text('name = "Goals"\n')
    pushed.run("questions", "import", "topic.toml")
    pushed.run("users", "import", "me.csv")
    return pushed


def test_every_command_is_listed_as_allowed_or_refused_or_elsewhere() -> None:
    assert commands().keys() == ALLOWED.keys() | REFUSED.keys() | ELSEWHERE.keys()


def test_support_may_use_the_commands_of_triage(support: Cli) -> None:
    for command, arguments in ALLOWED.items():
        support.run(*command.split(), *arguments)
    acts = [line["action"] for line in support.json("activity", "list", "--since", "2026-03-02")]
    assert acts[0] == "reminded users"


def test_support_may_not_use_the_commands_of_admins(support: Cli) -> None:
    before = support.json("activity", "list")
    for command, arguments in REFUSED.items():
        said = support.refused(*command.split(), *arguments)
        of_a_conversation = "neither leads nor coaches" in said or "Only " in said
        assert f"{ACCOUNT} (support) may not " in said or of_a_conversation, (command, said)
    assert support.json("activity", "list") == before
