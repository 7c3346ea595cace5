"""Mails that bounced, and the users whose current address bounces (N15)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from peewee import SQL, NodeList, fn

from studio_tui.domain.outbox.bounces import Bounce
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import ONE, N, U, among, text
from studio_tui.storage.engine.prepared import CachedFragment, Prepared, among_given
from studio_tui.storage.engine.tables import NotificationTable, UserTable

_N: Any = NotificationTable
_LATER: Any = NotificationTable.alias("later")
_B: Any = NotificationTable.alias("back")
_W: Any = UserTable.alias("whose")


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that a bounce report may be about."""

    id: int
    key: str
    recipient_id: int
    address: str
    """The address that the mail was sent to."""
    bounced: bool


def sent_by_key(keys: Collection[str]) -> dict[str, SentMail]:
    """Return the mails of these keys that were sent, or are being sent, by key."""
    address = fn.COALESCE(N.sent_to, N.former_address, U.email)
    found = (
        N.select(N.id, N.key, N.recipient, address, N.bounced_at.is_null(False))
        .join(U, on=U.id == N.recipient)
        .where(among(N.key, keys), N.state.in_((NotificationState.SENT, NotificationState.SENDING)))
    )
    return {
        key: SentMail(mail_id, key, recipient, to, bool(bounced))
        for mail_id, key, recipient, to, bounced in found.tuples()
    }


def mark(mail_id: int, bounce: Bounce, key: str, at: datetime) -> bool:
    """Mark a mail as bounced from the address ``key``; return whether it was not marked before."""
    marked = _N.update(
        bounced_at=at, bounce_code=bounce.code, bounce_words=bounce.words, bounced_key=key
    ).where(_N.id == mail_id, _N.bounced_at.is_null())
    return bool(marked.execute())


def sent_since(mail: Any = N) -> Any:
    """Return the condition that a mail was sent again by hand."""
    return fn.EXISTS(
        _LATER.select(ONE).where(
            _LATER.recipient == mail.recipient,
            _LATER.id > mail.id,
            _is_again(_LATER, mail),
            _LATER.state != NotificationState.DROPPED,
        )
    )


def _is_again(mail: Any, before: Any) -> Any:
    """Return the condition that a mail is a copy of ``before`` that was sent again, by its key."""
    return NodeList((mail.key, SQL("LIKE"), before.key.concat(text("-again-%"))))


def is_corrected() -> Any:
    """Return the condition that the recipient of a bounced mail ``N`` has another address now."""
    return fn.EXISTS(
        _W.select(ONE).where(_W.id == N.recipient, _W.active, _W.email_key != N.bounced_key)
    )


def sent_to_the_same(ids: Collection[int]) -> list[str]:
    """Return the logins of recipients to whom these mails send a bounced mail again unchanged.

    Unchanged means that it goes to the same address from which it bounced.
    """
    same = _B.select(ONE).where(
        *(_B.recipient == N.recipient, _B.bounced_key == U.email_key, N.former_address.is_null()),
        _is_again(N, _B),
    )
    found = N.select(U.login, U.sort_name).join(U, on=U.id == N.recipient)
    found = found.where(among(N.id, ids), fn.EXISTS(same)).distinct()
    return [login for login, _ in found.order_by(U.sort_name, U.login).tuples()]


def bouncing() -> Any:
    """Return a query of one column: the users whose current address bounced.

    A user to whom the mail was sent again since is left out.
    """
    return (
        _B.select(_B.recipient)
        .join(_W, on=_W.id == _B.recipient)
        .where(_B.bounced_at.is_null(False), _B.bounced_key == _W.email_key, ~sent_since(_B))
    )


def bouncing_among(user_ids: Collection[int]) -> frozenset[int]:
    """Return those of ``user_ids`` whom `bouncing` finds."""
    return frozenset(row.user_id for row in _BOUNCING.rows(ids=user_ids))


class _Bouncing(NamedTuple):
    user_id: int


_BOUNCING = Prepared(_Bouncing, lambda: bouncing().where(among_given(_B.recipient, "ids")))
IS_BOUNCING = CachedFragment(lambda: U.id.in_(bouncing()))
"""The condition that `bouncing` finds the user ``U``."""
