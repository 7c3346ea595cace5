"""``studio-tui``: the group of all commands, which opens the screens if no command is given."""

import click

from studio_tui import __version__
from studio_tui.cli.shared.dependencies import Dependencies
from studio_tui.cli.shared.lazy import Lazy
from studio_tui.cli.shared.program import Program

COMMANDS = {
    "demo": Lazy(
        "studio_tui.cli.system.demo", "demo", "The Studio on made-up data; no mail leaves."
    ),
    "init": Lazy(
        "studio_tui.cli.system.init", "init", "Write a configuration, and make the database."
    ),
    "today": Lazy("studio_tui.cli.today.today", "today", "See what needs somebody."),
    "users": Lazy("studio_tui.cli.people.users", "users", "Import, list, keep and export users."),
    "teams": Lazy("studio_tui.cli.people.teams", "teams", "See and keep the teams."),
    "segments": Lazy(
        "studio_tui.cli.audiences.segments", "segments", "Keep filters of people under a name."
    ),
    "templates": Lazy(
        "studio_tui.cli.templates.templates", "templates", "List and keep templates."
    ),
    "questions": Lazy(
        "studio_tui.cli.templates.questions",
        "questions",
        "Keep the library that templates are made of.",
    ),
    "pushes": Lazy(
        "studio_tui.cli.pushes.pushes", "pushes", "Create pushes, assign users, follow up."
    ),
    "calendar": Lazy(
        "studio_tui.cli.pushes.calendar", "calendar", "See what happens on which day."
    ),
    "apply": Lazy(
        "studio_tui.cli.system.declared", "apply", "Make pushes and more be as a file declares."
    ),
    "export-config": Lazy(
        "studio_tui.cli.system.declared", "export_config", "Print what there is as such a file."
    ),
    "conversations": Lazy(
        "studio_tui.cli.conversations.conversations",
        "conversations",
        "Follow, plan and finish conversations.",
    ),
    "outbox": Lazy(
        "studio_tui.cli.outbox.outbox", "outbox", "See what was mailed; retry, drop, undo."
    ),
    "activity": Lazy("studio_tui.cli.activity.activity", "activity", "See who did what, and when."),
    "worker": Lazy("studio_tui.cli.outbox.worker", "worker", "Send mail until stopped."),
    "mail": Lazy("studio_tui.cli.outbox.mail", "mail", "Try and preview mail; keep the password."),
    "db": Lazy("studio_tui.cli.system.db", "db", "Look after the database."),
    "ssh": Lazy("studio_tui.cli.ssh.ssh", "ssh", "Keep the keys of those who come in over SSH."),
    "doctor": Lazy(
        "studio_tui.cli.system.doctor", "doctor", "See what is set up, what is missing."
    ),
    "completion": Lazy(
        "studio_tui.cli.system.completion", "completion", "Complete commands and names in a shell."
    ),
}


@click.group(
    cls=Program,
    lazy=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="studio-tui", message="%(prog)s %(version)s")
@click.pass_context
def program(ctx: click.Context) -> None:
    """The Conversation Studio in a terminal.

    Without a command, the Studio opens on the whole screen.
    """
    if ctx.invoked_subcommand is None:
        from studio_tui.cli.system.screens import open_screens

        ctx.exit(open_screens(Dependencies.of(ctx)))
