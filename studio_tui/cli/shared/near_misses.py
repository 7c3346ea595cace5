"""Commands and values that are nearly right: which one was meant.

Of options, click says so itself.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

from studio_tui.cli.shared.examples import example_of
from studio_tui.domain.shared.text import clean_line

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
_NOTHING: Mapping[Any, str] = {}


class CommandGroup(click.Group):
    """A group of commands, each with an example in its help.

    In place of a command that is none, it names the one that was meant.
    """

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        return self.prepared(ctx, super().get_command(ctx, cmd_name), cmd_name)

    def prepared(
        self, ctx: click.Context, command: click.Command | None, name: str
    ) -> click.Command | None:
        """``command``, called ``name`` here, with its example at the end of its help; where a shell
        asks what may come next, its arguments and options complete names."""
        if command is not None and ctx.resilient_parsing:
            from studio_tui.cli.shared.completion import with_names

            return with_names(command)
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


class NameChoice(click.Choice[str]):
    """One of several names; of a word that is none of them, the nearest is named.

    ``labels`` are the words that screens and tables show for the names, and ``also`` further words
    with the names they stand for; they are taken as well. Case, blanks, hyphens and underscores
    make no difference.
    """

    def __init__(
        self,
        names: Iterable[str],
        labels: Mapping[Any, str] = _NOTHING,
        also: Mapping[str, str] = _NOTHING,
    ) -> None:
        super().__init__([*map(str, names)])
        words = {**{label: name for name, label in labels.items()}, **also}
        self._names = {_plain(name): name for name in self.choices}
        for word, name in words.items():
            if name in self.choices:
                self._names.setdefault(_plain(word), str(name))

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name; raises `click.BadParameter`."""
        try:
            return super().convert(self._names.get(_plain(str(value)), value), param, ctx)
        except click.BadParameter as error:
            near = _near(str(value), self._names)
            if near is None:
                raise
            name = self._names[near]
            meant = name if _plain(name) == near else near
            raise click.BadParameter(
                f"{error.message} Did you mean “{meant}”?", ctx=ctx, param=param
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


def _plain(word: str) -> str:
    return "-".join(word.casefold().replace("_", " ").replace("-", " ").split())


def _near(word: str, names: Iterable[str]) -> str | None:
    known = list(names)
    wanted = _plain(word)
    for candidate in (wanted, *_OTHER_WORDS.get(wanted, ())):
        if candidate in known:
            return candidate
    # A word that was begun, then one with letters that are wrong.
    begun = [name for name in known if len(wanted) > 1 and name.startswith(wanted)]
    similar = difflib.get_close_matches(wanted, known, 1, _SIMILAR)
    return next(iter([*begun, *similar]), None)
