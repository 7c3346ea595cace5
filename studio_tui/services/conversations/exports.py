"""Export of a finished conversation as Markdown or PDF, and of the history as CSV (C3, C6).

An export contains only what the reader may read. An export by somebody who was not in the
conversation is recorded in the activity, as reading it is.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from studio_tui.config.session import require_files
from studio_tui.domain.conversations.conversation import (
    CONTENT,
    Conversation,
    ConversationState,
    HistoryFilter,
)
from studio_tui.domain.conversations.transcript import Transcript, transcript
from studio_tui.domain.conversations.transcript_markdown import markdown
from studio_tui.domain.people.access import Actor
from studio_tui.domain.shared.errors import Forbidden, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.spreadsheet_safety import escape_cell
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.conversations.overview import history
from studio_tui.services.conversations.reading import read
from studio_tui.services.system.context import Studio
from studio_tui.services.system.files import require_free, write_private
from studio_tui.wording.conversations import STATE_LABELS

HISTORY_HEADINGS = (
    "id",
    "login",
    "name",
    "conductor_login",
    "conductor",
    "push",
    "template",
    "state",
    "planned_for",
    "held_at",
    "cancelled_at",
    "minutes",
    "place",
)
_PAGE = 500


class ExportFormat(StrEnum):
    """The format of an export. The value is the file suffix."""

    MARKDOWN = "md"
    PDF = "pdf"


def to_text(studio: Studio, actor: Actor, conversation_id: int) -> str:
    """Return a finished conversation as Markdown.

    Raises `Refused` if it is not finished, and `Forbidden` if ``actor`` may read none of its
    content.
    """
    return markdown(_transcript(studio, actor, conversation_id))


def to_file(
    studio: Studio,
    actor: Actor,
    conversation_id: int,
    path: Path,
    *,
    form: ExportFormat | None = None,
    force: bool = False,
    fonts: Sequence[Path] = (),
) -> None:
    """Write a finished conversation into a file that only its owner can read.

    ``form`` defaults to the suffix of ``path``. ``fonts`` are font files for characters that the
    fonts of the PDF do not have. Raises `Refused` as `to_text` does, if the file exists and
    ``force`` is false, and if the extra for PDF is not installed.
    """
    require_files()
    form = form or form_of(path)
    require_free(path, force=force)
    write_private(path, to_bytes(studio, actor, conversation_id, form, fonts), force=force)


def to_bytes(
    studio: Studio,
    actor: Actor,
    conversation_id: int,
    form: ExportFormat,
    fonts: Sequence[Path] = (),
) -> bytes:
    """Return the content of the file that `to_file` writes. Raises as it does."""
    if form is ExportFormat.MARKDOWN:
        return to_text(studio, actor, conversation_id).encode()
    from studio_tui.services.conversations.pdf import pdf, require_extra

    if fonts:
        require_files()
    require_extra(fonts)
    return pdf(_transcript(studio, actor, conversation_id), studio.now(), fonts)


def form_of(path: Path) -> ExportFormat:
    """Return the format of a file by its suffix. Raises `Refused` if the suffix is unknown."""
    suffix = path.suffix.lower().removeprefix(".")
    if suffix in ("md", "markdown"):
        return ExportFormat.MARKDOWN
    if suffix == "pdf":
        return ExportFormat.PDF
    raise Refused(f"{path} ends in neither .md nor .pdf: say what to write.")


def every_held(
    studio: Studio, actor: Actor, filter_: HistoryFilter, sort: Sort
) -> Iterator[Conversation]:
    """Yield the whole history that a filter matches, read a page at a time."""
    source = history(studio, actor, filter_, sort)
    for start in range(0, source.count(), _PAGE):
        yield from source.rows(start, start + _PAGE)


def history_csv(studio: Studio, held: Iterable[Conversation]) -> Iterator[str]:
    """Yield the history as comma-separated lines, with the headings first.

    Cells are escaped so that no spreadsheet reads them as formulas (A5).
    """
    yield _line(HISTORY_HEADINGS)
    for one in held:
        yield _line(_cells(studio, one))


def _transcript(studio: Studio, actor: Actor, conversation_id: int) -> Transcript:
    reading = read(studio, actor, conversation_id)
    conversation = reading.conversation
    if conversation.state is not ConversationState.DONE:
        state = STATE_LABELS[conversation.state]
        raise Refused(
            f"The conversation with {conversation.name} is {state}: only a finished one can be "
            "exported."
        )
    if not reading.parts & CONTENT:
        raise Forbidden(
            f"{actor.login} may know that it was held, but not what was said: nothing to export."
        )
    return transcript(reading, studio.zone)


def _cells(studio: Studio, one: Conversation) -> tuple[str, ...]:
    def at(instant: datetime | None) -> str:
        return instant.astimezone(studio.zone).isoformat(timespec="seconds") if instant else ""

    return (
        str(one.id),
        one.login,
        one.name,
        one.conductor_login,
        one.conductor,
        one.push,
        one.template.name,
        one.state.value,
        at(one.planned_for),
        at(one.finished_at),
        at(one.cancelled_at),
        str(one.minutes),
        one.place,
    )


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(
        [escape_cell(clean_line(cell)) for cell in cells]
    )
    return text.getvalue()
