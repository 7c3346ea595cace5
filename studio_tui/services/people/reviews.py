"""The desk of changes: lines that wait for a decision, and the decisions (U7).

A decision is one act for any number of lines, in one transaction. It writes one line of activity
per act and sends at most one mail to each recipient, also if the recipient is told of several
people.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.review import Decision, Review, ReviewFilter
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import AssignmentFilter
from studio_tui.domain.shared.cancellation import Progress, ignore_progress
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import NotFound, NothingToDo, Refused
from studio_tui.domain.shared.list_source import Sort
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.people import handing_over
from studio_tui.services.pushes import assign
from studio_tui.services.pushes import excuse as excusing
from studio_tui.services.pushes.pushes import cause_at_once, cause_of, push_facts
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.system.listing import StoredSource
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox.new_managers import notify_new_managers, people_in_mails_of
from studio_tui.storage.people import review_decide, review_read
from studio_tui.storage.people.users import these_users, users_by_id

_ALL = ReviewFilter()
EVERYTHING: Selection[ReviewFilter] = Selection.matching(_ALL)
"""The selection of all waiting lines."""
_MAX_NAMED = 3
"""Maximum number of people named in an error."""
_READ = 1_000
"""Number of lines read per query."""


@dataclass(frozen=True, slots=True)
class ReviewResult:
    """The result of a decision."""

    decision: Decision
    ids: tuple[int, ...]
    """Ids of the decided lines."""
    before: dict[int, Decision | None]
    """Earlier decisions, by id, of lines that no longer waited. None: the line became obsolete."""
    left: tuple[Review, ...]
    """Selected lines that still wait, for lack of a new manager to hand over to or notify."""
    acts: tuple[int, ...]
    """Ids of the lines of activity."""
    mails: int
    leaves_at: datetime | None
    """When the mails are released; None if there are none."""


def source(
    studio: Studio, actor: Actor, filter_: ReviewFilter, sort: Sort
) -> StoredSource[Review, ReviewFilter]:
    """Return the lines that wait for a decision, by urgency unless sorted otherwise."""
    require(actor, Action.READ_USERS)
    return StoredSource(
        store=studio.store,
        listed=lambda: review_read.review_listing(filter_, sort),
        read=review_read.reviews_by_id,
        match=review_read.matching_reviews,
        count_of=review_read.count_selected,
    )


def every(studio: Studio, actor: Actor, filter_: ReviewFilter = _ALL) -> list[Review]:
    """Return all lines that wait for a decision, the most urgent first."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return _read(review_read.ids_of(Selection.matching(filter_)))


def count(studio: Studio, actor: Actor, selection: Selection[ReviewFilter]) -> int:
    """Return the number of lines in a selection."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return review_read.count_selected(selection)


def require_known(studio: Studio, actor: Actor, ids: Collection[int]) -> None:
    """Raise `NotFound`, with the unknown ids, if a line never existed."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        _require_known(ids)


def caused_by(studio: Studio, activity_id: int) -> list[Review]:
    """Return the waiting lines that an act added to the desk or changed there.

    Call this inside the unit of work of the act, or after it.
    """
    with studio.store.reading():
        return _read(review_read.ids_caused_by(activity_id))


def keep(studio: Studio, actor: Actor, selection: Selection[ReviewFilter]) -> ReviewResult:
    """Leave the selected lines as they are, without notifying anyone.

    Like all decisions, this raises `NotFound` for a line that never existed, and `NothingToDo` if
    none of the lines waits.
    """
    with studio.store.writing():
        chosen = _chosen(actor, selection, Decision.KEEP)
        line = _record(studio, actor, chosen.lines, Decision.KEEP)
        review_decide.decide(chosen.ids, Decision.KEEP, line, studio.now())
        return _decided(studio, chosen, chosen.ids, line)


def hand_over(
    studio: Studio,
    actor: Actor,
    selection: Selection[ReviewFilter],
    conductor: str | None = None,
    *,
    progress: Progress = ignore_progress,
) -> ReviewResult:
    """Hand the conversations of the selected lines over to other conductors.

    ``conductor`` is a login or an address; None means the proposed manager of each line. Both sides
    are notified, and a new conductor gets one mail per push. A line without a proposal keeps
    waiting. Raises `Refused` if ``conductor`` neither leads nor coaches one of the users.
    """
    with studio.store.writing():
        chosen = _chosen(actor, selection, Decision.HAND_OVER)
        conductors = _conductors(chosen.lines, conductor)
        handed = tuple(line for line in chosen.lines if line.id in conductors)
        if not handed:
            raise NothingToDo(f"Nothing to hand over: {_nobody_manages(chosen.lines)}")
        line = _record(studio, actor, handed, Decision.HAND_OVER, to=conductor)
        ids = [each.id for each in handed]
        review_decide.decide(ids, Decision.HAND_OVER, line, studio.now())
        handing_over.hand_over(studio, line, conductors, progress)
        return _decided(studio, chosen, ids, line)


def tell(studio: Studio, actor: Actor, selection: Selection[ReviewFilter]) -> ReviewResult:
    """Notify new managers, with one mail to each that lists all their people (N16).

    A line without a new manager to notify keeps waiting.
    """
    with studio.store.writing():
        chosen = _chosen(actor, selection, Decision.TELL)
        line = _record(studio, actor, chosen.lines, Decision.TELL)
        notify_new_managers(cause_of(studio, line), chosen.ids)
        told = review_read.users_in(people_in_mails_of(line))
        # A line whose managers the schedule has notified already can be decided without another
        # mail.
        ids = [each.id for each in chosen.lines if each.user_id in told or each.told_at]
        if not ids:
            raise NothingToDo(f"Nobody to tell: {_names(chosen.lines)} has no new manager.")
        review_decide.decide(ids, Decision.TELL, line, studio.now())
        return _decided(studio, chosen, ids, line)


def add(studio: Studio, actor: Actor, selection: Selection[ReviewFilter]) -> ReviewResult:
    """Assign the users to the pushes they are offered, and notify them and their managers (P6)."""
    with studio.store.writing():
        chosen = _chosen(actor, selection, Decision.ADD)
        acts = []
        for push_id, lines in _by_push(chosen.lines).items():
            users: Selection[UserFilter] = Selection.of([each.user_id for each in lines])
            done = assign.assign(studio, actor, push_facts(studio, push_id), users)
            ids = [each.id for each in lines]
            review_decide.decide(ids, Decision.ADD, done.activity_id, studio.now())
            acts.append(done.activity_id)
        return _decided(studio, chosen, chosen.ids, *acts)


def excuse(
    studio: Studio, actor: Actor, selection: Selection[ReviewFilter], reason: str
) -> ReviewResult:
    """Excuse the users from the pushes for a ``reason`` (P18), without notifying anyone."""
    with studio.store.writing():
        chosen = _chosen(actor, selection, Decision.EXCUSE)
        assignment_of = {
            each.id: each.assignment_id for each in review_decide.lines_of_talk(chosen.ids)
        }
        acts = []
        for push_id, lines in _by_push(chosen.lines).items():
            people: Selection[AssignmentFilter] = Selection.of(
                [assignment_of[each.id] for each in lines]
            )
            done = excusing.excuse(studio, actor, push_facts(studio, push_id), people, reason)
            ids = [each.id for each in lines]
            review_decide.decide(ids, Decision.EXCUSE, done.activity_id, studio.now())
            acts.append(done.activity_id)
        return _decided(studio, chosen, chosen.ids, *acts)


def bring_back(studio: Studio, actor: Actor, ids: Collection[int]) -> int:
    """Reopen lines that were left as they are, with all lines decided by the same acts.

    Returns the number of reopened lines. Raises `NothingToDo` if none was left as it is.
    """
    require(actor, Action.REVIEW_CHANGES)
    with studio.store.writing():
        _require_known(ids)
        acts = review_decide.acts_that_kept(ids)
        if not acts:
            raise NothingToDo("Nothing to take back: none of these was left as it is.")
        brought = sum(map(review_decide.reopen, acts))
        line = write_activity(
            actor,
            studio.now(),
            Verb.REVIEW,
            _subject(ids, ()),
            after={"decision": Decision.KEEP, "lines": brought},
            undoing=True,
        )
        about_users(line, these_users(review_read.user_ids_of(ids)))
        return brought


def tell_by_schedule(studio: Studio) -> int:
    """Notify new managers of lines older than ``notifications.tell_new_managers`` (N16).

    Only undecided lines count; they keep waiting. Returns the number of notified managers.
    Idempotent: any number of workers may call it at any time.
    """
    until = studio.now() - studio.settings.notifications.tell_new_managers_after
    with studio.store.reading():
        # Check first without a write lock. Most calls find nothing and must not block other
        # writers.
        if not review_read.is_any_not_notified(until):
            return 0
    with studio.store.writing():
        ids = review_read.not_notified(until, studio.today())
        if not ids:
            return 0
        line = _record(studio, None, _read(ids), Decision.TELL)
        told = notify_new_managers(cause_at_once(studio, line), ids)
        review_decide.mark_notified(ids, studio.now())
        return told


@dataclass(frozen=True, slots=True)
class _ChosenLines:
    decision: Decision
    lines: tuple[Review, ...]
    """The waiting lines that allow this decision."""
    before: dict[int, Decision | None]
    others: tuple[Review, ...]
    """Lines matched by a filter that do not allow this decision."""

    @property
    def ids(self) -> list[int]:
        return [line.id for line in self.lines]


def _chosen(actor: Actor, selection: Selection[ReviewFilter], decision: Decision) -> _ChosenLines:
    require(actor, Action.REVIEW_CHANGES)
    marked = {row_id for term in selection.terms for row_id in term.marked}
    known = _require_known(marked)
    waiting = _read(review_read.ids_of(selection))
    before = {row_id: known[row_id] for row_id in marked - {line.id for line in waiting}}
    if not waiting:
        raise NothingToDo(_nothing_waits(before))
    lines = tuple(line for line in waiting if decision in line.decisions)
    others = tuple(line for line in waiting if decision not in line.decisions)
    for line in others:
        if line.id in marked:
            words = ", ".join(each.verb for each in line.decisions)
            raise Refused(
                f"Change {line.id} ({line.name}: {line.kind.label}) is not one to "
                f"{decision.verb}. What can be decided: {words}."
            )
    if not lines:
        raise NothingToDo(f"Nothing to decide: nothing that waits is one to {decision.verb}.")
    return _ChosenLines(decision, lines, before, others)


def _require_known(ids: Collection[int]) -> dict[int, Decision | None]:
    known = review_read.decisions_on(ids)
    unknown = sorted(set(ids) - known.keys())
    if unknown:
        listed = ", ".join(map(str, unknown[:_MAX_NAMED]))
        raise NotFound(
            f"There is no change {listed}: “studio-tui users review” lists what there is."
        )
    return known


def _nothing_waits(before: dict[int, Decision | None]) -> str:
    if not before:
        return "Nothing to decide: nothing waits."
    became = [
        f"{row_id} is {decision.done} already" if decision else f"{row_id} waits no longer"
        for row_id, decision in sorted(before.items())
    ]
    more = f" and {len(became) - _MAX_NAMED:,} more" if len(became) > _MAX_NAMED else ""
    return f"Nothing to decide: {', '.join(became[:_MAX_NAMED])}{more}."


def _conductors(lines: Sequence[Review], conductor: str | None) -> dict[int, int]:
    """Return the new conductor of each line, by id, for the lines that have one."""
    if conductor is None:
        ids = review_read.ids_of_proposals(lines)
        return {line.id: ids[line.proposal] for line in lines if line.proposal}
    user_id = naming.user_id_named(conductor)
    managed = review_read.users_managed_by(user_id, [line.user_id for line in lines])
    strangers = [line for line in lines if line.user_id not in managed]
    if strangers:
        login = users_by_id([user_id])[0].login
        raise Refused(f"{login} neither leads nor coaches {_names(strangers)}.")
    return dict.fromkeys((line.id for line in lines), user_id)


def _nobody_manages(lines: Sequence[Review]) -> str:
    return f"{_names(lines)} has no other manager who could hold it."


def _names(lines: Sequence[Review]) -> str:
    names = list(dict.fromkeys(line.name for line in lines))
    more = f" and {len(names) - _MAX_NAMED:,} more" if len(names) > _MAX_NAMED else ""
    return ", ".join(names[:_MAX_NAMED]) + more


def _record(
    studio: Studio,
    actor: Actor | None,
    lines: Sequence[Review],
    decision: Decision,
    *,
    to: str | None = None,
) -> int:
    pushes = {line.push_id for line in lines}
    names = {line.push for line in lines}
    activity = write_activity(
        actor,
        studio.now(),
        Verb.REVIEW,
        _subject(lines, names),
        push_id=next(iter(pushes)) if len(pushes) == 1 else None,
        after={"decision": decision, "lines": len(lines), **({"to": to} if to else {})},
    )
    about_users(activity, these_users({line.user_id for line in lines}))
    return activity


def _by_push(lines: Iterable[Review]) -> dict[int, list[Review]]:
    found = defaultdict[int, list[Review]](list)
    for each in lines:
        found[each.push_id].append(each)
    return found


def _subject(lines: Collection[object], pushes: Collection[str]) -> str:
    if len(pushes) == 1:
        return next(iter(pushes))
    return f"{len(pushes)} pushes" if pushes else f"{len(lines)} changes"


def _decided(studio: Studio, chosen: _ChosenLines, ids: Iterable[int], *acts: int) -> ReviewResult:
    decided = tuple(ids)
    mails, leaves_at = review_read.mails_of(acts)
    done = set(decided)
    left = tuple(line for line in (*chosen.lines, *chosen.others) if line.id not in done)
    return ReviewResult(chosen.decision, decided, chosen.before, left, acts, mails, leaves_at)


def _read(ids: Sequence[int]) -> list[Review]:
    return [
        line
        for start in range(0, len(ids), _READ)
        for line in review_read.reviews_by_id(list(ids[start : start + _READ]))
    ]
