"""``studio-tui users review``: the desk of changes (U7)."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import click

from studio_tui.cli.audiences.where import where_of, where_option
from studio_tui.cli.people import shapes
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.bulk_confirmation import confirm_count, yes_option
from studio_tui.cli.shared.dry_run import UNDO, dry_run_options, run_and_write
from studio_tui.cli.shared.output import (
    complain,
    json_if_nothing_to_do,
    json_option,
    say,
    write_json,
    write_table,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.cli.shared.times import when, zone_heading
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.review import Decision, Review, ReviewFilter, ReviewKind
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.people import reviews
from studio_tui.services.people.reviews import ReviewResult
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted
from studio_tui.wording.review import change_in_words, talk_in_words

_EMPTY = "Nothing waits for a decision: nobody in an open push changed."
Act = Callable[[], ReviewResult]


@click.command()
@click.argument("ids", nargs=-1, type=int, metavar="[ID]...")
@click.option("--keep", is_flag=True, help="Leave them as they are; nobody is told.")
@click.option(
    "--hand-over", metavar="LOGIN", help="Let this leader or coach hold the conversations."
)
@click.option("--as-proposed", is_flag=True, help="Hand over each to the manager proposed.")
@click.option("--tell", is_flag=True, help="Tell the new managers, one mail to each.")
@click.option("--excuse", metavar="REASON", help="Let the push ask nothing of them.")
@click.option("--add", is_flag=True, help="Assign who joined to the push.")
@click.option("--back", is_flag=True, help="Let what was kept wait for a decision again.")
@click.option("--all", "everything", is_flag=True, help="Decide on everything that waits.")
@click.option("--kind", type=NameChoice([*map(str, ReviewKind)]), help="Only changes of this kind.")
@click.option("--push", help="Only changes of people in this push.")
@where_option
@yes_option
@dry_run_options
@json_option
@with_studio
def review(
    studio: Studio,
    actor: Actor,
    ids: Sequence[int],
    keep: bool,
    hand_over: str | None,
    as_proposed: bool,
    tell: bool,
    excuse: str | None,
    add: bool,
    back: bool,
    everything: bool,
    kind: str | None,
    push: str | None,
    where: str | None,
    yes: bool,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    """List the changes of people in open pushes that wait for a decision, and decide on them.

    Without a decision they are listed. With one, it is taken for each ID, or for all that wait
    (--all, --kind, --push, --where).
    """
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    filter_ = ReviewFilter(
        kind=ReviewKind(kind) if kind else None,
        push_id=pushes.find(studio, actor, push).id if push else None,
        where=where_of(studio, actor, where),
    )
    everything = everything or bool(kind or push or where)
    chosen = _selection(ids, filter_, everything=everything)
    over = partial(reviews.hand_over, studio, actor, chosen)
    acts: dict[str, tuple[bool, Act]] = {
        "--keep": (keep, partial(reviews.keep, studio, actor, chosen)),
        "--hand-over": (hand_over is not None, partial(over, hand_over)),
        "--as-proposed": (as_proposed, over),
        "--tell": (tell, partial(reviews.tell, studio, actor, chosen)),
        "--excuse": (
            excuse is not None,
            partial(reviews.excuse, studio, actor, chosen, excuse or ""),
        ),
        "--add": (add, partial(reviews.add, studio, actor, chosen)),
    }
    asked = [(name, act) for name, (is_asked, act) in acts.items() if is_asked]
    if len(asked) + back > 1:
        raise click.UsageError(f"Only one of {', '.join(acts)} and --back.")
    if back:
        _bring_back(studio, actor, ids, as_json)
    elif not asked:
        if dry_run:
            raise click.UsageError(f"--dry-run goes with a decision: {', '.join(acts)}.")
        _list(studio, actor, ids, filter_, as_json)
    elif not ids and not everything:
        raise click.UsageError("Say which: ID…, --all, --kind, --push or --where.")
    elif dry_run:
        ((name, act),) = asked
        sentence = f"{name.lstrip('-').replace('-', ' ').capitalize()}"
        run_and_write(studio, actor, act, push, sentence, with_mail=with_mail, as_json=as_json)
    else:
        ((_, act),) = asked
        confirm_count(
            lambda: reviews.count(studio, actor, chosen),
            "changes would be decided",
            "Nothing was decided",
            yes=yes,
        )
        with json_if_nothing_to_do(as_json, shapes.nothing_decided):
            decided = act()
        _tell(studio, decided, as_json)


def _selection(
    ids: Sequence[int], filter_: ReviewFilter, *, everything: bool
) -> Selection[ReviewFilter]:
    if ids:
        return Selection.of(ids)
    return Selection.matching(filter_) if everything else Selection()


def _list(
    studio: Studio, actor: Actor, ids: Sequence[int], filter_: ReviewFilter, as_json: bool
) -> None:
    found = reviews.every(studio, actor, filter_)
    if ids:
        reviews.require_known(studio, actor, ids)
        found = [each for each in found if each.id in set(ids)]
    if as_json:
        write_json([shapes.review(studio, each) for each in found])
        return
    headings = (
        "ID",
        "What",
        "Who",
        "Push",
        zone_heading(studio, "Conversation"),
        "Change",
        "Propose",
    )
    write_table(headings, (_row(studio, each) for each in found), _EMPTY)
    if found:
        say("Next: “studio-tui users review ID…” with --keep, --hand-over LOGIN, --tell and so on.")


def _row(studio: Studio, of: Review) -> tuple[str, ...]:
    return (
        str(of.id),
        of.kind.label,
        f"{of.name} ({of.login})",
        of.push,
        talk_in_words(of, studio.zone),
        change_in_words(of),
        of.proposal,
    )


def _bring_back(studio: Studio, actor: Actor, ids: Sequence[int], as_json: bool) -> None:
    if not ids:
        raise click.UsageError("Say which: ID….")
    with json_if_nothing_to_do(as_json, lambda: {"waiting": 0}):
        number = reviews.bring_back(studio, actor, ids)
    if as_json:
        write_json({"waiting": number})
    else:
        say(f"{counted(number, 'change')} waits for a decision again.")


def _tell(studio: Studio, done: ReviewResult, as_json: bool) -> None:
    if as_json:
        write_json(shapes.decided(studio, done))
        return
    say(f"{counted(len(done.ids), 'change')} decided: {done.decision.done}.")
    for sentence in _notes(done):
        complain(sentence)
    if done.leaves_at is not None:
        leave = counted(done.mails, "mail leaves", "mails leave")
        say(f"{leave} {when(studio, done.leaves_at)}. {UNDO}")


def _notes(done: ReviewResult) -> Iterable[str]:
    for row_id, decision in sorted(done.before.items()):
        yield f"{row_id}: {f'{decision.done} already' if decision else 'it waits no longer'}."
    if done.left:
        names = ", ".join(dict.fromkeys(each.name for each in done.left[:3]))
        more = f" and {len(done.left) - 3:,} more" if len(done.left) > 3 else ""
        reason = {
            Decision.HAND_OVER: "nobody else manages them",
            Decision.TELL: "nobody new manages them",
        }.get(done.decision, "it is nothing to decide so")
        yield f"Still waiting: {names}{more}: {reason}."
