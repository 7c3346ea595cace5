"""Whom of a push a command is about: those named, or those this far."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from studio_tui.cli.shared.near_misses import NameChoice
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import AssignmentFilter, Flag, PushFacts, Status
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import excuse
from studio_tui.services.system.context import Studio
from studio_tui.wording.pushes import STATUS_LABELS

C = TypeVar("C", bound=Callable[..., Any])


def this_far_options(command: C) -> C:
    """``--status`` and ``--overdue``, as the arguments ``statuses`` and ``overdue``."""
    statuses = click.option(
        "--status",
        "statuses",
        multiple=True,
        type=NameChoice(Status, STATUS_LABELS),
        help="Those this far; may be repeated.",
    )
    overdue = click.option("--overdue", is_flag=True, help="Those whose deadline is past.")
    return statuses(overdue(command))


def chosen_users(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    logins: Sequence[str],
    statuses: Sequence[str],
    *,
    overdue: bool,
) -> Selection[AssignmentFilter]:
    """Those of a push who are named or this far; wrong usage where nobody is."""
    if bool(logins) == bool(statuses or overdue):
        raise click.UsageError("Say who: either LOGIN…, or --status and --overdue.")
    if logins:
        return excuse.users_named(studio, actor, push, logins)
    return this_far(statuses, overdue=overdue)


def this_far(statuses: Sequence[str], *, overdue: bool) -> Selection[AssignmentFilter]:
    """Those this far; everybody, where nothing narrows it."""
    late = Flag.OVERDUE if overdue else None
    selection: Selection[AssignmentFilter] = Selection()
    for status in map(Status, statuses):
        selection = selection.mark_matching(AssignmentFilter(status=status, flag=late))
    return selection if statuses else Selection.matching(AssignmentFilter(flag=late))
