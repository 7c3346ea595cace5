"""Erasing the identity and the texts of a person from every table (U13).

Rows that counts depend on stay, without anything about the person. Texts that others wrote stay
unchanged.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from peewee import fn

from studio_tui.domain.activity.sealing import SealedLine
from studio_tui.domain.activity.verbs import AUDIENCE_FIELDS, Verb
from studio_tui.domain.audiences.audience import (
    Condition,
    decode_audience,
    encode_audience,
    with_conditions,
)
from studio_tui.domain.outbox.kinds import DropReason
from studio_tui.domain.outbox.notification import WAITING, NotificationState
from studio_tui.domain.people.users import full_name, sort_name
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold, fold_search
from studio_tui.storage.activity import emptying, sealing
from studio_tui.storage.engine.expressions import ACT, C, U, among, column, containing
from studio_tui.storage.engine.tables import (
    ActivityUser,
    Answer,
    AssignmentTable,
    CoachingTable,
    ConversationQuestion,
    ConversationTable,
    DraftTable,
    EarlierText,
    ListViewTable,
    MergedUser,
    NotificationMail,
    NotificationTable,
    NotificationUser,
    Preparation,
    PushTable,
    ReviewTable,
    SegmentTable,
    SegmentVersion,
    SnoozeTable,
    SshKey,
    TeamLeader,
    TeamTable,
    TemplateVersionTable,
    UserGroup,
    UserScope,
    UserTable,
)
from studio_tui.storage.people.fact_columns import COLUMNS

_K: Any = UserTable
_ERASED_TEXT = "(erased)"
_TEXTS_WITH_LOGINS = AUDIENCE_FIELDS | {"for"}
"""Keys under which lines of activity store texts that have logins among other words."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """The name and addresses that replace those of an erased person."""

    user_id: int

    @property
    def login(self) -> str:
        """A login that belongs to no account. The user has left, so it admits nobody."""
        return f"erased-{self.user_id}"

    @property
    def email(self) -> str:
        """An address at which no mail arrives (RFC 2606)."""
        return f"{self.login}@erased.invalid"

    @property
    def name(self) -> str:
        """The name that lists show."""
        return f"Erased person {self.user_id}"


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The texts that identify a person."""

    logins: frozenset[str]
    """Folded logins, matched as whole values."""
    phrases: tuple[str, ...]
    """Addresses and full names, matched anywhere in a text."""

    def replaced(self, text: str, by: Placeholder) -> str:
        """Return a text with the identifiers replaced by the placeholder."""
        if fold(text) in self.logins:
            return by.login
        for phrase in self.phrases:
            stand_in = by.email if "@" in phrase else by.name
            text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", stand_in, text, flags=re.I)
        return text

    def without(self, value: Any, by: Placeholder) -> Any:
        """Return a JSON value with the identifiers replaced by the placeholder."""
        match value:
            case str():
                return self.replaced(value, by)
            case list():
                return [self.without(each, by) for each in value]
            case dict():
                return {
                    key: self._among_words(each, by)
                    if key in _TEXTS_WITH_LOGINS and isinstance(each, str)
                    else self.without(each, by)
                    for key, each in value.items()
                }
            case _:
                return value

    def _among_words(self, text: str, by: Placeholder) -> str:
        """Return a text without the identifiers, in which a login may be one word."""
        for login in self.logins:
            text = re.sub(rf"(?<![\w.@-]){re.escape(login)}(?![\w.@-])", by.login, text, flags=re.I)
        return self.replaced(text, by)


def is_erased(user_id: int) -> bool:
    """Return whether a user was erased."""
    x: Any = ActivityUser
    found = ACT.select(ACT.id).join(x, on=x.activity == ACT.id)
    return found.where(x.user == user_id, ACT.action == Verb.ERASE).limit(1).scalar() is not None


def records_of(user_id: int) -> list[int]:
    """Return the id of a user, and of the records that were merged into it (U11)."""
    m: Any = MergedUser
    return [user_id, *column(m.select(m.user).where(m.into == user_id).order_by(m.user))]


def known(ids: Sequence[int]) -> Identifiers:
    """Return all current and former identifiers of a person, from the records and the activity."""
    told: list[dict[str, Any]] = []
    columns = (U.login, U.email, U.given_name, U.family_name)
    for row in U.select(*columns).where(among(U.id, ids)).dicts():
        told.append(row)
    for line in _alone(ids):
        told += [json.loads(text) for text in (line.before, line.after) if text]
    told += [{"login": login} for login in column(
        ACT.select(ACT.actor_login).where(among(ACT.actor, ids)).distinct()
    )]  # fmt: skip
    n: Any = NotificationTable
    for address in column(n.select(n.sent_to).where(among(n.recipient, ids)).distinct()):
        told.append({"email": address})
    return _known_by(each for each in told if isinstance(each, dict))


def _known_by(told: Iterable[dict[str, Any]]) -> Identifiers:
    logins: set[str] = set()
    phrases: set[str] = set()
    given: set[str] = set()
    family: set[str] = set()
    for each in told:
        for name, into in (("given_name", given), ("family_name", family)):
            if isinstance(each.get(name), str):
                into.add(each[name])
        if isinstance(login := each.get("login"), str) and login:
            logins.add(fold(login))
        if isinstance(email := each.get("email"), str) and "@" in email:
            phrases.add(email)
    phrases |= {full_name(one, other) for one in given for other in family}
    # A name of a single word may also be an ordinary word.
    kept = {phrase for phrase in phrases if "@" in phrase or " " in phrase}
    return Identifiers(frozenset(logins), tuple(sorted(kept, key=lambda each: (-len(each), each))))


def lines_to_empty(
    ids: Sequence[int], told: Identifiers, by: Placeholder
) -> list[emptying.EmptiedLine]:
    """Return the lines of activity that mention a person, emptied. Seals unsealed lines first."""
    found = column(ACT.select(ACT.id).where(_telling(ids, told)).order_by(ACT.id))
    emptying.seal_before(found)
    lines = {line_id: (line, users) for line_id, line, users in sealing.sealed_lines(found)}
    people = set(ids)
    return emptying.emptied(
        lines,
        {
            line_id: _without(line, told, by, by_them=line.actor_id in people,
                              alone=bool(users) and set(users) <= people)
            for line_id, (line, users) in lines.items()
        },
    )  # fmt: skip


def _without(
    line: SealedLine, told: Identifiers, by: Placeholder, *, by_them: bool, alone: bool
) -> SealedLine:
    def text(value: str | None) -> str | None:
        if value is None or alone:
            return None
        without = told.without(read := json.loads(value), by)
        return value if without == read else json.dumps(without, ensure_ascii=False)

    return replace(
        line,
        actor_login=by.login if by_them else told.replaced(line.actor_login, by),
        origin=None if by_them else line.origin,
        subject=told.replaced(line.subject, by),
        before=text(line.before),
        after=text(line.after),
    )


def _telling(ids: Sequence[int], told: Identifiers) -> Any:
    x: Any = ActivityUser
    about = x.select(x.activity).where(among(x.user, ids))
    found = among(ACT.actor, ids) | ACT.id.in_(about)
    for word in (*told.logins, *told.phrases):
        for text in (ACT.subject, ACT.before, ACT.after):
            for spelled in {
                word,
                json.dumps(word, ensure_ascii=False).removeprefix('"').removesuffix('"'),
            }:
                found |= containing(text, [spelled])
                found |= containing(fn.LOWER(text), [spelled.lower()])
    return found


def _alone(ids: Sequence[int]) -> list[SealedLine]:
    """Return the lines that are about these records and nobody else."""
    x: Any = ActivityUser
    about = column(x.select(x.activity).where(among(x.user, ids)).distinct())
    people = set(ids)
    return [line for _, line, users in sealing.sealed_lines(about) if set(users) <= people]


def erase_identity(user_id: int, by: Placeholder, language: str, zone: str) -> None:
    """Replace the identity in the record of a user by the placeholder."""
    email, given, family = by.email, "Erased person", str(by.user_id)
    login = by.login if user_id == by.user_id else f"{by.login}-{user_id}"
    email = by.email if user_id == by.user_id else f"{login}@erased.invalid"
    # Every fact is reset unless it is named here, so that a new fact is erased as well.
    facts: dict[str, Any] = {fact.name: fact.unknown for fact in COLUMNS} | {
        "login": login,
        "email": email,
        "given_name": given,
        "family_name": family,
        "language": language,
        "time_zone": zone,
        "active": False,
    }
    UserTable.update(
        **facts,
        login_key=fold(login),
        email_key=fold(email),
        employee_number_key=None,
        left_at=None,
        sort_name=sort_name(given, family),
        search=fold_search(f"{given} {family} {login}"),
    ).where(_K.id == user_id).execute()
    MergedUser.update(login_key=f" {user_id}", email_key=f" {user_id}", number_key=None).where(
        (MergedUser.user == user_id) | (MergedUser.into == user_id)
    ).execute()


def erase_rows(ids: Sequence[int], told: Identifiers, by: Placeholder) -> None:
    """Delete what belongs to the person alone, and erase the texts that they wrote."""
    # Their teams and coaches stay: counts of pushes by manager, and without one, depend on them.
    for column_of_theirs in (
        UserGroup.user,
        TeamLeader.user,
        CoachingTable.coach,
        DraftTable.user,
        SnoozeTable.user,
        ListViewTable.user,
        SshKey.user,
        EarlierText.author,
        ReviewTable.user,
        UserScope.user,
    ):
        table: Any = column_of_theirs.model
        table.delete().where(among(column_of_theirs, ids)).execute()
    for written in (Preparation, Answer):
        written.update(text="").where(among(written.author, ids)).execute()
    ConversationQuestion.update(text=_ERASED_TEXT, topic="", options="[]").where(
        among(ConversationQuestion.added_by, ids)
    ).execute()
    AssignmentTable.update(excuse=_ERASED_TEXT).where(
        among(AssignmentTable.user, ids), AssignmentTable.excuse.is_null(False)
    ).execute()
    with_them = among(ConversationTable.user, ids) | among(ConversationTable.conductor, ids)
    ConversationTable.update(place="", former_place=None).where(with_them).execute()
    v: Any = TemplateVersionTable
    v.update(saved_by=by.login).where(fn.LOWER(v.saved_by).in_(list(told.logins))).execute()
    s: Any = SegmentVersion
    s.update(saved_by=by.login).where(fn.LOWER(s.saved_by).in_(list(told.logins))).execute()
    _rename_teams(told, by)
    _rename_in_audiences(told, by)
    _erase_mail(ids)


def _erase_mail(ids: Sequence[int]) -> None:
    n: Any = NotificationTable
    dropped = n.update(state=NotificationState.DROPPED, error=str(DropReason.ERASED), lease=None)
    dropped.where(
        among(n.recipient, ids), n.state.in_((*WAITING, NotificationState.FAILED))
    ).execute()
    n.update(sent_to=None, former_address=None, bounced_key=None).where(
        among(n.recipient, ids)
    ).execute()
    n.update(bounce_words="").where(among(n.recipient, ids), n.bounced_at.is_null(False)).execute()
    n.update(error="").where(
        among(n.recipient, ids), n.error.is_null(False), n.state != NotificationState.DROPPED
    ).execute()
    told = NotificationUser.select(NotificationUser.notification).where(
        among(NotificationUser.user, ids)
    )
    theirs = C.select(C.id).where(among(C.user, ids) | among(C.conductor, ids))
    caused = ACT.select(ACT.id).where(among(ACT.actor, ids))
    mails = n.select(n.id).where(
        among(n.recipient, ids)
        | n.id.in_(told)
        | n.conversation.in_(theirs)
        | n.caused_by.in_(caused)
    )
    NotificationMail.delete().where(NotificationMail.notification.in_(mails)).execute()


def _rename_teams(told: Identifiers, by: Placeholder) -> None:
    """Rename the teams that were created for the person as a manager and named after them."""
    t: Any = TeamTable
    for team_id, name, path, key in list(t.select(t.id, t.name, t.path, t.path_key).tuples()):
        named, placed = told.replaced(name, by), told.replaced(path, by)
        if (named, placed) != (name, path):
            key = fold(told.replaced(key, by))  # noqa: PLW2901
            t.update(name=named, path=placed, path_key=key).where(t.id == team_id).execute()


def _rename_in_audiences(told: Identifiers, by: Placeholder) -> None:
    """Replace the identifiers in stored audiences that named the person."""
    for table in (SegmentTable, SegmentVersion, PushTable):
        kept: Any = table
        for text in set(column(kept.select(kept.audience).where(kept.audience.is_null(False)))):
            if (replaced := _unnamed(text, told, by)) != text:
                kept.update(audience=replaced).where(kept.audience == text).execute()
    scope: Any = UserScope
    for text in set(column(scope.select(scope.kept))):
        if (replaced := _unnamed(text, told, by)) != text:
            said = str(decode_audience(replaced))
            scope.update(kept=replaced, audience=said).where(scope.kept == text).execute()


def _unnamed(audience: str, told: Identifiers, by: Placeholder) -> str:
    """Return a stored audience with the person's identifiers replaced."""

    def without(condition: Condition) -> Condition:
        names = [replace(name, text=told.replaced(name.text, by)) for name in condition.names]
        return replace(condition, names=tuple(names))

    return encode_audience(with_conditions(decode_audience(audience), without))


def talks_of(ids: Sequence[int], *, begun: bool) -> list[int]:
    """Return the person's conversations that are under way (``begun``) or still ahead."""
    ahead = C.started_at.is_null(not begun)
    ours = among(C.user, ids) | among(C.conductor, ids)
    found = C.select(C.id).where(ours, ahead, C.finished_at.is_null(), C.cancelled_at.is_null())
    return column(found.order_by(C.id))


def count_texts(ids: Sequence[int]) -> int:
    """Return the number of the person's texts in conversations."""
    return sum(
        table.select().where(among(table.author, ids), table.text != "").count()
        for table in (Preparation, Answer, EarlierText)
    )


def count_mails(ids: Sequence[int]) -> tuple[int, int]:
    """Return the number of mails to a person, and how many of them wait."""
    n: Any = NotificationTable
    to_them = n.select().where(among(n.recipient, ids))
    return to_them.count(), to_them.where(n.state.in_(WAITING)).count()
