"""Bounced mail: matched, displayed, and resolved by a new address (N15)."""

from pathlib import Path

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.notification import Notification, NotificationFilter
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import AssignmentFilter, Flag, Push
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.today.leads_to import destination_of
from studio_tui.domain.today.today import Case, CaseKind
from studio_tui.mail.bounces.maildir import Maildir
from studio_tui.services.activity import activity
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.bounces import BounceReader
from studio_tui.services.people import by_hand, users
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.system.context import Studio
from studio_tui.services.today import today
from tests.acting import assign, mail, now, send_due
from tests.made_once import made_once
from tests.mail.bounces.test_report import EXAMPLES, OURS, example
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock


@made_once
def push(studio: Studio, admin: Actor, clock: MovableClock) -> Push:
    """A push with Ann and Ben, who got mail, as did their managers Bob and Cor."""
    import_people(studio, admin)
    push = create_push(studio, admin)
    assign(studio, admin, push, "ann", "ben")
    clock.move(minutes=2)
    send_due(studio)
    return now(studio, admin, push)


def to(studio: Studio, admin: Actor, login: str) -> Notification:
    return next(each for each in mail(studio, admin) if each.recipient == login)


def report(studio: Studio, about: Notification, name: str = "postfix") -> bytes:
    (message_id,) = outbox.message_ids(studio, [about]).values()
    return example(name).replace(OURS.encode(), message_id.encode())


def test_a_bounce_is_displayed_until_the_address_is_corrected(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """The bounce is displayed at the mail, the user and the push, and on Today."""
    ann = to(studio, admin, "ann")
    taken = BounceReader(studio).process_bounces([report(studio, ann)])
    assert (taken.read.marked, [each.id for each in taken.mails]) == (1, [ann.id])
    back = to(studio, admin, "ann")
    assert (back.state, back.bounced_at) == (ann.state, studio.now())
    assert back.bounce is not None
    assert back.bounce.code == "5.1.1"
    assert [each.id for each in listed(studio, admin, NotificationFilter(bounced=True))] == [ann.id]
    assert [each.id for each in listed(studio, admin, NotificationFilter("bounced"))] == [ann.id]
    assert outbox.bounced(studio, admin) == 1
    assert marked(studio, admin, push) == ({"ann"}, {"ann"}, {"ann"})
    (case,) = cases(studio, admin)
    assert (case.words, case.ids, case.user) == ("1 mail bounced", (ann.id,), "ann")
    assert str(destination_of(case)).count("bounced=True") == 1
    line = activity.of_everything(studio, admin, limit=1)[0]
    assert (line.action, line.after, line.users) == (Verb.BOUNCE, {"mails": 1}, 1)

    # Nobody has corrected the address: the mailbox may only have been full.
    with studio.store.dry_run():
        assert outbox.try_again(studio, admin, today.mails_of(case)).to_the_same == ("ann",)
    done = by_hand.edit(studio, admin, ann.recipient_id, PersonInput({"email": "a.p@example.org"}))
    assert done.bounced == (ann.id,)
    assert outbox.bounced_with_new_address(studio, admin) == (ann.id,)
    assert marked(studio, admin, push) == (set(), set(), set())
    assert len(cases(studio, admin)) == 1
    again = outbox.try_again(studio, admin, today.mails_of(case))
    assert (len(again.sent), again.dropped, again.to_the_same) == (1, {}, ())
    send_due(studio)
    assert cases(studio, admin) == []
    assert outbox.bounced_with_new_address(studio, admin) == ()
    (copy,) = [each for each in mail(studio, admin) if each.id in again.sent]
    assert (copy.to, copy.bounce) == ("a.p@example.org", None)


def listed(studio: Studio, admin: Actor, filter_: NotificationFilter) -> list[Notification]:
    return outbox.every(studio, admin, filter_)


def cases(studio: Studio, admin: Actor) -> list[Case]:
    found = today.show(studio, admin).cases
    return [case for case in found if case.kind is CaseKind.MAIL_BOUNCED]


def marked(studio: Studio, admin: Actor, push: Push) -> tuple[set[str], set[str], set[str]]:
    """Return who is flagged among the users, found by the filter word, and flagged in the push."""
    everybody = users.every(studio, admin, UserFilter())
    found = users.every(studio, admin, UserFilter("bounced"))
    filter_ = AssignmentFilter(flag=Flag.MAIL_BOUNCED)
    source = assigning.source(studio, admin, push, filter_, Sort("flags"))
    in_push = list(source.rows(0, 10))
    assert all(Flag.MAIL_BOUNCED in row.flags for row in in_push)
    return (
        {each.login for each in everybody if each.mail_bounced},
        {each.login for each in found},
        {row.login for row in in_push},
    )


def test_only_bounces_of_mail_from_this_studio_are_marked(
    studio: Studio, admin: Actor, push: Push
) -> None:
    """Forged, foreign and repeated reports, and reports on unsent mail, mark nothing."""
    ann, reader = to(studio, admin, "ann"), BounceReader(studio)
    ours = report(studio, ann)
    (message_id,) = outbox.message_ids(studio, [ann]).values()
    local, domain = message_id.encode()[1:-1].split(b"@")
    key, digest = local.rsplit(b".", 1)
    forged = [
        ours.replace(digest, b"0" * len(digest)),
        ours.replace(local + b"@" + domain, local + b"@other.example"),
        ours.replace(key, key + b"-again-99"),
        ours.replace(message_id.encode(), b"<" + key + b"@" + domain + b">"),
        example("postfix"),
    ]
    taken = reader.process_bounces(forged)
    assert (taken.read.foreign, taken.read.marked, taken.mails) == (5, 0, ())
    assign(studio, admin, push, "eve")
    waits = to(studio, admin, "eve")
    assert reader.process_bounces([report(studio, waits)]).read.foreign == 1
    assert outbox.bounced(studio, admin) == 0
    twice = reader.process_bounces([ours, report(studio, ann, "gmail")]).read
    assert (twice.marked, twice.known) == (1, 1)
    assert reader.process_bounces([ours]).read.known == 1
    assert outbox.bounced(studio, admin) == 1


def test_each_message_of_a_maildir_is_read_once(
    studio: Studio, admin: Actor, push: Push, tmp_path: Path
) -> None:
    """Also if reading is interrupted and repeated; files that are no messages are left in place."""
    ann = to(studio, admin, "ann")
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    names = sorted(path.stem for path in EXAMPLES.iterdir())
    for number in range(130):
        place = tmp_path / ("cur" if number % 3 else "new") / f"{number}.host"
        place.write_bytes(report(studio, ann, names[number % len(names)]))
    (tmp_path / "cur" / "0.seen:2,FS").write_bytes(report(studio, ann))
    (tmp_path / "cur" / "0.flagged:2,F").write_bytes(report(studio, ann))
    (tmp_path / "new" / "link").symlink_to("/etc/hostname")
    reader = BounceReader(studio)
    first = reader.process_mailbox(Maildir(tmp_path), lambda: False)
    assert first.read == 45
    rest = reader.process_mailbox(Maildir(tmp_path), lambda: True)
    both = first + rest
    assert (both.read, both.unread, both.marked) == (133, 2, 1)
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["link"]
    left = {each.name for each in (tmp_path / "cur").iterdir()}
    assert {"0.flagged:2,FS", "1.host:2,S"} <= left
    assert all(name.endswith("S") for name in left)
    assert reader.process_mailbox(Maildir(tmp_path), lambda: True).read == 1
