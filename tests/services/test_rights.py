"""Every service checks the actor's permission (A2); every write adds one line of activity (A3)."""

import importlib
import inspect
import os
import pkgutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from studio_tui import services
from studio_tui.config.settings import Privacy
from studio_tui.domain.audiences.audience import Condition
from studio_tui.domain.audiences.segment import Segment
from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    HistoryFilter,
    MyConversationFilter,
    Part,
    Plan,
)
from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.review import ReviewFilter
from studio_tui.domain.people.unattended import Limits
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.declared import Declared, DeclaredRepeat
from studio_tui.domain.pushes.groups import GroupBy, GroupFilter
from studio_tui.domain.pushes.push import AssignmentFilter, PushDraft, PushFacts, PushFilter
from studio_tui.domain.pushes.repeats import parse_every
from studio_tui.domain.shared.errors import Forbidden
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.list_views import ListView
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.templates.library import LibraryFilter, LibraryTopic
from studio_tui.domain.templates.template import (
    Question,
    Template,
    TemplateFilter,
    TemplateVersion,
    Topic,
)
from studio_tui.services import conversations
from studio_tui.services.activity import activity, verify
from studio_tui.services.audiences import completing, explaining, members, segments
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.conversations import exports
from studio_tui.services.outbox import delivery, messages, outbox, restored, undo
from studio_tui.services.outbox.messages import PreviewOptions
from studio_tui.services.people import (
    by_hand,
    erasing,
    imports,
    merging,
    personal_data,
    retention,
    reviews,
    scopes,
    ssh_keys,
    stand_ins,
    teams,
    unattended,
    users,
)
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.people.stand_ins import StandInRequest
from studio_tui.services.people.teams import TeamEdit
from studio_tui.services.people.unattended import GivenFile
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import (
    audiences,
    calendar,
    check,
    course,
    duplicate,
    excuse,
    groups,
    joining,
    pushes,
    remind,
    repeats,
    report,
)
from studio_tui.services.pushes import remind_everywhere as everywhere
from studio_tui.services.system import copy_database, declared, list_views, search
from studio_tui.services.system.completing import NameKind, names_beginning
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import drafts, library, templates, text_files
from studio_tui.services.today import today
from studio_tui.services.today.own import own_cases
from studio_tui.storage.engine.tables import UserTable
from studio_tui.storage.people import stand_ins as stored_stand_ins
from studio_tui.storage.people import stored_scope
from studio_tui.storage.pushes import assignments, excuses
from studio_tui.storage.pushes import repeats as stored_repeats
from tests.acting import HOUR, MESSAGE, as_user, assign, draft_of, finish, lines
from tests.domain.people.test_ssh_keys import ED25519, RSA_3072
from tests.made_once import made_once
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

PEOPLE_CHANGED = (
    "login,email,given_name,family_name,teams,leads\n"
    "zac,zac@example.org,Zac,Zomers,,Sales > Belgium\n"
    "nic,nic@example.org,Nic,Nys,Sales > Belgium,\n"
)
on_one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Permissions do not depend on the database engine."""


@dataclass(frozen=True)
class World:
    """A Studio with an object for every service to act on."""

    studio: Studio
    clock: MovableClock
    push: PushFacts
    """An open push with Ann and Ben. One mail was sent, the others failed; later mail waits."""
    template: Template
    spare: Template
    closed: PushFacts
    planned: Conversation
    """The planned conversation of Ben with Bob."""
    begun: int
    held: int
    """The ids of two more conversations of Ben with Bob, outside any push."""
    assigned_in: int
    """The id of the activity line that assigned Ann to the push “Later”; its mail still waits."""
    changed_manager: int
    joined: int
    kept: int
    """Ids of changes of people: two that have to be decided, and one that was left as it is."""

    @property
    def topic(self) -> LibraryTopic:
        return library.every(self.studio, as_user(self.studio, "els"))[0]

    @property
    def segment(self) -> Segment:
        """A segment that nothing uses."""
        return segments.every(self.studio, as_user(self.studio, "els"))[0]

    @property
    def changed(self) -> Template:
        """The template with another description, as a client with outdated data would have it."""
        definition = replace(self.template.definition, description="Other")
        return replace(self.template, definition=definition)

    @property
    def first_version(self) -> TemplateVersion:
        els = as_user(self.studio, "els")
        return templates.versions(self.studio, els, self.template.id)[-1]

    @property
    def ann(self) -> ConversationRequest:
        return conversations.find(self.studio, self.push.name, "ann")

    @property
    def question(self) -> int:
        bob = as_user(self.studio, "bob")
        return conversations.read(self.studio, bob, self.planned.id).entries[0].asked.id

    @property
    def everybody(self) -> Selection[AssignmentFilter]:
        return Selection.matching(AssignmentFilter())

    def user_id(self, login: str) -> int:
        return users.find(self.studio, as_user(self.studio, "els"), login).user.id

    def team_id(self, name: str) -> int:
        return teams.find(self.studio, as_user(self.studio, "els"), name).id

    @property
    def cas(self) -> Selection[UserFilter]:
        return Selection.matching(UserFilter("cas"))


@made_once
def objects(studio: Studio, admin: Actor, clock: MovableClock) -> tuple[Any, ...]:
    """An object for every service to act on: the fields of `World` after the first two."""
    import_people(studio, admin)
    push = assign(studio, admin, create_push(studio, admin), "ann", "ben").push
    clock.move(minutes=2)
    claimed = delivery.claim(studio, "w", limit=99, lasting=HOUR)
    first, *others = claimed.deliveries
    sent = delivery.SentSettlement(first.id, first.address, studio.now(), MESSAGE)
    failed = [delivery.FailedSettlement(each.id, each.address, "550 no") for each in others]
    delivery.settle(studio, "w", [sent, *failed])
    ben = conversations.find(studio, push.name, "ben")
    planned = conversations.plan(studio, admin, ben, Plan(studio.now() + HOUR), conductor="bob")
    bob, quick = as_user(studio, "bob"), templates.find(studio, admin, "Quick")
    begun, held = (
        conversations.start(
            studio, bob, ConversationRequest(planned.user_id, template_id=quick.id)
        ).id
        for _ in range(2)
    )
    conversations.finish(studio, bob, held)
    later = assign(studio, admin, create_push(studio, admin, "Later", starts_in=9), "ann")
    closed = pushes.close(studio, admin, create_push(studio, admin, "Closed")).push
    ssh_keys.add(studio, admin, "bob", ED25519)
    regular = templates.find(studio, admin, "Regular")
    lea = {"email": "lea@example.org", "given_name": "Lea"}
    by_hand.leave(studio, admin, [by_hand.add(studio, admin, "lea", PersonInput(lea)).user.id])
    teams.add(studio, admin, "Empty")
    spare = templates.add(studio, admin, replace(regular.definition, name="Spare"))
    # Ann and Ben get one more manager, and Nic joins their team.
    import_people(studio, admin, PEOPLE_CHANGED)
    found = {(each.login, each.push): each.id for each in reviews.every(studio, admin)}
    reviews.keep(studio, admin, Selection.of([kept := found["nic", "Later"]]))
    unattended.run(studio, admin, WAITING, Limits())
    segments.save(studio, admin, "Gone", Condition("left"))
    return (
        push, regular, spare, closed, planned, begun, held, later.activity_id,
        found["ann", "Q1 review"], found["nic", "Q1 review"], kept,
    )  # fmt: skip


@pytest.fixture
def world(studio: Studio, clock: MovableClock, objects: tuple[Any, ...]) -> World:
    """A Studio in which every service has something to act on."""
    return World(studio, clock, *objects)


ADMIN, SUPPORT, EVERYONE = {"els"}, {"els", "sam"}, {"els", "sam", "eve"}
NOBODY: set[str] = set()
"""The users who may use a service that is only for the participants of the conversation."""
Call = Callable[[World, Actor], object]
NAME = Sort("name")
NEW = PersonInput({"email": "new@example.org", "given_name": "New"})
CSV = hr_file.read(b"email,given_name,family_name\nnew@example.org,New,Person\n")
WAITING = GivenFile("people.csv", b"email,name,active\neve@example.org,Eve Alone,no\n")


def _keeping(studio: Studio) -> Studio:
    """Return a Studio that retains users for a month, in which those who left did so long ago."""
    with studio.store.writing():
        left = UserTable.update(left_at=studio.now() - timedelta(60))
        left.where(UserTable.left_at.is_null(False)).execute()
    settings = msgspec.structs.replace(studio.settings, privacy=Privacy(retention_months=1))
    return replace(studio, settings=settings)


def _limit_and_lift(world: World, actor: Actor) -> None:
    sam = world.user_id("sam")
    with world.studio.store.writing():
        stored_scope.store_scope(sam, Condition("no manager"))
    scopes.lift(world.studio, actor, "sam")


READS: dict[str, tuple[set[str], Call]] = {
    "activity.activity.of_everything": (SUPPORT, lambda w, a: activity.of_everything(w.studio, a)),
    "activity.activity.of_push": (SUPPORT, lambda w, a: activity.of_push(w.studio, a, w.push.id)),
    "activity.activity.of_user": (SUPPORT, lambda w, a: activity.of_user(w.studio, a, "ann")),
    "audiences.explaining.why": (
        SUPPORT,
        lambda w, a: explaining.why(w.studio, a, w.planned.user_id, Condition("left")),
    ),
    "audiences.members.count": (
        SUPPORT,
        lambda w, a: members.count(w.studio, a, Condition("left")),
    ),
    "audiences.members.members_among": (
        SUPPORT,
        lambda w, a: members.members_among(w.studio, a, Condition("left"), [w.planned.user_id]),
    ),
    "audiences.segments.every": (SUPPORT, lambda w, a: segments.every(w.studio, a)),
    "audiences.segments.find": (SUPPORT, lambda w, a: segments.find(w.studio, a, w.segment.name)),
    "audiences.segments.versions": (
        SUPPORT,
        lambda w, a: segments.versions(w.studio, a, w.segment.id),
    ),
    "audiences.resolving.audience_of": (SUPPORT, lambda w, a: audience_of(w.studio, a, "left")),
    "pushes.assign.count": (
        SUPPORT,
        lambda w, a: assigning.count(w.studio, a, w.push, w.everybody),
    ),
    "pushes.assign.chosen": (
        SUPPORT,
        lambda w, a: assigning.chosen(w.studio, a, w.push, w.everybody, 10),
    ),
    "conversations.earlier": (
        NOBODY,
        lambda w, a: conversations.earlier(
            w.studio, a, w.planned.id, w.question, Part.CONDUCTOR_PREPARATION
        ),
    ),
    "conversations.my_conversations": (
        EVERYONE,
        lambda w, a: conversations.my_conversations(w.studio, a),
    ),
    "conversations.source": (
        EVERYONE,
        lambda w, a: conversations.source(w.studio, a, MyConversationFilter()),
    ),
    "conversations.usable": (
        EVERYONE,
        lambda w, a: conversations.usable(w.studio, a, w.planned.user_id),
    ),
    "conversations.history": (
        EVERYONE,
        lambda w, a: conversations.history(w.studio, a, HistoryFilter(), NAME),
    ),
    "conversations.exports.every_held": (
        EVERYONE,
        lambda w, a: list(exports.every_held(w.studio, a, HistoryFilter(), NAME)),
    ),
    "conversations.exports.to_text": (
        NOBODY,
        lambda w, a: exports.to_text(w.studio, a, w.held),
    ),
    "conversations.exports.to_bytes": (
        NOBODY,
        lambda w, a: exports.to_bytes(w.studio, a, w.held, exports.ExportFormat.MARKDOWN),
    ),
    "conversations.exports.to_file": (
        NOBODY,
        lambda w, a: exports.to_file(w.studio, a, w.held, Path("talk.md")),
    ),
    "conversations.conductors": (
        SUPPORT,
        lambda w, a: conversations.conductors(w.studio, a, w.planned.user_id),
    ),
    "conversations.look_up": (
        SUPPORT,
        lambda w, a: conversations.look_up(w.studio, a, w.ann),
    ),
    "conversations.show": (SUPPORT, lambda w, a: conversations.show(w.studio, a, w.planned.id)),
    "conversations.read": (
        SUPPORT,
        lambda w, a: conversations.read(w.studio, a, w.planned.id),
    ),
    "conversations.id_by_number": (
        SUPPORT,
        lambda w, a: conversations.id_by_number(w.studio, a, w.planned.id),
    ),
    "activity.activity.every": (SUPPORT, lambda w, a: list(activity.every(w.studio, a))),
    "activity.activity.narrowed": (
        SUPPORT,
        lambda w, a: activity.narrowed(w.studio, a, activity.EVERYTHING, "ann"),
    ),
    "pushes.assign.candidates": (
        ADMIN,
        lambda w, a: assigning.candidates(w.studio, a, UserFilter(), NAME),
    ),
    "pushes.assign.users_named": (ADMIN, lambda w, a: assigning.users_named(w.studio, a, ["ann"])),
    "pushes.assign.preview": (ADMIN, lambda w, a: assigning.preview(w.studio, a, w.push, w.cas)),
    "pushes.assign.skipped": (ADMIN, lambda w, a: assigning.skipped(w.studio, a, w.push, w.cas)),
    "pushes.assign.source": (
        SUPPORT,
        lambda w, a: assigning.source(w.studio, a, w.push, AssignmentFilter(), NAME),
    ),
    "pushes.assign.every": (SUPPORT, lambda w, a: assigning.every(w.studio, a, w.push)),
    "people.unattended.waiting": (ADMIN, lambda w, a: unattended.waiting(w.studio, a)),
    "people.merging.preview": (ADMIN, lambda w, a: merging.preview(w.studio, a, "cor", "cas")),
    "people.unattended.compare_waiting": (
        ADMIN,
        lambda w, a: unattended.compare_waiting(w.studio, a),
    ),
    "people.imports.preview": (ADMIN, lambda w, a: imports.preview(w.studio, a, CSV)),
    "people.imports.touched": (ADMIN, lambda w, a: imports.touched(w.studio, a, CSV)),
    "outbox.outbox.source": (
        SUPPORT,
        lambda w, a: outbox.source(w.studio, a, NotificationFilter(), NAME),
    ),
    "outbox.outbox.every": (SUPPORT, lambda w, a: outbox.every(w.studio, a, NotificationFilter())),
    "outbox.outbox.number_of": (
        SUPPORT,
        lambda w, a: outbox.number_of(w.studio, a, Selection[NotificationFilter].of([1])),
    ),
    "outbox.outbox.counts": (SUPPORT, lambda w, a: outbox.counts(w.studio, a)),
    "outbox.outbox.bounced": (SUPPORT, lambda w, a: outbox.bounced(w.studio, a)),
    "outbox.outbox.limited": (SUPPORT, lambda w, a: outbox.limited(w.studio, a)),
    "outbox.outbox.bounced_with_new_address": (
        EVERYONE,
        lambda w, a: outbox.bounced_with_new_address(w.studio, a),
    ),
    "outbox.restored.possible_duplicates": (
        ADMIN,
        lambda w, a: restored.possible_duplicates(_brought_back(w), a),
    ),
    "audiences.completing.complete": (
        SUPPORT,
        lambda w, a: completing.complete(w.studio, a, "team "),
    ),
    "outbox.outbox.health": (SUPPORT, lambda w, a: outbox.health(w.studio, a)),
    "outbox.outbox.read": (SUPPORT, lambda w, a: outbox.read(w.studio, a, 1)),
    "pushes.pushes.every": (SUPPORT, lambda w, a: pushes.every(w.studio, a)),
    "pushes.pushes.source": (SUPPORT, lambda w, a: pushes.source(w.studio, a, PushFilter())),
    "pushes.pushes.planned": (SUPPORT, lambda w, a: pushes.planned(w.studio, a, w.push)),
    "pushes.pushes.show": (SUPPORT, lambda w, a: pushes.show(w.studio, a, w.push.id)),
    "pushes.pushes.find": (SUPPORT, lambda w, a: pushes.find(w.studio, a, w.push.name)),
    "templates.library.every": (EVERYONE, lambda w, a: library.every(w.studio, a)),
    "templates.library.source": (
        EVERYONE,
        lambda w, a: library.source(w.studio, a, LibraryFilter()),
    ),
    "templates.library.show": (EVERYONE, lambda w, a: library.show(w.studio, a, w.topic.id)),
    "templates.library.find": (EVERYONE, lambda w, a: library.find(w.studio, a, w.topic.name)),
    "outbox.messages.test_mail": (
        SUPPORT,
        lambda w, a: messages.test_mail(w.studio, a, "ann@example.org"),
    ),
    "outbox.messages.preview": (
        SUPPORT,
        lambda w, a: messages.preview(w.studio, a, PreviewOptions(Kind.CLOSED, Capacity.USER)),
    ),
    "pushes.remind.users_named": (
        SUPPORT,
        lambda w, a: remind.users_named(w.studio, a, w.push, ["ann"]),
    ),
    "pushes.remind.skipped": (
        SUPPORT,
        lambda w, a: remind.skipped(w.studio, a, w.push, w.everybody),
    ),
    "pushes.remind.preview": (
        SUPPORT,
        lambda w, a: remind.preview(w.studio, a, w.push, w.everybody),
    ),
    "templates.templates.every": (SUPPORT, lambda w, a: templates.every(w.studio, a)),
    "templates.templates.source": (
        SUPPORT,
        lambda w, a: templates.source(w.studio, a, TemplateFilter()),
    ),
    "templates.templates.show": (SUPPORT, lambda w, a: templates.show(w.studio, a, w.template.id)),
    "templates.templates.find": (SUPPORT, lambda w, a: templates.find(w.studio, a, "Regular")),
    "templates.templates.versions": (
        SUPPORT,
        lambda w, a: templates.versions(w.studio, a, w.template.id),
    ),
    "people.ssh_keys.own": (EVERYONE, lambda w, a: ssh_keys.own(w.studio, a)),
    "people.ssh_keys.visible": (EVERYONE, lambda w, a: ssh_keys.visible(w.studio, a)),
    "people.ssh_keys.every": (ADMIN, lambda w, a: ssh_keys.every(w.studio, a, "bob")),
    "people.users.ids_named": (SUPPORT, lambda w, a: users.ids_named(w.studio, a, ["ann"])),
    "people.retention.show": (ADMIN, lambda w, a: retention.show(_keeping(w.studio), a)),
    "people.erasing.try_erasing": (
        ADMIN,
        lambda w, a: erasing.try_erasing(w.studio, a, "lea"),
    ),
    "people.by_hand.try_leaving": (
        ADMIN,
        lambda w, a: by_hand.try_leaving(w.studio, a, [w.ann.user_id]),
    ),
    "people.scopes.own": (EVERYONE, lambda w, a: scopes.own(w.studio, a)),
    "people.scopes.show": (ADMIN, lambda w, a: scopes.show(w.studio, a, "bob")),
    "people.teams.every": (SUPPORT, lambda w, a: teams.every(w.studio, a)),
    "people.teams.find": (SUPPORT, lambda w, a: teams.find(w.studio, a, "Sales")),
    "people.teams.show": (SUPPORT, lambda w, a: teams.show(w.studio, a, w.team_id("Sales"))),
    "people.reviews.count": (
        SUPPORT,
        lambda w, a: reviews.count(w.studio, a, reviews.EVERYTHING),
    ),
    "people.reviews.every": (SUPPORT, lambda w, a: reviews.every(w.studio, a)),
    "people.reviews.require_known": (SUPPORT, lambda w, a: reviews.require_known(w.studio, a, [1])),
    "people.reviews.source": (
        SUPPORT,
        lambda w, a: reviews.source(w.studio, a, ReviewFilter(), NAME),
    ),
    "pushes.check.check": (SUPPORT, lambda w, a: check.check(w.studio, a, w.push)),
    "pushes.course.held": (SUPPORT, lambda w, a: course.held(w.studio, a)),
    "pushes.course.show": (SUPPORT, lambda w, a: course.show(w.studio, a, w.push)),
    "pushes.report.report_on": (
        SUPPORT,
        lambda w, a: report.report_on(w.studio, a, w.push.id),
    ),
    "pushes.report.to_text": (SUPPORT, lambda w, a: report.to_text(w.studio, a, w.push.id)),
    "pushes.report.to_file": (
        SUPPORT,
        lambda w, a: report.to_file(w.studio, a, w.push.id, _free_file().with_name("report.html")),
    ),
    "pushes.groups.every": (
        SUPPORT,
        lambda w, a: groups.every(w.studio, a, w.push, GroupBy.MANAGER),
    ),
    "pushes.groups.source": (
        SUPPORT,
        lambda w, a: groups.source(w.studio, a, None, GroupBy.TEAM, GroupFilter()),
    ),
    "pushes.remind.managers_named": (
        SUPPORT,
        lambda w, a: remind.managers_named(w.studio, a, ["bob"]),
    ),
    "pushes.remind_everywhere.preview": (
        SUPPORT,
        lambda w, a: everywhere.preview(w.studio, a, w.everybody),
    ),
    "pushes.remind_everywhere.skipped": (
        SUPPORT,
        lambda w, a: everywhere.skipped(w.studio, a, w.everybody),
    ),
    "pushes.remind_everywhere.preview_managers": (
        SUPPORT,
        lambda w, a: everywhere.preview_managers(w.studio, a, [w.planned.conductor_id]),
    ),
    "pushes.assign.source_everywhere": (
        SUPPORT,
        lambda w, a: assigning.source_everywhere(w.studio, a, AssignmentFilter(), NAME),
    ),
    "pushes.remind.preview_managers": (
        SUPPORT,
        lambda w, a: remind.preview_managers(w.studio, a, w.push, [w.planned.conductor_id]),
    ),
    "people.stand_ins.of_leader": (
        SUPPORT,
        lambda w, a: stand_ins.of_leader(w.studio, a, w.planned.conductor_id),
    ),
    "people.stand_ins.leader_id_named": (
        ADMIN,
        lambda w, a: stand_ins.leader_id_named(w.studio, a, "bea"),
    ),
    "pushes.excuse.users_named": (
        ADMIN,
        lambda w, a: excuse.users_named(w.studio, a, w.push, ["ann"]),
    ),
    "pushes.excuse.count": (ADMIN, lambda w, a: excuse.count(w.studio, a, w.push, w.everybody)),
    "pushes.excuse.skipped_by_excuse": (
        ADMIN,
        lambda w, a: excuse.skipped_by_excuse(w.studio, a, w.push, w.everybody, "leave"),
    ),
    "pushes.excuse.skipped_by_taking_back": (
        ADMIN,
        lambda w, a: excuse.skipped_by_taking_back(w.studio, a, w.push, w.everybody),
    ),
    "pushes.excuse.skipped_by_deadline": (
        ADMIN,
        lambda w, a: excuse.skipped_by_deadline(w.studio, a, w.push, w.everybody, None),
    ),
    "system.declared.export_text": (SUPPORT, lambda w, a: declared.export_text(w.studio, a)),
    "system.declared.try_applying": (
        ADMIN,
        lambda w, a: declared.try_applying(w.studio, a, Declared()),
    ),
    "pushes.audiences.of_push": (SUPPORT, lambda w, a: audiences.of_push(w.studio, a, w.push)),
    "pushes.calendar.show": (SUPPORT, lambda w, a: calendar.show(w.studio, a)),
    "pushes.duplicate.propose": (ADMIN, lambda w, a: duplicate.propose(w.studio, a, w.push)),
    "pushes.duplicate.skipped": (ADMIN, lambda w, a: duplicate.skipped(w.studio, a, w.push)),
    "pushes.repeats.of_push": (SUPPORT, lambda w, a: repeats.of_push(w.studio, a, w.push)),
    "pushes.repeats.by_push": (SUPPORT, lambda w, a: repeats.by_push(w.studio, a)),
    "today.today.badges": (EVERYONE, lambda w, a: today.badges(w.studio, a)),
    "today.today.show": (EVERYONE, lambda w, a: today.show(w.studio, a)),
    "today.own.own_cases": (EVERYONE, lambda w, a: own_cases(w.studio, a)),
    "outbox.undo.undoable": (EVERYONE, lambda w, a: undo.undoable(w.studio, a)),
    "people.users.source": (SUPPORT, lambda w, a: users.source(w.studio, a, UserFilter(), NAME)),
    "people.users.show": (SUPPORT, lambda w, a: users.show(w.studio, a, w.ann.user_id)),
    "people.users.find": (SUPPORT, lambda w, a: users.find(w.studio, a, "ann")),
    "people.users.every": (SUPPORT, lambda w, a: users.every(w.studio, a, UserFilter())),
    "activity.verify.verify": (SUPPORT, lambda w, a: verify.verify(w.studio, a)),
}


def _brought_back(w: World) -> Studio:
    """Return the Studio, with its database marked as restored from a backup."""
    with w.studio.seen_by(None).store.writing():
        restored.mark_restored(w.studio.now())
    return w.studio


def _free_file() -> Path:
    return Path(tempfile.mkdtemp(dir=os.environ["HOME"])) / "studio.db"


def _text_of(w: World, name: str) -> str:
    return text_files.dumps(replace(w.template.definition, name=name))


def _take_back(w: World, actor: Actor) -> None:
    everybody = assignments.chosen(w.push.id, w.everybody, w.studio.today())
    with w.studio.store.writing():
        excuses.excuse(everybody, w.assigned_in, "leave")
    excuse.take_back(w.studio, actor, w.push, w.everybody)


def _set_audience(w: World, actor: Actor) -> None:
    audience = audience_of(w.studio, as_user(w.studio, "els"), "login eve")
    push = pushes.show(w.studio, as_user(w.studio, "els"), w.push.id)
    audiences.set_audience(w.studio, actor, push, audience)


def _repeating(w: World, *skipped: int) -> PushFacts:
    """Return the push, set to repeat every month."""
    first, deadline, today = w.push.available_from, w.push.deadline, w.studio.today()
    with w.studio.store.writing():
        repeat_id = stored_repeats.insert(
            w.push.id,
            every="1m",
            after_days=None,
            first=first,
            deadline=deadline,
            until=None,
            set_on=today,
        )
        stored_repeats.record(repeat_id, skipped)
    return w.push


def _name_stand_in(w: World, actor: Actor) -> None:
    today = w.studio.today()
    bea = users.find(w.studio, as_user(w.studio, "els"), "bea").user.id
    stand_ins.name_stand_in(w.studio, actor, bea, StandInRequest("sam", today, today))


def _end_stand_in(w: World, actor: Actor) -> None:
    today = w.studio.today()
    els = as_user(w.studio, "els")
    bea, sam = (users.find(w.studio, els, login).user.id for login in ("bea", "sam"))
    with w.studio.store.writing():
        stored_stand_ins.insert(bea, sam, today, today, ())
    stand_ins.end(w.studio, actor, bea)


WRITES: dict[str, tuple[set[str], Call]] = {
    "people.scopes.limit": (ADMIN, lambda w, a: scopes.limit(w.studio, a, "sam", "no manager")),
    "people.scopes.lift": (ADMIN, _limit_and_lift),
    "audiences.segments.save": (
        ADMIN,
        lambda w, a: segments.save(w.studio, a, "Remote", Condition("left")),
    ),
    "audiences.segments.delete": (ADMIN, lambda w, a: segments.delete(w.studio, a, w.segment)),
    "audiences.segments.import_text": (
        ADMIN,
        lambda w, a: segments.import_text(w.studio, a, "name = 'N'\nwhere = 'left'\n", "n.toml"),
    ),
    "pushes.assign.assign": (ADMIN, lambda w, a: assigning.assign(w.studio, a, w.push, w.cas)),
    "pushes.assign.unassign": (
        ADMIN,
        lambda w, a: assigning.unassign(w.studio, a, w.push, w.everybody),
    ),
    "pushes.assign.unassign_users": (
        ADMIN,
        lambda w, a: assigning.unassign_users(w.studio, a, w.push, ["ann"]),
    ),
    "people.stand_ins.name_stand_in": (ADMIN, _name_stand_in),
    "people.stand_ins.end": (ADMIN, _end_stand_in),
    "system.declared.apply": (
        ADMIN,
        lambda w, a: declared.apply(
            w.studio, a, Declared(repeats=(DeclaredRepeat(w.push.name, "2m"),))
        ),
    ),
    "pushes.audiences.set_audience": (ADMIN, _set_audience),
    "pushes.audiences.create_for": (
        ADMIN,
        lambda w, a: audiences.create_for(
            w.studio, a, w.template.id, [draft_of(w.push, name="Other")], None
        ),
    ),
    "pushes.duplicate.duplicate": (
        ADMIN,
        lambda w, a: duplicate.duplicate(w.studio, a, w.push, draft_of(w.push, name="Once more")),
    ),
    "pushes.repeats.set_rhythm": (
        ADMIN,
        lambda w, a: repeats.set_rhythm(w.studio, a, w.push, parse_every("3m")),
    ),
    "pushes.repeats.set_after_hire": (
        ADMIN,
        lambda w, a: repeats.set_after_hire(w.studio, a, w.push, 90),
    ),
    "pushes.repeats.set_until": (
        ADMIN,
        lambda w, a: repeats.set_until(w.studio, a, _repeating(w), date(2027, 1, 1)),
    ),
    "pushes.repeats.skip": (
        ADMIN,
        lambda w, a: repeats.skip(w.studio, a, _repeating(w), date(2026, 4, 2)),
    ),
    "pushes.repeats.keep": (
        ADMIN,
        lambda w, a: repeats.keep(w.studio, a, _repeating(w, 1), date(2026, 4, 2)),
    ),
    "pushes.repeats.stop": (ADMIN, lambda w, a: repeats.stop(w.studio, a, _repeating(w))),
    "pushes.excuse.excuse": (
        ADMIN,
        lambda w, a: excuse.excuse(w.studio, a, w.push, w.everybody, "leave"),
    ),
    "pushes.excuse.take_back": (ADMIN, _take_back),
    "pushes.excuse.set_deadline": (
        ADMIN,
        lambda w, a: excuse.set_deadline(
            w.studio, a, w.push, w.everybody, w.push.deadline + 24 * HOUR
        ),
    ),
    "conversations.record_held": (
        ADMIN,
        lambda w, a: conversations.record_held(w.studio, a, w.ann, conductor="bob"),
    ),
    "conversations.plan": (
        ADMIN,
        lambda w, a: conversations.plan(
            w.studio, a, w.ann, Plan(w.studio.now() + HOUR), conductor="cor"
        ),
    ),
    "conversations.move": (
        ADMIN,
        lambda w, a: conversations.move(w.studio, a, w.planned, Plan(w.studio.now() + 2 * HOUR)),
    ),
    "conversations.cancel": (
        ADMIN,
        lambda w, a: conversations.cancel(w.studio, a, w.planned.id),
    ),
    "conversations.start": (NOBODY, lambda w, a: conversations.start(w.studio, a, w.ann)),
    "conversations.begin": (NOBODY, lambda w, a: conversations.begin(w.studio, a, w.planned.id)),
    "conversations.open_own": (
        NOBODY,
        lambda w, a: conversations.open_own(w.studio, a, w.planned.id),
    ),
    "conversations.close_own": (
        NOBODY,
        lambda w, a: conversations.close_own(w.studio, a, w.planned.id),
    ),
    "conversations.submit": (NOBODY, lambda w, a: conversations.submit(w.studio, a, w.planned.id)),
    "conversations.add_question": (
        NOBODY,
        lambda w, a: conversations.add_question(
            w.studio, a, w.planned.id, "More", Question("Why?")
        ),
    ),
    "conversations.write": (
        NOBODY,
        lambda w, a: conversations.write(
            w.studio, a, w.planned.id, w.question, Part.CONDUCTOR_PREPARATION, "Well", 0
        ),
    ),
    "conversations.remove_question": (
        NOBODY,
        lambda w, a: conversations.remove_question(w.studio, a, w.planned.id, w.question),
    ),
    "conversations.finish": (ADMIN, lambda w, a: conversations.finish(w.studio, a, w.begun)),
    "conversations.reopen": (ADMIN, lambda w, a: conversations.reopen(w.studio, a, w.held)),
    "conversations.mine_again": (NOBODY, lambda w, a: conversations.mine_again(w.studio, a, w.ann)),
    "conversations.not_mine": (NOBODY, lambda w, a: conversations.not_mine(w.studio, a, w.ann)),
    "conversations.hand_over": (
        ADMIN,
        lambda w, a: conversations.hand_over(w.studio, a, w.ann, "cor"),
    ),
    "people.unattended.run": (
        ADMIN,
        lambda w, a: unattended.run(
            w.studio, a, replace(WAITING, data=WAITING.data + b"\n"), Limits()
        ),
    ),
    "people.merging.merge": (ADMIN, lambda w, a: merging.merge(w.studio, a, "cor", "cas")),
    "people.unattended.apply": (ADMIN, lambda w, a: unattended.apply(w.studio, a)),
    "people.unattended.discard": (ADMIN, lambda w, a: unattended.discard(w.studio, a)),
    "people.imports.apply": (ADMIN, lambda w, a: imports.apply(w.studio, a, CSV)),
    "templates.library.add": (ADMIN, lambda w, a: library.add(w.studio, a, Topic("New"))),
    "templates.library.save": (
        ADMIN,
        lambda w, a: library.save(w.studio, a, w.topic, Topic("Other")),
    ),
    "templates.library.delete": (ADMIN, lambda w, a: library.delete(w.studio, a, w.topic)),
    "templates.library.import_text": (
        ADMIN,
        lambda w, a: library.import_text(w.studio, a, 'name = "New"', "new.toml"),
    ),
    "system.copy_database.back_up": (
        ADMIN,
        lambda w, a: copy_database.back_up(w.studio, a, _free_file(), lambda _: None),
    ),
    "system.copy_database.copy": (
        ADMIN,
        lambda w, a: copy_database.copy(w.studio, a, f"sqlite:///{_free_file()}", lambda _: None),
    ),
    "outbox.outbox.retry": (
        SUPPORT,
        lambda w, a: outbox.retry(
            w.studio, a, Selection.matching(NotificationFilter(state=NotificationState.FAILED))
        ),
    ),
    "outbox.outbox.send_again": (
        SUPPORT,
        lambda w, a: outbox.send_again(
            w.studio, a, Selection.matching(NotificationFilter(state=NotificationState.SENT))
        ),
    ),
    "outbox.outbox.try_again": (
        SUPPORT,
        lambda w, a: outbox.try_again(
            w.studio, a, Selection.matching(NotificationFilter(state=NotificationState.FAILED))
        ),
    ),
    "outbox.outbox.send_once_more": (
        SUPPORT,
        lambda w, a: outbox.send_once_more(
            w.studio, a, Selection.matching(NotificationFilter(state=NotificationState.SENT))
        ),
    ),
    "outbox.restored.resume": (ADMIN, lambda w, a: restored.resume(_brought_back(w), a)),
    "outbox.outbox.drop": (
        ADMIN,
        lambda w, a: outbox.drop(w.studio, a, Selection.matching(NotificationFilter())),
    ),
    "people.by_hand.edit": (
        SUPPORT,
        lambda w, a: by_hand.edit(
            w.studio, a, w.ann.user_id, PersonInput({"email": "anna@example.org"})
        ),
    ),
    "people.by_hand.add": (ADMIN, lambda w, a: by_hand.add(w.studio, a, "new", NEW)),
    "people.erasing.erase": (ADMIN, lambda w, a: erasing.erase(w.studio, a, "lea")),
    "people.retention.erase_over": (
        ADMIN,
        lambda w, a: retention.erase_over(_keeping(w.studio), a, [w.user_id("lea")]),
    ),
    "people.personal_data.export": (
        ADMIN,
        lambda w, a: personal_data.export(w.studio, a, "ann", Path(tempfile.mkdtemp()) / "ann.zip"),
    ),
    "people.by_hand.leave": (ADMIN, lambda w, a: by_hand.leave(w.studio, a, [w.ann.user_id])),
    "people.by_hand.take_back": (
        ADMIN,
        lambda w, a: by_hand.take_back(w.studio, a, [w.user_id("lea")]),
    ),
    "people.teams.add": (ADMIN, lambda w, a: teams.add(w.studio, a, "Support")),
    "people.teams.edit": (
        ADMIN,
        lambda w, a: teams.edit(w.studio, a, w.team_id("Sales"), TeamEdit("Trade")),
    ),
    "people.teams.remove": (
        ADMIN,
        lambda w, a: teams.remove(w.studio, a, w.team_id("Empty")),
    ),
    "pushes.joining.join": (
        ADMIN,
        lambda w, a: joining.join(w.studio, a, w.user_id("cas"), [w.push.id]),
    ),
    "people.reviews.add": (
        ADMIN,
        lambda w, a: reviews.add(w.studio, a, Selection.of([w.joined])),
    ),
    "people.reviews.bring_back": (ADMIN, lambda w, a: reviews.bring_back(w.studio, a, [w.kept])),
    "people.reviews.excuse": (
        ADMIN,
        lambda w, a: reviews.excuse(w.studio, a, Selection.of([w.changed_manager]), "ill"),
    ),
    "people.reviews.hand_over": (
        ADMIN,
        lambda w, a: reviews.hand_over(w.studio, a, Selection.of([w.changed_manager]), "zac"),
    ),
    "people.reviews.keep": (
        ADMIN,
        lambda w, a: reviews.keep(w.studio, a, Selection.of([w.joined])),
    ),
    "people.reviews.tell": (
        ADMIN,
        lambda w, a: reviews.tell(w.studio, a, Selection.of([w.changed_manager])),
    ),
    "pushes.pushes.create": (
        ADMIN,
        lambda w, a: pushes.create(
            w.studio,
            a,
            w.template.id,
            [PushDraft("New", w.studio.today(), w.studio.today())],
        ),
    ),
    "pushes.pushes.edit": (
        ADMIN,
        lambda w, a: pushes.edit(
            w.studio, a, w.push, draft_of(w.push, deadline=w.push.deadline + timedelta(days=1))
        ),
    ),
    "pushes.pushes.edit_with_result": (
        ADMIN,
        lambda w, a: pushes.edit_with_result(
            w.studio, a, w.push, draft_of(w.push, deadline=w.push.deadline + timedelta(days=1))
        ),
    ),
    "pushes.pushes.reopen_with_result": (
        ADMIN,
        lambda w, a: pushes.reopen_with_result(w.studio, a, w.closed),
    ),
    "pushes.pushes.close": (ADMIN, lambda w, a: pushes.close(w.studio, a, w.push, tell=True)),
    "pushes.pushes.reopen": (ADMIN, lambda w, a: pushes.reopen(w.studio, a, w.closed)),
    "pushes.remind_everywhere.remind": (
        SUPPORT,
        lambda w, a: everywhere.remind(w.studio, a, w.everybody),
    ),
    "pushes.remind_everywhere.remind_managers": (
        SUPPORT,
        lambda w, a: everywhere.remind_managers(w.studio, a, [w.planned.conductor_id]),
    ),
    "pushes.remind.remind_managers": (
        SUPPORT,
        lambda w, a: remind.remind_managers(w.studio, a, w.push, [w.planned.conductor_id]),
    ),
    "pushes.remind.remind": (
        SUPPORT,
        lambda w, a: remind.remind(w.studio, a, w.push, w.everybody),
    ),
    "people.ssh_keys.add": (ADMIN, lambda w, a: ssh_keys.add(w.studio, a, "ann", RSA_3072)),
    "people.ssh_keys.remove": (
        ADMIN,
        lambda w, a: ssh_keys.remove(
            w.studio, a, ssh_keys.every(w.studio, as_user(w.studio, "els"))[0].fingerprint
        ),
    ),
    "templates.templates.add": (
        ADMIN,
        lambda w, a: templates.add(w.studio, a, replace(w.template.definition, name="New")),
    ),
    "templates.templates.save": (
        ADMIN,
        lambda w, a: templates.save(
            w.studio, a, w.template, replace(w.template.definition, description="Other")
        ),
    ),
    "templates.templates.bring_back": (
        ADMIN,
        lambda w, a: templates.bring_back(w.studio, a, w.changed, w.first_version),
    ),
    "templates.templates.duplicate": (
        ADMIN,
        lambda w, a: templates.duplicate(w.studio, a, w.template),
    ),
    "templates.templates.set_archived": (
        ADMIN,
        lambda w, a: templates.set_archived(w.studio, a, w.template, archived=True),
    ),
    "templates.templates.delete": (ADMIN, lambda w, a: templates.delete(w.studio, a, w.spare)),
    "templates.templates.import_text": (
        ADMIN,
        lambda w, a: templates.import_text(w.studio, a, _text_of(w, "New"), "new.toml"),
    ),
    "outbox.undo.undo": (ADMIN, lambda w, a: undo.undo(w.studio, a, w.assigned_in)),
}


def _save_and_remove_view(world: World, actor: Actor) -> object:
    list_views.save(world.studio, actor, "users", ListView("y"), replacing=True)
    return list_views.remove(world.studio, actor, "users", "y")


OWN: dict[str, Call] = {
    # `test_search` and `test_completion` check that results are limited to what the actor may see.
    "system.search.find": lambda w, a: search.find(w.studio, a, "ann"),
    "system.completing.names_beginning": lambda w, a: names_beginning(
        w.studio, a, NameKind.USER, "a"
    ),
    "system.list_views.every": lambda w, a: list_views.every(w.studio, a),
    "system.list_views.choose_columns": lambda w, a: list_views.choose_columns(
        w.studio, a, "users", ["name"]
    ),
    "system.list_views.save": lambda w, a: list_views.save(
        w.studio, a, "users", ListView("x"), replacing=True
    ),
    "system.list_views.open_with": lambda w, a: list_views.open_with(w.studio, a, "users", None),
    "system.list_views.remove": _save_and_remove_view,
    "templates.drafts.save": lambda w, a: drafts.save(w.studio, a, "x", 1, w.template.definition),
    "templates.drafts.find": lambda w, a: drafts.find(w.studio, a, "x"),
    "templates.drafts.delete": lambda w, a: drafts.delete(w.studio, a, "x"),
    "today.today.snooze": lambda w, a: today.snooze(w.studio, a, today.show(w.studio, a).cases),
    "today.today.wake": lambda w, a: today.wake(w.studio, a, today.show(w.studio, a).snoozed),
}
"""Services for the actor's own data; they leave nothing in the activity."""


INSIDE = "works inside what a service has opened after it asked"
ITSELF = "is what the program does by itself, for nobody"
WHO = "finds out who is asking"
HOST = "is for the account of the service, on its host"
VALUES = "works on what a service has given to somebody who may see it"
NEEDS_NO_ACTOR: dict[str, str] = {
    "audiences.segments.try_saving": "tries what a service does that asks",
    "people.person_input.plan_change": INSIDE,
    "system.clocks.clock_problem": "tells of the host alone",
    "pushes.pushes.default_reminders": "tells what the settings say",
    "conversations.ask_about": "turns names into ids; whoever uses them is asked",
    "conversations.exports.history_csv": VALUES,
    "conversations.find": "turns names into ids; whoever uses them is asked",
    "conversations.inviting.invite": INSIDE,
    "conversations.inviting.withdraw": INSIDE,
    "conversations.subject.open_subject": INSIDE,
    "conversations.taking_over.begin_term": INSIDE,
    "conversations.users_with_sender_address": "tells whose address the settings name",
    "conversations.user_named": "turns names into ids; whoever uses them is asked",
    "outbox.delivery.claim": ITSELF,
    "outbox.delivery.is_as_claimed": ITSELF,
    "outbox.delivery.recount_sent": ITSELF,
    "outbox.delivery.forecast_waiting": ITSELF,
    "outbox.delivery.requeue_put_off": ITSELF,
    "outbox.delivery.notify_owed": ITSELF,
    "outbox.limits.limits_of": "tells nothing of anybody: what the settings say",
    "outbox.sending_hours.hours_of": "tells nothing of anybody: what the settings say",
    "outbox.restored.begin_sending": ITSELF,
    "outbox.restored.stop_if_replaced": ITSELF,
    "outbox.restored.stopped": "tells nothing of anybody: whether mail has stopped",
    "outbox.workers.begin": ITSELF,
    "outbox.workers.end": ITSELF,
    "outbox.workers.seen": ITSELF,
    "outbox.workers.every": HOST,
    "outbox.workers.free": HOST,
    "pushes.pushes.locked_unchanged_push": INSIDE,
    "outbox.delivery.flush": ITSELF,
    "outbox.delivery.hand_back": ITSELF,
    "outbox.delivery.record_server_fault": ITSELF,
    "outbox.delivery.blocks_other_writers": ITSELF,
    "outbox.delivery.next_due": ITSELF,
    "outbox.delivery.renew": ITSELF,
    "outbox.delivery.settle": ITSELF,
    "outbox.delivery.server_state": ITSELF,
    "outbox.delivery.requeue_refused": ITSELF,
    "outbox.delivery.waiting": ITSELF,
    "outbox.dry_run.dry_run_of_resend": "does what a service does, which asks",
    "outbox.dry_run.dry_run": "does what a service does, which asks",
    "people.handing_over.hand_over": INSIDE,
    "people.handing_over.take_back": INSIDE,
    "people.identity.create_first_admin": WHO,
    "people.identity.is_new": WHO,
    "people.identity.sign_in": WHO,
    "people.identity.sign_in_by_key": WHO,
    "people.identity.current_actor": WHO,
    "outbox.outbox.message_ids": VALUES,
    "pushes.pushes.cause_at_once": INSIDE,
    "pushes.pushes.cause_of": INSIDE,
    "pushes.pushes.release_time": INSIDE,
    "pushes.pushes.push_facts": INSIDE,
    "pushes.pushes.push_with_progress": INSIDE,
    "pushes.pushes.locked_push": INSIDE,
    "pushes.remind.remind_by_schedule": ITSELF,
    "pushes.audiences.join_audiences": INSIDE,
    "pushes.audiences.join_by_schedule": ITSELF,
    "pushes.repeating.repeat_by_schedule": ITSELF,
    "system.working_days.days_off": "tells nothing of anybody: which days are off",
    "pushes.repeating.hire_days": INSIDE,
    "system.daily.run_daily_jobs": ITSELF,
    "people.reviews.caused_by": VALUES,
    "people.reviews.tell_by_schedule": ITSELF,
    "people.retention.erase_by_schedule": ITSELF,
    "people.retention.erasure_cutoff": VALUES,
    "people.retention.erasures_by_day": INSIDE,
    "people.users.is_indexed": "tells nothing of anybody: how the database looks for people",
    "people.users.listed": INSIDE,
    "activity.verify.seal_rest": ITSELF,
    "activity.verify.anchor": ITSELF,
}
"""Services with a Studio and no actor, and the reason why they check no permission.

A function without a Studio cannot reach the database by itself.
"""
EMPTYING = {"people.erasing.erase", "people.retention.erase_over"}
"""Services that remove personal data from lines of activity."""
LINES_OF = {"pushes.duplicate.duplicate": 2, "pushes.audiences.set_audience": 2}
"""Number of activity lines of a service that performs two acts, each of which can be undone alone.
"""
ASKED_BEFORE = {
    "conversations.planning.cancel_now",
    "conversations.state.no_part_error",
    "conversations.state.record",
    "conversations.state.record_about",
    "conversations.state.relations_of",
    "conversations.state.require_conductor",
    "conversations.subject.conductor_of",
    "conversations.subject.manager_named",
    "conversations.reading.content_to_hand_over",
    "conversations.reading.record_handed_over",
    "conversations.taking_over.change_conductor",
    "conversations.taking_over.notify_of_reopening",
    "conversations.warnings",
    "outbox.dry_run.dry_run_of",
    "people.applying.apply_change",
    "people.erasing.erase_one",
    "people.imports.apply_if",
    "pushes.assign.assign_to",
    "pushes.audiences.apply_audience",
    "pushes.audiences.within_sight",
    "pushes.duplicate.create_next_push",
    "pushes.pushes.create_one",
    "templates.starters.add_starters",
}
"""Functions that take the actor only to record it, or that perform the check themselves."""


def test_no_service_is_missing_from_the_tables() -> None:
    """A2: a service with an actor is listed with who may use it, one without with the reason."""
    functions = _public_functions()
    with_actor = {name for name, parameters in functions.items() if "actor" in parameters}
    assert with_actor - ASKED_BEFORE == READS.keys() | WRITES.keys() | OWN.keys()
    assert with_actor >= ASKED_BEFORE
    without = {name for name, found in functions.items() if "studio" in found} - with_actor
    assert without == NEEDS_NO_ACTOR.keys()


def _public_functions() -> dict[str, set[str]]:
    """Return the public functions of the services and their parameters.

    A function that a package exports has the name of the package.
    """
    found: dict[str, set[str]] = {}
    offered: set[Callable[..., Any]] = set()
    for module in pkgutil.walk_packages(services.__path__, f"{services.__name__}."):
        for name, function in _functions(module.name):
            if function not in offered:
                short = module.name.removeprefix(f"{services.__name__}.")
                found[f"{short}.{name}"] = set(inspect.signature(function).parameters)
            offered.add(function)
    return found


def _functions(module_name: str) -> list[tuple[str, Callable[..., Any]]]:
    module = importlib.import_module(module_name)
    return [
        (name, function)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__.startswith(module_name) and not name.startswith("_")
    ]


@on_one_engine
def test_each_service_accepts_the_permitted_users_and_refuses_the_others(world: World) -> None:
    """A2."""
    outcomes = {
        (name, login): _allowed(world, call, login)
        for name, (_, call) in (READS | WRITES).items()
        for login in sorted(EVERYONE)
    }
    expected = {
        (name, login): login in allowed
        for name, (allowed, _) in (READS | WRITES).items()
        for login in sorted(EVERYONE)
    }
    assert outcomes == expected


def _allowed(world: World, call: Call, login: str) -> bool:
    actor = as_user(world.studio, login)
    with world.studio.store.dry_run():
        before = lines(world.studio, as_user(world.studio, "els"))
        try:
            call(world, actor)
        except Forbidden:
            assert lines(world.studio, as_user(world.studio, "els")) == before
            return False
        return True


@on_one_engine
def test_support_may_not_import_a_template_even_if_it_changes_nothing(world: World) -> None:
    """A2: the permission is checked before the content."""
    text = text_files.dumps(world.template.definition)
    with pytest.raises(Forbidden):
        templates.import_text(world.studio, as_user(world.studio, "sam"), text, "regular.toml")


def test_every_write_leaves_exactly_one_line(world: World) -> None:
    """A3: the line has the actor and the time; reading adds no line."""
    els = as_user(world.studio, "els")
    for name, (allowed, call) in WRITES.items():
        if "els" not in allowed:
            continue
        with world.studio.store.dry_run():
            before = lines(world.studio, els)
            call(world, els)
            after = lines(world.studio, els)
            if name in EMPTYING:
                # Only personal data of the erased users is removed from earlier lines (U13).
                assert [(each.id, each.at) for each in after[1:]] == [
                    (each.id, each.at) for each in before
                ]
            else:
                assert after[LINES_OF.get(name, 1) :] == before, name
            assert (after[0].actor, after[0].at) == ("els", world.studio.now()), name
            assert after[0].action, name
            assert after[0].subject, name
    before = lines(world.studio, els)
    reads = [call for allowed, call in READS.values() if "els" in allowed]
    for call in (*reads, *OWN.values()):
        call(world, els)
    assert lines(world.studio, els) == before


@on_one_engine
def test_the_activity_records_the_values_before_and_after(world: World) -> None:
    """A3."""
    studio, els = world.studio, as_user(world.studio, "els")
    templates.save(studio, els, world.template, replace(world.template.definition, name="Renamed"))
    saved = lines(studio, els)[0]
    assert saved.before is not None
    assert saved.after is not None
    assert 'name = "Regular"' in saved.before["text"]
    assert 'name = "Renamed"' in saved.after["text"]
    finish(studio, els, world.push, "ann", by="cor")
    held = lines(studio, els)[0]
    assert (held.before, held.after) == (
        {"status": "not_planned"},
        {"conductor": "cor", "at": studio.now().isoformat()},
    )


@on_one_engine
def test_the_activity_of_a_push_or_a_user_lists_only_its_own_lines(world: World) -> None:
    """A3."""
    studio, els = world.studio, as_user(world.studio, "els")
    assigning.unassign_users(studio, els, world.push, ["ben"])
    of_push = [line.action for line in activity.of_push(studio, els, world.push.id)]
    assert of_push == ["unassigned users", "planned conversation", "assigned users", "created push"]
    of_ann = [(line.action, line.subject) for line in activity.of_user(studio, els, "ann")]
    assert of_ann[:2] == [("assigned users", "Later"), ("assigned users", "Q1 review")]
    assert [action for action, _ in of_ann[2:]] == ["imported users"]
    assert [line.users for line in activity.of_push(studio, els, world.push.id)] == [1, 1, 2, 0]
    assert len(activity.of_everything(studio, els, limit=2)) == 2
