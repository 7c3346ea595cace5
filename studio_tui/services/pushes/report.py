"""Report on a push: its course compared with the expected pace, and progress by group (S2)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.course import Course
from studio_tui.domain.pushes.groups import GroupBy, PeopleGroup
from studio_tui.domain.pushes.push import Push, Status
from studio_tui.domain.pushes.report import DRAWN, PushReport, ReportRow, ReportSection, parts_of
from studio_tui.domain.pushes.report_text import html, markdown
from studio_tui.domain.shared.errors import Refused
from studio_tui.services.conversations.pdf import require_extra
from studio_tui.services.pushes import course as push_course
from studio_tui.services.pushes import groups as push_groups
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes.report_pdf import pdf
from studio_tui.services.system.context import Studio
from studio_tui.services.system.files import require_free, write_private
from studio_tui.wording.counting import counted
from studio_tui.wording.days import day_in_words
from studio_tui.wording.pushes import (
    STATUS_LABELS,
    attention_in_words,
    group_in_words,
    progress_in_words,
    state_in_words,
)

_GROUPS = 30
"""Maximum number of groups listed of each kind."""


class ReportFormat(StrEnum):
    """The format of a report; the value is the suffix of the file."""

    MARKDOWN = "md"
    HTML = "html"
    PDF = "pdf"


def to_file(studio: Studio, actor: Actor, push_id: int, path: Path, *, force: bool = False) -> None:
    """Write the report on a push in the format that the suffix of ``path`` selects.

    Only the owner can read the file. Raises `Refused` for an unknown suffix, if ``path`` exists and
    ``force`` is false, and for a PDF if the optional dependency is missing.
    """
    require(actor, Action.READ_PUSHES)
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in set(ReportFormat):
        raise Refused(f"{path}: name a file that ends in .md, .html or .pdf.")
    require_free(path, force=force)
    if suffix == ReportFormat.PDF:
        require_extra()
    report = report_on(studio, actor, push_id)
    write_private(path, _WRITERS[ReportFormat(suffix)](studio, report), force=force)


def to_text(studio: Studio, actor: Actor, push_id: int) -> str:
    """Return the report as Markdown."""
    return markdown(report_on(studio, actor, push_id))


def report_on(studio: Studio, actor: Actor, push_id: int) -> PushReport:
    """Return the current report on a push."""
    push = pushes.show(studio, actor, push_id)
    course = push_course.show(studio, actor, push)
    found = {by: push_groups.every(studio, actor, push, by) for by in GroupBy}
    return PushReport(
        title=push.name,
        facts=tuple(_facts(studio, push, course)),
        sections=(
            _whole(push),
            _weeks(studio, course),
            *(_groups(by, groups) for by, groups in found.items() if len(groups) > 1),
        ),
        legend=tuple(STATUS_LABELS[status] for status in DRAWN),
    )


_WRITERS: Mapping[ReportFormat, Callable[[Studio, PushReport], bytes]] = {
    ReportFormat.MARKDOWN: lambda _, report: markdown(report).encode(),
    ReportFormat.HTML: lambda _, report: html(report).encode(),
    ReportFormat.PDF: lambda studio, report: pdf(report, studio.now()),
}


def _facts(studio: Studio, push: Push, course: Course) -> Iterator[tuple[str, str]]:
    yield "Template", push.template.name
    yield "State", state_in_words(push)
    yield "Runs", f"{push.available_from} to {push.deadline}"
    yield "Progress", progress_in_words(push.progress)
    if attention := attention_in_words(push.progress):
        yield "To look at", attention
    if course.assigned:
        expected = course.expected(course.today)
        yield "Pace", f"{course.held:,} held, {expected:,} expected by {course.today}"
    if course.still and course.weekly_needed is not None:
        left = counted(course.days_left, "day")
        needed = f"{course.weekly_needed:,} a week needed"
        yield "Left", f"{left}; {needed}, {course.weekly_held:,} in the last seven days"
    yield "As of", f"{studio.now().astimezone(studio.zone):%Y-%m-%d %H:%M} ({studio.zone.key})"


def _whole(push: Push) -> ReportSection:
    progress = push.progress
    parts = parts_of(progress)
    cells = tuple(f"{number:,}" for number in parts)
    labels = tuple(STATUS_LABELS[status].capitalize() for status in DRAWN)
    return ReportSection("How far it is", labels, (ReportRow(cells, parts, max(sum(parts), 1)),))


def _weeks(studio: Studio, course: Course) -> ReportSection:
    weeks = list(course.weeks())
    most = max([each.held + each.planned for each in weeks], default=0)
    place = DRAWN.index(Status.PLANNED)
    lines = []
    for week in weeks:
        last = week.first + timedelta(days=6)
        until = min(max(last, course.first), course.days[-1].day)
        parts = [week.held, *[0] * (len(DRAWN) - 1)]
        parts[place] = week.planned
        late = ", after the deadline" if week.after_deadline else ""
        lines.append(
            ReportRow(
                (
                    f"{week.number}, from {day_in_words(week.first, course.today)}{late}",
                    f"{week.held:,}",
                    f"{week.planned:,}",
                    f"{course.held_by(until):,} of {course.expected(until):,}",
                ),
                tuple(parts),
                max(most, 1),
            )
        )
    return ReportSection(
        "Course",
        ("Week", "Held", "Planned", "Held of expected"),
        tuple(lines),
        f"Expected: as many every day from {course.first} to {course.deadline}.",
    )


def _groups(by: GroupBy, groups: Sequence[PeopleGroup]) -> ReportSection:
    more = len(groups) - _GROUPS
    return ReportSection(
        f"By {by}",
        (by.capitalize(), "Overdue", "Held", "Still to hold"),
        tuple(_group(by, group) for group in groups[:_GROUPS]),
        f"The first {_GROUPS} of {len(groups):,}, late first." if more > 0 else "Late first.",
    )


def _group(by: GroupBy, group: PeopleGroup) -> ReportRow:
    return ReportRow(
        (
            group_in_words(by, group),
            f"{group.overdue:,}" if group.overdue else "",
            f"{group.done:,} of {group.assigned:,}",
            f"{group.still:,}",
        ),
        parts_of(group),
        max(group.assigned, 1),
    )
