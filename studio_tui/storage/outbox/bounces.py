"""Which mail came back, and whose address it is that mail comes back from (N15)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from peewee import SQL, NodeList, fn

from studio_tui.domain.outbox.bounces import Bounce
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.storage.engine.expressions import ONE, N, U, among, text
from studio_tui.storage.engine.prepared import Prepared, WrittenOnce, among_given
from studio_tui.storage.engine.tables import NotificationTable, UserTable

_N: Any = NotificationTable
_LATER: Any = NotificationTable.alias("later")
_B: Any = NotificationTable.alias("back")
_W: Any = UserTable.alias("whose")


@dataclass(frozen=True, slots=True)
class SentMail:
    """What a report may be about."""

    id: int
    key: str
    recipient_id: int
    address: str
    """Where it went."""
    bounced: bool


def sent_by_key(keys: Collection[str]) -> dict[str, SentMail]:
    """The mail that left, or is on the wire, of these keys."""
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
    """Let a mail have come back from the address ``key``; whether it had not before."""
    marked = _N.update(
        bounced_at=at, bounce_code=bounce.code, bounce_words=bounce.words, bounced_key=key
    ).where(_N.id == mail_id, _N.bounced_at.is_null())
    return bool(marked.execute())


def sent_since(mail: Any = N) -> Any:
    """Whether a mail was sent once more by hand."""
    return fn.EXISTS(
        _LATER.select(ONE).where(
            _LATER.recipient == mail.recipient,
            _LATER.id > mail.id,
            _is_again(_LATER, mail),
            _LATER.state != NotificationState.DROPPED,
        )
    )


def _is_again(mail: Any, before: Any) -> Any:
    """Whether the key of a mail says that it is ``before``, sent once more."""
    return NodeList((mail.key, SQL("LIKE"), before.key.concat(text("-again-%"))))


def is_corrected() -> Any:
    """Whether the recipient of a mail ``N`` that came back has another address by now."""
    return fn.EXISTS(
        _W.select(ONE).where(_W.id == N.recipient, _W.active, _W.email_key != N.bounced_key)
    )


def sent_to_the_same(ids: Collection[int]) -> list[str]:
    """To whom of the recipients of these mails goes once more, at the address that it came back
    from, what came back; their logins."""
    same = _B.select(ONE).where(
        *(_B.recipient == N.recipient, _B.bounced_key == U.email_key, N.former_address.is_null()),
        _is_again(N, _B),
    )
    found = N.select(U.login, U.sort_name).join(U, on=U.id == N.recipient)
    found = found.where(among(N.id, ids), fn.EXISTS(same)).distinct()
    return [login for login, _ in found.order_by(U.sort_name, U.login).tuples()]


def bouncing() -> Any:
    """A query of one column: the users whose mail came back from the address that they have, and
    was not sent there once more since."""
    return (
        _B.select(_B.recipient)
        .join(_W, on=_W.id == _B.recipient)
        .where(_B.bounced_at.is_null(False), _B.bounced_key == _W.email_key, ~sent_since(_B))
    )


def bouncing_among(user_ids: Collection[int]) -> frozenset[int]:
    """Those of `bouncing` among some users."""
    return frozenset(row.user_id for row in _BOUNCING.rows(ids=user_ids))


class _Bouncing(NamedTuple):
    user_id: int


_BOUNCING = Prepared(_Bouncing, lambda: bouncing().where(among_given(_B.recipient, "ids")))
IS_BOUNCING = WrittenOnce(lambda: U.id.in_(bouncing()))
"""Whether the user ``U`` is one of `bouncing`."""
