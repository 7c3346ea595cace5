"""The messages that were sent, compressed against texts that they share."""

import zlib
from hashlib import sha256
from typing import Any

from peewee import JOIN

from studio_tui.storage.engine.tables import MailModel, NotificationMail

_M: Any = MailModel
_SENT_MAIL: Any = NotificationMail


def keep_model(text: bytes) -> int:
    """Store a text that messages have in common, unless it is stored already; return its id."""
    digest = sha256(text).hexdigest()
    _M.insert(digest=digest, text=text).on_conflict_ignore().as_rowcount().execute()
    return int(_M.select(_M.id).where(_M.digest == digest).scalar())


def compress_message(message: bytes, model: bytes) -> bytes:
    """Compress a message for storage, with ``model`` as the dictionary."""
    # Settings for small input: with the defaults, the setup of zlib takes longer than the mail
    # itself.
    packing = zlib.compressobj(1, zlib.DEFLATED, wbits=14, memLevel=6, zdict=model)
    return packing.compress(message) + packing.flush()


def sent_message(notification_id: int) -> bytes | None:
    """Return the mail as it was handed to the server; None if it was not handed over."""
    kept = _SENT_MAIL.select(_SENT_MAIL.message, _M.text).where(
        _SENT_MAIL.notification == notification_id
    )
    found = list(kept.join(_M, JOIN.LEFT_OUTER, on=_M.id == _SENT_MAIL.model).tuples())
    if not found:
        return None
    ((message, model),) = found
    # Older versions stored messages without a dictionary.
    unpacking = zlib.decompressobj(zdict=model or b"")
    return unpacking.decompress(message) + unpacking.flush()
