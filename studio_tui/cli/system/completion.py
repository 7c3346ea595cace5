"""``studio-tui completion``: what a shell reads to complete commands and names."""

import click

from studio_tui.cli.shared import completion as shells
from studio_tui.cli.shared.near_misses import NameChoice


@click.command()
@click.argument("shell", type=NameChoice(shells.SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what SHELL has to read to complete commands, options and names."""
    click.echo(shells.script(ctx.find_root().command, shell), nl=False)
