"""Suggestions for misspelled commands and values. Click itself makes those for options."""

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
"""Verbs of other programs, each with the verbs of this program that may be meant."""
_NOTHING: Mapping[Any, str] = {}


class CommandGroup(click.Group):
    """A group of commands that adds an example to the help of each.

    For an unknown command it suggests the nearest one.
    """

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command with this name, or None if the group has none."""
        return self.prepared(ctx, super().get_command(ctx, cmd_name), cmd_name)

    def prepared(
        self, ctx: click.Context, command: click.Command | None, name: str
    ) -> click.Command | None:
        """Return ``command`` with an example at the end of its help.

        When a shell requests completions, make its arguments and options complete names instead.
        """
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
        """Return the command that ``args`` begin with.

        Raises `click.UsageError` if it is unknown.
        """
        # Click parses words that begin like an option again, and takes them out of the list.
        words = tuple(args)
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchOption:
            raise
        except click.UsageError as error:
            meant = " ".join(_path(self, ctx, words))
            advice = f" Did you mean “{meant}”?" if meant else ""
            raise click.UsageError(
                f"No such command “{clean_line(words[0])}”.{advice}", ctx
            ) from error


class NameChoice(click.Choice[str]):
    """A choice of names that suggests the nearest name for an unknown word.

    Also accepted are ``labels``, the words that screens and tables show for the names, and
    ``also``, further words with the names they stand for. Case, spaces, hyphens and underscores are
    ignored.
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
        """Return the name that ``value`` stands for.

        Raises `click.BadParameter` if it is unknown.
        """
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
    """Yield the words of the command nearest to ``args``; none if no name is similar."""
    names = group.list_commands(ctx)
    first = _near(args[0], names)
    if first is None:
        # The words may be in the wrong order: “list pushes”.
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
    # Prefer a name that begins with the word over a name that is spelled similarly.
    begun = [name for name in known if len(wanted) > 1 and name.startswith(wanted)]
    similar = difflib.get_close_matches(wanted, known, 1, _SIMILAR)
    return next(iter([*begun, *similar]), None)
