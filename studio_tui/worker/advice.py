"""Advice about why mail is not leaving and what to do, worded the same everywhere."""

from studio_tui.mail.transport.outcomes import BY_TOKEN, Fault, RelayDown
from studio_tui.worker.retry import reply_text

_WAITS = "; mail waits and is tried again"
_ADVICE = {
    Fault.UNREACHABLE: "The mail server does not answer",
    Fault.TLS: "There is no protected connection to the mail server; check smtp.security "
    "and the server's certificate",
    Fault.LOGIN: "The mail server refuses the login; check smtp.username and the password "
    "(studio-tui mail password)",
    Fault.TOKEN: "There is no token to log in with; check [smtp.oauth2] or smtp.token_command by "
    "“studio-tui doctor”",
    Fault.SENDER: "The mail server refuses the sender; check smtp.sender",
    Fault.ACCOUNT: "The mail server does not let this account send; check smtp.username, or ask "
    "who runs the server",
    Fault.QUOTA: "The mail server takes no more for now: sending limit reached",
    Fault.NAME: "The mail server refuses the name that the Studio gives itself; set smtp.helo to "
    "the full name of this machine",
    Fault.HOST: "The mail server refuses mail from this machine; ask who runs the server to allow "
    "its address, or check smtp.host",
    Fault.BUSY: "The mail server asks to wait",
    Fault.REFUSAL: "The mail server refuses one mail after another; check that it lets the "
    "Studio send (smtp.host, smtp.username, smtp.sender)",
}
_BY_OAUTH = "The mail server refuses the login by token"
_TRANSIENT = frozenset({Fault.UNREACHABLE, Fault.QUOTA, Fault.BUSY})
"""Faults that pass without anybody having to act."""


def in_words(down: RelayDown, *, waits: bool = True) -> str:
    """Return why nothing is being sent and what to do, as one sentence.

    ``waits`` adds that mail waits. Pass False for a mail that is tried only once.
    """
    waiting = _WAITS if waits and down.fault in _TRANSIENT else ""
    advice = _ADVICE[down.fault]
    if down.fault is Fault.LOGIN and down.words.startswith(BY_TOKEN):
        advice = _BY_OAUTH
    return f"{advice}{waiting}: {reply_text(down)}"
