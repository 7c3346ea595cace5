"""The demo as printed text: a day of an HR admin, in which every step is really performed."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from textwrap import indent

from studio_tui.demo.demo import Demo
from studio_tui.demo.opening import open_demo
from studio_tui.demo.story.constants import DEMO_NOW
from studio_tui.domain.conversations.conversation import (
    ConversationRequest,
    ConversationState,
    HistoryFilter,
)
from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.outbox.notification import NotificationFilter, NotificationState
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import AssignmentFilter, Flag, Push, PushDraft, Status
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.domain.templates.template import Template
from studio_tui.services import conversations
from studio_tui.services.conversations import exports
from studio_tui.services.outbox import outbox
from studio_tui.services.people import users
from studio_tui.services.people.identity import Account, sign_in
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.pushes.assign import AssignResult
from studio_tui.services.templates import templates

Write = Callable[[str], None]

_PUSH = "Spring check-in"
_DEADLINE_AFTER = timedelta(days=30)
_SHOWN = 3


def narrate(write: Write) -> None:
    """Play the demo and a day in it. ``write`` is called with the story, text by text."""
    with open_demo(FixedClock(DEMO_NOW)) as demo:
        _narrate_people(demo, write)
        _narrate_templates(demo, write)
        _narrate_pushes(demo, write)
        push = _narrate_creating(demo, write)
        assigned = _narrate_assigning(demo, push, write)
        _narrate_mail(demo.at(FixedClock(assigned.leaves_at)), push, write)
        later = demo.at(FixedClock(assigned.leaves_at + timedelta(days=9)))
        _narrate_conversation(later, write)
        _narrate_holding(later, push, write)
        _narrate_closing(later, push, write)


def _narrate_people(demo: Demo, write: Write) -> None:
    everybody = users.every(demo.studio, demo.actor, UserFilter(include_left=True))
    active = [user for user in everybody if user.active]
    lonely = [user for user in active if not user.managers]
    languages = sorted({user.language for user in active})
    write(_heading(f"Users, on {_time(demo, demo.studio.now())}"))
    write(
        f"{len(active)} people work at {demo.studio.settings.organisation.name}, in "
        f"{len({team for user in active for team in user.teams})} teams and "
        f"{len(languages)} languages ({', '.join(languages)}); "
        f"{len(everybody) - len(active)} have left."
    )
    write(f"Without a manager: {_and(user.name for user in lonely)}.")
    several = max(active, key=lambda user: (len(user.managers), user.login))
    reasons = _and(f"{manager.name} ({manager.reason})" for manager in several.managers)
    write(f"{several.name} has {len(several.managers)} managers: {reasons}.")


def _narrate_templates(demo: Demo, write: Write) -> None:
    write(_heading("Templates"))
    for template in templates.every(demo.studio, demo.actor):
        write(f"{template.name}: {_questions(template)}, {_permission(template)}.")


def _narrate_pushes(demo: Demo, write: Write) -> None:
    write(_heading("Pushes"))
    for push in pushes.every(demo.studio, demo.actor):
        overdue = f", {push.progress.overdue} overdue" if push.overdue else ""
        write(
            f"{push.name} ({push.template.name}): {push.state}, {push.available_from} to "
            f"{push.deadline}, {push.progress.done} of {push.progress.assigned} held{overdue}."
        )


def _narrate_creating(demo: Demo, write: Write) -> Push:
    write(_heading(f"A new push: {_PUSH}"))
    template = templates.find(demo.studio, demo.actor, "Regular")
    today = demo.studio.today()
    draft = PushDraft(_PUSH, today, today + _DEADLINE_AFTER)
    push = pushes.create(demo.studio, demo.actor, template.id, [draft])[0]
    write(f"Created from “{template.name}”, until {push.deadline}. State: {push.state}.")
    return push


def _narrate_assigning(demo: Demo, push: Push, write: Write) -> AssignResult:
    earlier = pushes.find(demo.studio, demo.actor, "Winter check-in")
    lonely = users.find(demo.studio, demo.actor, "jonas.wouters").user
    chosen = Selection.matching(assign.of_push(earlier)).mark([lonely.id])
    preview = assign.preview(demo.studio, demo.actor, push, chosen)
    write(
        f"Chosen: everyone of “{earlier.name}”, and {lonely.name}. That would assign "
        f"{preview.adding} users and tell {preview.managers} managers; {preview.left} have left."
    )
    write(f"Without a manager: {_and(user.name for user in preview.without_manager)}.")
    chosen = chosen.unmark([lonely.id])
    assigned = assign.assign(demo.studio, demo.actor, push, chosen)
    write(
        f"Without {lonely.name}: {assigned.added} users assigned, {assigned.managers_told} "
        f"managers to be told, one mail each. The mail leaves at {_time(demo, assigned.leaves_at)}."
    )
    return assigned


def _narrate_mail(demo: Demo, push: Push, write: Write) -> None:
    write(_heading("Outbox"))
    write(f"Before: {_counts(demo, push)}.")
    demo.send_mail()
    write(f"After the worker ran: {_counts(demo, push)}. Into a folder: this is a demo.")
    sent = outbox.every(demo.studio, demo.actor, NotificationFilter(push_id=push.id))
    for capacity in Capacity:
        of_capacity = [each for each in sent if each.capacity is capacity]
        chosen = max(of_capacity, key=lambda each: (len(each.about), each.recipient))
        mail = outbox.read(demo.studio, demo.actor, chosen.id)
        write(f"\nTo: {chosen.name} <{chosen.to}>\nSubject: {mail.subject}\n")
        write(indent(mail.plain.strip(), "    "))


def _narrate_conversation(demo: Demo, write: Write) -> None:
    """Read as the conductor, because the demo's admin may not read the conversation."""
    held = conversations.history(
        demo.studio, demo.actor, HistoryFilter(state=ConversationState.DONE), Sort("at")
    )
    quick = next(one for one in held.rows(0, held.count()) if not one.template.planning)
    conductor = sign_in(demo.studio, Account(quick.conductor_login, quick.conductor_login))
    write(_heading("A conversation, as its conductor takes it along"))
    write(indent(exports.to_text(demo.studio, conductor, quick.id).strip(), "    "))


def _narrate_holding(demo: Demo, push: Push, write: Write) -> None:
    write(_heading(f"Follow-up, on {_time(demo, demo.studio.now())}"))
    listed = assign.source(demo.studio, demo.actor, push, AssignmentFilter(), Sort("name")).rows(
        0, _SHOWN
    )
    for assignment in listed:
        finished = conversations.record_held(
            demo.studio,
            demo.actor,
            ConversationRequest(assignment.user_id, push.id),
            conductor=assignment.managers[0].login,
        )
        write(f"{finished.name}: held by {finished.conductor}.")
    progress = pushes.show(demo.studio, demo.actor, push.id).progress
    write(f"“{push.name}”: {progress.done} of {progress.assigned} held, {progress.open} to go.")
    overdue = assign.source(
        demo.studio,
        demo.actor,
        pushes.find(demo.studio, demo.actor, "Winter check-in"),
        AssignmentFilter(flag=Flag.OVERDUE, status=Status.NOT_PLANNED),
        Sort("name"),
    )
    late = overdue.rows(0, _SHOWN)
    write(
        f"“Winter check-in”: {overdue.count()} overdue and not even planned, "
        f"{_and(assignment.name for assignment in late)} among them."
    )


def _narrate_closing(demo: Demo, push: Push, write: Write) -> None:
    write(_heading("Closing"))
    current = pushes.show(demo.studio, demo.actor, push.id)
    closed = pushes.close(demo.studio, demo.actor, current)
    write(
        f"“{push.name}” is {closed.push.state}: out of every overview; what was written stays. "
        f"{closed.dropped} mails were still waiting."
    )
    write("\nThe same in a terminal, with keys: studio-tui demo")


def _heading(text: str) -> str:
    return f"\n{text}\n{'─' * len(text)}"


def _questions(template: Template) -> str:
    count = template.definition.question_count()
    return f"{count} questions" if count != 1 else "1 question"


def _permission(template: Template) -> str:
    through_push = template.definition.permissions.through_push
    return "can be pushed" if through_push else "cannot be pushed: it does not allow through push"


def _counts(demo: Demo, push: Push) -> str:
    listed = outbox.every(demo.studio, demo.actor, NotificationFilter(push_id=push.id))
    counted = {state: sum(each.state is state for each in listed) for state in NotificationState}
    return ", ".join(f"{count} {state}" for state, count in counted.items() if count)


def _time(demo: Demo, instant: datetime) -> str:
    zone = demo.studio.zone
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S} ({zone.key})"


def _and(names: Iterable[str]) -> str:
    listed = list(names)
    if not listed:
        return "nobody"
    return " and ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))
