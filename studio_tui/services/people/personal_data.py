"""Export of all data about one person as an archive to hand to them (U13).

The admin who makes the archive may not read texts of conversations that the template does not open
to them. These texts are left out, and the archive says how the person can get them (C6).
"""

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path
from typing import Any

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.conversations.conversation import Part
from studio_tui.domain.outbox.kinds import MailForm
from studio_tui.domain.outbox.notification import Delivery, Notification
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.facts import FACTS
from studio_tui.domain.people.users import User
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.conversations.reading import (
    HandedOverContent,
    content_to_hand_over,
    record_handed_over,
)
from studio_tui.services.outbox.messages import MessageBuilder
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.system.files import removed_on_failure, require_place, write_private
from studio_tui.storage.activity.activity import (
    ActivityLine,
    about_users,
    activity_line,
    write_activity,
)
from studio_tui.storage.outbox import deliveries, notifications, sent_messages
from studio_tui.storage.people import personal_data, ssh_keys, users
from studio_tui.storage.pushes import assignments

_SHEET = "data"
_PRIVATE = 0o600 << 16
"""The file mode stored for each file of the archive."""
_PART_LABELS = {
    Part.STATUS: "status",
    Part.USER_PREPARATION: "prepared by the user",
    Part.CONDUCTOR_PREPARATION: "prepared by the conductor",
    Part.ANSWERS: "noted in the talk",
    Part.SUMMARY: "summary",
}
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ArchiveSummary:
    """A summary of the content of an archive."""

    user: User
    files: int
    conversations: int
    mails: int
    lines: int
    """Number of lines of activity."""
    closed: int
    """Number of texts left out because the person may read them but the actor may not."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The stored data about one person."""

    user: User
    coachees: list[tuple[str, str]]
    pushes: list[tuple[str, Assignment]]
    handed: list[HandedOverContent]
    mails: list[Notification]
    messages: Mapping[int, bytes | None]
    """The message that the server received, by id of the mail; None if it was not sent."""
    deliveries: Mapping[int, Delivery]
    mails_about: list[Notification]
    """Mails to other recipients that mention the person."""
    keys: list[Facts]
    lines: list[ActivityLine]
    rows: dict[str, list[Facts]]


def export(studio: Studio, actor: Actor, login: str, path: Path) -> ArchiveSummary:
    """Write all data about the user with this login or address into a new archive.

    Only the owner of the file can read it. If anything fails, no file remains. Raises `NotFound`,
    and `Refused` if ``path`` exists or is no place for a file.
    """
    require(actor, Action.PERSONAL_DATA)
    require_place(path, replacing=False)
    with studio.store.reading():
        found = _found(studio, actor, naming.user_id_named(login))
    files = dict(_files(studio, found))
    with removed_on_failure() as made, studio.store.writing():
        line = write_activity(actor, studio.now(), Verb.EXPORT_DATA, found.user.login)
        about_users(line, users.one_user(found.user.id))
        for each in found.handed:
            record_handed_over(studio, actor, each)
        # Write before the commit, so that the activity never records an archive that does not
        # exist.
        write_private(path, _archive(files, studio.now().astimezone(studio.zone)), force=False)
        made.append(path)
    closed = sum(each.closed for each in found.handed)
    counts = (len(found.handed), len(found.mails), len(found.lines))
    return ArchiveSummary(found.user, len(files), *counts, closed)


def _found(studio: Studio, actor: Actor, user_id: int) -> _Found:
    now = studio.now()
    to_them = personal_data.mails_to(user_id)
    person = personal_data.as_reader(user_id)
    lines = map(activity_line, personal_data.lines_of(user_id))
    return _Found(
        user=users.users_by_id([user_id])[0],
        coachees=personal_data.coachees_of(user_id),
        pushes=list(assignments.pushes_of(user_id, studio.today())),
        handed=[
            content_to_hand_over(actor, person, each)
            for each in personal_data.conversations_with(user_id)
        ],
        mails=notifications.notifications_by_id(to_them, now),
        messages={each: sent_messages.sent_message(each) for each in to_them},
        deliveries={each.id: each for each in deliveries.deliveries_by_id(to_them, now)},
        mails_about=notifications.notifications_by_id(personal_data.mails_about(user_id), now),
        keys=[
            {"fingerprint": key.fingerprint, "kind": key.kind, "comment": key.comment,
             "added_at": key.added_at}
            for key in ssh_keys.keys_of(user_id)
        ],
        lines=[line for line in lines if line is not None],
        rows=personal_data.rows_about(user_id),
    )  # fmt: skip


def _files(studio: Studio, found: _Found) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of the files.

    Names consist of numbers and kinds only, never of text that a user entered.
    """
    yield "README.txt", _readme(studio, found).encode()
    data = _data_of(found)
    yield f"{_SHEET}.json", _json(data).encode()
    yield f"{_SHEET}.txt", ("\n".join(_readable(data)) + "\n").encode()
    calendar: dict[int, bytes] = {}
    for mail in found.mails:
        message = found.messages[mail.id]
        state = "sent" if message is not None else "not-sent"
        message = message if message is not None else _unsent_message(studio, found, mail)
        if message is None:
            continue
        yield f"mails/{mail.id:08d}-{mail.kind}-{state}.eml", message
        meeting = found.deliveries[mail.id].meeting
        if meeting is not None and (entry := _entry_in(message)):
            # Mails are in order, so the newest entry of a conversation wins.
            calendar[meeting.conversation_id] = entry
    for conversation_id, entry in sorted(calendar.items()):
        yield f"calendar/conversation-{conversation_id:08d}.ics", entry


def _unsent_message(studio: Studio, found: _Found, mail: Notification) -> bytes | None:
    """Return an unsent mail in its current form; None if it cannot be written."""
    delivery = found.deliveries[mail.id]
    if mail.kind.form in (MailForm.INVITATION, MailForm.WITHDRAWAL) and delivery.meeting is None:
        return None
    try:
        return MessageBuilder(studio).mail(replace(delivery, dated_at=studio.now())).message
    except Refused:
        return None


def _entry_in(message: bytes) -> bytes | None:
    """Return the calendar entry that a mail carries; None if it has none."""
    for part in message_from_bytes(message, policy=policy.default).walk():
        if part.get_content_type() == "text/calendar":
            return bytes(part.get_payload(decode=True) or b"")
    return None


def _data_of(found: _Found) -> Facts:
    user = found.user
    return {
        "person": {fact.name: getattr(user, fact.name) for fact in FACTS},
        "managers": [
            {"login": each.login, "name": each.name, "reason": each.reason}
            for each in user.managers
        ],
        "coachees": [{"login": login, "name": name} for login, name in found.coachees],
        "pushes": [_of_push(push, assignment) for push, assignment in found.pushes],
        "conversations": [_of_conversation(each) for each in found.handed],
        "mails": [_of_mail(each) for each in found.mails],
        "mails_to_others_about_them": [_of_mail(each) for each in found.mails_about],
        "ssh_keys": found.keys,
        "activity": [_of_line(user, each) for each in found.lines],
        "rows": found.rows,
    }


def _of_push(push: str, assignment: Assignment) -> Facts:
    return {
        "push": push,
        "status": assignment.status,
        "flags": sorted(assignment.flags),
        "status_at": assignment.status_at,
        "conductor": assignment.conductor,
        "deadline": assignment.deadline,
        "own_deadline": assignment.deadline if assignment.has_longer else None,
        "excuse": assignment.excuse or None,
        "reminders": assignment.reminders,
    }


def _of_conversation(handed: HandedOverContent) -> Facts:
    conversation = handed.conversation
    return {
        "id": conversation.id,
        "user": conversation.login,
        "conductor": conversation.conductor_login,
        "push": conversation.push or None,
        "template": conversation.template.name,
        "state": conversation.state,
        "planned_for": conversation.planned_for,
        "minutes": conversation.minutes,
        "place": conversation.place,
        "started_at": conversation.started_at,
        "held_at": conversation.finished_at,
        "cancelled_at": conversation.cancelled_at,
        "texts_closed": handed.closed,
        "questions": [
            {
                "topic": asked.topic,
                "question": asked.question.text,
                "texts": [
                    {
                        "what": _PART_LABELS[piece.part],
                        "by": piece.author,
                        "written_at": piece.written.written_at,
                        "text": piece.written.text,
                    }
                    for piece in pieces
                ],
            }
            for asked, pieces in handed.entries
        ],
    }


def _of_mail(mail: Notification) -> Facts:
    return {
        "id": mail.id,
        "kind": mail.kind,
        "state": mail.state,
        "to": mail.to,
        "push": mail.push or mail.template or None,
        "due_at": mail.due_at,
        "sent_at": mail.sent_at,
        "error": mail.error,
    }


def _of_line(user: User, line: ActivityLine) -> Facts:
    """Return a line of activity, with before and after only if it is about this user alone."""
    alone = line.users <= 1 and line.subject in (user.login, user.email)
    return {
        "id": line.id,
        "at": line.at,
        "by": line.actor,
        "origin": line.origin if line.actor == user.login else "",
        "action": line.action,
        "subject": line.subject,
        "users": line.users,
        "before": line.before if alone else None,
        "after": line.after if alone else None,
    }


def _readme(studio: Studio, found: _Found) -> str:
    closed = [each for each in found.handed if each.closed]
    whose = f"{found.user.name} ({found.user.login})"
    lines = [
        f"What {studio.settings.organisation.name or 'the Studio'} keeps about {whose}.",
        f"Made on {studio.today()}.",
        "",
        f"{_SHEET}.txt, {_SHEET}.json   everything, to read and for programs",
        "mails/                each mail to them: as it went, or as it would go",
        "calendar/             each conversation as the last invitation enters it in a calendar",
        "",
        "Times are in UTC. “rows” are the rows of the database that refer to them.",
        "Of a line of activity that is about others as well, it is not told from what to what.",
        "Mail to others is listed, and is not in the archive.",
    ]
    if closed:
        lines += [
            "",
            "Who made this archive may not read these conversations. What they may read of them,",
            "the person takes along with their own login:",
            *(f"  studio-tui conversations show {each.conversation.id}" for each in closed),
        ]
    return "\n".join(lines) + "\n"


def _plain(value: object) -> object:
    """Convert a value that `json` cannot serialise."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _json(data: Facts) -> str:
    return json.dumps(data, ensure_ascii=True, indent=2, default=_plain) + "\n"


def _readable(value: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    """Yield a value as indented lines, without empty values."""
    label = f"{'  ' * depth}{name.replace('_', ' ')}:"
    match value:
        case dict():
            if name:
                yield label
            for key, each in value.items():
                yield from _readable(each, key, depth + bool(name))
        case list() | tuple() if value and isinstance(value[0], dict):
            yield f"{label} {len(value)}"
            for each in value:
                yield f"{'  ' * (depth + 1)}-"
                yield from _readable(each, "", depth + 2)
        case list() | tuple():
            if value:
                yield f"{label} {', '.join(map(str, value))}"
        case None | "":
            pass
        case _:
            shown = value.isoformat() if isinstance(value, datetime) else str(value)
            first, *more = shown.splitlines() or [""]
            yield f"{label} {first}"
            yield from (f"{'  ' * (depth + 2)}{each}" for each in more)


def _archive(files: Mapping[str, bytes], at: datetime) -> bytes:
    """Return the files as a ZIP archive, ordered by name."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _stamp(at))
            info.external_attr = _PRIVATE
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    return content.getvalue()


def _stamp(at: datetime) -> tuple[int, int, int, int, int, int]:
    return (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)
