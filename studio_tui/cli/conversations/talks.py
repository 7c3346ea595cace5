"""``studio-tui conversations``: write, submit, start, finish, reopen; add and remove questions."""

from collections.abc import Sequence
from datetime import datetime

import click

from studio_tui.cli.conversations.arguments import (
    ask_named,
    conversation_argument,
    conversation_named,
)
from studio_tui.cli.shared.input_files import read_bytes
from studio_tui.cli.shared.output import say
from studio_tui.cli.shared.paths import DASH
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.cli.shared.times import in_zone, past_instant
from studio_tui.config.bounded_input import decode_utf8
from studio_tui.domain.conversations.conversation import (
    MAX_ANSWER,
    AskedQuestion,
    Conversation,
    Entry,
    Part,
    Reading,
    WriteConflict,
    WrittenText,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Conflict, NotFound
from studio_tui.domain.shared.text import clean_line
from studio_tui.domain.templates.template import Question, QuestionKind
from studio_tui.services import conversations as service
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import library
from studio_tui.wording.templates import KIND_LABELS

_HELD_AT = "When it was held, such as 2026-03-31T14:00 or “fri 14h30”; otherwise just now."
_NEWEST = 0
"""The version that --restore without a number stands for: the newest replaced one."""
_QUOTED_CHARACTERS = 40
"""Maximum number of characters of a replaced text that are quoted."""
_MAX_BYTES = 4 * MAX_ANSWER + 10
"""Maximum size of an answer, in bytes."""
_PREPARATIONS = (Part.USER_PREPARATION, Part.CONDUCTOR_PREPARATION)


@click.command()
@click.argument("named", nargs=-1, required=True, metavar="PUSH USER | ID | USER")
@click.option("--template", help="Of a conversation that no push asks for.")
@with_studio
def start(studio: Studio, actor: Actor, named: Sequence[str], template: str | None) -> None:
    """Begin the talk: of PUSH with USER, of a conversation by its ID, or USER --template."""
    if template is None and len(named) == 1:
        begun = service.begin(studio, actor, conversation_named(studio, actor, named))
    else:
        begun = service.start(studio, actor, ask_named(studio, actor, named, template))
    say(f"{begun.conductor} talks with {begun.name}: conversation {begun.id}.")


@click.command()
@click.argument("named", nargs=-1, required=True, metavar="PUSH USER | ID | USER")
@click.option("--template", help="Of a conversation that no push asks for.")
@click.option("--at", type=past_instant, help=_HELD_AT)
@click.option("--by", "conductor", metavar="LOGIN", help="The leader or coach who holds it.")
@with_studio
def finish(
    studio: Studio,
    actor: Actor,
    named: Sequence[str],
    template: str | None,
    at: datetime | None,
    conductor: str | None,
) -> None:
    """Finish the talk, or record a conversation that was held: it is sealed."""
    held_at = in_zone(at, studio.zone) if at else None
    if template is None and len(named) == 1:
        held = _finish_by_id(studio, actor, named, held_at, conductor)
    else:
        ask = ask_named(studio, actor, named, template)
        held = service.record_held(studio, actor, ask, conductor=conductor, held_at=held_at)
    say(f"Done: {held.conductor} talked with {held.name}.")


@click.command()
@conversation_argument
@with_studio
def reopen(studio: Studio, actor: Actor, named: Sequence[str]) -> None:
    """Reopen a finished conversation: its conductor within three days, later an admin."""
    reopened = service.reopen(studio, actor, conversation_named(studio, actor, named))
    say(f"The conversation with {reopened.name} is in progress again.")


@click.command()
@conversation_argument
@click.option("--question", type=int, required=True, help="Its number, as “show” tells it.")
@click.option("--text", help="What to write; - reads it from the input.")
@click.option(
    "--restore",
    is_flag=False,
    flag_value=_NEWEST,
    type=int,
    metavar="[VERSION]",
    help="Bring back what you wrote there before: the last text that was replaced, or this one.",
)
@click.option("--version", type=int, help="Only where this version stands there still.")
@with_studio
def write(
    studio: Studio,
    actor: Actor,
    named: Sequence[str],
    question: int,
    text: str | None,
    restore: int | None,
    version: int | None,
) -> None:
    """Write under a question: your preparation before the talk, the answer during it.

    It takes the place of what stands there, which is kept: --restore brings it back. An empty text
    takes back what you wrote.
    """
    if (text is None) == (restore is None):
        raise click.UsageError("Say either --text or --restore.")
    number = conversation_named(studio, actor, named)
    typed = _typed(text) if text is not None else ""
    reading = service.read(studio, actor, number)
    entry = _entry(reading, question)
    part = _part_to_write(reading, entry.asked)
    standing = _current_text(entry, part)
    known = standing.version if version is None else version
    if restore is not None:
        typed = _replaced_text(
            service.earlier(studio, actor, number, entry.asked.id, part), restore
        )
    try:
        written = service.write(
            studio, actor, number, entry.asked.id, part, typed, known, whole=True
        )
    except WriteConflict as error:
        raise Conflict(
            f"Somebody wrote there in the meantime: version {error.theirs.version} stands there "
            "now, and nothing was overwritten. Read it with “show”."
        ) from error
    say(f"Written: {len(written.text):,} characters, version {written.version}.")
    if standing.text and standing.text not in written.text:
        say(_replaced_in_words(standing))


@click.command()
@conversation_argument
@with_studio
def submit(studio: Studio, actor: Actor, named: Sequence[str]) -> None:
    """Show your preparation to the other side.

    The conductor sees the user's at once, the user the conductor's when the talk begins.
    """
    service.submit(studio, actor, conversation_named(studio, actor, named))
    say("Your preparation is submitted.")


@click.command("add-question")
@conversation_argument
@click.option("--topic", required=True, help="What it stands under.")
@click.option("--question", help="What to ask; without it, all that the library has under TOPIC.")
@click.option(
    "--kind",
    type=NameChoice(QuestionKind, KIND_LABELS),
    default=str(QuestionKind.TEXT),
    show_default=True,
    help="How it is answered.",
)
@click.option("--option", "options", multiple=True, help="An answer to choose; repeat it.")
@with_studio
def add_question(
    studio: Studio,
    actor: Actor,
    named: Sequence[str],
    topic: str,
    question: str | None,
    kind: str,
    options: Sequence[str],
) -> None:
    """Ask one more question, or those of a topic of the question library."""
    number = conversation_named(studio, actor, named)
    if question is None:
        found = library.find(studio, actor, topic).topic
        heading, asked = found.name, found.questions
    else:
        heading, asked = topic, (Question(question, QuestionKind(kind), tuple(options)),)
    with studio.transaction():
        for one in asked:
            added = service.add_question(studio, actor, number, heading, one)
            place = _number_of(service.read(studio, actor, number), added.id)
            say(f"Question {place} is asked: {added.question.text}")


@click.command("remove-question")
@conversation_argument
@click.option("--question", type=int, required=True, help="Its number, as “show” tells it.")
@with_studio
def remove_question(studio: Studio, actor: Actor, named: Sequence[str], question: int) -> None:
    """Take a question out; what was written under it stays readable."""
    number = conversation_named(studio, actor, named)
    asked = _entry(service.read(studio, actor, number), question).asked
    service.remove_question(studio, actor, number, asked.id)
    say(f"Question {question} is not asked any more.")


def _finish_by_id(
    studio: Studio,
    actor: Actor,
    named: Sequence[str],
    held_at: datetime | None,
    conductor: str | None,
) -> Conversation:
    if conductor:
        raise click.UsageError("--by goes with PUSH USER, or USER --template.")
    number = conversation_named(studio, actor, named)
    return service.finish(studio, actor, number, held_at=held_at)


def _typed(text: str) -> str:
    if text != str(DASH):
        return text
    return decode_utf8(read_bytes(DASH, _MAX_BYTES), "The text from the input").removesuffix("\n")


def _replaced_text(kept: Sequence[WrittenText], version: int) -> str:
    """Return the text of a version among ``kept``, the replaced texts.

    Raises `NotFound` if the version is not stored.
    """
    for text in kept:
        if version in (_NEWEST, text.version):
            return text.text
    if not kept:
        raise NotFound("Nothing that you wrote there was replaced.")
    versions = ", ".join(str(text.version) for text in kept)
    raise NotFound(f"Version {version} is not kept. There is: {versions}.")


def _replaced_in_words(standing: WrittenText) -> str:
    """Return a sentence about the text that was replaced, and how to restore it."""
    count = f"{len(standing.text):,} characters of version {standing.version}"
    first = clean_line(standing.text)[:_QUOTED_CHARACTERS]
    more = "…" if len(standing.text) > _QUOTED_CHARACTERS else ""
    return f"It takes the place of {count}: “{first}{more}”. --restore brings them back."


def _entry(reading: Reading, question: int) -> Entry:
    """Return the entry with the number ``question``, counted from 1 as “show” prints them.

    Raises `NotFound` if there is none.
    """
    if 1 <= question <= len(reading.entries):
        return reading.entries[question - 1]
    raise NotFound(
        f"There is no question {question}: this conversation has 1 to {len(reading.entries)}, as "
        "“show” tells."
    )


def _number_of(reading: Reading, question_id: int) -> int:
    """Return the number of a question in a conversation, counted from 1."""
    ids = [entry.asked.id for entry in reading.entries]
    return ids.index(question_id) + 1


def _part_to_write(reading: Reading, asked: AskedQuestion) -> Part:
    """Return the part to write under a question: a preparation that is open, or the answer.

    Whether the answer may be written is left to the service.
    """
    prepared = [part for part in _PREPARATIONS if part in reading.writes]
    return prepared[0] if prepared else asked.part


def _current_text(entry: Entry, part: Part) -> WrittenText:
    by_part = {Part.USER_PREPARATION: entry.user, Part.CONDUCTOR_PREPARATION: entry.conductor}
    return by_part.get(part, entry.answer) or WrittenText()
