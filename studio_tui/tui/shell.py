"""What screens, widgets and the parts of the app may ask of the app that holds them: `Shell`.

They know the app by this alone and never by its class: so it may know them, and nobody imports in a
circle. It takes nothing of `tui` itself.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from textual.content import Content
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.destinations import Destination
from studio_tui.domain.shared.errors import StudioError

if TYPE_CHECKING:
    from studio_tui.domain.shared.list_views import KeptViews
    from studio_tui.domain.today.today import Badge
    from studio_tui.services.system.context import Studio

T = TypeVar("T")


class BackgroundCalls(Protocol):
    """Calls off the loop: `runtime.background_calls.Bridge`."""

    report: Callable[[StudioError], None]

    def read(
        self,
        owner: Widget,
        lane: Hashable,
        call: Callable[[], T],
        then: Callable[[T], Any],
        failed: Callable[[StudioError], None] | None = None,
    ) -> None:
        """Ask something; see `Bridge.read`."""

    def write(
        self,
        owner: Widget,
        call: Callable[[], T],
        then: Callable[[T], Any] | None = None,
        failed: Callable[[StudioError], None] | None = None,
    ) -> None:
        """Change something; see `Bridge.write`."""

    def drop(self, owner: Widget, lane: Hashable) -> None:
        """Nobody wants the answer of this lane any more."""


class TargetHandle(Protocol):
    """A target that is being opened: `runtime.key_queue.PendingTarget`."""

    def ready(self) -> None:
        """It is there."""

    def failed(self) -> None:
        """It will not be there."""


class Keys(Protocol):
    """What is typed, kept until somebody is there for it: `runtime.key_queue.KeyQueue`."""

    def expect(self, owner: MessagePump, give_up: Callable[[], Any] | None = None) -> TargetHandle:
        """Keep keys from here on for what ``owner`` opens."""

    def opened(self, target: Any) -> None:
        """What is `TargetHandle` is there, or overtaken."""

    def await_settled(self, widget: Any) -> None:
        """Keep the keys that are about ``widget`` until it shows what was asked for."""

    def settled(self) -> None:
        """A widget shows what was asked for."""

    def push_unprompted(self, question: Screen[Any], callback: Callable[[Any], Any]) -> None:
        """Show a question that takes no key that was typed before it can be read."""


class RunningJobs(Protocol):
    """What is under way and takes longer than a moment: `parts.jobs.Jobs`."""

    def begin(self, job: Any) -> None:
        """A `runtime.job.Job` begins that may take a while."""

    def ended(self) -> None:
        """Something of it has ended."""


class ShownPlace(Protocol):
    """What the top bar draws of a place: `places.Place`."""

    @property
    def id(self) -> str:
        """What it is told from others by."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def short(self) -> str:
        """Its title where there is little room; empty: the same."""

    @property
    def key(self) -> str:
        """The digit that goes there."""


class Shell(Protocol):
    """The app, as screens and widgets know it: `app.StudioApp`."""

    kept_views: "Mapping[str, KeptViews]"
    """What the actor keeps of lists, by their names."""

    @property
    def bridge(self) -> BackgroundCalls:
        """Calls off the loop."""

    @property
    def keys(self) -> Keys:
        """What is typed."""

    @property
    def jobs(self) -> RunningJobs:
        """What is under way."""

    @property
    def studio(self) -> "Studio":
        """The open Studio."""

    @property
    def actor(self) -> Actor | None:
        """Who is using it; None until it is open."""

    @property
    def stamp(self) -> int:
        """Goes up whenever anybody changed anything."""

    @property
    def screen(self) -> Screen[Any]:
        """The one that is shown."""

    # The frame

    shows_beside: bool
    """Whether lists show the row under the cursor beside them, where there is room."""

    @property
    def status(self) -> Content:
        """What the status line shows."""

    @property
    def identities(self) -> tuple[str, ...]:
        """The organisation and who is using it, ever shorter."""

    def badge(self, place_id: str) -> "Badge | None":
        """What the tab of a place says beside its name."""

    @property
    def current_mode(self) -> str:
        """The id of the place that is shown."""

    def open_places(self) -> Sequence[ShownPlace]:
        """The places the actor may see."""

    # What is told

    def say(self, sentence: str) -> None:
        """Show ``sentence`` until the next key."""

    def complain(self, sentence: str) -> None:
        """The same, as something that went wrong."""

    def check_for_changes(self) -> None:
        """Find out whether anybody changed anything."""

    # Lists

    def choose_columns(self, listed: Any) -> None:
        """Ask which columns a `widgets.list.views.Listed` is to show."""

    def choose_view(self, listed: Any) -> None:
        """Ask which of the views of a `widgets.list.views.Listed` to show."""

    # Where one goes

    def go(self, place_id: str) -> None:
        """Go to a place."""

    def go_to(
        self,
        destination: Destination,
        then: Callable[[Any], None] | None = None,
        *,
        instead: bool = False,
    ) -> None:
        """Go where ``destination`` names, on top of this screen or ``instead`` of it; ``then`` gets
        what that screen ends with."""

    def open(self) -> None:
        """Open the database."""

    def fit(self) -> None:
        """Cover the screen that has just come up where it does not fit."""


def shell_of(node: MessagePump) -> Shell:
    """The app that ``node`` is part of."""
    return cast(Shell, node.app)


def bridge_of(node: MessagePump) -> BackgroundCalls:
    """The calls of the app that ``node`` is part of."""
    return shell_of(node).bridge


def keys_of(node: MessagePump) -> Keys | None:
    """What is typed in the app that ``node`` is part of; None where it keeps nothing."""
    return cast("Keys | None", getattr(node.app, "keys", None))
