"""Whether the clock of this host can be trusted (N4, N8, D2)."""

from datetime import timedelta

from studio_tui.config.clock import SystemClock
from studio_tui.domain.shared.clock import span_in_words
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity import activity

_TOLERATED = timedelta(seconds=30)
"""As far apart as clocks may be without a word."""


def clock_problem(studio: Studio) -> str:
    """What is wrong with the clock of this host and what to do, in a sentence; else empty.

    With a database server it is compared with the server's, which is the one that counts.
    Otherwise with the newest line of activity, which cannot have been written later than now.
    """
    if (server := studio.store.clock) is not None:
        # Reading keeps the server's time fresh.
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
