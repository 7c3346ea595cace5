"""``studio-tui demo``: the Studio on made-up data."""

import os
from collections.abc import Callable
from contextlib import ExitStack

import click

from studio_tui.cli.output import write_text
from studio_tui.cli.surroundings import Surroundings
from studio_tui.config.clock import clock_from
from studio_tui.demo import Demo, open_demo, tell
from studio_tui.domain.access import Actor
from studio_tui.services.context import Studio


@click.command()
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Open the Studio on a made-up organisation, the same on every run.

    No mail leaves the machine, and nothing is kept. Without a terminal, the story is told as text.
    """
    surroundings = Surroundings.of(ctx)
    if surroundings.why_no_terminal():
        tell(write_text)
        return
    ctx.exit(_show(surroundings))


def _show(surroundings: Surroundings) -> int:
    now = os.environ.get("STUDIO_NOW")
    clock = clock_from(now) if now else None
    demos: list[Demo] = []
    with ExitStack() as opened:

        def opening(tell_user: Callable[[str], None]) -> tuple[Studio, Actor]:
            def progress(share: float) -> None:
                tell_user(f"Making up an organisation and what happened in it… {share:.0%}")

            demos.append(opened.enter_context(open_demo(clock, progress)))
            return demos[-1].studio, demos[-1].actor

        return surroundings.run_app(opening, lambda studio: [demos[-1].mail])
