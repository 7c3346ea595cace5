"""Check of this host's clock (N4, N8, D2)."""

from datetime import timedelta

from studio_tui.config.clock import SystemClock
from studio_tui.domain.shared.clock import span_in_words
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity import activity

_TOLERATED = timedelta(seconds=30)
"""Difference between two clocks that is tolerated silently."""


def clock_problem(studio: Studio) -> str:
    """Return what is wrong with this host's clock and what to do, in a sentence, else empty.

    With a database server the clock is compared with that of the server, which the Studio uses.
    Without one it is compared with the newest line of activity, which cannot be in the future.
    """
    if (server := studio.store.clock) is not None:
        # Reading refreshes the cached time of the server.
        with studio.store.reading():
            ahead = server.ahead_of_server(SystemClock().now())
        if abs(ahead) <= _TOLERATED:
            return ""
        apart = f"{span_in_words(abs(ahead))} {'ahead of' if ahead > timedelta(0) else 'behind'}"
        return (
            f"The clock of this host is {apart} that of the database server: "
            "let it be set by a time server (NTP). The Studio goes by the database server's."
        )
    with studio.store.reading():
        newest = activity.newest_instant()
    behind = newest - studio.now() if newest is not None else timedelta(0)
    if behind <= _TOLERATED:
        return ""
    return (
        f"The clock of this host is {span_in_words(behind)} behind the newest line of activity: "
        "let it be set by a time server (NTP). Mail that is due only by then waits."
    )
