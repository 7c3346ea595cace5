"""``studio-tui demo``: the Studio with generated data."""

import click

from studio_tui.cli.shared.dependencies import Dependencies
from studio_tui.cli.system.screens import open_demo_screens


@click.command()
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Open the Studio on a made-up organisation, the same on every run.

    No mail leaves the machine, and nothing is kept. Without a terminal, the story is told as text.
    """
    dependencies = Dependencies.of(ctx)
    if not dependencies.why_no_terminal():
        ctx.exit(open_demo_screens(dependencies))
    from studio_tui.cli.shared.output import write_text
    from studio_tui.demo.narration import narrate

    narrate(write_text)
