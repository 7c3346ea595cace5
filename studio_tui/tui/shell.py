"""`Shell`: the interface of the app for its screens, widgets and parts.

They depend on this protocol and never on the class of the app, so the app can import them without a
circular import. This module imports nothing else from `tui`.
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
    from studio_tui.domain.shared.list_views import StoredViews
    from studio_tui.domain.today.today import Badge
    from studio_tui.services.system.context import Studio

T = TypeVar("T")


class BackgroundCalls(Protocol):
    """The interface of `runtime.background_calls.Bridge`, which runs calls off the event loop."""

    report: Callable[[StudioError], None]

    def read(
        self,
        owner: Widget,
        lane: Hashable,
        call: Callable[[], T],
        then: Callable[[T], Any],
        failed: Callable[[StudioError], None] | None = None,
    ) -> None:
        """Run a query; see `Bridge.read`."""

    def write(
        self,
        owner: Widget,
        call: Callable[[], T],
        then: Callable[[T], Any] | None = None,
        failed: Callable[[StudioError], None] | None = None,
    ) -> None:
        """Run a change; see `Bridge.write`."""

    def drop(self, owner: Widget, lane: Hashable) -> None:
        """Discard the result of this lane; see `Bridge.drop`."""


class TargetHandle(Protocol):
    """A target that is being opened: `runtime.key_queue.PendingTarget`."""

    def ready(self) -> None:
        """Report that the target is open."""

    def failed(self) -> None:
        """Report that the target did not open."""


class Keys(Protocol):
    """The interface of `runtime.key_queue.KeyQueue`, which queues keys until a target is ready."""

    def expect(self, owner: MessagePump, give_up: Callable[[], Any] | None = None) -> TargetHandle:
        """Queue keys from here on for the target that ``owner`` opens."""

    def opened(self, target: Any) -> None:
        """Release the keys of ``target``, a `TargetHandle`: it is open or superseded."""

    def await_settled(self, widget: Any) -> None:
        """Queue keys that act on rows of ``widget`` until it shows what was requested."""

    def settled(self) -> None:
        """Report that a widget shows what was requested."""

    def push_unprompted(self, question: Screen[Any], callback: Callable[[Any], Any]) -> None:
        """Push a dialog that accepts no key typed before it was visible."""


class RunningJobs(Protocol):
    """The interface of `parts.jobs.Jobs`, which shows the progress of long writes."""

    def begin(self, job: Any) -> None:
        """Start to follow a `runtime.job.Job`."""

    def ended(self) -> None:
        """Remove the jobs that have ended."""


class ShownPlace(Protocol):
    """The attributes of a `places.Place` that the top bar draws."""

    @property
    def id(self) -> str:
        """The unique id."""

    @property
    def title(self) -> str:
        """The displayed name."""

    @property
    def short(self) -> str:
        """The title for narrow terminals; empty: the same as ``title``."""

    @property
    def key(self) -> str:
        """The digit that switches to the place."""


class Shell(Protocol):
    """The app as screens and widgets use it: `app.StudioApp`."""

    saved_views: "Mapping[str, StoredViews]"
    """The saved views of the actor, by the name of the list."""

    @property
    def bridge(self) -> BackgroundCalls:
        """Runs calls off the event loop."""

    @property
    def keys(self) -> Keys:
        """The key queue."""

    @property
    def jobs(self) -> RunningJobs:
        """The jobs in progress."""

    @property
    def studio(self) -> "Studio":
        """The open Studio."""

    @property
    def actor(self) -> Actor | None:
        """The current user; None until the database is open."""

    @property
    def stamp(self) -> int:
        """A counter that increases with every change in the database."""

    @property
    def screen(self) -> Screen[Any]:
        """The current screen."""

    # The frame

    shows_details: bool
    """Whether lists show a detail pane for the row under the cursor, if there is room."""

    @property
    def status(self) -> Content:
        """The contents of the status line."""

    @property
    def identities(self) -> tuple[str, ...]:
        """The organisation and the user as texts of decreasing length."""

    def badge(self, place_id: str) -> "Badge | None":
        """Return the badge of a place in the top bar; None if it has none."""

    @property
    def current_mode(self) -> str:
        """The id of the current place."""

    def open_places(self) -> Sequence[ShownPlace]:
        """Return the places that the actor may see."""

    # Messages and changes

    def show_message(self, sentence: str) -> None:
        """Show ``sentence`` until the next key press."""

    def show_error(self, sentence: str) -> None:
        """Show ``sentence`` as an error until the next key press."""

    def check_for_changes(self) -> None:
        """Check whether the database has changed."""

    # Lists

    def choose_columns(self, listed: Any) -> None:
        """Prompt for the columns of a `widgets.list.views.ListWithViews`."""

    def choose_view(self, listed: Any) -> None:
        """Prompt for a view of a `widgets.list.views.ListWithViews`."""

    # Navigation

    def go(self, place_id: str) -> None:
        """Switch to a place."""

    def go_to(
        self,
        destination: Destination,
        then: Callable[[Any], None] | None = None,
        *,
        instead: bool = False,
    ) -> None:
        """Open ``destination`` on top of this screen, or ``instead`` of it.

        ``then`` receives the result of that screen.
        """

    def open(self) -> None:
        """Open the database."""

    def fit(self) -> None:
        """Cover the current screen if the terminal is too small for it."""


def shell_of(node: MessagePump) -> Shell:
    """Return the app that ``node`` is part of."""
    return cast(Shell, node.app)


def bridge_of(node: MessagePump) -> BackgroundCalls:
    """Return the background calls of the app that ``node`` is part of."""
    return shell_of(node).bridge


def keys_of(node: MessagePump) -> Keys | None:
    """Return the key queue of the app that ``node`` is part of; None if it has none."""
    return cast("Keys | None", getattr(node.app, "keys", None))
