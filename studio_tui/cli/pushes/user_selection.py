"""Options that select users of a push, by name or by status."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from studio_tui.cli.audiences.where import where_of, where_option
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import AssignmentFilter, Flag, PushFacts, Status
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import excuse
from studio_tui.services.system.context import Studio
from studio_tui.wording.pushes import STATUS_LABELS

C = TypeVar("C", bound=Callable[..., Any])


def user_filter_options(command: C) -> C:
    """Add the options ``--status``, ``--overdue`` and ``--where``.

    Their arguments are ``statuses``, ``overdue`` and ``where``.
    """
    statuses = click.option(
        "--status",
        "statuses",
        multiple=True,
        type=NameChoice(Status, STATUS_LABELS),
        help="Those this far; may be repeated.",
    )
    overdue = click.option("--overdue", is_flag=True, help="Those whose deadline is past.")
    return statuses(overdue(where_option(command)))


def chosen_users(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    logins: Sequence[str],
    statuses: Sequence[str],
    *,
    overdue: bool,
    where: str | None,
) -> Selection[AssignmentFilter]:
    """Return the users of a push that the options select, by login or by status.

    Raises `click.UsageError` if neither or both are given.
    """
    if bool(logins) == bool(statuses or overdue or where is not None):
        raise click.UsageError("Say who: either LOGIN…, or --status, --overdue and --where.")
    if logins:
        return excuse.users_named(studio, actor, push, logins)
    return by_status(statuses, overdue=overdue, where=where_of(studio, actor, where))


def by_status(
    statuses: Sequence[str], *, overdue: bool, where: Audience | None
) -> Selection[AssignmentFilter]:
    """Return the users with these statuses who are in the audience.

    No statuses mean all.
    """
    late = Flag.OVERDUE if overdue else None
    selection: Selection[AssignmentFilter] = Selection()
    for status in map(Status, statuses):
        selection = selection.mark_matching(AssignmentFilter(status=status, flag=late, where=where))
    everyone = AssignmentFilter(flag=late, where=where)
    return selection if statuses else Selection.matching(everyone)
