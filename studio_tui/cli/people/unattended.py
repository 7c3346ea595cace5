"""``users import --unattended`` and ``--waiting``: imports by cron or a timer (U10).

An import beyond its limits waits until an admin applies or discards it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from studio_tui.cli.people import shapes
from studio_tui.cli.shared.bulk_confirmation import confirm_count
from studio_tui.cli.shared.errors import FAILED
from studio_tui.cli.shared.output import complain, say, write_json
from studio_tui.cli.shared.progress import ProgressPrinter
from studio_tui.cli.shared.times import shown
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.review import Review
from studio_tui.domain.people.unattended import Limit, Limits, parse_limit
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NothingToDo, Refused, StudioError
from studio_tui.services.people import imports, reviews
from studio_tui.services.people import unattended as service
from studio_tui.services.people.import_plan import ImportPlan
from studio_tui.services.people.unattended import GivenFile, Outcome, Result, WaitingImport
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted

P = ParamSpec("P")
R = TypeVar("R")

_WAITING = "studio-tui users import --waiting"


@dataclass(frozen=True, slots=True)
class UnattendedOptions:
    """The options of unattended imports."""

    limits: Limits | None
    """The limits within which the file is imported without a decision; None if attended."""
    apply: bool
    discard: bool


def _limit(text: str) -> Limit:
    """Parse an option such as ``2%`` or ``5``."""
    try:
        return parse_limit(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def unattended_options(command: Callable[P, R]) -> Callable[P, R]:
    """Add the options of unattended imports, as the argument ``unattended``.

    Wrong usage is refused before the Studio is opened.
    """

    @wraps(command)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        kwargs["unattended"] = _options_given(kwargs)
        return command(*args, **kwargs)

    for option in reversed(_OPTIONS):
        checked = option(checked)
    return checked


_OPTIONS = (
    click.option("--unattended", is_flag=True, help="For cron and timers: one line of result."),
    click.option(
        "--at-most-left",
        type=_limit,
        metavar="SHARE",
        help="Unattended, whom it may mark as left, as 5 or 2% of the active users (2%).",
    ),
    click.option(
        "--at-most-refused",
        type=_limit,
        metavar="SHARE",
        help="Unattended, which refused lines it may leave out, as 5 or 1% of the lines (1%).",
    ),
    click.option("--waiting", is_flag=True, help="Show the unattended import that waits."),
    click.option("--apply", is_flag=True, help="Import what waits."),
    click.option("--discard", is_flag=True, help="Throw away what waits."),
)


def _options_given(given: dict[str, Any]) -> UnattendedOptions:
    """Return the options that were given. Raises `click.UsageError` for a wrong combination."""
    unattended, waiting = given.pop("unattended"), given.pop("waiting")
    left, refused = given.pop("at_most_left"), given.pop("at_most_refused")
    apply, discard = given.pop("apply"), given.pop("discard")
    if not unattended and (left or refused):
        raise click.UsageError("--at-most-left and --at-most-refused go with --unattended.")
    if not waiting and (apply or discard):
        raise click.UsageError("--apply and --discard go with --waiting.")
    if apply and discard:
        raise click.UsageError("Either --apply or --discard what waits.")
    if waiting and _more_than_waiting(given, unattended):
        raise click.UsageError("--waiting takes no FILE and no option but --apply, --discard.")
    if not waiting and given["file"] is None:
        raise click.MissingParameter(param_type="argument", param_hint="'FILE'")
    if unattended and given["skip_refused"]:
        raise click.UsageError("Unattended, refused lines are left out up to --at-most-refused.")
    usual = Limits()
    limits = Limits(left or usual.left, refused or usual.refused) if unattended else None
    return UnattendedOptions(limits, apply, discard)


def _more_than_waiting(given: Mapping[str, Any], unattended: bool) -> bool:
    others = {name: value for name, value in given.items() if name not in ("yes", "as_json")}
    return unattended or any(others.values())


def run_unattended(
    studio: Studio,
    actor: Actor,
    given: GivenFile,
    limits: Limits,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import ``given`` within ``limits``, and print the result in one line."""
    with ProgressPrinter("Importing") as importing:
        try:
            result = service.run(studio, actor, given, limits, dry_run=dry_run, progress=importing)
        except StudioError as error:
            if not as_json:
                say(f"{given.name}: failed: {error.message}")
            raise
    words = _in_words(result, dry_run=dry_run)
    if as_json:
        write_json(shapes.unattended(result))
    else:
        say(f"{given.name}: {words}")
    if result.outcome in (Outcome.WAITS, Outcome.REFUSED):
        complain(f"studio-tui: {given.name} was not imported: {_advice(result, dry_run=dry_run)}")
        click.get_current_context().exit(FAILED)


def decide_waiting(
    studio: Studio,
    actor: Actor,
    asked: UnattendedOptions,
    tell: Callable[[ImportPlan, Sequence[Review]], None],
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Show, apply or discard the waiting import.

    ``tell`` prints a dry run and the changes that would wait for a decision because of it (U7).
    """
    try:
        if asked.discard:
            _discard(studio, actor, as_json=as_json)
        elif asked.apply:
            _apply(studio, actor, yes=yes, as_json=as_json)
        else:
            _show(studio, actor, tell, as_json=as_json)
    except NothingToDo:
        if as_json:
            write_json(shapes.nothing_waits())
        raise


def _show(
    studio: Studio,
    actor: Actor,
    tell: Callable[[ImportPlan, Sequence[Review]], None],
    *,
    as_json: bool,
) -> None:
    with ProgressPrinter("Comparing") as comparing:
        found = service.compare_waiting(studio, actor, progress=comparing)
    touched = imports.touched(studio, actor, found.file, skip_refused=True)
    if as_json:
        changes = [shapes.review(studio, each, is_tried=True) for each in touched]
        write_json({**shapes.waiting_import(studio, found), "review": changes})
        return
    say(_waits_in_words(studio, found))
    tell(found.plan, touched)
    say(f"“{_WAITING} --apply” imports it, “--discard” throws it away.")


def _waits_in_words(studio: Studio, found: WaitingImport) -> str:
    last = found.last
    since = shown(studio, last.at)
    words = f"{last.name}, given by {last.by}, waits since {since}: {last.why}."
    if found.more:
        many = counted(found.more, "user or line", "users or lines")
        words += f" People were changed meanwhile: of {many} it tells otherwise than when it came."
    return words


def _apply(studio: Studio, actor: Actor, *, yes: bool, as_json: bool) -> None:
    with ProgressPrinter("Comparing") as comparing:
        found = service.compare_waiting(studio, actor, progress=comparing)
    if found.plan.all_refused:
        raise Refused(f"{found.last.name} was not imported: all of its lines are refused.")
    what, nothing = "users would be marked as left", "Nothing was imported"
    confirm_count(lambda: len(found.plan.left), what, nothing, yes=yes)
    with ProgressPrinter("Importing") as importing:
        plan = service.apply(studio, actor, progress=importing)
    touched = reviews.caused_by(studio, plan.line) if plan.line is not None else []
    if as_json:
        changes = [shapes.review(studio, each) for each in touched]
        write_json({**plan.as_json(), "review": changes})
        return
    say(f"{found.last.name}: {_imported_in_words(plan)}")
    if touched:
        many = counted(len(touched), "change waits", "changes wait")
        say(f"{many} for a decision: “studio-tui users review”.")


def _discard(studio: Studio, actor: Actor, *, as_json: bool) -> None:
    last = service.discard(studio, actor)
    if as_json:
        write_json(shapes.nothing_waits())
    else:
        say(f"{last.name} is thrown away: nothing was changed by it.")


def _in_words(result: Result, *, dry_run: bool) -> str:
    if result.outcome is Outcome.WAITS:
        return f"{'would wait' if dry_run else 'waits'}: {result.why}; nothing was changed"
    if result.plan is None:
        return f"nothing to do: {result.why}"
    if result.outcome is Outcome.REFUSED:
        return "failed: all of its lines are refused; nothing was changed"
    if result.outcome is Outcome.NOTHING:
        return f"nothing to do: everybody is as the file says, {_unchanged_in_words(result.plan)}"
    return (
        f"would be {_imported_in_words(result.plan)}"
        if dry_run
        else _imported_in_words(result.plan)
    )


def _imported_in_words(plan: ImportPlan) -> str:
    return f"imported: {plan.summary}; {_unchanged_in_words(plan)}"


def _unchanged_in_words(plan: ImportPlan) -> str:
    skipped = counted(len(plan.refusals), "refused line")
    besides = f", {skipped} left out" if plan.refusals else ""
    return f"{plan.unchanged:,} unchanged{besides}"


def _advice(result: Result, *, dry_run: bool) -> str:
    if result.outcome is Outcome.REFUSED:
        return "all of its lines are refused."
    if dry_run:
        return "it is beyond its limits, and would wait for an admin."
    return f"it is beyond its limits, and waits for an admin: “{_WAITING}” shows it."
