"""``studio-tui completion``: the script with which a shell completes commands and names."""

import click

from studio_tui.cli.shared import completion as shells
from studio_tui.cli.shared.dependencies import Dependencies
from studio_tui.cli.shared.suggestions import NameChoice


@click.command()
@click.argument("shell", type=NameChoice(shells.SHELLS))
@click.option(
    "--over", metavar="DESTINATION", help="For bash elsewhere: run and complete it over SSH there."
)
@click.option("--line", metavar="TEXT", help="Tell bash how this line may go on.")
@click.pass_context
def completion(ctx: click.Context, shell: str, over: str | None, line: str | None) -> None:
    """Print what SHELL has to read to complete commands, options and names."""
    program = ctx.find_root().command
    if over is None and line is None:
        click.echo(shells.script(program, shell), nl=False)
        return
    if shell != "bash" or (over is not None and line is not None):
        raise click.UsageError("--over and --line are for bash, one of them at a time.")
    if over is not None:
        click.echo(shells.ssh_script(over), nl=False)
    elif told := shells.answer_for_line(program, Dependencies.of(ctx), line or ""):
        click.echo(told)
