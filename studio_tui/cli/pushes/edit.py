"""``studio-tui pushes edit`` (P9, P15)."""

from collections.abc import Callable
from datetime import date

import click

from studio_tui.cli.audiences.where import audience_option, where_of
from studio_tui.cli.pushes import shapes
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.dry_run import UNDO, dry_run_options
from studio_tui.cli.shared.output import (
    complain,
    json_if_nothing_to_do,
    json_option,
    say,
    write_json,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import day, iso, when
from studio_tui.domain.audiences.audience import Audience
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, PushDraft, Reminders
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NothingToDo
from studio_tui.services.audiences import members
from studio_tui.services.pushes import audiences
from studio_tui.services.pushes import pushes as service
from studio_tui.services.pushes.assign import AssignResult
from studio_tui.services.pushes.pushes import PushEditResult
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted
from studio_tui.wording.pushes import reminders_in_words

_MAX_DAYS = 365


def _days(least: int) -> Callable[[str], tuple[int, ...]]:
    """Return a parser of comma-separated numbers of days, each at least ``least``.

    An empty text gives an empty tuple.
    """

    def days(text: str) -> tuple[int, ...]:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not all(part.isdecimal() and least <= int(part) <= _MAX_DAYS for part in parts):
            raise click.BadParameter(
                f"Write numbers of days from {least} to {_MAX_DAYS}, such as 7,1, or '' for none."
            )
        return tuple(dict.fromkeys(map(int, parts)))

    return days


@click.command()
@click.argument("push")
@click.option("--name", help="Another name.")
@click.option("--from", "available_from", type=day, help="Another first day: 2026-03-01, mon.")
@click.option("--deadline", type=day, help="Another deadline: 2026-03-31, +2w.")
@click.option(
    "--remind-before",
    type=_days(0),
    metavar="DAYS",
    help="Remind by itself so many days before the deadline, such as 7,1; '' for never.",
)
@click.option(
    "--remind-after",
    type=_days(1),
    metavar="DAYS",
    help="And so many days after it.",
)
@click.option(
    "--tell/--no-tell",
    default=True,
    show_default=True,
    help="Tell of a moved deadline those who were told of the push and are not done.",
)
@audience_option
@click.option("--no-audience", is_flag=True, help="Let it be for those who were picked alone.")
@yes_option
@dry_run_options
@json_option
@with_studio
def edit(
    studio: Studio,
    actor: Actor,
    push: str,
    name: str | None,
    available_from: date | None,
    deadline: date | None,
    remind_before: tuple[int, ...] | None,
    remind_after: tuple[int, ...] | None,
    tell: bool,
    audience: str | None,
    no_audience: bool,
    yes: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """Change name, first day, deadline, automatic reminders or audience of PUSH.

    Nobody is taken out by another audience: who came in by the one before and does not match is
    listed by “users review”.
    """
    edits = any(
        value is not None for value in (name, available_from, deadline, remind_before, remind_after)
    )
    if not edits and audience is None and not no_audience:
        raise click.UsageError(
            "Say what to change: --name, --from, --deadline, --remind-before, --remind-after or "
            "--audience."
        )
    if audience is not None and no_audience:
        raise click.UsageError("Either --audience or --no-audience.")
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    found = service.find(studio, actor, push)
    usual = found.reminders
    change = _PushChange(
        found,
        PushDraft(
            found.name if name is None else name,
            available_from or found.available_from,
            deadline or found.deadline,
            Reminders(
                usual.before if remind_before is None else remind_before,
                usual.after if remind_after is None else remind_after,
            ),
        ),
        edits=edits,
        sets_audience=audience is not None or no_audience,
        audience=where_of(studio, actor, audience),
        tell=tell,
    )
    if dry_run:
        dry_runs.run_and_write(
            studio,
            actor,
            lambda: change.do(studio, actor),
            found.name,
            change.in_words,
            with_mail=with_mail,
            as_json=as_json,
        )
        return
    _confirm(studio, actor, change, yes=yes)
    with json_if_nothing_to_do(as_json, lambda: {**shapes.nobody_told(found), "added": 0}):
        edited, joined = change.do(studio, actor)
    if as_json:
        _write_json(studio, edited, joined)
    else:
        _tell(studio, change, edited, joined)


@dataclass(frozen=True, slots=True)
class _PushChange:
    """A change of a push that is made in one transaction."""

    push: Push
    draft: PushDraft
    edits: bool
    """Whether anything apart from the audience changes."""
    sets_audience: bool
    audience: Audience | None
    """The new audience if ``sets_audience``; None if the users of the push are picked by hand."""
    tell: bool

    @property
    def in_words(self) -> str:
        """The changed push in words, for a dry run."""
        draft, whom = self.draft, f" for “{self.audience}”" if self.audience else ""
        days = f"from {draft.available_from} to {draft.deadline}"
        return f"“{self.push.name}” would run {days}{whom}"

    def do(self, studio: Studio, actor: Actor) -> tuple[PushEditResult, AssignResult | None]:
        """Change the push.

        Returns the edited push with the people who are told of a new deadline, and the result of
        assigning the users who match a new audience, or None.
        """
        with studio.transaction():
            edited = service.edit_with_result(studio, actor, self.push, self.draft, tell=self.tell)
            if not self.sets_audience:
                return edited, None
            try:
                joined = audiences.set_audience(studio, actor, edited.push, self.audience)
            except NothingToDo:
                if not self.edits:
                    raise
                joined = None
        return edited, joined


def _confirm(studio: Studio, actor: Actor, change: _PushChange, *, yes: bool) -> None:
    """Ask for confirmation if many users may get mail about a new deadline or an assignment."""
    push, wanted = change.push, change.audience
    if change.tell and change.draft.deadline != push.deadline:
        confirm_count(
            lambda: push.progress.open,
            f"users at most would be told of another deadline of “{push.name}”",
            "Nothing was changed",
            yes=yes,
        )
    if wanted is not None:
        confirm_count(
            lambda: members.count(studio, actor, wanted),
            f"users at most would be assigned to “{push.name}” and told",
            "Nothing was changed",
            yes=yes,
        )


def _write_json(studio: Studio, edited: PushEditResult, joined: AssignResult | None) -> None:
    leaves_at = edited.leaves_at or (joined.leaves_at if joined else None)
    write_json(
        {
            "push": edited.push.name,
            "users_told": edited.users_told + (joined.users_told if joined else 0),
            "managers_told": edited.managers_told + (joined.managers_told if joined else 0),
            "leaves_at": iso(studio, leaves_at),
            "added": joined.added if joined else 0,
        }
    )


def _tell(
    studio: Studio, change: _PushChange, edited: PushEditResult, joined: AssignResult | None
) -> None:
    _tell_edited(change.push, edited.push, told=change.tell)
    if change.sets_audience:
        wanted, added = change.audience, joined.added if joined else 0
        whom = f"It is for {wanted}" if wanted else "It is for those who were picked"
        say(f"{whom}: {counted(added, 'user')} assigned.")
    if edited.leaves_at:
        users = counted(edited.users_told, "user")
        managers = counted(edited.managers_told, "manager")
        complain(
            f"{users} and {managers} are told; mail leaves {when(studio, edited.leaves_at)}. {UNDO}"
        )
    elif joined and joined.leaves_at:
        complain(f"Mail leaves {when(studio, joined.leaves_at)}. {UNDO}")


def _tell_edited(before: Push, edited: Push, *, told: bool) -> None:
    say(f"“{edited.name}” now runs from {edited.available_from} to {edited.deadline}.")
    if edited.deadline != before.deadline and edited.progress.open:
        to_tell = "is" if told else "is not"
        say(f"Who was told of it and is not done {to_tell} told of the new deadline.")
    if edited.reminders != before.reminders:
        say(f"Automatic reminders: {reminders_in_words(edited.reminders)}.")
