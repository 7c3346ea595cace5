"""Commands and values that are nearly right: which one was meant.

Of options, click says so itself.
"""

import difflib
from collections.abc import Iterable, Iterator, Sequence

import click

from studio_tui.cli.examples import example_of
from studio_tui.domain.text import clean_line

_SIMILAR = 0.6
_OTHER_WORDS = {
    "add": ("create", "import", "add-key"),
    "new": ("create", "plan"),
    "ls": ("list",),
    "get": ("show",),
    "view": ("show",),
    "read": ("show",),
    "rm": ("delete", "remove-key", "drop"),
    "remove": ("delete", "remove-key", "unassign"),
    "update": ("edit",),
    "change": ("edit",),
    "send": ("retry",),
}
"""What others call the same."""


class Group(click.Group):
    """A group of commands, each with an example in its help.

    In place of a command that is none, it names the one that was meant.
    """

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        return self.with_example(super().get_command(ctx, cmd_name), cmd_name)

    def with_example(self, command: click.Command | None, name: str) -> click.Command | None:
        """``command``, called ``name`` here, with its example at the end of its help."""
        example = example_of(f"{self.name} {name}") or example_of(name)
        if command is not None and example:
            command.epilog = f"Example: {example}"
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that ``args`` begin with; raises `click.UsageError` where there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchOption:
            raise
        except click.UsageError as error:
            meant = " ".join(_path(self, ctx, args))
            advice = f" Did you mean “{meant}”?" if meant else ""
            raise click.UsageError(
                f"No such command “{clean_line(args[0])}”.{advice}", ctx
            ) from error


class Choice(click.Choice[str]):
    """One of several words; of one that is none of them, the nearest is named."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word; raises `click.BadParameter`."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            near = _near(str(value), map(str, self.choices))
            if near is None:
                raise
            raise click.BadParameter(
                f"{error.message} Did you mean “{near}”?", ctx=ctx, param=param
            ) from error


def _path(group: click.Group, ctx: click.Context, args: Sequence[str]) -> Iterator[str]:
    """The words of the command that ``args`` nearly name; none where nothing is near."""
    names = group.list_commands(ctx)
    first = _near(args[0], names)
    if first is None:
        # “list pushes”: the other way round.
        turned = len(args) > 1 and _near(args[1], names)
        below = group.get_command(ctx, turned) if turned else None
        if isinstance(below, click.Group):
            verb = _near(args[0], below.list_commands(ctx))
            yield from (turned, verb) if turned and verb else ()
        return
    if ctx.parent is not None:
        yield ctx.info_name or ""
    yield first
    command = group.get_command(ctx, first)
    if len(args) > 1 and isinstance(command, click.Group):
        second = _near(args[1], command.list_commands(ctx))
        yield from (second,) if second else ()


def _near(word: str, names: Iterable[str]) -> str | None:
    known = list(names)
    wanted = word.lower().replace("_", "-")
    for candidate in (wanted, *_OTHER_WORDS.get(wanted, ())):
        if candidate in known:
            return candidate
    # A word that was begun, then one with letters that are wrong.
    begun = [name for name in known if len(wanted) > 1 and name.startswith(wanted)]
    similar = difflib.get_close_matches(wanted, known, 1, _SIMILAR)
    return next(iter([*begun, *similar]), None)
