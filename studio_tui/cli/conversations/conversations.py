"""``studio-tui conversations``: list and show. The other verbs have modules of their own."""

from collections.abc import Iterable, Iterator, Sequence

import click

from studio_tui.cli.audiences.where import where_of, where_option
from studio_tui.cli.conversations import shapes
from studio_tui.cli.conversations.arguments import conversation_argument, id_in
from studio_tui.cli.pushes import shapes as pushes_shapes
from studio_tui.cli.shared.contract import Shape
from studio_tui.cli.shared.lazy import Lazy, LazyGroup
from studio_tui.cli.shared.output import (
    json_option,
    write_facts,
    write_json,
    write_table,
    write_text,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.cli.shared.times import shown, zone_heading
from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.conversations.conversation import (
    Conversation,
    ConversationRequest,
    Entry,
    MyConversation,
    MyConversationFilter,
    Part,
    Reading,
    WrittenText,
)
from studio_tui.domain.conversations.transcript import piece_heading
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Assignment, AssignmentFilter, PushState, Status
from studio_tui.services import conversations as service
from studio_tui.services.audiences import members
from studio_tui.services.conversations import FoundConversation
from studio_tui.services.pushes import assign, pushes
from studio_tui.services.system.context import Studio
from studio_tui.wording.conversations import STATE_LABELS
from studio_tui.wording.pushes import STATUS_LABELS, attention_of

ListWithViews = tuple[str, Assignment]
"""The name of a push, and a user's conversation in it."""


VERBS = {
    name: Lazy(f"studio_tui.cli.conversations.{module}", function, about)
    for name, module, function, about in (
        ("usable", "plans", "usable", "List what you can begin a conversation about."),
        ("plan", "plans", "plan", "Plan a conversation: day, time, place."),
        ("move", "plans", "move", "Move one to another time or place."),
        ("cancel", "plans", "cancel", "Cancel one; what was written stays."),
        ("hand-over", "plans", "hand_over", "Name who is to hold it."),
        ("not-mine", "plans", "not_mine", "Say that another leader or coach is to hold it."),
        ("open", "plans", "open_", "Let who holds it read what you wrote before they did."),
        ("write", "talks", "write", "Write under a question."),
        ("submit", "talks", "submit", "Show your preparation to the other side."),
        ("add-question", "talks", "add_question", "Ask one more question."),
        ("remove-question", "talks", "remove_question", "Take a question out."),
        ("start", "talks", "start", "Begin the talk."),
        ("finish", "talks", "finish", "Finish the talk, or record one that was held."),
        ("reopen", "talks", "reopen", "Reopen a finished conversation."),
        ("history", "files", "history", "List conversations that are over."),
        ("export", "files", "export", "Take a finished one along, as Markdown or PDF."),
    )
}
"""The verbs, imported when called, so that a list does not wait for their imports."""


@click.group("conversations", cls=LazyGroup, lazy=VERBS)
def conversations() -> None:
    """Your conversations: plan, prepare, talk, finish, take along; follow those of all pushes."""


@conversations.command("list")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--asked", is_flag=True, help="Only what waits for you.")
@click.option("--all", "every", is_flag=True, help="Those of all pushes that are not closed.")
@click.option("--push", help="Those of this push, which may be closed.")
@click.option("--status", type=NameChoice(Status, STATUS_LABELS), help="Only those this far.")
@where_option
@json_option
@with_studio
def list_(
    studio: Studio,
    actor: Actor,
    words: Sequence[str],
    asked: bool,
    every: bool,
    push: str | None,
    status: str | None,
    where: str | None,
    as_json: bool,
) -> None:
    """List your conversations: with those you lead or coach, and about yourself.

    Each WORD must be found. --all and --push list what pushes ask of everybody, for those who
    see the pushes.
    """
    if (every or push) and (asked or words):
        raise click.UsageError("--asked and WORD go with your own conversations only.")
    audience = where_of(studio, actor, where)
    if every or push:
        _list_pushed(studio, _listed(studio, actor, push, audience), status, as_json)
        return
    source = service.source(studio, actor, MyConversationFilter(" ".join(words), asked))
    found = [
        one for one in source.rows(0, source.count()) if status is None or one.status == status
    ]
    if audience is not None:
        those = members.members_among(studio, actor, audience, {one.user_id for one in found})
        found = [one for one in found if one.user_id in those]
    if as_json:
        write_json([shapes.my_conversation(studio, one) for one in found])
        return
    headings = (
        "ID",
        "Name",
        "Login",
        "About",
        "Status",
        zone_heading(studio, "When"),
        "Deadline",
        "",
    )
    rows = (_row_of_list(studio, one) for one in found)
    write_table(headings, rows, "No conversations. “studio-tui conversations usable USER”.")


@conversations.command()
@conversation_argument
@json_option
@with_studio
def show(studio: Studio, actor: Actor, named: Sequence[str], as_json: bool) -> None:
    """Show one conversation: how far it is, and what you may read of it."""
    found, reading = _find(studio, actor, named)
    if as_json:
        write_json(_shape_of_found(studio, found, reading))
        return
    facts = list(_assignment_facts(studio, found)) if found else []
    write_facts([*facts, *_conversation_facts(studio, reading)])
    for number, entry in enumerate(reading.entries if reading else (), 1):
        write_text("\n" + "\n".join(_entry_lines(reading, number, entry)))


def _find(
    studio: Studio, actor: Actor, named: Sequence[str]
) -> tuple[FoundConversation | None, Reading | None]:
    """Return the user's assignment in the push, and the conversation as the actor may read it.

    The first is None if no push asks for the conversation, the second if none is planned or begun
    yet.
    """
    number = id_in(named)
    if number is None:
        found = service.look_up(
            studio, actor, service.find(studio, named[0], named[1], asked_by=actor)
        )
        wanted = found.conversation_id
        return found, service.read(studio, actor, wanted) if wanted is not None else None
    reading = service.read(studio, actor, service.id_by_number(studio, actor, number))
    about = reading.conversation
    if about.push_id is None:
        return None, reading
    return service.look_up(
        studio, actor, ConversationRequest(about.user_id, about.push_id)
    ), reading


def _shape_of_found(
    studio: Studio, found: FoundConversation | None, reading: Reading | None
) -> Shape:
    """Return the JSON of a user in a push, with the keys of the list, and of the conversation."""
    if found is not None:
        about = pushes_shapes.conversation(studio, found.push, found.assignment)
    else:
        about = shapes.without_push(studio, reading.conversation) if reading else {}
    return {**about, "conversation": shapes.reading(studio, reading) if reading else None}


def _list_pushed(
    studio: Studio, every: Iterable[ListWithViews], status: str | None, as_json: bool
) -> None:
    listed = [(name, one) for name, one in every if status is None or one.status == status]
    if as_json:
        write_json([pushes_shapes.conversation(studio, name, one) for name, one in listed])
        return
    headings = (
        "Push",
        "Login",
        "Name",
        "Status",
        zone_heading(studio, "When"),
        "Conductor",
        "Flags",
    )
    write_table(headings, (_row(studio, *each) for each in listed), "No conversations.")


def _listed(
    studio: Studio, actor: Actor, push: str | None, audience: Audience | None
) -> Iterator[ListWithViews]:
    if push is not None:
        chosen = [pushes.find(studio, actor, push)]
    else:
        every = pushes.every(studio, actor)
        chosen = [one for one in every if one.state is not PushState.CLOSED]
    for one in chosen:
        for assignment in assign.every(studio, actor, one, AssignmentFilter(where=audience)):
            yield one.name, assignment


def _assignment_facts(studio: Studio, found: FoundConversation) -> Iterator[tuple[str, str]]:
    one = found.assignment
    managers = ", ".join(f"{manager.name} ({manager.reason})" for manager in one.managers)
    yield "Push", found.push
    yield "User", f"{one.name} ({one.login})"
    yield "Status", STATUS_LABELS[one.status]
    yield "Excuse", one.excuse
    yield zone_heading(studio, "When"), shown(studio, one.status_at)
    yield "Conductor", one.conductor
    yield "Flags", attention_of(one)
    yield "Managers", managers or "none"
    yield "Reminders", str(one.reminders or "")
    yield zone_heading(studio, "Reminded"), shown(studio, one.reminded_at)


def _conversation_facts(studio: Studio, reading: Reading | None) -> Iterator[tuple[str, str]]:
    if reading is None:
        return
    one: Conversation = reading.conversation
    yield "Conversation", str(one.id)
    yield "Template", one.template.name
    if not one.push:
        yield "User", f"{one.name} ({one.login})"
        yield "Conductor", one.conductor
    yield "State", STATE_LABELS[one.state]
    yield zone_heading(studio, "Planned for"), shown(studio, one.planned_for)
    yield "Minutes", str(one.minutes) if one.planned_for else ""
    yield "Place", one.place
    yield zone_heading(studio, "Held"), shown(studio, one.finished_at)
    yield zone_heading(studio, "Cancelled"), shown(studio, one.cancelled_at)
    if reading.closed_to_reader:
        yield "Closed", "what was written before you held it, unless who wrote it opens it"
    if reading.closed_to_conductor:
        yield (
            "Closed",
            f"{one.conductor} does not read what you wrote: “conversations open {one.id}”",
        )


def _entry_lines(reading: Reading | None, number: int, entry: Entry) -> Iterator[str]:
    if reading is None:
        return
    asked, names = entry.asked, reading.conversation
    heading = asked.question.text or asked.step.capitalize()
    topic = f"{asked.topic}: " if asked.topic else ""
    yield f"[{number}] {topic}{heading}{' (taken out)' if asked.removed else ''}"
    if asked.question.options:
        yield f"    ({' / '.join(asked.question.options)})"
    noted = "Summary" if asked.part is Part.SUMMARY else "Noted"
    if entry.answer_by:
        noted += f" by {entry.answer_by}"
    sides = ((names.name, entry.user), (names.conductor, entry.conductor), (noted, entry.answer))
    for whose, written in sides:
        yield from _written_lines(whose, written)
    for piece in entry.others:
        yield from _written_lines(piece_heading(piece), piece.written)


def _written_lines(whose: str, written: WrittenText | None) -> Iterator[str]:
    if written is None or not written.text:
        return
    yield f"  {whose}:"
    for line in written.text.split("\n"):
        yield f"    {line}"


def _row_of_list(studio: Studio, one: MyConversation) -> tuple[str, ...]:
    return (
        str(one.conversation_id or ""),
        one.name,
        one.login,
        one.push or one.template,
        STATUS_LABELS[one.status] if one.status else "",
        shown(studio, one.at),
        f"{one.deadline}{' overdue' if one.overdue else ''}" if one.deadline else "",
        "waits for you" if one.asked else one.why_not,
    )


def _row(studio: Studio, push: str, one: Assignment) -> tuple[str, ...]:
    return (
        push,
        one.login,
        one.name,
        STATUS_LABELS[one.status],
        shown(studio, one.status_at),
        one.conductor,
        attention_of(one),
    )
