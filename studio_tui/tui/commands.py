"""One `Command` per action, which defines its key, footer entry, palette entry and help row.

A screen or widget with `Commands` as its first base lists its actions:

    class TemplatesScreen(StudioScreen):
        OWN_COMMANDS = (
            Command("push", "p", "Push", "Set up pushes of this template", needs=CREATE_PUSHES),
        )

        def action_push(self) -> None: ...

        def why_not_push(self) -> str | None:
            return None if self.template.through_push else "This template does not allow push."

``action_<id>`` runs the command (it may be a coroutine). ``why_not_<id>``, if defined, returns the
sentence that explains why the command is impossible at the moment, or None. An impossible command
is shown disabled, and its key shows that sentence. A command that ``needs`` a right that the actor
lacks is not offered at all (A2). Call ``self.refresh_bindings()`` when the result of ``why_not_…``
may have changed.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from textual._callback import invoke
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.screen import Screen

from studio_tui.domain.people.access import Action, may
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.tui.runtime.terminal import on_console
from studio_tui.tui.shell import shell_of

_TYPED = {
    "question_mark": "?",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "colon": ":",
    "vertical_line": "|",
    "ampersand": "&",
}
_SHOWN = {
    "enter": "⏎",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "delete": "del",
    **_TYPED,
}

_WORDS = {"enter"}
"""Keys shown as words on the Linux console, whose fonts have no character for them."""


@dataclass(frozen=True, slots=True)
class Command:
    """An action that the user can run on a screen or widget."""

    id: str
    """The suffix of the method ``action_<id>`` that runs the command."""
    keys: str
    """Textual's names of the keys, separated by commas; empty: only in the palette."""
    label: str
    """One or two words for the footer and the palette."""
    help: str
    """A phrase for the palette and the keys help, without a full stop."""
    footer: bool = True
    """Whether the command appears in the footer."""
    needs: Action | None = None
    """The right that the actor must have."""
    in_palette: bool = True
    """Whether the palette lists the command. Cursor movements are not worth listing."""
    verb: str = ""
    """The equivalent shell command after ``studio-tui``, with placeholders in capitals. Empty: only
    a screen has the command."""

    @classmethod
    def moving(cls, id_: str, keys: str, help_: str) -> "Command":
        """Return a command that moves a cursor; only the keys help lists it."""
        return cls(id_, keys, "", help_, footer=False, in_palette=False)

    @property
    def shown_keys(self) -> str:
        """All its keys, as displayed."""
        return " ".join(shown_key(key) for key in self.keys.split(",") if key)

    @property
    def shown_key(self) -> str:
        """Its first key, as displayed."""
        return shown_key(self.keys.split(",")[0])


if TYPE_CHECKING:
    _Node = DOMNode
else:
    # Textual derives the CSS type names of a class from its first base that is a DOMNode.
    _Node = object


class Commands(_Node):
    """Base of every screen and widget with commands; precedes Textual's class among the bases."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = ()
    REACH: ClassVar[str] = "here"
    """The scope of the commands in a word or two; the keys help groups them by it."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        own = cls.__dict__.get("OWN_COMMANDS", ())
        bound = [_binding(command) for command in own if command.keys]
        cls.BINDINGS = [*cls.__dict__.get("BINDINGS", ()), *bound]
        super().__init_subclass__(**kwargs)

    def commands(self) -> tuple[Command, ...]:
        """Return the commands of all classes, those of the most specific class first."""
        seen: dict[str, Command] = {}
        for base in type(self).__mro__:
            for command in base.__dict__.get("OWN_COMMANDS", ()):
                seen.setdefault(command.id, command)
        return tuple(seen.values())

    def may_do(self, command: Command) -> bool:
        """Return whether the rights of the actor allow ``command``."""
        if command.needs is None:
            return True
        actor = shell_of(self).actor
        return actor is not None and may(actor, command.needs)

    def is_offered(self, command: Command) -> bool:
        """Return whether ``command`` is displayed at all.

        A command that this actor can never run here is hidden, although its key still explains why.
        """
        return True

    def why_not(self, command: Command) -> str | None:
        """Return why ``command`` is impossible at the moment; None if it is possible."""
        hook: Callable[[], str | None] | None = getattr(self, f"why_not_{command.id}", None)
        return hook() if hook else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep commands that the actor may not run from being bound at all."""
        if action != "command":
            return super().check_action(action, parameters)
        return self.may_do(self._command(str(parameters[0])))

    async def action_command(self, command_id: str) -> None:
        """Run a command, or show why it is impossible."""
        command = self._command(command_id)
        if not self.may_do(command):
            return
        if reason := self.why_not(command):
            shell_of(self).show_error(reason)
        else:
            await self.run_command(command)

    async def run_command(self, command: Command) -> None:
        """Run ``command`` without further checks."""
        await invoke(getattr(self, f"action_{command.id}"))

    def _command(self, command_id: str) -> Command:
        return next(command for command in self.commands() if command.id == command_id)


@dataclass(frozen=True, slots=True)
class Offer:
    """A command of ``node`` that is offered at the moment."""

    node: Commands
    command: Command
    why_not: str | None

    def start(self) -> None:
        """Run the command in the message loop of its node, or show why not.

        Keys are queued until the command has run.
        """
        target = shell_of(self.node).keys.expect(self.node)

        async def do() -> None:
            try:
                await self.node.action_command(self.command.id)
            finally:
                target.ready()

        self.node.call_later(do)


def offers(screen: Screen[Any]) -> Iterator[Offer]:
    """Yield the commands that are available at the moment, with their nodes.

    These are the commands of the screen, of the focused widget and its ancestors, and of the app
    unless the screen is modal.
    """
    inner = [] if screen.focused is None else list(screen.focused.ancestors_with_self)
    nodes = [screen, *(node for node in inner if node not in (screen, screen.app))]
    nodes += [] if screen.is_modal else [screen.app]
    for node in nodes:
        if isinstance(node, Commands):
            yield from _offers_of(node)


def is_typed_as_text(screen: Screen[Any], command: Command) -> bool:
    """Return whether the focused widget would consume all keys of ``command`` as text."""
    focused = screen.focused
    keys = [key for key in command.keys.split(",") if key]
    return focused is not None and all(
        focused.check_consume_key(key, _TYPED.get(key) or key_to_character(key)) for key in keys
    )


def shown_key(key: str) -> str:
    """Return a key as displayed: ``ctrl+p`` becomes ^p."""
    if key.startswith("ctrl+"):
        return "^" + shown_key(key.removeprefix("ctrl+"))
    return key if key in _WORDS and on_console() else _SHOWN.get(key, key)


def _offers_of(node: Commands) -> Iterator[Offer]:
    for command in node.commands():
        if node.may_do(command) and node.is_offered(command):
            yield Offer(node, command, node.why_not(command))


def _binding(command: Command) -> Binding:
    return Binding(
        command.keys, f"command('{command.id}')", command.label, show=False, tooltip=command.help
    )
