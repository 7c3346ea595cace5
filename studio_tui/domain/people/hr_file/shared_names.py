"""Logins that equal the address of another person or look like their login (U1).

A reference by such a name could reach the wrong person.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from studio_tui.domain.people.hr_file.people import KnownUser
from studio_tui.domain.people.hr_file.records import ImportField
from studio_tui.domain.people.hr_file.references import ImportEntry
from studio_tui.domain.people.wrong_cell import quoted
from studio_tui.domain.shared.lookalikes import appearance


def shared_names(
    entries: Sequence[ImportEntry],
    by_login: Mapping[str, KnownUser],
    by_email: Mapping[str, KnownUser],
) -> Iterator[tuple[ImportEntry, ImportField, str]]:
    """Yield the rows with a login or an address that could be mistaken for another person's.

    The login equals another person's address or looks like their login, or the address equals their
    login. Each row comes with field and reason. ``by_login`` and ``by_email`` must contain all
    logins and addresses of ``entries`` in both roles, and ``by_login`` the `appearance` of those
    that are `not_ascii`. Names that the file itself takes away from a user are free.
    """
    by_user = {entry.user_id: entry for entry in entries if entry.user_id is not None}
    by_address = {entry.email: entry for entry in entries}
    for entry in entries:
        record = entry.record
        other, known = by_address.get(entry.login), by_email.get(entry.login)
        if not entry.keeps_login:
            if other is not None and other.ref != entry.ref:
                line = other.record.line
                reason = f"the login {quoted(record.login)} is the address on line {line}"
                yield entry, ImportField.LOGIN, reason
            elif known is not None and _is_other(known, entry) and known.user_id not in by_user:
                whose = f"{known.name} ({known.login})"
                reason = f"the login {quoted(record.login)} is the address of {whose}"
                yield entry, ImportField.LOGIN, reason
        known = by_login.get(entry.email)
        if known is not None and _is_other(known, entry):
            renamed = by_user.get(known.user_id)
            if renamed is None or renamed.keeps_login:
                reason = f"the address {quoted(record.email)} is the login of {known.name}"
                yield entry, ImportField.EMAIL, reason
    yield from _look_alikes(entries, by_login)


def not_ascii(names: Iterable[str]) -> Iterator[str]:
    """Yield those of ``names`` that can be confusable: ASCII letters never are."""
    return (name for name in names if not name.isascii())


def _look_alikes(
    entries: Sequence[ImportEntry], by_login: Mapping[str, KnownUser]
) -> Iterator[tuple[ImportEntry, ImportField, str]]:
    odd = [entry for entry in entries if not entry.login.isascii() and not entry.keeps_login]
    if not odd:
        return
    lines: dict[str, ImportEntry] = {}
    for entry in entries:
        lines.setdefault(appearance(entry.login), entry)
    for entry in odd:
        look = appearance(entry.login)
        login = quoted(entry.record.login)
        first, known = lines[look], by_login.get(look)
        if first.login != entry.login:
            yield (
                entry,
                ImportField.LOGIN,
                f"the login {login} looks like that on line {first.record.line}",
            )
        elif known is not None and _is_other(known, entry):
            reason = f"the login {login} looks like {quoted(known.login)}, which is {known.name}"
            yield entry, ImportField.LOGIN, reason


def _is_other(known: KnownUser, entry: ImportEntry) -> bool:
    return known.user_id != entry.user_id
